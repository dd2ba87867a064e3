//! The mail servers are away, or were killed.

use bailiwick_tests::installation::{Installation, Part, Run};

#[tokio::test(flavor = "multi_thread")]
async fn fi_11_what_is_changed_while_the_mail_servers_are_away_is_done_when_they_are_back_even_after_a_kill()
{
    let mut house = Installation::start(Run::Apart).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    let bob = house.user("bob@acme.test").await;
    house.from_outside("eve@far.test", &ann.address, "first").await;
    house.read(&ann, "first").await;
    let id = house.mailbox_id(&ann.address).await;
    house.settled("before").await;

    house.stop_part(Part::Mail).await;
    let page = acme.mailbox(&id, "disable", &[]).await;
    assert_eq!(page.status, 303, "{}", page.words());
    let removed = house.user("carl@acme.test").await;
    let carl = house.mailbox_id(&removed.address).await;
    let page = acme.mailbox(&carl, "remove", &[("confirm", &removed.address)]).await;
    assert_eq!(page.status, 303, "{}", page.words());
    assert!(!house.pending().await.is_empty(), "it is to be done");
    house.start_part(Part::Mail).await;
    house.settled("after a stop").await;
    let (_, answer) = house.imap_sign_in(&ann).await;
    assert!(answer.contains("x NO"), "{answer}");

    // A killed supervisor leaves its servers behind; the next one takes over.
    let idle = house.idling(&bob).await;
    house.kill_part(Part::Mail).await;
    let page = acme.mailbox(&id, "enable", &[]).await;
    assert_eq!(page.status, 303, "{}", page.words());
    let taken_over = house.start_part(Part::Mail).await;
    eprintln!("taken over after {taken_over:?}");
    drop(idle);
    house.from_outside("eve@far.test", &bob.address, "after the fall").await;
    house.read(&bob, "after the fall").await;
    house.read(&ann, "first").await;
    assert!(house.smtp_sign_in(&ann).await.starts_with("235 "));
    house.settled("after a kill").await;
    house.stop().await;
}
