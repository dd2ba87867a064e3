//! The disk is full, or lets nothing be written any more (FI-05, FI-07): changes are refused in plain words, everything that
//! only reads goes on, and when there is room again so does the rest, without a restart.

use std::time::{Duration, Instant};

use bailiwick_tests::customer::{Customer, User};
use bailiwick_tests::installation::{Installation, Part, Plan, Run};
use tokio::time::sleep;

use super::invariants::everything_is_whole;

/// The file system that is filled: several times what an empty installation takes.
const MEGABYTES: u32 = 48;

#[tokio::test(flavor = "multi_thread")]
async fn fi_05_on_a_full_disk_changes_are_refused_and_sign_ins_and_answers_go_on() {
    let house = Installation::start_as(Plan { volume: Some(MEGABYTES), ..Plan::new(Run::Answers) }).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    let pid = house.pid_of(Part::Serve);
    house.volume().fill();

    let refused = refused_in_the_end(&mut acme, &ann).await;
    assert_eq!(refused.0, 503, "{}", refused.1);
    assert!(!refused.1.contains("sqlx") && !refused.1.contains("database or disk is full"), "{}", refused.1);
    reads_and_answers_go_on(&house, &mut acme, &ann).await;
    let dropped = telemetry_is_dropped_and_counted(&house, &ann).await;
    eprintln!("{dropped} rows of telemetry were dropped");

    house.volume().relieve();
    works_again(&house, &mut acme, &ann).await;
    let before = house.telemetry("SELECT count(*) FROM sign_ins").await;
    house.panel(&ann).await;
    sleep(Duration::from_secs(1)).await;
    assert_ne!(house.telemetry("SELECT count(*) FROM sign_ins").await, before, "sign-ins are noted again");
    assert_eq!(house.pid_of(Part::Serve), pid, "it is the same process");
    everything_is_whole(&house).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fi_07_while_the_data_can_only_be_read_nothing_is_falsely_done() {
    let house = Installation::start(Run::Answers).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    acme.admin.get("/aliases/new").await;
    let before = house.data("SELECT count(*) FROM addresses").await;
    house.cannot_write(Part::Serve, true);
    for n in 0..3 {
        let page = add_alias(&mut acme, &format!("frozen{n}"), &ann).await;
        assert_eq!(page.0, 503, "{}", page.1);
    }
    house.cannot_write(Part::Serve, false);
    works_again(&house, &mut acme, &ann).await;
    let frozen = house.data("SELECT local_part FROM addresses WHERE local_part LIKE 'frozen%'").await;
    assert!(frozen.is_empty(), "{frozen:?} after {before:?}");
    everything_is_whole(&house).await;
    house.stop().await;
}

async fn add_alias(acme: &mut Customer, local: &str, to: &User) -> (u16, String) {
    let domain = acme.domain_id.clone();
    let fields = [("domain", domain.as_str()), ("alias", local), ("targets", to.address.as_str())];
    let page = acme.admin.post("/aliases/new", &fields).await;
    (page.status, page.words())
}

/// What is left in the database's own files may take a few more changes; then they are refused.
async fn refused_in_the_end(acme: &mut Customer, ann: &User) -> (u16, String) {
    acme.admin.get("/aliases/new").await;
    for n in 0..2_000 {
        let answer = add_alias(acme, &format!("full{n}"), ann).await;
        if answer.0 != 303 {
            eprintln!("{n} changes still fitted");
            return answer;
        }
    }
    panic!("the disk is not full");
}

async fn reads_and_answers_go_on(house: &Installation, acme: &mut Customer, ann: &User) {
    for path in ["/", "/mailboxes", "/aliases", "/history"] {
        let page = acme.admin.get(path).await;
        assert_eq!(page.status, 200, "{path}: {}", page.words());
    }
    assert!(house.ask_map("vmailbox", &ann.address).await.starts_with("OK"));
    assert_eq!(house.ask_map("vmailbox", "nobody@acme.test").await.trim(), "NOTFOUND");
    assert!(house.ask_policy(&ann.address).await.starts_with("action="));
    assert!(house.ask_sasl(ann).await.starts_with("OK"), "a user may send");
}

async fn telemetry_is_dropped_and_counted(house: &Installation, ann: &User) -> u64 {
    let start = Instant::now();
    loop {
        for _ in 0..20 {
            assert!(house.ask_sasl(ann).await.starts_with("OK"));
        }
        let numbers = house.numbers().await;
        let dropped =
            numbers.lines().find_map(|line| line.strip_prefix("bailiwick_telemetry_dropped_total "));
        let dropped: u64 = dropped.and_then(|number| number.parse().ok()).expect("a number");
        if dropped > 0 {
            return dropped;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "telemetry still fits");
    }
}

async fn works_again(house: &Installation, acme: &mut Customer, ann: &User) {
    let start = Instant::now();
    let mut n = 0;
    loop {
        let answer = add_alias(acme, &format!("again{n}"), ann).await;
        if answer.0 == 303 {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(5), "{}: {}", answer.0, answer.1);
        n += 1;
        sleep(Duration::from_millis(100)).await;
    }
    eprintln!("changes work {:?} after there was room", start.elapsed());
    assert!(house.ask_map("valias", &format!("again{n}@acme.test")).await.starts_with("OK"));
}
