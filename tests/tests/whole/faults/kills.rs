//! `serve` is killed while people work (FI-01 at small size, P1).

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bailiwick_tests::browser::Browser;
use bailiwick_tests::customer::password_of;
use bailiwick_tests::installation::{Installation, Part, Run};
use tokio::task::JoinSet;
use tokio::time::sleep;

const KILLS: usize = 12;
const WRITERS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn fi_01_no_acknowledged_user_is_lost_or_half_there_when_serve_is_killed_and_fi_27_only_one_serve_runs()
{
    let mut house = Installation::start(Run::ServeOnly).await;
    let acme = house.customer("acme").await;
    let refusal = house.second_serve().await;
    assert!(refusal.contains("Another `bailiwick serve` uses this data"), "{refusal}");

    let stop = Arc::new(AtomicBool::new(false));
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        let (browser, domain, stop) = (acme.admin.clone(), acme.domain_id.clone(), Arc::clone(&stop));
        writers.spawn(Writer { number, browser, domain, stop, acknowledged: Vec::new() }.work());
    }
    let mut slowest = Duration::ZERO;
    for _ in 0..KILLS {
        let moment = RandomState::new().hash_one(0) % 700;
        sleep(Duration::from_millis(150 + moment)).await;
        house.kill_part(Part::Serve).await;
        slowest = slowest.max(house.start_part(Part::Serve).await);
        nothing_is_half_there(&house).await;
    }
    stop.store(true, Ordering::SeqCst);
    let acknowledged: BTreeSet<String> = writers.join_all().await.into_iter().flatten().collect();
    eprintln!(
        "{KILLS} kills, {} users acknowledged, ready again after {slowest:?} at most",
        acknowledged.len()
    );
    assert!(acknowledged.len() >= KILLS, "there was work to lose: {}", acknowledged.len());
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");

    let there: BTreeSet<String> =
        house.data("SELECT local_part FROM mailboxes").await.into_iter().flatten().collect();
    let lost: Vec<_> = acknowledged.difference(&there).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    nothing_is_half_there(&house).await;
    let events = house.data("SELECT count(*) FROM audit_events WHERE action = 'mailbox.add'").await;
    assert_eq!(events, [[there.len().to_string()]], "one entry in the history for each");
    house.cli(&["history", "verify"]).await;
    house.stop().await;
}

/// Whatever was done was done whole.
async fn nothing_is_half_there(house: &Installation) {
    let half = house
        .data(
            "SELECT m.address FROM mailboxes m WHERE \
             (SELECT count(*) FROM logins l WHERE l.mailbox_id = m.id AND l.name = m.address) <> 1 OR \
             (SELECT count(*) FROM addresses a WHERE a.mailbox_id = m.id AND a.local_part = m.local_part) <> 1 OR \
             NOT EXISTS (SELECT 1 FROM audit_events e WHERE e.object_kind = 'mailbox' AND e.tenant_id = m.tenant_id)",
        )
        .await;
    assert!(half.is_empty(), "half there: {half:?}");
    let orphans = house
        .data("SELECT id FROM addresses WHERE kind = 'mailbox' AND mailbox_id NOT IN (SELECT id FROM mailboxes)")
        .await;
    assert!(orphans.is_empty(), "addresses of nobody: {orphans:?}");
    let counters = house
        .data(
            "SELECT t.users_used, d.users_used, t.storage_used, d.storage_used, count(m.id), coalesce(sum(m.quota), 0) \
             FROM tenants t JOIN domains d ON d.tenant_id = t.id LEFT JOIN mailboxes m ON m.domain_id = d.id \
             GROUP BY d.id",
        )
        .await;
    for row in counters {
        assert!(
            row[0] == row[4] && row[1] == row[4] && row[2] == row[5] && row[3] == row[5],
            "counters: {row:?}"
        );
    }
    let checked = house.data("PRAGMA integrity_check").await;
    assert_eq!(checked, [["ok"]]);
}

/// Somebody who adds users, one after another, and tries again when no answer came.
struct Writer {
    number: usize,
    browser: Browser,
    domain: String,
    stop: Arc<AtomicBool>,
    acknowledged: Vec<String>,
}

impl Writer {
    async fn work(mut self) -> Vec<String> {
        let mut n = 0;
        while !self.stop.load(Ordering::SeqCst) {
            let local = format!("w{}-{n}", self.number);
            self.add(&local).await;
            n += 1;
        }
        self.acknowledged
    }

    /// Adds one, until somebody says that it is there.
    async fn add(&mut self, local: &str) {
        let by_link = self.number.is_multiple_of(2);
        let recovery = if by_link { format!("{local}@far.test") } else { String::new() };
        let how = if by_link { "invite" } else { "password" };
        let password = if by_link { String::new() } else { password_of(local) };
        let fields = [
            ("domain", self.domain.as_str()),
            ("username", local),
            ("name", "Some Body"),
            ("quota", "0.1"),
            ("how", how),
            ("recovery", recovery.as_str()),
            ("password", password.as_str()),
        ];
        while !self.stop.load(Ordering::SeqCst) {
            match self.browser.try_post("/mailboxes/new", &fields).await {
                Ok(page) if page.status == 303 && page.location.starts_with("/mailboxes?done=") => {
                    self.acknowledged.push(local.to_owned());
                    return;
                }
                // It was added by an attempt whose answer got lost.
                Ok(page) if page.status == 409 || page.status == 422 => {
                    assert!(page.words().contains("already"), "{}: {}", page.gist(), page.words());
                    return;
                }
                Ok(page) if page.status == 503 => sleep(Duration::from_millis(20)).await,
                Ok(page) => panic!("{}: {}", page.gist(), page.words()),
                Err(_) => sleep(Duration::from_millis(20)).await,
            }
        }
    }
}
