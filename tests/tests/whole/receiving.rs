//! Mail from outside, until somebody reads it.

use std::time::Duration;

use bailiwick_tests::customer::MAIL;
use bailiwick_tests::installation::{Installation, Run};

#[tokio::test(flavor = "multi_thread")]
async fn mail_from_outside_reaches_users_aliases_and_plus_addresses_and_stands_in_the_delivery_log() {
    let house = Installation::start(Run::Together).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    let bob = house.user("bob@acme.test").await;
    acme.alias("sales", &["ann@acme.test", "bob@acme.test"]).await;

    house.from_outside("eve@far.test", "ann@acme.test", "to a user").await;
    house.from_outside("eve@far.test", "ANN+holiday@Acme.Test", "to a plus address").await;
    house.from_outside("eve@far.test", "sales@acme.test", "to an alias").await;
    house.from_outside("eve@far.test", "sales+x@acme.test", "to an alias with a plus").await;
    let refused = house.rcpt_from_outside("eve@far.test", "nobody@acme.test").await;
    assert!(refused.starts_with("550 "), "{refused}");
    let refused = house.rcpt_from_outside("eve@far.test", "ann@far.test").await;
    assert!(refused.starts_with("554 "), "no relaying: {refused}");

    let text = house.read(&ann, "to a user").await;
    assert!(
        text.contains("From: Out Sider <eve@far.test>") && text.contains("Hello from outside."),
        "{text}"
    );
    for subject in ["to a plus address", "to an alias", "to an alias with a plus"] {
        house.read(&ann, subject).await;
    }
    house.read(&bob, "to an alias with a plus").await;
    let mut subjects = house.subjects(&bob).await;
    subjects.sort();
    assert_eq!(subjects, ["to an alias", "to an alias with a plus"], "one copy each");
    assert_eq!(house.subjects(&ann).await.len(), 4, "one copy each");

    delivery_log(&house).await;
    house.stop().await;
}

/// The log's lines arrive with a short delay.
async fn delivery_log(house: &Installation) {
    let start = std::time::Instant::now();
    loop {
        let delivered = house
            .telemetry(
                "SELECT d.recipient, d.status, m.sender, m.direction FROM mail_deliveries d \
                 JOIN mail_messages m ON m.queue_id = d.queue_id WHERE m.sender = 'eve@far.test' \
                 AND coalesce(d.original_recipient, d.recipient) = 'ann@acme.test'",
            )
            .await;
        let rejected =
            house.telemetry("SELECT recipient, code, sender FROM mail_rejections ORDER BY id").await;
        if delivered == [["ann@acme.test", "delivered", "eve@far.test", "incoming"]] && rejected.len() == 2 {
            assert_eq!(rejected[0], ["nobody@acme.test", "550 5.1.1", "eve@far.test"]);
            return;
        }
        assert!(start.elapsed() < MAIL, "{delivered:?} {rejected:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
