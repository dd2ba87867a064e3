//! Many people do all kinds of things at once, through two processes over one database (CC-19, CC-20, P10): nobody waits for
//! ever, nothing fails, everything adds up, and the history is one chain.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use bailiwick_tests::browser::{Browser, Page};
use bailiwick_tests::cluster::Cluster;
use bailiwick_tests::customer::Customer;
use bailiwick_tests::installation::{Installation, Part, Plan, Run};
use bailiwick_tests::soak;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::invariants::everything_is_whole;

const WORKERS: usize = 64;
/// Names they fight over.
const NAMES: u64 = 40;
/// Longer than any wait for a lock may be, on a machine busy with other tests.
const PATIENCE: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn cc_19_cc_20_sixty_four_at_once_through_two_processes_leave_one_chain_and_sums_that_agree() {
    let cluster = Cluster::start();
    let plan = Plan { database: Some(cluster.url()), ..Plan::new(Run::ServeOnly) };
    let house = Installation::start_as(plan).await;
    let acme = house.customer("acme").await;
    let (another, port) = house.another_process().await;
    let browsers = [acme.admin.clone(), acme.admin.at(port)];
    let done = all_at_once(&acme, &browsers, soak::rounds(20, 600)).await;
    sleep(Duration::from_secs(2)).await; // what was done last is sealed within a second
    everything_is_whole(&house).await;
    let unsealed = house.data("SELECT count(*) FROM audit_pending").await;
    assert_eq!(unsealed, [["0"]], "one of the two seals");
    drop(another);
    no_failure_in(&house.log_text(Part::Serve));
    soak::result("CC-19, CC-20", &format!("PostgreSQL, two processes: {}", told(&done)));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cc_19_sixty_four_at_once_over_sqlite_leave_sums_that_agree() {
    let house = Installation::start(Run::ServeOnly).await;
    let acme = house.customer("acme").await;
    let done = all_at_once(&acme, std::slice::from_ref(&acme.admin), soak::rounds(15, 600)).await;
    sleep(Duration::from_secs(2)).await;
    everything_is_whole(&house).await;
    no_failure_in(&house.log_text(Part::Serve));
    soak::result("CC-19", &format!("SQLite: {}", told(&done)));
    house.stop().await;
}

/// How often each status was answered, and the longest wait.
type Done = (BTreeMap<u16, usize>, Duration);

fn told((statuses, slowest): &Done) -> String {
    format!(
        "{WORKERS} at once, answers by status {statuses:?}, the slowest after {slowest:.1?}, all sums agree"
    )
}

fn no_failure_in(log: &str) {
    let failure = log.lines().find(|line| line.contains("\"internal\"") || line.contains("panicked"));
    assert_eq!(failure, None);
}

async fn all_at_once(acme: &Customer, browsers: &[Browser], seconds: usize) -> Done {
    let until = Instant::now() + Duration::from_secs(u64::try_from(seconds).expect("few"));
    let mut workers = JoinSet::new();
    for (number, browser) in browsers.iter().cycle().take(WORKERS).enumerate() {
        let worker = Worker { number, browser: browser.clone(), domain: acme.domain_id.clone() };
        workers.spawn(worker.work(until));
    }
    let mut all: Done = (BTreeMap::new(), Duration::ZERO);
    for (statuses, slowest) in workers.join_all().await {
        for (status, times) in statuses {
            *all.0.entry(status).or_default() += times;
        }
        all.1 = all.1.max(slowest);
    }
    assert!(all.0.get(&303).is_some_and(|times| *times > WORKERS), "changes were made: {all:?}");
    assert!(all.1 < PATIENCE, "{all:?}");
    all
}

struct Worker {
    number: usize,
    browser: Browser,
    domain: String,
}

impl Worker {
    async fn work(mut self, until: Instant) -> Done {
        let mut done: Done = (BTreeMap::new(), Duration::ZERO);
        while Instant::now() < until {
            let start = Instant::now();
            let page = self.something().await;
            done.1 = done.1.max(start.elapsed() / 2); // most of it is two requests
            *done.0.entry(page.status).or_default() += 1;
            let expected = matches!(page.status, 200 | 303 | 404 | 409 | 412 | 422 | 429 | 503);
            assert!(expected, "worker {}: {}: {}", self.number, page.gist(), page.words());
        }
        done
    }

    async fn something(&mut self) -> Page {
        let chance = RandomState::new().hash_one(self.number);
        let name = format!("n{}", chance % NAMES);
        let domain = self.domain.clone();
        match (chance >> 32) % 9 {
            0 => self.browser.get("/mailboxes?q=n1").await,
            1 => self.browser.get("/history").await,
            2 => {
                let target = format!("{name}@far.test");
                let fields = [("domain", domain.as_str()), ("alias", &name), ("targets", &target)];
                self.browser.post("/aliases/new", &fields).await
            }
            3 => {
                let recovery = format!("{name}@far.test");
                let fields = [
                    ("domain", domain.as_str()),
                    ("username", name.as_str()),
                    ("name", "Some Body"),
                    ("quota", "0.1"),
                    ("how", "invite"),
                    ("recovery", recovery.as_str()),
                    ("password", ""),
                ];
                self.browser.post("/mailboxes/new", &fields).await
            }
            4 => self.change_one_of("/mailboxes", "mbx_", chance, "disable", false).await,
            5 => self.change_one_of("/mailboxes", "mbx_", chance, "enable", false).await,
            6 => self.change_one_of("/mailboxes", "mbx_", chance, "remove", true).await,
            7 => self.change_one_of("/aliases", "als_", chance, "remove", true).await,
            _ => {
                let page = self.browser.get("/aliases/resting").await;
                let paths = ids(&page, "/aliases/resting/", "/release\"");
                match pick(&paths, chance) {
                    Some(id) => self.browser.post(&format!("/aliases/resting/{id}/release"), &[]).await,
                    None => page,
                }
            }
        }
    }

    /// Does something to one of those in a list.
    async fn change_one_of(
        &mut self,
        list: &str,
        prefix: &str,
        chance: u64,
        verb: &str,
        confirmed: bool,
    ) -> Page {
        let page = self.browser.get(list).await;
        let found = ids(&page, &format!("{list}/{prefix}"), "\"");
        let Some(id) = pick(&found, chance) else { return page };
        let path = format!("{list}/{prefix}{id}");
        if !confirmed {
            return self.browser.post(&format!("{path}/{verb}"), &[]).await;
        }
        let asked = self.browser.get(&path).await;
        let address =
            asked.words().split_whitespace().find(|word| word.ends_with("@acme.test")).map(str::to_owned);
        let Some(address) = address else { return asked };
        let fields: &[(&str, &str)] = if prefix == "mbx_" { &[("confirm", &address)] } else { &[] };
        self.browser.post(&format!("{path}/{verb}"), fields).await
    }
}

/// What stands between, wherever it does.
fn ids(page: &Page, before: &str, after: &str) -> Vec<String> {
    let pieces = page.body.split(before).skip(1).filter_map(|piece| piece.split_once(after));
    let plain = |id: &str| {
        !id.is_empty() && id.len() < 30 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    pieces.map(|(id, _)| id.to_owned()).filter(|id| plain(id)).collect()
}

fn pick(found: &[String], chance: u64) -> Option<&String> {
    let count = u64::try_from(found.len()).ok().filter(|count| *count > 0)?;
    found.get(usize::try_from(chance % count).ok()?)
}
