//! What was taken away is gone, at once and everywhere (K16, P7, P8).

use std::time::{Duration, Instant};

use bailiwick_tests::customer::{Customer, MAIL, User, password_of};
use bailiwick_tests::installation::{Installation, Run};
use bailiwick_tests::lines::Lines;
use tokio::time::sleep;

#[tokio::test(flavor = "multi_thread")]
async fn an_28_disabled_users_and_suspended_tenants_are_let_in_nowhere_still_receive_and_come_back() {
    let house = Installation::start(Run::Together).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    let bob = house.user("bob@acme.test").await;
    let id = house.mailbox_id(&ann.address).await;
    house.panel(&ann).await;

    assert_eq!(acme.mailbox(&id, "disable", &[]).await.status, 303);
    closed(&house, &ann).await;
    house.imap(&bob).await;
    house.from_outside("eve@far.test", &ann.address, "while disabled").await;
    house.settled("disabled").await; // else the end of the old sessions could still meet a new one
    assert_eq!(acme.mailbox(&id, "enable", &[]).await.status, 303);
    house.read(&ann, "while disabled").await;
    assert!(house.smtp_sign_in(&ann).await.starts_with("235 "));

    house.cli(&["tenant", "suspend", "acme", "--reason", "unpaid"]).await;
    closed(&house, &ann).await;
    closed(&house, &bob).await;
    let page = acme.admin.get("/mailboxes").await;
    assert_eq!(page.location, "/sign-in?next=%2Fmailboxes", "the Admin's session is over: {}", page.gist());
    house.from_outside("eve@far.test", &ann.address, "while suspended").await;
    house.settled("suspended").await;
    house.cli(&["tenant", "resume", "acme"]).await;
    house.read(&ann, "while suspended").await;
    let answer = house.smtp_sign_in(&bob).await;
    assert!(answer.starts_with("235 "), "{answer}");
    house.panel(&bob).await;
    house.stop().await;
}

/// Nobody gets in with the right password.
async fn closed(house: &Installation, user: &User) {
    let (_, answer) = house.imap_sign_in(user).await;
    assert!(answer.contains("x NO"), "IMAP: {answer}");
    let mut answer = house.smtp_sign_in(user).await;
    if answer.is_empty() {
        answer = house.smtp_sign_in(user).await; // by a process that was about to be ended for its last client
    }
    assert!(answer.starts_with("535 "), "SMTP: {answer}");
    let page = house.browser("mail").sign_in(&user.address, &user.password).await;
    assert_ne!(page.status, 303, "User Panel: {}", page.gist());
}

#[tokio::test(flavor = "multi_thread")]
async fn mp_15_mp_16_whatever_takes_a_right_away_ends_open_sessions_and_refuses_new_ones_at_once() {
    let house = Installation::start(Run::Together).await;
    let mut acme = house.customer("acme").await;
    let bob = house.user("bob@acme.test").await;
    let mut bobs_imap = house.imap(&bob).await;
    let mut bobs_smtp = mid_mail(&house, &bob).await;

    let ann = house.user("ann@acme.test").await;
    let mut panel = house.panel(&ann).await;
    let mut open = Open::new(&house, &ann).await;
    let new = password_of("the new one of ann");
    house.secrets.add(&new);
    let fields = [("present", ann.password.as_str()), ("new", &new), ("repeated", &new)];
    let page = panel.fill("/password", &fields).await;
    assert_eq!(page.gist(), "303 /?done=password-changed", "{}", page.words());
    open.end_after("password changed", Instant::now(), &house, &ann).await;
    house.imap(&User { password: new, ..ann }).await;

    taken_away(&house, &mut acme, "cleo", "disable").await;
    suspended(&house).await;
    taken_away(&house, &mut acme, "dora", "remove").await;
    assert!(bobs_imap.imap("NOOP").await.contains("x OK"), "others read on");
    let answer = bobs_smtp.smtp("RCPT TO:<friend@far.test>").await;
    assert!(answer.starts_with("250 "), "others send on: {answer}");
    house.stop().await;
}

async fn taken_away(house: &Installation, acme: &mut Customer, name: &str, verb: &str) {
    let user = house.user(&acme.at(name)).await;
    let id = house.mailbox_id(&user.address).await;
    let mut open = Open::new(house, &user).await;
    let fields: &[(&str, &str)] = if verb == "remove" { &[("confirm", &user.address)] } else { &[] };
    let page = acme.mailbox(&id, verb, fields).await;
    assert_eq!(page.status, 303, "{verb}: {}", page.words());
    open.end_after(verb, Instant::now(), house, &user).await;
}

async fn suspended(house: &Installation) {
    let _umbra = house.customer("umbra").await;
    let una = house.user("una@umbra.test").await;
    let mut open = Open::new(house, &una).await;
    house.cli(&["tenant", "suspend", "umbra", "--reason", "abuse"]).await;
    open.end_after("tenant suspended", Instant::now(), house, &una).await;
}

/// A submission signed in, in the middle of a mail.
async fn mid_mail(house: &Installation, user: &User) -> Lines {
    let mut smtp = house.signed_in_submission(user).await;
    assert!(smtp.smtp(&format!("MAIL FROM:<{}>", user.address)).await.starts_with("250 "));
    let answer = smtp.smtp("RCPT TO:<first@far.test>").await;
    assert!(answer.starts_with("250 "), "{answer}");
    smtp
}

/// Sessions of a user that are open when a right is taken away.
struct Open {
    idle: Lines,
    pop3: Lines,
    smtp: Lines,
    second_smtp: Lines,
}

impl Open {
    async fn new(house: &Installation, user: &User) -> Self {
        Self {
            idle: house.idling(user).await,
            pop3: house.pop3(user).await,
            smtp: mid_mail(house, user).await,
            second_smtp: house.signed_in_submission(user).await,
        }
    }

    /// `since` is the moment after the commit.
    async fn end_after(&mut self, why: &str, since: Instant, house: &Installation, user: &User) {
        let next_recipient = async {
            loop {
                let answer = self.smtp.smtp("RCPT TO:<next@far.test>").await;
                if !answer.starts_with("250 ") {
                    return (answer, since.elapsed());
                }
                assert!(since.elapsed() < Duration::from_secs(30), "{why}: goes on sending");
                sleep(Duration::from_millis(20)).await;
            }
        };
        let new_sign_in = async {
            let (_, answer) = house.imap_sign_in(user).await;
            let mut refusal = house.smtp_sign_in(user).await;
            if refusal.is_empty() {
                // What ends the user's open sessions ended this one too, before it was answered.
                refusal = house.smtp_sign_in(user).await;
            }
            let (_, pop3) = house.pop3_sign_in(user).await;
            (answer, pop3, refusal)
        };
        let patience = Duration::from_secs(15);
        let (idle, reading, second, (answer, refused), (imap, pop3, smtp)) = tokio::join!(
            self.idle.hangs_up_within(patience),
            self.pop3.hangs_up_within(patience),
            self.second_smtp.hangs_up_within(patience),
            next_recipient,
            new_sign_in,
        );
        eprintln!(
            "{why}: IMAP ended after {idle:?}, POP3 after {reading:?}, idle SMTP after {second:?}, next recipient “{answer}” after {refused:?}"
        );
        eprintln!("{why}: still to be done: {:?}", house.pending().await);
        assert!(imap.contains("x NO"), "{why}: {imap}");
        assert!(pop3.starts_with("-ERR"), "{why}: {pop3}");
        assert!(smtp.starts_with("535 "), "{why}: {smtp}");
        let nobodys = why == "remove" && answer.starts_with("553 "); // its sender address is nobody's any more
        assert!(answer.is_empty() || answer.starts_with("421 ") || nobodys, "{why}: {answer}");
        assert!(refused < Duration::from_secs(3), "{why}: the next recipient after {refused:?}");
        for (what, ended) in [("IMAP IDLE", idle), ("POP3", reading), ("SMTP", second)] {
            assert!(
                ended.is_some_and(|after| after < Duration::from_secs(10)),
                "{why}: {what} ended: {ended:?}"
            );
        }
        assert!(since.elapsed() < MAIL, "{why}");
    }
}
