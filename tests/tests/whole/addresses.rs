//! Addresses that nobody has, domains that nobody proved, users that are gone.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bailiwick_mail::internal::mail_home;
use bailiwick_tests::customer::{Customer, MAIL, User};
use bailiwick_tests::installation::{Installation, Run};
use bailiwick_tests::mail_programs::Security;
use tokio::time::sleep;

#[tokio::test(flavor = "multi_thread")]
async fn hz_08_mp_21_addresses_nobody_has_go_where_the_domain_says_and_unproven_domains_are_not_ours() {
    let house = Installation::start(Run::Together).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    catch_all(&house, &mut acme, &ann).await;
    postmaster(&house, &acme, &ann).await;
    unproven(&house, &ann).await;
    house.stop().await;
}

async fn catch_all(house: &Installation, acme: &mut Customer, ann: &User) {
    let refused = house.rcpt_from_outside("eve@far.test", "typo@acme.test").await;
    assert!(refused.starts_with("550 "), "none: {refused}");
    acme.catch_all("discard", "").await;
    let before = house.inbox_size(ann).await;
    house.from_outside("eve@far.test", "typo@acme.test", "thrown away").await;
    acme.catch_all("user", "ann").await;
    house.from_outside("eve@far.test", "typo@acme.test", "caught").await;
    house.read(ann, "caught").await;
    assert_eq!(house.inbox_size(ann).await, before + 1, "what was thrown away is in no inbox");
    acme.catch_all("none", "").await;
    let refused = house.rcpt_from_outside("eve@far.test", "typo@acme.test").await;
    assert!(refused.starts_with("550 "), "none again: {refused}");
    let bounced = house.sink.to("eve@far.test");
    assert!(bounced.is_empty(), "nobody hears of what was thrown away: {bounced:?}");
}

/// RFC 2142: somebody must be reachable at every domain.
async fn postmaster(house: &Installation, acme: &Customer, ann: &User) {
    house.from_outside("eve@far.test", "Postmaster@acme.test", "to whom it may concern").await;
    let mail = house.sink.wait_for(&acme.admin_address, MAIL).await.expect("the main Admin is told");
    assert!(mail.text().contains("Subject: to whom it may concern"), "{}", mail.text());
    assert!(mail.from.ends_with("@provider.test"), "sent on in the provider's name: {}", mail.from);
    house.send(ann, Security::Tls, &["abuse@acme.test"], "from inside").await.expect("sent");
    house.sink.wait_for(&acme.admin_address, MAIL).await.expect("from inside too");
}

/// HZ-08: a domain is ours only after its proof.
async fn unproven(house: &Installation, ann: &User) {
    let mut umbra = house.customer("umbra").await;
    umbra.add_domain("big-bank.test").await;
    house.send(ann, Security::Tls, &["ceo@big-bank.test"], "to the bank").await.expect("sent");
    let mail = house.sink.wait_for("ceo@big-bank.test", MAIL).await.expect("it leaves by the public way");
    assert_eq!(mail.from, ann.address);
    let answer = house.rcpt_from_outside("eve@far.test", "ceo@big-bank.test").await;
    assert!(answer.starts_with("554 "), "no mail is taken for it: {answer}");
    let words = ["mailbox", "add", "ceo@big-bank.test", "--quota", "1", "--password-stdin"];
    let (added, _, complaint) = house.try_cli(&words, "a long enough password 4711\n").await;
    assert!(!added, "no mailbox there: {complaint}");
    let una = house.user("una@umbra.test").await;
    let answer = house.rcpt_of_user(&una, "ceo@big-bank.test", "x@far.test").await;
    assert!(answer.starts_with("553 "), "nobody sends as it: {answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_user_leaves_no_mail_on_disk_and_no_address() {
    let house = Installation::start(Run::Together).await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    let bob = house.user("bob@acme.test").await;
    // Ann reads last, so that the process that read her mail still stands where it was.
    for user in [&bob, &ann] {
        house.from_outside("eve@far.test", &user.address, "before the end").await;
        house.read(user, "before the end").await;
    }
    let (anns, bobs) = (home(&house, &ann).await, home(&house, &bob).await);
    assert!(anns.is_dir() && bobs.is_dir(), "{} {}", anns.display(), bobs.display());

    let id = house.mailbox_id(&ann.address).await;
    let page = acme.mailbox(&id, "remove", &[("confirm", "ann@acme.test")]).await;
    assert_eq!(page.status, 303, "{}", page.words());
    let removed = Instant::now();
    let answer = house.rcpt_from_outside("eve@far.test", &ann.address).await;
    assert!(answer.starts_with("550 "), "at once: {answer}");
    while anns.exists() || trash(&house) > 0 {
        assert!(removed.elapsed() < Duration::from_secs(10), "{} is still there", anns.display());
        sleep(Duration::from_millis(50)).await;
    }
    eprintln!("mail gone {:?} after the removal", removed.elapsed());
    assert!(bobs.is_dir(), "nobody else's mail is touched");
    let answer = house.rcpt_of_user(&bob, &bob.address, &ann.address).await;
    assert!(answer.starts_with("550 "), "from inside: {answer}");
    let (_, answer) = house.imap_sign_in(&ann).await;
    assert!(answer.contains("AUTHENTICATIONFAILED"), "{answer}");

    let (added, _, complaint) = again(&house, &ann.address).await;
    assert!(!added, "the address rests: {complaint}");
    house.stop().await;
}

async fn again(house: &Installation, address: &str) -> (bool, String, String) {
    let words = ["mailbox", "add", address, "--quota", "1", "--password-stdin"];
    house.try_cli(&words, "a long enough password 4711\n").await
}

/// Where a user's mail lies.
async fn home(house: &Installation, user: &User) -> PathBuf {
    let rows = house.data("SELECT address, id FROM mailboxes").await;
    let row = rows.iter().find(|row| row[0] == user.address).expect("the mailbox");
    let root = house.folder().join("mail");
    mail_home(root.to_str().expect("UTF-8"), row[1].parse().expect("an id")).into()
}

fn trash(house: &Installation) -> usize {
    std::fs::read_dir(house.folder().join("mail/.trash")).map_or(0, Iterator::count)
}
