//! Mail that is read over POP3.

use bailiwick_tests::customer::User;
use bailiwick_tests::installation::{Installation, Run};

#[tokio::test(flavor = "multi_thread")]
async fn mail_is_listed_read_and_deleted_over_pop3_by_whoever_may_sign_in() {
    let house = Installation::start(Run::Together).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    house.from_outside("eve@far.test", &ann.address, "first").await;
    house.read(&ann, "first").await;
    house.from_outside("eve@far.test", &ann.address, "second").await;
    house.read(&ann, "second").await;

    let mut pop3 = house.pop3(&ann).await;
    assert!(pop3.pop3("STAT").await.starts_with("+OK 2 "));
    assert!(pop3.pop3("LIST").await.starts_with("+OK"));
    assert_eq!(pop3.pop3_text().await.lines().count(), 2);
    assert!(pop3.pop3("UIDL").await.starts_with("+OK"));
    let first = pop3.pop3_text().await;
    assert!(pop3.pop3("RETR 1").await.starts_with("+OK"));
    let mail = pop3.pop3_text().await;
    assert!(mail.contains("Subject: first") && mail.ends_with("Hello from outside.\n"), "{mail}");
    assert!(pop3.pop3("DELE 1").await.starts_with("+OK"));
    assert!(pop3.pop3("QUIT").await.starts_with("+OK"));
    assert_eq!(house.subjects(&ann).await, ["second"], "IMAP shows the same mailbox");
    let mut pop3 = house.pop3(&ann).await;
    assert!(pop3.pop3("UIDL").await.starts_with("+OK"));
    let left = pop3.pop3_text().await;
    let id = |text: &str, at: usize| text.lines().nth(at)?.split(' ').nth(1).map(str::to_owned);
    assert_eq!(id(&left, 0), id(&first, 1), "a mail keeps its name");
    pop3.pop3("QUIT").await;

    let wrong = User { password: "not the password at all".into(), ..ann.clone() };
    let (_, answer) = house.pop3_sign_in(&wrong).await;
    assert!(answer.starts_with("-ERR [AUTH]"), "{answer}");
    let mut early = house.plain(house.ports.pop3).await;
    early.line().await;
    early.pop3(&format!("USER {}", ann.address)).await;
    let answer = early.pop3("PASS irrelevant-without-tls").await;
    assert!(answer.starts_with("-ERR"), "no password without TLS: {answer}");
    let mut secured = house.plain(house.ports.pop3).await;
    secured.line().await;
    assert!(secured.pop3("STLS").await.starts_with("+OK"));
    let mut secured = secured.secured(house.trust()).await;
    secured.pop3(&format!("USER {}", ann.address)).await;
    assert!(secured.pop3(&format!("PASS {}", ann.password)).await.starts_with("+OK"));

    let id = house.mailbox_id(&ann.address).await;
    assert_eq!(acme.mailbox(&id, "disable", &[]).await.status, 303);
    let (_, answer) = house.pop3_sign_in(&ann).await;
    assert!(answer.starts_with("-ERR"), "disabled: {answer}");
    let ways = house.telemetry("SELECT DISTINCT result FROM sign_ins WHERE protocol = 'pop3'").await;
    assert!(ways.len() >= 2, "each try is noted as what it was: {ways:?}");
    house.stop().await;
}
