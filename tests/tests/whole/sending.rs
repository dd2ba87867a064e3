//! What users send, and as whom.

use bailiwick_tests::customer::{MAIL, User};
use bailiwick_tests::installation::{Installation, Run};
use bailiwick_tests::lines::Lines;
use bailiwick_tests::mail_programs::Security;
use bailiwick_tests::mailing::finish;

#[tokio::test(flavor = "multi_thread")]
async fn mp_01_users_send_with_tls_under_their_own_address_and_no_other() {
    let house = Installation::start(Run::Together).await;
    let _acme = house.customer("acme").await;
    let _umbra = house.customer("umbra").await;
    let ann = house.user("ann@acme.test").await;
    let bob = house.user("bob@acme.test").await;
    let una = house.user("una@umbra.test").await;

    for (security, subject) in [(Security::StartTls, "by starttls"), (Security::Tls, "by tls")] {
        let outside = format!("{}@far.test", subject.replace(' ', "-"));
        let to = [outside.as_str(), bob.address.as_str(), una.address.as_str()];
        house.send(&ann, security, &to, subject).await.expect("sent");
        let mail = house.sink.wait_for(&outside, MAIL).await.expect("it left");
        assert_eq!(mail.from, ann.address, "envelope sender");
        assert!(mail.text().contains("From: \"Some Body\" <ann@acme.test>"), "{}", mail.text());
        assert_eq!(mail.to, [outside], "inside recipients are not told to the outside");
        house.read(&bob, subject).await;
        house.read(&una, subject).await;
    }

    for sender in
        [bob.address.as_str(), una.address.as_str(), "x@outside.test", "nobody@acme.test", "acme.test"]
    {
        let answer = house.rcpt_of_user(&ann, sender, &bob.address).await;
        assert!(answer.starts_with("553 5.7.1") || answer.starts_with("501 "), "as {sender}: {answer}");
    }
    let own = house.rcpt_of_user(&ann, "ann+news@acme.test", &bob.address).await;
    assert!(own.starts_with("250 "), "a plus address is one's own: {own}");
    let null = house.rcpt_of_user(&ann, "", &bob.address).await;
    assert!(null.starts_with("554 5.7.1") || null.starts_with("550 5.7.1"), "MP-04, as nobody: {null}");
    let inner = house.rcpt_of_user(&ann, &ann.address, "forward+1@forward.bailiwick.invalid").await;
    assert!(inner.starts_with("550 "), "inner addresses are for nobody: {inner}");
    spoofed_from_outside(&house, &ann, &bob).await;
    house.stop().await;
}

/// MP-28: a sender nobody signed in as is not treated as one of ours.
async fn spoofed_from_outside(house: &Installation, ann: &User, bob: &User) {
    let answer = house.rcpt_from_outside(&ann.address, "x@far.test").await;
    assert!(answer.starts_with("554 "), "no relaying for a name: {answer}");
    let mut smtp = house.submission().await;
    smtp.smtp(&format!("MAIL FROM:<{}>", ann.address)).await;
    let answer = smtp.smtp(&format!("RCPT TO:<{}>", bob.address)).await;
    assert!(answer.starts_with('5'), "submission without sign-in: {answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn mp_30_no_sign_in_without_tls_none_on_port_25_and_nothing_smuggled_before_tls_or_behind_a_mail() {
    let house = Installation::start(Run::Together).await;
    let _acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;

    let mut smtp = greeted(&house, house.ports.submission).await;
    let early = house.auth(&mut smtp, &ann).await;
    assert!(early.starts_with('5'), "before TLS: {early}");
    let mut mx = house.mx().await;
    let refused = house.auth(&mut mx, &ann).await;
    assert!(refused.starts_with("503 ") || refused.starts_with("502 "), "on port 25: {refused}");
    let mut imap = house.plain(house.ports.imap).await;
    imap.line().await;
    let early = imap.imap(&format!("LOGIN {} \"{}\"", ann.address, ann.password)).await;
    assert!(early.contains("x NO"), "IMAP before TLS: {early}");

    // What is sent in one packet with STARTTLS must not be obeyed inside TLS (CVE-2021-33515).
    let mut smtp = greeted(&house, house.ports.submission).await;
    smtp.raw("STARTTLS\r\nMAIL FROM:<ann@acme.test>\r\nRSET\r\n").await;
    let answer = smtp.smtp_answer().await;
    if answer.starts_with("220 ") {
        let mut smtp = smtp.secured(house.trust()).await;
        let first = smtp.smtp("NOOP").await;
        assert!(
            first.starts_with("250 2.0.0") || first.is_empty(),
            "the first answer belongs to the first command: {first}"
        );
        let hello = smtp.smtp("EHLO laptop.test").await;
        assert!(hello.starts_with("250 ") || hello.is_empty(), "{hello}");
    } else {
        assert!(answer.starts_with('5') || answer.starts_with("421 ") || answer.is_empty(), "{answer}");
    }

    smuggling(&house, &ann).await;
    house.stop().await;
}

async fn greeted(house: &Installation, port: u16) -> Lines {
    let mut smtp = house.plain(port).await;
    assert!(smtp.smtp_answer().await.starts_with("220 "));
    smtp.smtp("EHLO laptop.test").await;
    smtp
}

/// MP-08: an end of mail that only some servers see does not begin a second mail.
async fn smuggling(house: &Installation, ann: &User) {
    for (n, end) in ["\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\r\n\0.\r\n"].into_iter().enumerate() {
        let mut smtp = house.mx().await;
        smtp.smtp("MAIL FROM:<eve@far.test>").await;
        smtp.smtp("RCPT TO:<ann@acme.test>").await;
        assert!(smtp.smtp("DATA").await.starts_with("354 "));
        let behind = "MAIL FROM:<ceo@acme.test>\r\nRCPT TO:<ann@acme.test>\r\nDATA\r\nSubject: smuggled";
        smtp.raw(&format!("Subject: carrier {n}\r\n\r\nHello{end}{behind}\r\n\r\nHello\r\n.\r\n")).await;
        let answer = smtp.smtp_answer().await;
        assert!(answer.starts_with(['2', '4', '5']) || answer.is_empty(), "{answer}");
    }
    let mut smtp = house.mx().await;
    smtp.smtp("MAIL FROM:<eve@far.test>").await;
    smtp.smtp("RCPT TO:<ann@acme.test>").await;
    finish(&mut smtp, "Subject: the last\r\n\r\nHello").await;
    house.read(ann, "the last").await;
    let subjects = house.subjects(ann).await;
    assert!(!subjects.iter().any(|subject| subject.contains("smuggled")), "{subjects:?}");
}
