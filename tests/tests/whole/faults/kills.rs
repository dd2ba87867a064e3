//! `serve` is killed while people work (FI-01, FI-21, P1): a kill by the kernel for want of memory is the same signal.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use bailiwick_tests::browser::Browser;
use bailiwick_tests::cluster::Cluster;
use bailiwick_tests::customer::password_of;
use bailiwick_tests::installation::{Installation, Part, Plan, Run};
use bailiwick_tests::soak;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::invariants::{everything_is_whole, nothing_is_half_there};

const WRITERS: usize = 32;
/// Users they may add in all: fewer than a customer may have, and than one login may invite an hour.
const USERS: usize = 1_500;

#[tokio::test(flavor = "multi_thread")]
async fn fi_01_no_acknowledged_user_is_lost_or_half_there_when_serve_is_killed_and_fi_27_only_one_serve_runs()
{
    let house = Installation::start(Run::ServeOnly).await;
    let refusal = house.second_serve().await;
    assert!(refusal.contains("Another `bailiwick serve` uses this data"), "{refusal}");
    killed_again_and_again(house, soak::rounds(50, 1_000), "SQLite").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fi_01_over_postgresql_no_acknowledged_user_is_lost_or_half_there_either() {
    let cluster = Cluster::start();
    let plan = Plan { database: Some(cluster.url()), ..Plan::new(Run::ServeOnly) };
    let house = Installation::start_as(plan).await;
    killed_again_and_again(house, soak::rounds(25, 1_000), "PostgreSQL").await;
}

async fn killed_again_and_again(mut house: Installation, kills: usize, engine: &str) {
    let acme = house.customer("acme").await;
    let (stop, users) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(USERS)));
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        let (browser, domain) = (acme.admin.clone(), acme.domain_id.clone());
        let (stop, users) = (Arc::clone(&stop), Arc::clone(&users));
        writers.spawn(Writer { number, browser, domain, stop, users, acknowledged: Vec::new() }.work());
    }
    let mut slowest = Duration::ZERO;
    for _ in 0..kills {
        let moment = RandomState::new().hash_one(0) % 700;
        sleep(Duration::from_millis(150 + moment)).await;
        house.kill_part(Part::Serve).await;
        slowest = slowest.max(house.start_part(Part::Serve).await);
        nothing_is_half_there(&house).await;
    }
    stop.store(true, Ordering::SeqCst);
    let acknowledged: BTreeSet<String> = writers.join_all().await.into_iter().flatten().collect();
    assert!(acknowledged.len() >= kills, "there was work to lose: {}", acknowledged.len());
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");

    let there = "SELECT local_part FROM addresses WHERE kind IN ('mailbox', 'alias')";
    let there: BTreeSet<String> = house.data(there).await.into_iter().flatten().collect();
    let lost: Vec<_> = acknowledged.difference(&there).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    let events = "SELECT count(*) FROM audit_events WHERE action IN ('mailbox.add', 'alias.add')";
    assert_eq!(house.data(events).await, [[there.len().to_string()]], "one entry in the history for each");
    everything_is_whole(&house).await;
    soak::result(
        "P1",
        &format!(
            "{engine}: {kills} kills under {WRITERS} writers, {} users and aliases acknowledged, 0 lost, 0 half there; ready again after \
             {slowest:.1?} at most",
            acknowledged.len()
        ),
    );
    house.stop().await;
}

/// Somebody who adds users and aliases, one after another, and tries again when no answer came.
struct Writer {
    number: usize,
    browser: Browser,
    domain: String,
    stop: Arc<AtomicBool>,
    users: Arc<AtomicUsize>,
    acknowledged: Vec<String>,
}

impl Writer {
    async fn work(mut self) -> Vec<String> {
        let mut n = 0;
        while !self.stop.load(Ordering::SeqCst) {
            let local = format!("w{}-{n}", self.number);
            let may_add = |left: usize| left.checked_sub(1);
            let wants_user =
                n % 2 == 0 && self.users.fetch_update(Ordering::SeqCst, Ordering::SeqCst, may_add).is_ok();
            if wants_user {
                self.add_user(&local).await;
            } else {
                let domain = self.domain.clone();
                let target = format!("{local}@far.test");
                let fields = [("domain", domain.as_str()), ("alias", &local), ("targets", &target)];
                self.add("/aliases", &local, &fields).await;
            }
            n += 1;
        }
        self.acknowledged
    }

    async fn add_user(&mut self, local: &str) {
        let by_link = !self.number.is_multiple_of(8);
        let recovery = if by_link { format!("{local}@far.test") } else { String::new() };
        let how = if by_link { "invite" } else { "password" };
        let password = if by_link { String::new() } else { password_of(local) };
        let domain = self.domain.clone();
        let fields = [
            ("domain", domain.as_str()),
            ("username", local),
            ("name", "Some Body"),
            ("quota", "0.1"),
            ("how", how),
            ("recovery", recovery.as_str()),
            ("password", password.as_str()),
        ];
        self.add("/mailboxes", local, &fields).await;
    }

    /// Adds one, until somebody says that it is there.
    async fn add(&mut self, list: &str, local: &str, fields: &[(&str, &str)]) {
        while !self.stop.load(Ordering::SeqCst) {
            match self.browser.try_post(&format!("{list}/new"), fields).await {
                Ok(page) if page.status == 303 && page.location.contains("done=") => {
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
