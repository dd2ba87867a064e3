//! The mail plane with the real Postfix and Dovecot, and a stand-in for `serve`.
//!
//! Needs root, since Postfix starts no other way; without it the tests say so and pass over.

mod fake_serve;
mod mail_client;
mod usage_and_pop3;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bailiwick_mail::internal::{Job, Outcome};
use bailiwick_plane::{PlaneError, PlaneSettings, Ports, Relay};
use fake_serve::{ANN, BOB, FakeServe, PASSWORD, Shared};
use mail_client::{Client, Trust};
use tokio::sync::watch;
use tokio::task::JoinHandle;

const HOST: &str = "mail.acme.test";
const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// A directory, ports and a stand-in: all that a mail plane needs.
struct Ground {
    dir: tempfile::TempDir,
    settings: PlaneSettings,
    passdb: TcpListener,
    shared: Shared,
}

impl Ground {
    fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("bailiwick-").tempdir_in("/var/tmp").expect("directory");
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).expect("mode");
        let held: Vec<_> = (0..9).map(|_| TcpListener::bind((LOOPBACK, 0)).expect("port")).collect();
        let port = |n: usize| held[n].local_addr().expect("address").port();
        let passdb = TcpListener::bind((LOOPBACK, 0)).expect("port");
        passdb.set_nonblocking(true).expect("non-blocking");
        let settings = PlaneSettings {
            data_dir: dir.path().join("data"),
            run_dir: dir.path().join("run"),
            secrets_dir: dir.path().join("secrets"),
            hostname: HOST.into(),
            listen: vec![IpAddr::V4(LOOPBACK)],
            ports: Ports {
                smtp: port(0),
                submission: port(1),
                submissions: port(2),
                imap: port(3),
                imaps: port(4),
                pop3: port(7),
                pop3s: port(8),
                reinject: port(5),
                doveadm: port(6),
            },
            passdb_url: format!("http://{}", passdb.local_addr().expect("address")),
            tls: None,
            relay: Some(Relay { host: "127.0.0.1".into(), port: 9 }),
            mail_uid: 5000,
            mail_gid: 5000,
            message_size_limit: 1_000_000,
        };
        std::fs::create_dir(&settings.run_dir).expect("run directory");
        let secret = bailiwick_plane::load_or_make_secret(&settings.passdb_secret()).expect("secret");
        let shared = fake_serve::shared(&secret, settings.mail_dir());
        Self { dir, settings, passdb, shared }
    }

    fn serve(&self) -> FakeServe {
        let passdb = self.passdb.try_clone().expect("listener");
        FakeServe::new(self.shared.clone(), &self.settings.run_dir, passdb)
    }

    async fn start(self) -> Plane {
        let serve = self.serve();
        let start = Instant::now();
        let (end, shutdown) = watch::channel(false);
        let (ready, mut up) = watch::channel(false);
        let mut task = tokio::spawn(bailiwick_plane::run_and_tell(self.settings.clone(), shutdown, ready));
        tokio::select! {
            up = up.wait_for(|up| *up) => drop(up.expect("ready")),
            ended = &mut task => panic!("the mail plane did not start: {ended:?}"),
            () = tokio::time::sleep(Duration::from_secs(30)) => panic!("not ready:\n{}", self.shared.log()),
        }
        eprintln!("ready after {:?}", start.elapsed());
        let pem = std::fs::read(self.settings.tls_dir().join("self-made.pem")).expect("certificate");
        Plane { trust: Trust::new(&pem, HOST), ground: self, serve, end, task, up }
    }
}

/// A running mail plane.
struct Plane {
    ground: Ground,
    serve: FakeServe,
    trust: Trust,
    end: watch::Sender<bool>,
    task: JoinHandle<Result<(), PlaneError>>,
    up: watch::Receiver<bool>,
}

impl Plane {
    fn at(&self, port: impl Fn(&Ports) -> u16) -> SocketAddr {
        SocketAddr::from((LOOPBACK, port(&self.ground.settings.ports)))
    }

    fn shared(&self) -> &Shared {
        &self.serve.shared
    }

    async fn deliver(&self, to: &str, subject: &str) {
        let mut smtp = Client::plain(self.at(|ports| ports.smtp)).await;
        assert!(smtp.smtp_answer().await.starts_with("220 "));
        assert!(smtp.smtp("EHLO elsewhere.test").await.starts_with("250 "));
        assert!(smtp.smtp("MAIL FROM:<eve@elsewhere.test>").await.starts_with("250 "));
        let accepted = smtp.smtp(&format!("RCPT TO:<{to}>")).await;
        assert!(accepted.starts_with("250 "), "{accepted}\n{}", self.shared().log());
        assert!(smtp.smtp("DATA").await.starts_with("354 "));
        assert!(smtp.smtp(&format!("Subject: {subject}\r\n\r\nHello.\r\n.")).await.starts_with("250 "));
        let sent = format!("to=<{to}>");
        self.shared()
            .until("the delivery", Duration::from_secs(20), |state| {
                state
                    .lines
                    .iter()
                    .any(|l| l.line.contains(&sent) && l.line.contains("status=sent"))
                    .then_some(())
            })
            .await;
    }

    async fn imap(&self, user: &str) -> Client {
        let mut imap = Client::tls(self.at(|ports| ports.imaps), &self.trust).await;
        assert!(imap.line().await.starts_with("* OK "));
        let answer = imap.imap(&format!("LOGIN {user} \"{PASSWORD}\"")).await;
        assert!(answer.contains("x OK"), "{answer}\n{}", self.shared().log());
        imap
    }

    /// A submission signed in after STARTTLS.
    async fn submission(&self, user: &str) -> Client {
        let mut smtp = Client::plain(self.at(|ports| ports.submission)).await;
        assert!(smtp.smtp_answer().await.starts_with("220 "));
        smtp.smtp("EHLO laptop.test").await;
        assert!(smtp.smtp("STARTTLS").await.starts_with("220 "));
        let mut smtp = smtp.secured(&self.trust).await;
        smtp.smtp("EHLO laptop.test").await;
        let answer = smtp.smtp(&format!("AUTH PLAIN {}", plain(user, PASSWORD))).await;
        assert!(answer.starts_with("235 "), "{answer}\n{}", self.shared().log());
        smtp
    }

    async fn stop(self) {
        let dir = self.ground.dir.path().to_owned();
        let start = Instant::now();
        self.end.send_replace(true);
        tokio::time::timeout(Duration::from_secs(20), self.task)
            .await
            .expect("in time")
            .expect("joined")
            .expect("ended");
        eprintln!("stopped within {:?}", start.elapsed());
        assert_eq!(mail_processes(&dir), Vec::<String>::new(), "nothing is left behind");
    }
}

fn plain(user: &str, password: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(format!("\0{user}\0{password}"))
}

/// Processes of mail servers that work on this directory.
fn mail_processes(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("proc").flatten() {
        let proc = entry.path();
        let program = std::fs::read_link(proc.join("exe")).unwrap_or_default();
        let mail = ["/usr/lib/postfix", "/usr/lib/dovecot", "/usr/sbin/dovecot"]
            .iter()
            .any(|p| program.starts_with(p));
        let below = std::fs::read_link(proc.join("cwd")).is_ok_and(|cwd| cwd.starts_with(dir));
        let named = std::fs::read(proc.join("cmdline"))
            .is_ok_and(|text| String::from_utf8_lossy(&text).contains(&*dir.to_string_lossy()));
        if mail && (below || named) {
            found.push(format!("{} {}", proc.display(), program.display()));
        }
    }
    found
}

/// Whether the test can run at all.
fn root() -> bool {
    let root = nix::unistd::Uid::effective().is_root();
    if !root {
        eprintln!("SKIPPED: not root, and Postfix starts no other way");
    }
    root
}

fn ended_well(outcome: &Outcome) {
    assert_eq!(*outcome, Outcome::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_comes_in_is_read_and_goes_out_under_ones_own_name_only() {
    if !root() {
        return;
    }
    let plane = Ground::new().start().await;
    plane.deliver("ann+holiday@acme.test", "from outside").await;

    let mut imap = plane.imap(ANN).await;
    assert!(imap.imap("SELECT INBOX").await.contains("* 1 EXISTS"));
    assert!(imap.imap("FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT)]").await.contains("Subject: from outside"));
    assert!(imap.imap("GETQUOTAROOT INBOX").await.contains("STORAGE"), "the quota of the mailbox counts");

    let mut smtp = plane.submission(ANN).await;
    assert!(smtp.smtp(&format!("MAIL FROM:<{BOB}>")).await.starts_with("250 "));
    let refused = smtp.smtp(&format!("RCPT TO:<{BOB}>")).await;
    assert!(refused.starts_with("553 5.7.1"), "as another sender: {refused}");
    smtp.smtp("RSET").await;
    assert!(smtp.smtp("MAIL FROM:<>").await.starts_with("250 "));
    let refused = smtp.smtp(&format!("RCPT TO:<{BOB}>")).await;
    assert!(refused.starts_with('5'), "as nobody: {refused}");
    smtp.smtp("RSET").await;
    assert!(smtp.smtp(&format!("MAIL FROM:<{ANN}>")).await.starts_with("250 "));
    assert!(smtp.smtp(&format!("RCPT TO:<{BOB}>")).await.starts_with("250 "));
    assert!(smtp.smtp("DATA").await.starts_with("354 "));
    assert!(smtp.smtp("Subject: from Ann\r\n\r\nHello.\r\n.").await.starts_with("250 "));
    plane
        .shared()
        .until("the delivery to Bob", Duration::from_secs(20), |state| {
            state
                .lines
                .iter()
                .any(|l| l.line.contains("to=<bob@acme.test>") && l.line.contains("status=sent"))
                .then_some(())
        })
        .await;
    assert!(plane.imap(BOB).await.imap("SELECT INBOX").await.contains("* 1 EXISTS"));
    assert!(plane.shared().log().contains("submission/smtpd"), "each listener has its name in the log");

    let mut back = Client::plain(plane.at(|ports| ports.reinject)).await;
    back.smtp_answer().await;
    back.smtp("EHLO serve").await;
    assert!(back.smtp("MAIL FROM:<list-bounces+1@acme.test>").await.starts_with("250 "));
    for target in [BOB, "carl@elsewhere.test"] {
        assert!(
            back.smtp(&format!("RCPT TO:<{target}>")).await.starts_with("250 "),
            "what is sent on is taken back"
        );
    }
    only_auth_reads_the_secret(&plane.ground.settings);
    let hello = plane.shared().state().hellos.first().cloned().expect("greeted");
    assert!(hello.postfix_version.starts_with("3.7.") && hello.dovecot_version.starts_with("2.3.19"));
    plane.stop().await;
}

/// Dovecot's mail processes are in its group, so the group may not read what its auth processes may.
fn only_auth_reads_the_secret(settings: &PlaneSettings) {
    let dovecot = nix::unistd::User::from_name("dovecot").expect("users").expect("dovecot");
    for name in ["passdb.secret", "auth.lua"] {
        let found = std::fs::metadata(settings.dovecot_etc_dir().join(name)).expect("stat");
        assert_eq!((found.uid(), found.mode() & 0o777), (dovecot.uid.as_raw(), 0o400), "{name}");
    }
    for file in [settings.dovecot_conf(), settings.passdb_secret(), settings.doveadm_secret()] {
        let found = std::fs::metadata(&file).expect("stat");
        assert_eq!((found.uid(), found.mode() & 0o777), (0, 0o600), "{}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_password_passes_without_tls_and_no_mail_without_sign_in() {
    if !root() {
        return;
    }
    let plane = Ground::new().start().await;

    let mut imap = Client::plain(plane.at(|ports| ports.imap)).await;
    imap.line().await;
    let early = imap.imap(&format!("LOGIN {ANN} \"{PASSWORD}\"")).await;
    assert!(early.contains("x NO"), "not even on loopback: {early}");
    assert!(imap.imap("STARTTLS").await.contains("x OK"));
    let mut imap = imap.secured(&plane.trust).await;
    assert!(imap.imap(&format!("LOGIN {ANN} \"wrong\"")).await.contains("AUTHENTICATIONFAILED"));
    assert!(imap.imap(&format!("LOGIN {ANN} \"{PASSWORD}\"")).await.contains("x OK"));

    let mut mx = Client::plain(plane.at(|ports| ports.smtp)).await;
    mx.smtp_answer().await;
    mx.send("EHLO elsewhere.test").await;
    let mut offers = String::new();
    loop {
        let line = mx.line().await;
        offers.push_str(&line);
        if line.starts_with("250 ") {
            break;
        }
    }
    assert!(offers.contains("STARTTLS") && !offers.contains("AUTH"), "{offers}");
    mx.smtp("MAIL FROM:<eve@elsewhere.test>").await;
    assert!(mx.smtp("RCPT TO:<carl@elsewhere.test>").await.starts_with("554 "), "no relaying");
    assert!(mx.smtp("RCPT TO:<nobody@acme.test>").await.starts_with("550 "), "no such mailbox");

    let mut smtp = Client::plain(plane.at(|ports| ports.submission)).await;
    smtp.smtp_answer().await;
    smtp.smtp("EHLO laptop.test").await;
    let early = smtp.smtp(&format!("AUTH PLAIN {}", plain(ANN, PASSWORD))).await;
    assert!(early.starts_with('5'), "before STARTTLS: {early}");

    let mut smtp = Client::tls(plane.at(|ports| ports.submissions), &plane.trust).await;
    smtp.smtp_answer().await;
    smtp.smtp("EHLO laptop.test").await;
    let wrong = smtp.smtp(&format!("AUTH PLAIN {}", plain(ANN, "wrong"))).await;
    assert!(wrong.starts_with("535 ") && wrong.contains("Not with this password"), "{wrong}");
    smtp.smtp(&format!("MAIL FROM:<{ANN}>")).await;
    assert!(smtp.smtp(&format!("RCPT TO:<{BOB}>")).await.starts_with("554 "), "without sign-in");
    plane.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disconnect_ends_idling_and_submitting_sessions_of_that_user_alone() {
    if !root() {
        return;
    }
    let plane = Ground::new().start().await;
    let mut idle = plane.imap(ANN).await;
    idle.imap("SELECT INBOX").await;
    idle.send("i IDLE").await;
    assert!(idle.line().await.starts_with('+'));
    let mut smtp = plane.submission(ANN).await;
    assert!(smtp.smtp(&format!("MAIL FROM:<{ANN}>")).await.starts_with("250 "));
    let mut other = plane.imap(BOB).await;
    let mut other_smtp = plane.submission(BOB).await;

    plane.shared().state().revoked.insert(ANN.into());
    let smtpd_pids = plane.shared().state().smtpds.get(ANN).cloned().expect("signed in");
    let own = std::process::id();
    let start = Instant::now();
    let job =
        Job::Disconnect { mailbox_id: 1, user: ANN.into(), smtpd_pids: [smtpd_pids, vec![own, 1]].concat() };
    let shared = plane.shared().clone();
    let outcome = tokio::spawn(async move { shared.job(job).await });
    assert!(idle.hung_up_within(Duration::from_secs(2)).await, "IDLE ends");
    assert!(smtp.hung_up_within(Duration::from_secs(2)).await, "the submission ends");
    eprintln!("both sessions ended after {:?}", start.elapsed());
    ended_well(&outcome.await.expect("joined"));
    assert!(start.elapsed() < Duration::from_secs(4), "confirmed after {:?}", start.elapsed());

    assert!(other.imap("NOOP").await.contains("x OK"), "Bob goes on reading");
    assert!(other_smtp.smtp("NOOP").await.starts_with("250 "), "Bob goes on sending");
    assert!(other_smtp.smtp(&format!("MAIL FROM:<{BOB}>")).await.starts_with("250 "));
    plane.shared().state().revoked.insert(BOB.into());
    let answer = other_smtp.smtp(&format!("RCPT TO:<{BOB}>")).await;
    assert!(answer.starts_with("421 "), "the next recipient after a revocation: {answer}");
    assert!(other_smtp.hung_up_within(Duration::from_secs(2)).await);
    let mut imap = Client::tls(plane.at(|ports| ports.imaps), &plane.trust).await;
    imap.line().await;
    assert!(!imap.imap(&format!("LOGIN {ANN} \"{PASSWORD}\"")).await.contains("x OK"));
    plane.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disconnect_without_sessions_is_confirmed_and_one_without_dovecot_is_not() {
    if !root() {
        return;
    }
    let plane = Ground::new().start().await;
    let job = |user: &str| Job::Disconnect { mailbox_id: 1, user: user.into(), smtpd_pids: vec![] };
    ended_well(&plane.shared().job(job(ANN)).await);
    assert!(
        matches!(plane.shared().job(job("*@acme.test")).await, Outcome::Failed { .. }),
        "never many at once"
    );

    // A stopped Dovecot holds its sessions: that must not be called done.
    let idle = plane.imap(ANN).await;
    let stopped: Vec<i32> = dovecot_master(&plane);
    for &pid in &stopped {
        signal(pid, nix::sys::signal::Signal::SIGSTOP);
    }
    let outcome = plane.shared().job(job(ANN)).await;
    for &pid in &stopped {
        signal(pid, nix::sys::signal::Signal::SIGCONT);
    }
    assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
    drop(idle);
    plane.stop().await;
}

/// All processes of this Dovecot.
fn dovecot_master(plane: &Plane) -> Vec<i32> {
    let pid_file = plane.ground.settings.dovecot_base_dir().join("master.pid");
    let master: i32 = std::fs::read_to_string(pid_file).expect("pid file").trim().parse().expect("pid");
    let group =
        |stat: &str| stat.rsplit_once(") ").and_then(|(_, rest)| rest.split(' ').nth(2)?.parse::<i32>().ok());
    std::fs::read_dir("/proc")
        .expect("proc")
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| {
            std::fs::read_to_string(format!("/proc/{pid}/stat"))
                .is_ok_and(|stat| group(&stat) == Some(master))
        })
        .collect()
}

fn signal(pid: i32, signal: nix::sys::signal::Signal) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal).expect("signal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_mailbox_leaves_nothing_on_disk() {
    if !root() {
        return;
    }
    let plane = Ground::new().start().await;
    let mail = plane.ground.settings.mail_dir();
    ended_well(&plane.shared().job(Job::PrepareMail { mailbox_id: 1, created_at_ms: 77 }).await);
    plane.deliver(ANN, "soon gone").await;
    plane.deliver(BOB, "to stay").await;
    assert!(mail.join("01/1/Maildir").is_dir() && mail.join("02/258/Maildir").is_dir());
    let mut reading = plane.imap(ANN).await;
    assert!(reading.imap("SELECT INBOX").await.contains("* 1 EXISTS"));

    let remove = |created_at_ms| Job::RemoveMail { mailbox_id: 1, created_at_ms, user: ANN.into() };
    plane.shared().state().revoked.insert(ANN.into());
    assert!(
        matches!(plane.shared().job(remove(76)).await, Outcome::Failed { .. }),
        "the home of a younger mailbox"
    );
    assert!(mail.join("01/1/Maildir").is_dir());
    ended_well(&plane.shared().job(remove(77)).await);
    assert!(!mail.join("01/1").exists());
    assert_eq!(std::fs::read_dir(mail.join(".trash")).expect("trash").count(), 0);
    assert!(mail.join("02/258/Maildir").is_dir(), "Bob's mail is untouched");
    assert!(reading.hung_up_within(Duration::from_secs(2)).await);
    ended_well(&plane.shared().job(remove(77)).await);
    plane.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_serve_is_away_nothing_is_refused_for_good_and_no_log_line_is_lost() {
    if !root() {
        return;
    }
    let mut plane = Ground::new().start().await;
    plane.deliver(ANN, "before").await;
    drop(plane.serve);
    tokio::time::sleep(Duration::from_millis(200)).await;
    let smtp_port = SocketAddr::from((LOOPBACK, plane.ground.settings.ports.smtp));
    let mut smtp = Client::plain(smtp_port).await;
    smtp.smtp_answer().await;
    smtp.smtp("EHLO elsewhere.test").await;
    smtp.smtp("MAIL FROM:<eve@elsewhere.test>").await;
    let answer = smtp.smtp(&format!("RCPT TO:<{ANN}>")).await;
    assert!(answer.starts_with("451 "), "{answer}");
    let mut imap =
        Client::tls(SocketAddr::from((LOOPBACK, plane.ground.settings.ports.imaps)), &plane.trust).await;
    imap.line().await;
    let answer = imap.imap(&format!("LOGIN {ANN} \"{PASSWORD}\"")).await;
    assert!(answer.contains("UNAVAILABLE"), "{answer}");

    let answer = submission_sign_in(
        SocketAddr::from((LOOPBACK, plane.ground.settings.ports.submission)),
        &plane.trust,
    )
    .await;
    assert!(answer.is_empty() || answer.starts_with('4'), "neither yes nor no: {answer}");

    plane.serve = plane.ground.serve();
    let rejected = "NOQUEUE: reject: RCPT from unknown[127.0.0.1]: 451 4.3.";
    plane
        .shared()
        .until("the lines of the time away", Duration::from_secs(20), |state| {
            state.lines.iter().any(|line| line.line.contains(rejected)).then_some(())
        })
        .await;
    plane.deliver(ANN, "after").await;
    let back = Instant::now();
    let address = plane.at(|ports| ports.submission);
    while !submission_sign_in(address, &plane.trust).await.starts_with("235 ") {
        assert!(back.elapsed() < Duration::from_secs(10), "submission does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    eprintln!("submission is back {:?} after the first delivery", back.elapsed());
    plane.stop().await;
}

/// The answer to a right password, or nothing if the server hangs up before.
async fn submission_sign_in(address: SocketAddr, trust: &Trust) -> String {
    let mut smtp = Client::plain(address).await;
    if !smtp.smtp_answer().await.starts_with("220 ") {
        return String::new();
    }
    smtp.smtp("EHLO laptop.test").await;
    smtp.smtp("STARTTLS").await;
    let mut smtp = smtp.secured(trust).await;
    if !smtp.smtp("EHLO laptop.test").await.starts_with("250 ") {
        return String::new();
    }
    smtp.smtp(&format!("AUTH PLAIN {}", plain(ANN, PASSWORD))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_dies_comes_back() {
    if !root() {
        return;
    }
    let mut plane = Ground::new().start().await;
    let dovecot = dovecot_master(&plane);
    let pid_file = plane.ground.settings.queue_dir().join("pid/master.pid");
    let postfix: i32 = std::fs::read_to_string(pid_file).expect("pid file").trim().parse().expect("pid");
    signal(postfix, nix::sys::signal::Signal::SIGKILL);
    signal(dovecot[0], nix::sys::signal::Signal::SIGKILL);
    plane.up.wait_for(|up| !*up).await.expect("seen");
    tokio::time::timeout(Duration::from_secs(20), plane.up.wait_for(|up| *up))
        .await
        .expect("in time")
        .expect("up");
    plane.deliver(ANN, "after the fall").await;
    assert!(plane.imap(ANN).await.imap("SELECT INBOX").await.contains("* 1 EXISTS"));
    plane.stop().await;
}

/// Where the process below finds what to run.
const GROUND_VARIABLE: &str = "BAILIWICK_TEST_GROUND";

/// Not a test of its own: the process that the next test kills.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "started by the test of a killed run"]
async fn a_run_to_be_killed() {
    let Ok(text) = std::env::var(GROUND_VARIABLE) else { return };
    let settings: PlaneSettings = serde_json::from_str(&text).expect("settings");
    let (_end, shutdown) = watch::channel(false);
    bailiwick_plane::run(settings, shutdown).await.expect("runs");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_run_left_behind_is_taken_over_and_a_second_run_is_refused() {
    if !root() {
        return;
    }
    let ground = Ground::new();
    let serve = ground.serve();
    let mut child = tokio::process::Command::new(std::env::current_exe().expect("own program"))
        .args(["--ignored", "--exact", "a_run_to_be_killed"])
        .env(GROUND_VARIABLE, as_json(&ground.settings))
        .kill_on_drop(true)
        .spawn()
        .expect("child");
    let smtp = SocketAddr::from((LOOPBACK, ground.settings.ports.smtp));
    let started = Instant::now();
    while std::net::TcpStream::connect(smtp).is_err() || !ground.settings.lmtp_socket().exists() {
        assert!(started.elapsed() < Duration::from_secs(30), "never started:\n{}", ground.shared.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let (_end, shutdown) = watch::channel(false);
    let second = bailiwick_plane::run(ground.settings.clone(), shutdown).await;
    assert!(matches!(second, Err(PlaneError::AlreadyRunning { .. })), "{second:?}");

    child.kill().await.expect("killed");
    let dir: PathBuf = ground.dir.path().to_owned();
    assert!(!mail_processes(&dir).is_empty(), "the servers of the killed run are still there");
    drop(serve);
    let plane = ground.start().await;
    plane.deliver(ANN, "after the take-over").await;
    plane.stop().await;
}

fn as_json(settings: &PlaneSettings) -> String {
    serde_json::json!({
        "data_dir": settings.data_dir, "run_dir": settings.run_dir, "secrets_dir": settings.secrets_dir,
        "hostname": settings.hostname, "listen": settings.listen, "passdb_url": settings.passdb_url,
        "ports": {
            "smtp": settings.ports.smtp, "submission": settings.ports.submission,
            "submissions": settings.ports.submissions, "imap": settings.ports.imap, "imaps": settings.ports.imaps,
            "pop3": settings.ports.pop3, "pop3s": settings.ports.pop3s, "reinject": settings.ports.reinject, "doveadm": settings.ports.doveadm,
        },
        "relay": { "host": "127.0.0.1", "port": 9 }, "message_size_limit": settings.message_size_limit,
    })
    .to_string()
}
