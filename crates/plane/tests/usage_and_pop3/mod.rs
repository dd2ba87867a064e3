//! What Dovecot says of usage, how it keeps quotas, and POP3.

use std::time::{Duration, Instant};

use bailiwick_mail::internal::Job;

use crate::fake_serve::{ANN, BOB, PASSWORD};
use crate::mail_client::Client;
use crate::{Ground, Plane, ended_well, root};

impl Plane {
    /// Waits until this is said of how many messages a user stores; how many octets.
    async fn stored(&self, user: &str, messages: u64) -> u64 {
        let what = format!("{messages} messages of {user}");
        self.shared()
            .until(&what, Duration::from_secs(15), |state| {
                state.usage.get(user).filter(|(_, found)| *found == messages).map(|(octets, _)| *octets)
            })
            .await
    }

    /// What Dovecot says to the delivery of about so many octets.
    async fn lmtp(&self, to: &str, octets: usize) -> String {
        let mut lmtp = Client::local(&self.ground.settings.lmtp_socket()).await;
        assert!(lmtp.smtp_answer().await.starts_with("220 "));
        assert!(lmtp.smtp("LHLO postfix").await.starts_with("250 "));
        assert!(lmtp.smtp("MAIL FROM:<eve@elsewhere.test>").await.starts_with("250 "));
        let answer = lmtp.smtp(&format!("RCPT TO:<{to}>")).await;
        if !answer.starts_with("250 ") {
            return answer;
        }
        assert!(lmtp.smtp("DATA").await.starts_with("354 "));
        let lines = "x".repeat(98) + "\r\n";
        lmtp.smtp(&format!("Subject: big\r\n\r\n{}.", lines.repeat(octets / 100))).await
    }

    /// POP3 with TLS, greeted.
    async fn pop3(&self) -> Client {
        let mut pop3 = Client::tls(self.at(|ports| ports.pop3s), &self.trust).await;
        assert!(pop3.line().await.starts_with("+OK "));
        pop3
    }

    /// POP3 signed in.
    async fn pop3_of(&self, user: &str) -> Client {
        let mut pop3 = self.pop3().await;
        assert!(say(&mut pop3, &format!("USER {user}")).await.starts_with("+OK"));
        let answer = say(&mut pop3, &format!("PASS {PASSWORD}")).await;
        assert!(answer.starts_with("+OK"), "{answer}\n{}", self.shared().log());
        pop3
    }
}

async fn say(pop3: &mut Client, command: &str) -> String {
    pop3.send(command).await;
    pop3.line().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_mailbox_is_told() {
    if !root() {
        return;
    }
    let plane = Ground::new().start().await;
    let start = Instant::now();
    plane.deliver(ANN, "first").await;
    let one = plane.stored(ANN, 1).await;
    eprintln!("told {:?} after the delivery began", start.elapsed());
    plane.deliver(ANN, "second").await;
    assert!(plane.stored(ANN, 2).await > one);

    let mut imap = plane.imap(ANN).await;
    imap.imap("SELECT INBOX").await;
    imap.imap("STORE 1 +FLAGS.SILENT (\\Deleted)").await;
    let start = Instant::now();
    assert!(imap.imap("EXPUNGE").await.contains("x OK"));
    plane.stored(ANN, 1).await;
    eprintln!("told {:?} after deleting in an open session", start.elapsed());
    assert!(!plane.shared().log().contains("quota_clone"), "{}", plane.shared().log());
    plane.stop().await;
}

/// The rule by which `serve` answers about recipients is this one.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_below_its_quota_takes_one_more_delivery_up_to_a_tenth_beyond_and_then_none() {
    if !root() {
        return;
    }
    let plane = Ground::new().start().await;
    plane.shared().state().quotas.insert(BOB.into(), 100_000);
    assert!(plane.lmtp(BOB, 80_000).await.starts_with("250 "));
    assert!(plane.stored(BOB, 1).await < 81_000);
    let refused = plane.lmtp(BOB, 31_000).await;
    assert!(refused.starts_with("552 5.2.2 ") && refused.contains("The mailbox is full."), "{refused}");
    let taken = plane.lmtp(BOB, 29_000).await;
    assert!(taken.starts_with("250 "), "within the tenth: {taken}");
    assert!((108_000..=110_000).contains(&plane.stored(BOB, 2).await));
    let refused = plane.lmtp(BOB, 100).await;
    assert!(refused.starts_with("552 5.2.2 "), "{refused}");
    plane.shared().state().quotas.insert(BOB.into(), 200_000);
    assert!(plane.lmtp(BOB, 100).await.starts_with("250 "), "a raised quota counts at once");
    plane.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pop3_lists_reads_and_deletes_and_its_sessions_end_with_a_disconnect() {
    if !root() {
        return;
    }
    let plane = Ground::new().start().await;
    plane.deliver(ANN, "for POP3").await;
    let mut pop3 = plane.pop3_of(ANN).await;
    assert!(say(&mut pop3, "STAT").await.starts_with("+OK 1 "));
    assert!(say(&mut pop3, "RETR 1").await.starts_with("+OK"));
    let mut mail = String::new();
    loop {
        let line = pop3.line().await;
        if line == "." {
            break;
        }
        mail.push_str(&line);
        mail.push('\n');
    }
    assert!(mail.contains("Subject: for POP3") && mail.ends_with("Hello.\n"), "{mail}");
    assert!(say(&mut pop3, "DELE 1").await.starts_with("+OK"));
    assert!(say(&mut pop3, "QUIT").await.starts_with("+OK"));
    plane.stored(ANN, 0).await;

    let mut early = Client::plain(plane.at(|ports| ports.pop3)).await;
    early.line().await;
    say(&mut early, &format!("USER {ANN}")).await;
    let refused = say(&mut early, &format!("PASS {PASSWORD}")).await;
    assert!(refused.starts_with("-ERR"), "without TLS, not even on loopback: {refused}");
    let mut later = Client::plain(plane.at(|ports| ports.pop3)).await;
    later.line().await;
    assert!(say(&mut later, "STLS").await.starts_with("+OK"));
    let mut later = later.secured(&plane.trust).await;
    say(&mut later, &format!("USER {ANN}")).await;
    assert!(say(&mut later, "PASS wrong").await.contains("[AUTH]"));

    let (mut ann, mut bob) = (plane.pop3_of(ANN).await, plane.pop3_of(BOB).await);
    plane.shared().state().revoked.insert(ANN.into());
    let shared = plane.shared().clone();
    let job = Job::Disconnect { mailbox_id: 1, user: ANN.into(), smtpd_pids: Vec::new() };
    let outcome = tokio::spawn(async move { shared.job(job).await });
    assert!(ann.hung_up_within(Duration::from_secs(2)).await, "the session ends");
    ended_well(&outcome.await.expect("joined"));
    assert!(say(&mut bob, "NOOP").await.starts_with("+OK"), "that of another goes on");
    plane.stop().await;
}
