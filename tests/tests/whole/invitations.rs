//! Mails of the installation itself.

use bailiwick_tests::customer::{MAIL, User, password_of};
use bailiwick_tests::installation::{HOST, Installation, Run};

/// Everything is logged here, so that the search for secrets at the end has the most to search (AB-06).
#[tokio::test(flavor = "multi_thread")]
async fn ab_06_an_invitation_leaves_by_our_own_postfix_its_link_works_and_no_log_at_any_level_has_a_secret() {
    let house = Installation::start_with_log(Run::Together, "trace").await;
    let mut acme = house.customer("acme").await;
    let words = ["mailbox", "add", "ivy@acme.test", "--name", "Ivy", "--quota", "1"];
    house.cli(&[&words[..], &["--invite", "ivy@far.test"]].concat()).await;
    let mail = house.sink.wait_until(MAIL, |mail| mail.is_to("ivy@far.test")).await.expect("the invitation");
    assert_eq!(mail.from, "no-reply@provider.test");
    assert!(mail.helo == HOST && mail.text().contains(&format!("by {HOST} (Postfix)")), "{}", mail.text());

    let ivy = User { address: "ivy@acme.test".into(), password: password_of("ivy@acme.test") };
    let (_, early) = house.imap_sign_in(&ivy).await;
    assert!(early.contains("AUTHENTICATIONFAILED"), "before a password is set: {early}");
    let mut browser = house.browser("mail");
    house.follow_link(&mut browser, "ivy@far.test", &ivy.password).await;
    house.from_outside("eve@far.test", &ivy.address, "welcome").await;
    house.read(&ivy, "welcome").await;
    assert!(house.smtp_sign_in(&ivy).await.starts_with("235 "));
    house.panel(&ivy).await;

    // Wrong passwords are secrets as well: they are right ones elsewhere, or nearly right ones here.
    let wrong = User { password: "canary wrong 5813 password".into(), ..ivy.clone() };
    house.imap_sign_in(&wrong).await;
    house.smtp_sign_in(&wrong).await;
    house.browser("mail").sign_in(&wrong.address, &wrong.password).await;
    let id = house.mailbox_id(&ivy.address).await;
    let page = acme.mailbox(&id, "password", &[("how", "one-time")]).await;
    let once = page.between("id=\"one-time-password\">", "<").expect("the password").to_owned();
    let once = User { password: once, ..ivy.clone() };
    let (_, answer) = house.imap_sign_in(&once).await;
    assert!(answer.contains("x NO"), "a one-time password is for the User Panel: {answer}");
    let log = std::fs::read_to_string(house.folder().join("bailiwick.log")).expect("the log");
    assert!(log.contains("TRACE") || log.contains("\"DEBUG\""), "the log says much");
    house.stop().await;
}
