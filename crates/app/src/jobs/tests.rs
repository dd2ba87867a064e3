//! The outbox over real databases: lent once, done at least once, given up only where that is right.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bailiwick_base::authz::{Caller, Events};
use bailiwick_base::db::{NewJob, Query, sql};
use bailiwick_base::words::{JobId, LoginId, MailboxId, PasswordHash, Timestamp, limits};
use bailiwick_mail::internal::{Job, JobReport, LEASE_MS, LeaseRequest, LeasedJob, Outcome};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use super::{Jobs, disconnect, disconnect_domain, remove_mail};
use crate::emails::{self, Letter};
use crate::mail_policy::Live;
use crate::testkit::{TestApp, on_each_engine};
use crate::{Core, Settings};

const ANN: MailboxId = MailboxId(7);

fn caller() -> Caller {
    Caller::system("tests")
}

/// Leaves jobs as an operation does.
async fn leave(core: &Core, jobs: impl AsyncFnOnce(&mut bailiwick_base::db::WriteTx)) {
    let mut tx = core.write(&caller()).await.expect("a transaction");
    jobs(&mut tx).await;
    tx.commit(Events::none("left by a test")).await.expect("durable");
}

async fn leave_disconnect(core: &Core) {
    leave(core, async |tx| {
        let job: NewJob = disconnect(tx, ANN, "ann@acme.example");
        tx.enqueue(job).await.expect("queued");
    })
    .await;
}

async fn lease(core: &Core, wait_ms: u32) -> Vec<LeasedJob> {
    let request = LeaseRequest { holder: "plane".into(), max: 10, wait_ms };
    Jobs::new(core.clone()).lease(&request).await.expect("an answer").jobs
}

async fn report(core: &Core, job: &LeasedJob, outcome: Outcome) {
    let report = JobReport { lease: job.lease.clone(), outcome };
    Jobs::new(core.clone()).report(JobId(job.id), &report).await.expect("taken");
}

/// Each job's state, attempts and last error.
async fn states(core: &Core) -> Vec<(String, i64, Option<String>)> {
    let mut tx = core.read(&caller()).await.expect("a transaction");
    tx.all(sql("SELECT state, attempts, last_error FROM outbox ORDER BY id"))
        .await
        .expect("the outbox is read")
}

#[tokio::test]
async fn jobs_are_lent_once_in_the_order_of_queueing_with_what_the_mail_servers_need() {
    on_each_engine(async |app: TestApp| {
        let core = app.core();
        let live = |address: &str| Live {
            login: LoginId(1),
            mailbox: ANN,
            address: address.to_owned(),
            password: PasswordHash::of_nobody().clone(),
        };
        core.submissions().signed_in(12, live("ann@acme.example"));
        leave(core, async |tx| {
            let jobs = [
                disconnect(tx, ANN, "ann@acme.example"),
                disconnect_domain(tx, "acme.example"),
                remove_mail(ANN, "ann@acme.example", Timestamp(5)),
            ];
            for job in jobs {
                tx.enqueue(job).await.expect("queued");
            }
        })
        .await;
        let jobs = lease(core, 0).await;
        let user = || "ann@acme.example".to_owned();
        let wanted = [
            Job::Disconnect { mailbox_id: 7, user: user(), smtpd_pids: vec![12] },
            Job::DisconnectDomain { domain: "acme.example".into(), smtpd_pids: vec![12] },
            Job::RemoveMail { mailbox_id: 7, created_at_ms: 5, user: user() },
        ];
        assert_eq!(jobs.iter().map(|job| job.job.clone()).collect::<Vec<_>>(), wanted);
        assert!(lease(core, 0).await.is_empty(), "lent already");
        for job in &jobs {
            report(core, job, Outcome::Done).await;
        }
        assert!(states(core).await.iter().all(|(state, attempts, _)| state == "done" && *attempts == 1));
    })
    .await;
}

#[tokio::test]
async fn a_job_that_failed_is_lent_again_after_a_wait_and_a_session_is_never_given_up() {
    on_each_engine(async |app: TestApp| {
        let core = app.core();
        leave_disconnect(core).await;
        for attempt in 1..=limits::JOB_ATTEMPTS + 5 {
            let jobs = lease(core, 0).await;
            assert_eq!(jobs.len(), 1, "attempt {attempt}");
            report(core, &jobs[0], Outcome::Failed { why: "two sessions\nare left".into() }).await;
            assert!(lease(core, 0).await.is_empty(), "not before its wait is over");
            app.wait(Duration::from_secs(if attempt < limits::JOB_ATTEMPTS { 1 } else { 60 }));
        }
        let kept = ("queued".to_owned(), limits::JOB_ATTEMPTS + 5, Some("two sessions are left".to_owned()));
        assert_eq!(states(core).await, [kept]);
    })
    .await;
}

#[tokio::test]
async fn a_lease_that_ran_out_is_lent_to_the_next_and_the_old_outcome_is_ignored() {
    on_each_engine(async |app: TestApp| {
        let core = app.core();
        leave_disconnect(core).await;
        let first = lease(core, 0).await.remove(0);
        app.wait(Duration::from_millis(LEASE_MS.unsigned_abs() - 1));
        assert!(lease(core, 0).await.is_empty());
        app.wait(Duration::from_millis(1));
        let second = lease(core, 0).await.remove(0);
        assert_eq!(first.id, second.id);
        assert_ne!(first.lease, second.lease);
        report(core, &first, Outcome::Done).await;
        assert_eq!(states(core).await[0].0, "leased", "the outcome came under an older lease");
        report(core, &second, Outcome::Done).await;
        assert_eq!(states(core).await[0].0, "done");
        report(core, &second, Outcome::Failed { why: "late".into() }).await;
        assert_eq!(states(core).await[0].0, "done", "done stays done");
    })
    .await;
}

#[tokio::test]
async fn of_two_who_ask_at_once_only_one_gets_a_job() {
    on_each_engine(async |app: TestApp| {
        let core = app.core();
        for _ in 0..8 {
            leave_disconnect(core).await;
        }
        let (one, two, three) = tokio::join!(lease(core, 300), lease(core, 300), lease(core, 300));
        let mut ids: Vec<i64> = [one, two, three].concat().iter().map(|job| job.id).collect();
        ids.sort_unstable();
        let lent = ids.len();
        ids.dedup();
        assert_eq!((ids.len(), lent), (8, 8));
    })
    .await;
}

#[tokio::test]
async fn whoever_waits_for_a_job_gets_it_as_soon_as_it_is_left() {
    on_each_engine(async |app: TestApp| {
        let core = app.core();
        let started = Instant::now();
        let (jobs, ()) = tokio::join!(lease(core, 20_000), async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            leave_disconnect(core).await;
        });
        assert_eq!(jobs.len(), 1);
        assert!(started.elapsed() < Duration::from_secs(10), "it was told, or looked again");
        assert!(lease(core, 1).await.is_empty(), "a wait that ran out is an empty answer");
    })
    .await;
}

#[tokio::test]
async fn the_mail_plane_cannot_end_what_is_not_its_own() {
    on_each_engine(async |app: TestApp| {
        let core = app.core();
        leave_letter(core).await;
        assert!(lease(core, 0).await.is_empty(), "mails are not for the mail plane");
        let jobs = Jobs::new(core.clone());
        let mails = jobs.claim(&[emails::KIND], 4, "mine", Duration::from_mins(1)).await.expect("lent");
        let report = JobReport { lease: "mine".into(), outcome: Outcome::Done };
        jobs.report(mails[0].id, &report).await.expect("ignored");
        assert_eq!(states(core).await[0].0, "leased");
    })
    .await;
}

#[tokio::test]
async fn a_job_nobody_understands_is_set_aside() {
    on_each_engine(async |app: TestApp| {
        let core = app.core();
        leave(core, async |tx| {
            let job = NewJob::sealed("remove_mail", "odd".into(), b"{\"mailbox\":".to_vec());
            tx.enqueue(job).await.expect("queued");
        })
        .await;
        assert!(lease(core, 0).await.is_empty());
        assert_eq!(states(core).await, [("failed".to_owned(), 1, Some("not understood".to_owned()))]);
    })
    .await;
}

async fn leave_letter(core: &Core) {
    let letter = Letter {
        to: "ann@outside.example".parse().expect("an address"),
        subject: "Hello".into(),
        paragraphs: vec!["One line.".into()],
        link: None,
    };
    leave(core, async |tx| {
        let key = data_encoding::HEXLOWER.encode(&tx.random().bytes::<8>());
        emails::enqueue(tx, key, &letter).await.expect("queued");
    })
    .await;
}

/// A mail server that takes everything and tells the recipient of each mail.
async fn mail_server() -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("bound");
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(take_mail(stream, tell.clone()));
        }
    });
    (address, told)
}

async fn take_mail(stream: TcpStream, tell: mpsc::UnboundedSender<String>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await?;
    let mut in_data = false;
    while let Some(line) = lines.next_line().await? {
        let answer = match line.as_str() {
            "." if in_data => {
                in_data = false;
                "250 taken\r\n"
            }
            _ if in_data => continue,
            "DATA" => {
                in_data = true;
                "354 go on\r\n"
            }
            "QUIT" => "221 bye\r\n",
            other => {
                if let Some(to) = other.strip_prefix("RCPT TO:") {
                    let _ = tell.send(to.to_owned());
                }
                "250 ok\r\n"
            }
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// The same installation with another mail server.
fn with_mail_server(core: &Core, outgoing: SocketAddr) -> Core {
    Core::new(core.db().clone(), Settings { outgoing, ..core.settings().clone() })
}

async fn until(core: &Core, wanted: impl Fn(&[(String, i64, Option<String>)]) -> bool) {
    let started = Instant::now();
    loop {
        let now = states(core).await;
        if wanted(&now) {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "still {now:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn fi_13_mails_are_sent_once_after_the_mail_server_has_returned() {
    on_each_engine(async |app: TestApp| {
        let core = app.core();
        for _ in 0..6 {
            leave_letter(core).await;
        }
        let (tell, shutdown) = watch::channel(false);
        let mailer = Jobs::new(core.clone());
        let without = tokio::spawn(async move { mailer.run_mailer(shutdown).await });
        until(core, |jobs| {
            jobs.iter().all(|(state, attempts, error)| state == "queued" && *attempts == 1 && error.is_some())
        })
        .await;
        tell.send(true).expect("the mailer listens");
        without.await.expect("it ends");

        app.wait(Duration::from_secs(1));
        let (address, mut taken) = mail_server().await;
        let (tell, shutdown) = watch::channel(false);
        let mailer = Jobs::new(with_mail_server(core, address));
        let with = tokio::spawn(async move { mailer.run_mailer(shutdown).await });
        until(core, |jobs| jobs.iter().all(|(state, _, _)| state == "done")).await;
        tell.send(true).expect("the mailer listens");
        with.await.expect("it ends");
        let mut mails = 0;
        while let Ok(to) = taken.try_recv() {
            assert_eq!(to, "<ann@outside.example>");
            mails += 1;
        }
        assert_eq!(mails, 6);
        let mut tx = core.read(&caller()).await.expect("a transaction");
        let kept: Vec<(Vec<u8>,)> = tx.all(sql("SELECT payload FROM outbox")).await.expect("read");
        assert!(kept.iter().all(|(payload,)| payload.is_empty()), "what was sent is not kept");
    })
    .await;
}

#[tokio::test]
async fn a_mail_that_keeps_failing_is_tried_on_until_it_is_too_old() {
    on_each_engine(async |app: TestApp| {
        let core = app.core();
        leave_letter(core).await;
        let jobs = Jobs::new(core.clone());
        for attempt in 1..=limits::JOB_ATTEMPTS {
            let lease = format!("lease {attempt}");
            let mails = jobs.claim(&[emails::KIND], 4, &lease, Duration::from_mins(1)).await.expect("lent");
            assert_eq!(mails.len(), 1, "attempt {attempt}");
            let failed = super::store::Ended::Failed("refused".into());
            jobs.end(&[emails::KIND], mails[0].id, &lease, &failed).await.expect("noted");
            app.wait(Duration::from_mins(10));
        }
        assert_eq!(states(core).await[0].0, "queued");
        app.wait(Duration::from_hours(7 * 24));
        let late = jobs.claim(&[emails::KIND], 4, "late", Duration::from_mins(1)).await.expect("an answer");
        assert!(late.is_empty(), "too old to be sent");
        jobs.keep_house().await;
        assert_eq!(states(core).await[0].0, "failed");
    })
    .await;
}

#[tokio::test]
async fn what_is_done_and_old_is_removed_and_what_waits_stays() {
    on_each_engine(async |app: TestApp| {
        let core = app.core();
        leave_disconnect(core).await;
        let job = lease(core, 0).await.remove(0);
        report(core, &job, Outcome::Done).await;
        leave_disconnect(core).await;
        core.db()
            .telemetry()
            .keep(vec![
                sql("INSERT INTO sign_ins (at, realm, protocol, name, client_address, result) VALUES ($, 'admin', 'web', 'ann', '192.0.2.1', 'ok')")
                    .bind(core.ground().clock.now()),
            ])
            .await
            .expect("noted");
        let jobs = Jobs::new(core.clone());
        let sign_ins = async || {
            let mut tx = core.db().read_telemetry().await.expect("telemetry");
            tx.all::<(i64,)>(sql("SELECT id FROM sign_ins")).await.expect("read").len()
        };
        jobs.keep_house().await;
        assert_eq!((states(core).await.len(), sign_ins().await), (2, 1));
        app.wait(Duration::from_hours(8 * 24));
        jobs.keep_house().await;
        assert_eq!((states(core).await.len(), sign_ins().await), (1, 1));
        app.wait(Duration::from_hours(53 * 24));
        jobs.keep_house().await;
        assert_eq!((states(core).await.len(), sign_ins().await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn a_lease_has_one_holder_until_it_runs_out() {
    on_each_engine(async |app: TestApp| {
        let take = async |holder: &str, lasting: u64| {
            let mut tx = app.core().write(&caller()).await.expect("a transaction");
            let taken = super::take_lease(&mut tx, "test", holder, Duration::from_secs(lasting))
                .await
                .expect("asked");
            tx.commit(Events::none("a lease of a test")).await.expect("durable");
            taken
        };
        assert!(take("one", 10).await);
        assert!(!take("two", 10).await);
        app.wait(Duration::from_secs(9));
        assert!(take("one", 10).await, "renewed");
        app.wait(Duration::from_secs(9));
        assert!(!take("two", 10).await);
        app.wait(Duration::from_secs(1));
        assert!(take("two", 0).await);
        assert!(take("one", 10).await, "a lease that does not last ends with its transaction");
    })
    .await;
}

#[tokio::test]
async fn one_process_keeps_house_and_gives_the_lease_back_at_its_end() {
    on_each_engine(async |app: TestApp| {
        let lease_is_free = async || {
            let mut tx = app.core().write(&caller()).await.expect("a transaction");
            super::take_lease(&mut tx, "housekeeping", "another", Duration::ZERO).await.expect("asked")
        };
        let (tell, shutdown) = watch::channel(false);
        let keeper = Jobs::new(app.core().clone());
        let keeping = tokio::spawn(async move { keeper.run_housekeeping(shutdown).await });
        let started = Instant::now();
        while lease_is_free().await {
            assert!(started.elapsed() < Duration::from_secs(20), "nobody keeps house");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tell.send(true).expect("the keeper listens");
        keeping.await.expect("it ends");
        assert!(lease_is_free().await);
    })
    .await;
}
