//! The numbers for whoever watches are where they should be, and nowhere else.

use bailiwick_tests::installation::{Installation, Run};

#[tokio::test(flavor = "multi_thread")]
async fn ve_25_the_numbers_are_at_their_own_address_only_and_tell_of_the_mail_servers_questions() {
    let house = Installation::start(Run::Answers).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    assert!(house.ask_map("vmailbox", &ann.address).await.starts_with("OK"));
    assert_eq!(house.ask_map("vmailbox", "nobody@acme.test").await.trim(), "NOTFOUND");
    assert!(house.ask_sasl(&ann).await.starts_with("OK"));
    assert_eq!(acme.admin.get("/metrics").await.status, 404);
    for portal in ["staff", "mail"] {
        assert_eq!(house.browser(portal).get("/metrics").await.status, 404);
    }
    let numbers = house.numbers().await;
    for line in [
        "bailiwick_mail_answers_total{question=\"socketmap\",result=\"ok\"} 1",
        "bailiwick_mail_answers_total{question=\"socketmap\",result=\"unknown\"} 1",
        "bailiwick_mail_answers_total{question=\"sasl\",result=\"ok\"} 1",
        "bailiwick_sign_ins_total{way=\"submission\",realm=\"mailbox\",result=\"ok\"} 1",
        "bailiwick_database_up 1",
    ] {
        assert!(numbers.lines().any(|found| found == line), "{line} in\n{numbers}");
    }
    for person in ["acme", "ann", "192.0.2.9", "127.0.0.1"] {
        let told = numbers.split("\r\n\r\n").nth(1).expect("a body").contains(person);
        assert!(!told, "{person} in\n{numbers}");
    }
    house.stop().await;
}
