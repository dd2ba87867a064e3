//! Mailboxes that are full: refused where the sender learns of it, shown where people look, and open again at once.

use std::time::{Duration, Instant};

use bailiwick_tests::customer::{Customer, MAIL, User};
use bailiwick_tests::installation::{Installation, Run};
use bailiwick_tests::mailing::finish;

/// How long the panel may take to show what has changed.
const SHOWN: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn a_full_mailbox_is_refused_at_rcpt_and_at_delivery_shown_and_open_again_when_mail_is_deleted() {
    let house = Installation::start(Run::Together).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    let bob = house.user("bob@acme.test").await;
    let ann_id = house.mailbox_id(&ann.address).await;
    set_quota(&mut acme, &ann_id, "0.001").await;
    acme.alias("both", &["ann@acme.test", "bob@acme.test"]).await;
    acme.alias("only-ann", &["ann@acme.test"]).await;

    let start = Instant::now();
    big(&house, &ann.address, 600, "the first").await;
    shows(&mut acme, &format!("/mailboxes/{ann_id}"), "kB of 1 MB").await;
    eprintln!("shown {:?} after it was sent", start.elapsed());
    delivery_is_refused(&house, &ann).await;
    let announced = rcpt_of_size(&house, &ann.address, 5_000_000).await;
    assert!(announced.starts_with("552 5.2.2 "), "announced as too large: {announced}");
    big(&house, &ann.address, 450, "up to a tenth beyond").await;
    shows(&mut acme, &format!("/mailboxes/{ann_id}"), "1.1 MB of 1 MB").await;
    house.read(&ann, "up to a tenth beyond").await;

    for full in ["ann@acme.test", "ann+x@acme.test", "only-ann@acme.test"] {
        let refused = house.rcpt_from_outside("eve@far.test", full).await;
        assert!(
            refused.starts_with("552 5.2.2 ") && refused.contains("mailbox is full"),
            "{full}: {refused}"
        );
    }
    let refused = house.rcpt_of_user(&bob, &bob.address, "ann@acme.test").await;
    assert!(refused.starts_with("552 5.2.2 "), "from inside: {refused}");
    house.from_outside("mel@far.test", "both@acme.test", "for whoever has room").await;
    house.read(&bob, "for whoever has room").await;
    let bounce = house.sink.wait_for("mel@far.test", MAIL).await.expect("a bounce for the other");
    let text = bounce.text();
    assert!(text.contains("ann@acme.test") && text.contains("The mailbox is full."), "{text}");
    warned(&house, &mut acme, &ann).await;

    empty(&house, &ann).await;
    shows(&mut acme, &format!("/mailboxes/{ann_id}"), "0 MB of 1 MB").await;
    house.from_outside("eve@far.test", &ann.address, "there is room again").await;
    house.read(&ann, "there is room again").await;
    big(&house, &ann.address, 1_050, "full once more").await;
    house.read(&ann, "full once more").await;
    refused_soon(&house, &ann.address).await;
    set_quota(&mut acme, &ann_id, "0.01").await;
    let answer = house.rcpt_from_outside("eve@far.test", &ann.address).await;
    assert!(answer.starts_with("250 "), "a raised quota counts at once: {answer}");
    house.from_outside("eve@far.test", &ann.address, "there is more room").await;
    house.read(&ann, "there is more room").await;
    assert!(acme.mailbox(&ann_id, "remove", &[("confirm", &ann.address)]).await.status == 303);
    house.settled("removed").await;
    let usage = house.telemetry("SELECT messages FROM mailbox_usage").await;
    assert_eq!(usage, [["1"]], "what is known of a mailbox goes with it");
    house.stop().await;
}

/// Sends about so many thousand bytes from outside, without saying how many before.
async fn big(house: &Installation, to: &str, thousands: usize, subject: &str) {
    let mut smtp = house.mx().await;
    assert!(smtp.smtp("MAIL FROM:<eve@far.test>").await.starts_with("250 "));
    let answer = smtp.smtp(&format!("RCPT TO:<{to}>")).await;
    assert!(answer.starts_with("250 "), "{to}: {answer}");
    let line = "x".repeat(98) + "\r\n";
    let text = format!("Subject: {subject}\r\n\r\n{}", line.repeat(thousands * 10));
    finish(&mut smtp, &text).await;
}

/// What port 25 says to a recipient of a mail of an announced size.
async fn rcpt_of_size(house: &Installation, to: &str, size: usize) -> String {
    let mut smtp = house.mx().await;
    assert!(smtp.smtp(&format!("MAIL FROM:<eve@far.test> SIZE={size}")).await.starts_with("250 "));
    smtp.smtp(&format!("RCPT TO:<{to}>")).await
}

/// One that did not announce its size is taken at RCPT, refused by LMTP, and its sender told why.
async fn delivery_is_refused(house: &Installation, ann: &User) {
    big(house, &ann.address, 550, "too large").await;
    let bounce = house.sink.wait_for("eve@far.test", MAIL).await.expect("a bounce");
    let text = bounce.text();
    assert!(
        text.contains("552") && text.contains("5.2.2") && text.contains("The mailbox is full."),
        "{text}"
    );
    assert_eq!(house.subjects(ann).await, ["the first"]);
}

/// Waits until a page says so.
async fn shows(acme: &mut Customer, path: &str, words: &str) {
    let start = Instant::now();
    loop {
        let page = acme.admin.get(path).await;
        if page.words().contains(words) {
            return;
        }
        assert!(start.elapsed() < SHOWN, "“{words}” is not shown: {}", page.words());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Home, the list and the User Panel say so too.
async fn warned(house: &Installation, acme: &mut Customer, ann: &User) {
    shows(acme, "/", "One user has used more than 90 % of the quota").await;
    shows(acme, "/mailboxes?usage=nearly_full", "ann@acme.test").await;
    let page = acme.admin.get("/mailboxes?usage=nearly_full").await;
    assert!(!page.words().contains("bob@acme.test"), "{}", page.words());
    let page = house.panel(ann).await.get("/panel").await;
    assert!(page.words().contains("Your mailbox is nearly full"), "{}", page.words());
}

/// Deletes everything in the inbox and signs out.
async fn empty(house: &Installation, user: &User) {
    let mut imap = house.imap(user).await;
    assert!(imap.imap("STORE 1:* +FLAGS.SILENT (\\Deleted)").await.contains("x OK"));
    assert!(imap.imap("EXPUNGE").await.contains("x OK"));
    imap.imap("LOGOUT").await;
}

/// A delivery is told a moment after it can be read.
async fn refused_soon(house: &Installation, to: &str) {
    let start = Instant::now();
    loop {
        let answer = house.rcpt_from_outside("eve@far.test", to).await;
        if answer.starts_with("552 5.2.2 ") {
            return;
        }
        assert!(start.elapsed() < SHOWN, "{answer}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn set_quota(acme: &mut Customer, id: &str, gb: &str) {
    let path = format!("/mailboxes/{id}");
    let page = acme.admin.get(&path).await;
    let version = page.between("name=\"version\" value=\"", "\"").expect("the version").to_owned();
    let fields = [("version", version.as_str()), ("name", "Some Body"), ("quota", gb)];
    let page = acme.admin.post(&path, &fields).await;
    assert_eq!(page.gist(), format!("303 {path}?done=saved"), "{}", page.words());
}
