//! Aliases that lead elsewhere.

use bailiwick_tests::customer::MAIL;
use bailiwick_tests::installation::{Installation, Run};

#[tokio::test(flavor = "multi_thread")]
async fn hz_11_an_alias_leads_outside_under_a_rewritten_sender_and_to_another_tenant_as_to_anybody_outside() {
    let house = Installation::start(Run::Together).await;
    let mut acme = house.customer("acme").await;
    let _umbra = house.customer("umbra").await;
    let una = house.user("una@umbra.test").await;
    let ann = house.user("ann@acme.test").await;
    acme.alias("away", &["friend@far.test", "ann@acme.test"]).await;
    acme.alias("partner", &["una@umbra.test"]).await;

    house.from_outside("eve@else.test", "away@acme.test", "sent on").await;
    let mail = house.sink.wait_for("friend@far.test", MAIL).await.expect("it left");
    let sender = mail.from.clone();
    assert!(sender.to_ascii_uppercase().starts_with("SRS0=") && sender.ends_with("@acme.test"), "{sender}");
    assert!(sender.contains("else.test") && sender.contains("eve"), "{sender}");
    assert!(mail.text().contains("From: Out Sider <eve@else.test>"), "{}", mail.text());
    house.read(&ann, "sent on").await;

    house.from_outside("", &sender, "it came back").await;
    let bounce = house.sink.wait_for("eve@else.test", MAIL).await.expect("the author hears of it");
    assert_eq!(bounce.from, "", "a bounce stays one");
    let (head, rest) = sender.split_once('=').expect("SRS");
    let forged = format!("{head}=xxxx{}", rest.get(4..).expect("a hash"));
    let answer = house.rcpt_from_outside("", &forged).await;
    assert!(answer.starts_with("550 "), "a forged one leads nowhere: {answer}");

    house.from_outside("eve@else.test", "partner@acme.test", "to the other tenant").await;
    let text = house.read(&una, "to the other tenant").await;
    assert!(text.contains("From: Out Sider <eve@else.test>"), "{text}");
    assert!(text.to_ascii_uppercase().contains("RETURN-PATH: <SRS0="), "as any mail from elsewhere: {text}");

    loops(&house, &mut acme).await;
    house.stop().await;
}

/// MP-22: two tenants' aliases that lead to each other end, and the author hears of it.
async fn loops(house: &Installation, acme: &mut bailiwick_tests::customer::Customer) {
    let mut third = house.customer("third").await;
    acme.alias("ping", &["pong@third.test"]).await;
    third.alias("pong", &["ping@acme.test"]).await;
    house.from_outside("looper@else.test", "ping@acme.test", "round and round").await;
    let bounce = house.sink.wait_for("looper@else.test", MAIL).await.expect("the author hears of it");
    assert_eq!(bounce.from, "");
    let copies = house.sink.to("looper@else.test").len();
    assert_eq!(copies, 1, "once");
}
