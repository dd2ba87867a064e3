//! Limits hold for several processes together (K25, P10): `serve` and the command line on one database, at once.

use std::time::Duration;

use bailiwick_tests::browser::Browser;
use bailiwick_tests::cluster::Cluster;
use bailiwick_tests::customer::Customer;
use bailiwick_tests::installation::{Installation, Plan, Run};
use futures::future::join_all;
use tokio::sync::watch;
use tokio::time::sleep;

/// Users that were bought.
const USERS: usize = 40;
/// Storage that was bought, in GB.
const STORAGE: usize = 60;
/// What every raise adds, in GB.
const RAISE: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn p10_cc_01_cc_03_limits_hold_for_several_processes_on_one_file() {
    limits_hold(Installation::start(Run::ServeOnly).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p10_cc_01_cc_03_limits_hold_for_several_processes_on_one_postgresql() {
    let cluster = Cluster::start();
    let plan = Plan { database: Some(cluster.url()), ..Plan::new(Run::ServeOnly) };
    limits_hold(Installation::start_as(plan).await).await;
}

async fn limits_hold(house: Installation) {
    let acme = house.customer_with("acme", 40, 60).await;
    let added = users_are_added(&house, &acme).await;
    let counted = house
        .data(
            "SELECT l.used, (SELECT count(*) FROM mailboxes m WHERE m.tenant_id = l.tenant_id AND m.type_id = l.type_id), \
             t.storage_used FROM licences l JOIN tenants t ON t.id = l.tenant_id",
        )
        .await;
    let storage = (USERS * 1_000_000_000).to_string();
    assert_eq!(counted, [[USERS.to_string(), USERS.to_string(), storage]]);
    quotas_are_raised(&house, &acme, &added).await;
    house.stop().await;
}

/// Two loops of the command line and four browsers add users until they are refused; the addresses that were added.
async fn users_are_added(house: &Installation, acme: &Customer) -> Vec<String> {
    // The browsers, which are faster, begin when the first program has added one.
    let (first, begins) = watch::channel(false);
    let by_program = join_all((0..2).map(|number| {
        let first = first.clone();
        async move {
            let mut added = Vec::new();
            while add_by_program(house, &acme.at(&format!("c{number}-{}", added.len()))).await {
                added.push(acme.at(&format!("c{number}-{}", added.len())));
                first.send_replace(true);
            }
            added
        }
    }));
    let by_browser = join_all((0..4).map(|number| {
        let (mut starts, mut browser) = (begins.clone(), acme.admin.clone());
        async move {
            starts.wait_for(|begun| *begun).await.expect("programs add users");
            let mut added = Vec::new();
            loop {
                let local = format!("w{number}-{}", added.len());
                if !add_by_browser(&mut browser, &acme.domain_id, &local).await {
                    return added;
                }
                added.push(acme.at(&local));
                sleep(Duration::from_millis(50)).await;
            }
        }
    }));
    let (by_program, by_browser) = tokio::join!(by_program, by_browser);
    let (by_program, by_browser) = (by_program.concat(), by_browser.concat());
    eprintln!("{} by the command line, {} by browsers", by_program.len(), by_browser.len());
    assert!(!by_program.is_empty() && !by_browser.is_empty(), "both were at it");
    let added = [by_program, by_browser].concat();
    assert_eq!(added.len(), USERS, "exactly what was bought");
    added
}

async fn add_by_program(house: &Installation, address: &str) -> bool {
    let to = format!("{}@far.test", address.split('@').next().unwrap_or_default());
    let words = ["mailbox", "add", address, "--name", "Some Body", "--quota", "1", "--invite", &to];
    refused_with(house.try_cli(&words, "").await, "Maximum number of users allowed has been reached")
}

/// Was it done? What was not must have been refused in these words.
fn refused_with((success, out, err): (bool, String, String), words: &str) -> bool {
    assert!(success || err.contains(words), "{out}{err}");
    success
}

async fn add_by_browser(browser: &mut Browser, domain: &str, local: &str) -> bool {
    let to = format!("{local}@far.test");
    let fields = [
        ("domain", domain),
        ("username", local),
        ("name", "Some Body"),
        ("quota", "1"),
        ("how", "invite"),
        ("recovery", &to),
        ("password", ""),
    ];
    let page = browser.post("/mailboxes/new", &fields).await;
    assert!(matches!(page.status, 303 | 409), "{}: {}", page.gist(), page.words());
    page.status == 303
}

/// Half of the quotas are raised by the command line and half by browsers, all at once: as many succeed as fit.
async fn quotas_are_raised(house: &Installation, acme: &Customer, added: &[String]) {
    let (by_program, by_browser) = added[..16].split_at(8);
    let mut ids = Vec::new();
    for address in by_browser {
        ids.push(house.mailbox_id(address).await);
    }
    let quota = (1 + RAISE).to_string();
    let programs = join_all(by_program.chunks(4).map(async |addresses| {
        let mut raised = 0;
        for address in addresses {
            let words = ["mailbox", "update", address, "--quota", &quota];
            let answer = house.try_cli(&words, "").await;
            raised += usize::from(refused_with(answer, "There is not enough storage left"));
        }
        raised
    }));
    let browsers = join_all(ids.chunks(2).map(async |ids| {
        let (mut browser, mut raised) = (acme.admin.clone(), 0);
        for id in ids {
            sleep(Duration::from_millis(100)).await;
            let fields = [("name", "Some Body"), ("quota", &quota), ("version", "1")];
            let page = browser.post(&format!("/mailboxes/{id}"), &fields).await;
            assert!(matches!(page.status, 303 | 409), "{}: {}", page.gist(), page.words());
            raised += usize::from(page.status == 303);
        }
        raised
    }));
    let (programs, browsers) = tokio::join!(programs, browsers);
    let raised: usize = programs.iter().chain(&browsers).sum();
    assert_eq!(raised, (STORAGE - USERS) / RAISE, "as many as fit: {programs:?} {browsers:?}");
    let left = house
        .data("SELECT max_storage - storage_used, storage_used - (SELECT CAST(sum(quota) AS BIGINT) FROM mailboxes) FROM tenants")
        .await;
    assert_eq!(left, [["0", "0"]]);
}
