//! A small stand-in for `bailiwick serve`: it answers what the mail servers and the mail plane ask, for two
//! mailboxes of one domain, and remembers what it was told.

mod http;
mod questions;

use std::collections::{HashMap, HashSet, VecDeque};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bailiwick_mail::internal::{Hello, Job, LeasedJob, LogLine, Outcome};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Notify;
use tokio::task::JoinSet;

pub(crate) const DOMAIN: &str = "acme.test";
pub(crate) const ANN: &str = "ann@acme.test";
pub(crate) const BOB: &str = "bob@acme.test";
pub(crate) const PASSWORD: &str = "correct horse";

/// What the stand-in knows and was told.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) mailboxes: HashMap<String, i64>,
    /// May neither sign in nor send nor receive.
    pub(crate) revoked: HashSet<String>,
    /// smtpd processes by the login they carry.
    pub(crate) smtpds: HashMap<String, Vec<u32>>,
    pub(crate) queue: VecDeque<LeasedJob>,
    pub(crate) outcomes: HashMap<i64, Outcome>,
    pub(crate) hellos: Vec<Hello>,
    /// Log lines, by number.
    pub(crate) lines: Vec<LogLine>,
    pub(crate) first_line: Option<u64>,
    /// Octets that users may store, if not ten million.
    pub(crate) quotas: HashMap<String, u64>,
    /// What was said of how much each user stores, in octets and messages.
    pub(crate) usage: HashMap<String, (u64, u64)>,
    next_job: i64,
}

/// Shared by all listeners.
#[derive(Clone)]
pub(crate) struct Shared {
    state: Arc<Mutex<State>>,
    pub(crate) changed: Arc<Notify>,
    pub(crate) secret: Arc<str>,
    pub(crate) mail_dir: PathBuf,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a job and waits for its outcome.
    pub(crate) async fn job(&self, job: Job) -> Outcome {
        let id = {
            let mut state = self.state();
            state.next_job += 1;
            let id = state.next_job;
            state.queue.push_back(LeasedJob { id, lease: format!("lease-{id}"), job });
            id
        };
        self.changed.notify_waiters();
        self.until("the outcome of a job", Duration::from_secs(30), move |state| {
            state.outcomes.get(&id).cloned()
        })
        .await
    }

    /// Waits until something holds.
    pub(crate) async fn until<T>(
        &self,
        what: &str,
        patience: Duration,
        look: impl Fn(&State) -> Option<T>,
    ) -> T {
        let start = std::time::Instant::now();
        loop {
            if let Some(found) = look(&self.state()) {
                return found;
            }
            assert!(start.elapsed() < patience, "waited in vain for {what}; log:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Everything the mail servers said.
    pub(crate) fn log(&self) -> String {
        self.state().lines.iter().map(|line| line.line.as_str()).collect::<Vec<_>>().join("\n")
    }
}

/// The running stand-in; dropping it ends it.
pub(crate) struct FakeServe {
    pub(crate) shared: Shared,
    _listeners: JoinSet<()>,
}

impl FakeServe {
    pub(crate) fn new(shared: Shared, run_dir: &Path, passdb: std::net::TcpListener) -> Self {
        let mut listeners = JoinSet::new();
        let bind = |name: &str| {
            let path = run_dir.join(name);
            let _ = std::fs::remove_file(&path);
            let listener = UnixListener::bind(&path).expect("socket");
            // As `serve` does: the directory gives the group, this opens it to the group.
            let mode = if name == "internal.sock" { 0o600 } else { 0o660 };
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("mode");
            listener
        };
        listeners.spawn(questions::socketmap(bind("socketmap.sock"), shared.clone()));
        listeners.spawn(questions::policy(bind("policy.sock"), shared.clone()));
        listeners.spawn(questions::sasl(bind("sasl.sock"), shared.clone()));
        let _ = std::fs::create_dir(run_dir.join("usage"));
        listeners.spawn(questions::usage(bind("usage/dict.sock"), shared.clone()));
        listeners.spawn(http::internal(bind("internal.sock"), shared.clone()));
        listeners.spawn(http::passdb(TcpListener::from_std(passdb).expect("listener"), shared.clone()));
        Self { shared, _listeners: listeners }
    }
}

pub(crate) fn shared(secret: &str, mail_dir: PathBuf) -> Shared {
    let state = State { mailboxes: HashMap::from([(ANN.into(), 1), (BOB.into(), 258)]), ..State::default() };
    Shared { state: Arc::new(Mutex::new(state)), changed: Arc::default(), secret: secret.into(), mail_dir }
}
