//! The database is away, or held by another, and comes back (FI-09, FI-26, P4, P5): nothing is granted, nothing is refused
//! for good, and nobody has to start anything anew.

use std::time::{Duration, Instant};

use bailiwick_tests::cluster::Cluster;
use bailiwick_tests::customer::{Customer, User};
use bailiwick_tests::installation::{Installation, Part, Plan, Run};
use bailiwick_tests::questions::wrong_password_of;
use tokio::time::sleep;

use super::invariants::everything_is_whole;

/// By when everything is as before.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn fi_09_while_postgresql_is_away_everything_is_temporary_and_seconds_after_its_return_all_is_well() {
    let cluster = Cluster::start();
    let plan = Plan { database: Some(cluster.url()), ..Plan::new(Run::Apart) };
    let house = Installation::start_as(plan).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    let id = house.mailbox_id(&ann.address).await;
    house.from_outside("eve@far.test", &ann.address, "before").await;
    house.read(&ann, "before").await;
    let pid = house.pid_of(Part::Serve);

    cluster.down();
    tokio::join!(
        pages_are_unavailable(&acme),
        asked_directly_nothing_is_said_for_good(&house, &ann),
        mail_servers_say_later(&house, &ann),
    );
    assert!(house.numbers().await.contains("bailiwick_database_up 0"), "the numbers tell");

    cluster.up();
    all_is_well_soon(&house, &mut acme, &ann).await;
    while house.imap_sign_in(&ann).await.1.contains("UNAVAILABLE") {
        sleep(Duration::from_millis(100)).await;
    }
    house.imap(&ann).await;
    assert!(house.smtp_sign_in(&ann).await.starts_with("235 "));
    house.from_outside("eve@far.test", &ann.address, "after").await;
    house.read(&ann, "after").await;

    // A change made just before the fall is carried out after it.
    assert_eq!(acme.mailbox(&id, "disable", &[]).await.status, 303);
    cluster.down();
    cluster.up();
    house.settled("disabled around a fall").await;
    let (_, answer) = house.imap_sign_in(&ann).await;
    assert!(answer.contains("x NO"), "{answer}");
    assert_eq!(house.pid_of(Part::Serve), pid, "it is the same process");
    everything_is_whole(&house).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fi_09_while_another_program_holds_the_file_reads_go_on_writes_are_told_to_wait_and_then_work() {
    let house = Installation::start(Run::Answers).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    let held = house.hold_the_file().await;
    let start = Instant::now();
    let page = acme.admin.fill("/aliases/new", &alias(&acme.domain_id, "held", &ann.address)).await;
    assert_eq!((page.status, page.retry_after), (503, Some(5)), "{}", page.words());
    eprintln!("told to wait after {:?}", start.elapsed());
    assert_eq!(acme.admin.get("/mailboxes").await.status, 200);
    assert!(house.ask_map("vmailbox", &ann.address).await.starts_with("OK"));
    assert!(house.ask_sasl(&ann).await.starts_with("OK"), "mail programs need no write to sign in");
    held.let_go().await;
    let page = acme.admin.post("/aliases/new", &alias(&acme.domain_id, "held", &ann.address)).await;
    assert_eq!(page.status, 303, "{}", page.words());
    everything_is_whole(&house).await;
    house.stop().await;
}

fn alias<'a>(domain: &'a str, local: &'a str, target: &'a str) -> [(&'a str, &'a str); 3] {
    [("domain", domain), ("alias", local), ("targets", target)]
}

/// Signed in or not, reading or changing: 503 with when to come back, and words for people; never signed out.
async fn pages_are_unavailable(acme: &Customer) {
    let (mut list, mut home, mut change, mut sign_in) =
        (acme.admin.clone(), acme.admin.clone(), acme.admin.clone(), acme.admin.clone());
    let pages = tokio::join!(
        list.get("/mailboxes"),
        home.get("/"),
        change.post("/mailboxes/new", &[("domain", "acme.test"), ("username", "x")]),
        sign_in.post("/sign-in", &[("username", "acme-admin"), ("password", "whatever it may be")]),
    );
    for page in [pages.0, pages.1, pages.2, pages.3] {
        assert_eq!((page.status, page.retry_after), (503, Some(5)), "{}", page.words());
        assert!(!page.words().contains("sqlx") && !page.words().contains("refused"), "{}", page.words());
    }
}

/// Neither "ok" nor "unknown".
async fn asked_directly_nothing_is_said_for_good(house: &Installation, ann: &User) {
    for address in [ann.address.as_str(), "nobody@acme.test"] {
        for map in ["vmailbox", "valias", "vdomain", "sender"] {
            let key = if map == "vdomain" { "acme.test" } else { address };
            let answer = house.ask_map(map, key).await;
            assert!(answer.starts_with("TEMP "), "{map} {key}: {answer}");
        }
    }
    for user in [ann.clone(), wrong_password_of(ann)] {
        assert_eq!(house.ask_sasl(&user).await, "", "it hangs up, and Postfix says 454");
    }
}

async fn mail_servers_say_later(house: &Installation, ann: &User) {
    let wrong = wrong_password_of(ann);
    for to in [ann.address.as_str(), "nobody@acme.test"] {
        let answer = house.rcpt_from_outside("eve@far.test", to).await;
        assert!(answer.starts_with("451 "), "MX: {answer}");
    }
    for user in [ann, &wrong] {
        let (_, answer) = house.imap_sign_in(user).await;
        assert!(answer.contains("x NO [UNAVAILABLE]"), "IMAP: {answer}");
        let answer = house.smtp_sign_in(user).await;
        assert!(answer.is_empty() || answer.starts_with('4'), "submission: {answer}");
    }
}

async fn all_is_well_soon(house: &Installation, acme: &mut Customer, ann: &User) {
    let start = Instant::now();
    loop {
        let page = acme.admin.get("/mailboxes").await;
        let map = house.ask_map("vmailbox", &ann.address).await;
        let sasl = house.ask_sasl(ann).await;
        if page.status == 200 && map.starts_with("OK") && sasl.starts_with("OK") {
            break;
        }
        assert!(start.elapsed() < SOON, "{}, {map}, {sasl}", page.gist());
        sleep(Duration::from_millis(50)).await;
    }
    eprintln!("all is well {:?} after the return", start.elapsed());
}
