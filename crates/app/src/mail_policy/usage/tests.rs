//! Usage as Dovecot says it, as recipients meet it and as people see it.

use bailiwick_base::authz::Section;
use bailiwick_base::db::{Query, sql};
use bailiwick_base::words::{MailboxId, Storage};
use bailiwick_mail::dict::{Answer, Update};
use bailiwick_mail::policy::{PolicyAction, PolicyDecoder};

use super::{of, takes};
use crate::mail_policy::MailPolicy;
use crate::mailboxes::{Changes, Mailboxes};
use crate::testkit::{Admin, PASSWORD, TestApp, User, on_each_engine};

const GB: u64 = 1_000_000_000;

/// Dovecot says of a user how much is stored.
async fn say(app: &TestApp, user: &str, storage: u64) -> Answer {
    let update = Update { id: 1, user: user.to_owned(), storage: Some(storage), messages: Some(3) };
    MailPolicy::new(app.core().clone()).usage(&update).await
}

/// Postfix asks about a recipient of a message of a size.
async fn rcpt(app: &TestApp, recipient: &str, size: u64) -> PolicyAction {
    ask(app, "mx", recipient, size).await
}

async fn ask(app: &TestApp, context: &str, recipient: &str, size: u64) -> PolicyAction {
    let mut decoder = PolicyDecoder::new();
    let request = format!(
        "request=smtpd_access_policy\nprotocol_state=RCPT\nsender=eve@far.example\nrecipient={recipient}\n\
         size={size}\nsasl_username=\npolicy_context={context}\n\n"
    );
    decoder.push(request.as_bytes());
    let request = decoder.next().expect("of the protocol").expect("whole");
    MailPolicy::new(app.core().clone()).policy(&request).await
}

fn is_full(action: &PolicyAction) -> bool {
    matches!(action, PolicyAction::Reject { code: 552, enhanced, .. } if enhanced == "5.2.2")
}

async fn alias(admin: &Admin, domain: impl ToString, name: &str, targets: &str) {
    let domain = domain.to_string();
    let fields = [("domain", domain.as_str()), ("alias", name), ("targets", targets)];
    assert_eq!(admin.browser.fill("/aliases/new", &fields).await.status, 303);
}

async fn set_quota(app: &TestApp, user: &User, gb: i64) {
    let changes = Changes { quota: Some(Storage::gb(gb)), ..Changes::default() };
    let mailboxes = Mailboxes::new(app.core().clone());
    mailboxes.update(&app.operator(), user.id, &changes).await.expect("changed");
}

/// Rows that are stored, by mailbox.
async fn stored(app: &TestApp) -> Vec<(MailboxId, i64, i64)> {
    app.core().flush_telemetry().await.expect("written");
    let mut tx = app.core().db().read_telemetry().await.expect("telemetry");
    tx.all(sql("SELECT mailbox_id, bytes, quota FROM mailbox_usage ORDER BY mailbox_id")).await.expect("rows")
}

#[test]
fn a_mailbox_below_its_quota_takes_one_more_message_up_to_a_tenth_beyond() {
    let takes = |stored, size| takes(Storage::bytes(stored), Storage::bytes(100), size);
    assert!(takes(0, 0) && takes(99, 0) && takes(99, 11) && takes(0, 110));
    assert!(!takes(100, 0) && !takes(99, 12) && !takes(0, 111) && !takes(0, u64::MAX));
    assert!(!super::takes(Storage::bytes(i64::MAX), Storage::bytes(i64::MAX), u64::MAX));
}

#[tokio::test]
async fn what_was_said_counts_at_once_and_is_stored_until_the_mailbox_goes() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let (ann, bob) = (app.mailbox(domain, "ann").await, app.mailbox(domain, "bob").await);
        assert_eq!(of(app.core(), ann.id).await.expect("read"), None, "nothing is known yet");
        assert_eq!(say(&app, "ann@acme.test", 5).await, Answer::Ok);
        assert_eq!(say(&app, "bob@acme.test", u64::MAX).await, Answer::Ok);
        for stranger in ["nobody@acme.test", "ann@far.example", "junk", ""] {
            assert_eq!(say(&app, stranger, 5).await, Answer::NotFound, "{stranger}");
        }
        let usage = of(app.core(), ann.id).await.expect("read").expect("known at once");
        assert_eq!((usage.stored.as_bytes(), usage.messages), (5, 3));
        say(&app, "ann@acme.test", 7).await;
        let rows = stored(&app).await;
        assert_eq!(rows[0], (ann.id, 7, Storage::gb(1).as_bytes()), "the last value");
        assert!(rows[1].1 > Storage::gb(1_000_000).as_bytes(), "an absurd one does no harm");
        assert!(is_full(&rcpt(&app, "bob@acme.test", 0).await));

        let mailboxes = Mailboxes::new(app.core().clone());
        mailboxes.remove(&app.operator(), bob.id, None).await.expect("removed");
        assert_eq!(of(app.core(), bob.id).await.expect("read"), None);
        assert_eq!(say(&app, "bob@acme.test", 9).await, Answer::NotFound);
        assert_eq!(stored(&app).await.len(), 1);
        let gone =
            admin.browser.fill(&format!("/domains/{domain}/remove"), &[("confirm", "acme.test")]).await;
        assert_eq!(gone.status, 303, "{}", gone.words());
        assert_eq!(stored(&app).await, [], "gone with the domain");
    })
    .await;
}

#[tokio::test]
async fn a_recipient_is_refused_only_if_the_delivery_would_be() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let ann = app.mailbox(domain, "ann").await;
        assert_eq!(rcpt(&app, "ann@acme.test", 50 * GB).await, PolicyAction::Dunno, "unknown is not full");
        say(&app, "ann@acme.test", GB - 1).await;
        assert_eq!(rcpt(&app, "ann@acme.test", 0).await, PolicyAction::Dunno);
        assert_eq!(rcpt(&app, "ann@acme.test", GB / 10).await, PolicyAction::Dunno);
        assert!(is_full(&rcpt(&app, "ann@acme.test", GB / 10 + 2).await), "announced as too large");
        say(&app, "ann@acme.test", GB).await;
        for spelling in ["ann@acme.test", "ANN+x@Acme.Test"] {
            assert!(is_full(&rcpt(&app, spelling, 0).await), "{spelling}");
        }
        assert_eq!(
            ask(&app, "reinject", "ann@acme.test", 0).await,
            PolicyAction::Dunno,
            "the delivery decides"
        );
        assert_eq!(
            rcpt(&app, "nobody@acme.test", 0).await,
            PolicyAction::Dunno,
            "unknown is another's question"
        );
        assert_eq!(rcpt(&app, "ann@far.example", 0).await, PolicyAction::Dunno);
        set_quota(&app, &ann, 2).await;
        assert_eq!(
            rcpt(&app, "ann@acme.test", 0).await,
            PolicyAction::Dunno,
            "a raised quota counts at once"
        );
        say(&app, "ann@acme.test", 2 * GB).await;
        assert!(is_full(&rcpt(&app, "ann@acme.test", 0).await));
        say(&app, "ann@acme.test", GB).await;
        assert_eq!(rcpt(&app, "ann@acme.test", 0).await, PolicyAction::Dunno, "and so does deleted mail");
    })
    .await;
}

#[tokio::test]
async fn several_targets_are_refused_only_if_all_are_full() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        for name in ["ann", "bob", "free"] {
            app.mailbox(domain, name).await;
        }
        alias(&admin, domain, "one", "ann@acme.test").await;
        alias(&admin, domain, "both", "ann@acme.test\nbob@acme.test").await;
        alias(&admin, domain, "some", "ann@acme.test\nfree@acme.test").await;
        alias(&admin, domain, "outside", "ann@acme.test\nann@far.example").await;
        alias(&admin, domain, "nested", "both@acme.test\none@acme.test").await;
        alias(&admin, domain, "nested-some", "both@acme.test\nsome@acme.test").await;
        for name in ["ann", "bob"] {
            say(&app, &format!("{name}@acme.test"), GB).await;
        }
        for full in ["one", "both", "both+x", "nested"] {
            assert!(is_full(&rcpt(&app, &format!("{full}@acme.test"), 0).await), "{full}");
        }
        for taken in ["some", "outside", "nested-some", "postmaster"] {
            let answer = rcpt(&app, &format!("{taken}@acme.test"), 0).await;
            assert_eq!(answer, PolicyAction::Dunno, "{taken}");
        }
        let page = admin.browser.get(&format!("/domains/{domain}")).await;
        let version = page.between("name=\"version\" value=\"", "\"").expect("a version").to_owned();
        let fields = [
            ("time_zone", "UTC"),
            ("catch_all", "user"),
            ("catch_all_user", "bob"),
            ("active", "on"),
            ("version", version.as_str()),
        ];
        let saved = admin.browser.post(&format!("/domains/{domain}"), &fields).await;
        assert_eq!(saved.status, 303, "{}", saved.words());
        assert!(is_full(&rcpt(&app, "whoever@acme.test", 0).await), "the catch-all is full");
    })
    .await;
}

#[tokio::test]
async fn usage_is_shown_to_admins_and_users_who_are_warned_in_time() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let other = app.main_admin("zebra").await;
        let first = app.domain(&admin, "acme.test").await;
        let second = app.domain(&admin, "acme-two.test").await;
        let zebra = app.domain(&other, "zebra.test").await;
        let (ann, bob) = (app.mailbox(first, "ann").await, app.mailbox(second, "bob").await);
        app.mailbox(zebra, "zoe").await;
        let seen = admin.browser.get("/mailboxes").await;
        assert!(seen.says("not measured yet, of 1 GB"), "{}", seen.words());
        say(&app, "ann@acme.test", 901_000_000).await;
        let seen = admin.browser.get("/mailboxes").await;
        assert!(seen.says("901 MB of 1 GB"), "at once: {}", seen.words());
        let seen = admin.browser.get(&format!("/mailboxes/{}", ann.id)).await;
        assert!(seen.says("901 MB of 1 GB") && seen.says("Messages 3"), "{}", seen.words());

        app.core().flush_telemetry().await.expect("written");
        let home = admin.browser.get("/").await;
        assert!(home.says("One user has used more than 90 % of the quota"), "{}", home.words());
        assert!(!other.browser.get("/").await.says("more than 90 %"), "that is another's");
        let list = admin.browser.get("/mailboxes?usage=nearly_full").await;
        assert!(list.says("ann@acme.test") && !list.says("bob@acme-two.test"), "{}", list.words());
        assert!(!other.browser.get("/mailboxes?usage=nearly_full").await.says("ann@"), "nor is the list");
        assert_eq!(admin.browser.get("/mailboxes?usage=x").await.status, 400);
        let helper = app.sub_admin(&admin, "helper").level(Section::Users, 1).of(second).sign_in().await;
        assert!(!helper.get("/").await.says("more than 90 %"), "of another domain");
        say(&app, "bob@acme-two.test", 2 * GB).await;
        app.core().flush_telemetry().await.expect("written");
        assert!(admin.browser.get("/").await.says("2 users have used more than 90 % of their quota"));
        assert!(helper.get("/").await.says("One user has used more than 90 %"));
        let list = helper.get("/mailboxes?usage=nearly_full").await;
        assert!(list.says("bob@acme-two.test") && !list.says("ann@acme.test"), "{}", list.words());

        app.sign_in(&bob.browser, &bob.address, PASSWORD).await;
        let panel = bob.browser.get("/panel").await;
        assert!(panel.says("2 GB of 1 GB") && panel.says("Your mailbox is nearly full"), "{}", panel.words());
        set_quota(&app, &bob, 10).await;
        let panel = bob.browser.get("/panel").await;
        assert!(panel.says("2 GB of 10 GB") && !panel.says("nearly full"), "{}", panel.words());
        app.core().flush_telemetry().await.expect("written");
        assert!(
            admin.browser.get("/").await.says("One user has used more than 90 %"),
            "the raised one no more"
        );
    })
    .await;
}
