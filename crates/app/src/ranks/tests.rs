//! Every acme here hosts `acme.test`, where the recovery mail of its main Admin goes: to `admin.acme@`.

use bailiwick_base::authz::Section;
use bailiwick_base::words::{DomainId, MailboxId};

use crate::testkit::{Admin, Browser, Seen, TestApp, on_each_engine};

const ABOVE: &str = "This reaches somebody above you.";
const RECOVERY: &str = "admin.acme";

/// Acme, the domain to which its main Admin's recovery mail goes, and a Sub-Admin with everything.
async fn acme(app: &TestApp) -> (Admin, DomainId, Browser) {
    let admin = app.main_admin_at("acme", "admin.acme@acme.test").await;
    let domain = app.domain(&admin, "acme.test").await;
    let sub = sub_admin(app, &admin, "helper", &[]).await;
    (admin, domain, sub)
}

async fn sub_admin(app: &TestApp, admin: &Admin, name: &str, domains: &[DomainId]) -> Browser {
    let new = [Section::Users, Section::Domains, Section::Aliases]
        .into_iter()
        .fold(app.sub_admin(admin, name), |new, section| new.level(section, section.highest()));
    domains.iter().fold(new, |new, domain| new.of(*domain)).sign_in().await
}

/// Sends a form whose `version` is that of the page.
async fn send(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Seen {
    let page = browser.get(path).await;
    let version = page.between("name=\"version\" value=\"", "\"").unwrap_or("1").to_owned();
    let mut all = fields.to_vec();
    all.push(("version", &version));
    browser.post(path, &all).await
}

/// Everything that gives control over a mailbox, or takes it from its user; the last removes it.
async fn acts_on(browser: &Browser, id: MailboxId, address: &str) -> Vec<(&'static str, Seen)> {
    let path = format!("/mailboxes/{id}");
    browser.get(&path).await;
    let reset = format!("{path}/password");
    let password = [("how", "password"), ("password", "nimble cactus waltz harbour")];
    vec![
        ("a link", browser.post(&reset, &[("how", "link")]).await),
        ("a one-time password", browser.post(&reset, &[("how", "one-time")]).await),
        ("a password", browser.post(&reset, &password).await),
        ("the quota", send(browser, &path, &[("name", "X"), ("quota", "2")]).await),
        (
            "the recovery address",
            send(browser, &path, &[("name", "Y"), ("quota", "1"), ("recovery", "thief@evil.example")]).await,
        ),
        ("disabling", browser.post(&format!("{path}/disable"), &[]).await),
        ("enabling", browser.post(&format!("{path}/enable"), &[]).await),
        ("removal", browser.post(&format!("{path}/remove"), &[("confirm", address)]).await),
    ]
}

async fn assert_outranked(browser: &Browser, id: MailboxId, address: &str) {
    for (what, seen) in acts_on(browser, id, address).await {
        assert_eq!(seen.status, 403, "{what} of {address}: {}", seen.words());
        assert!(seen.says(ABOVE), "{what} of {address}: {}", seen.words());
    }
}

async fn assert_free(browser: &Browser, id: MailboxId, address: &str) {
    for (what, seen) in acts_on(browser, id, address).await {
        assert!(matches!(seen.status, 200 | 303), "{what} of {address}: {} {}", seen.status, seen.words());
    }
}

async fn add_user(browser: &Browser, domain: DomainId, local: &str) -> Seen {
    let domain = domain.to_string();
    let fields = [
        ("domain", domain.as_str()),
        ("username", local),
        ("name", "Somebody"),
        ("quota", "1"),
        ("how", "invite"),
        ("recovery", "somebody@else.example"),
        ("password", ""),
    ];
    browser.fill("/mailboxes/new", &fields).await
}

async fn add_alias(browser: &Browser, domain: DomainId, local: &str, targets: &str) -> Seen {
    let domain = domain.to_string();
    browser.fill("/aliases/new", &[("domain", domain.as_str()), ("alias", local), ("targets", targets)]).await
}

/// Adds an alias as the main Admin; its path.
async fn alias(admin: &Admin, domain: DomainId, local: &str, targets: &str) -> String {
    let added = add_alias(&admin.browser, domain, local, targets).await;
    assert_eq!(added.status, 303, "{}", added.words());
    let list = admin.browser.get(&format!("/aliases?q={local}@")).await;
    format!("/aliases/als_{}", list.between("href=\"/aliases/als_", "\"").expect("the alias is listed"))
}

async fn set_catch_all(browser: &Browser, domain: DomainId, user: &str) -> Seen {
    let fields = [("time_zone", "UTC"), ("catch_all", "user"), ("catch_all_user", user), ("active", "on")];
    send(browser, &format!("/domains/{domain}"), &fields).await
}

fn assert_refused(what: &str, seen: &Seen) {
    assert_eq!(seen.status, 403, "{what}: {}", seen.words());
    assert!(seen.says(ABOVE), "{what}: {}", seen.words());
}

#[tokio::test]
async fn ve_13_the_mailbox_of_the_main_admins_recovery_is_not_removed_from_below() {
    on_each_engine(async |app| {
        let (admin, domain, helper) = acme(&app).await;
        let boss = app.mailbox(domain, RECOVERY).await;
        let path = format!("/mailboxes/{}/remove", boss.id);
        let refused = helper.fill(&path, &[("confirm", &boss.address)]).await;
        assert_refused("removal", &refused);
        let told = "Mail for the recovery of a login that is not below yours passes through it";
        assert!(refused.says(told), "why is said: {}", refused.words());
        assert_eq!(helper.get(&format!("/mailboxes/{}", boss.id)).await.status, 200, "it is still there");
        let own = admin.browser.fill(&path, &[("confirm", &boss.address)]).await;
        assert_eq!(own.status, 303, "the main Admin itself may: {}", own.words());
    })
    .await;
}

#[tokio::test]
async fn dg_08_nobody_below_gets_the_main_admins_recovery_mail_by_its_mailbox() {
    on_each_engine(async |app| {
        let (admin, domain, helper) = acme(&app).await;
        let boss = app.mailbox(domain, RECOVERY).await;
        assert_outranked(&helper, boss.id, &boss.address).await;
        let path = format!("/domains/{domain}");
        helper.get(&path).await;
        let removal = helper.post(&format!("{path}/remove"), &[("confirm", "acme.test")]).await;
        assert_refused("the domain's removal", &removal);
        assert_refused("its catch-all", &set_catch_all(&helper, domain, RECOVERY).await);
        assert_free(&admin.browser, boss.id, &boss.address).await;
    })
    .await;
}

#[tokio::test]
async fn dg_08_nor_by_making_the_address_it_goes_to() {
    on_each_engine(async |app| {
        let (admin, domain, helper) = acme(&app).await;
        assert_refused("a user", &add_user(&helper, domain, RECOVERY).await);
        assert_refused("an alias", &add_alias(&helper, domain, RECOVERY, "thief@evil.example").await);
        assert_eq!(add_user(&helper, domain, "dora").await.status, 303, "any other user may be added");
        let seen = add_alias(&helper, domain, "sales", "dora@acme.test").await;
        assert_eq!(seen.status, 303, "any other alias too: {}", seen.words());
        assert_eq!(add_user(&admin.browser, domain, RECOVERY).await.status, 303, "the main Admin may");
    })
    .await;
}

#[tokio::test]
async fn dg_08_nor_by_anything_in_a_chain_of_aliases_and_a_change_of_rank_is_seen_at_once() {
    on_each_engine(async |app| {
        let (admin, home, helper) = acme(&app).await;
        let inside = app.domain(&admin, "relay.test").await;
        let (bob, carl) = (app.mailbox(inside, "bob").await, app.mailbox(inside, "carl").await);
        let relay = alias(&admin, inside, "relay", "bob+boss@relay.test").await;
        let first = alias(&admin, home, RECOVERY, "relay+1@relay.test").await;
        let stray = alias(&admin, inside, "stray", "carl@relay.test").await;

        assert_outranked(&helper, bob.id, &bob.address).await;
        for path in [&first, &relay] {
            let elsewhere = send(&helper, path, &[("targets", "thief@evil.example")]).await;
            assert_refused(path, &elsewhere);
            assert_refused(path, &helper.fill(&format!("{path}/remove"), &[]).await);
        }
        for (id, name) in [(home, "acme.test"), (inside, "relay.test")] {
            let path = format!("/domains/{id}/remove");
            assert_refused(name, &helper.fill(&path, &[("confirm", name)]).await);
            assert_refused(name, &set_catch_all(&helper, id, "bob").await);
        }
        let changed = send(&helper, &stray, &[("targets", "bob@relay.test")]).await;
        assert_eq!(changed.status, 303, "an alias beside the chain is free: {}", changed.words());

        let moved = send(&admin.browser, &relay, &[("targets", "carl@relay.test")]).await;
        assert_eq!(moved.status, 303, "{}", moved.words());
        assert_outranked(&helper, carl.id, &carl.address).await;
        assert_free(&helper, bob.id, &bob.address).await;
    })
    .await;
}

#[tokio::test]
async fn dg_08_nor_by_a_catch_all() {
    on_each_engine(async |app| {
        let (admin, domain, helper) = acme(&app).await;
        let (bob, carl) = (app.mailbox(domain, "bob").await, app.mailbox(domain, "carl").await);
        assert_refused("a catch-all", &set_catch_all(&helper, domain, "carl").await);
        let set = set_catch_all(&admin.browser, domain, "bob").await;
        assert_eq!(set.status, 303, "{}", set.words());
        assert_outranked(&helper, bob.id, &bob.address).await;
        assert_free(&helper, carl.id, &carl.address).await;
        let boss = app.mailbox(domain, RECOVERY).await;
        assert_outranked(&helper, boss.id, &boss.address).await;
        let path = format!("/mailboxes/{}", bob.id);
        let free = send(&helper, &path, &[("name", "Bob"), ("quota", "2")]).await;
        assert_eq!(free.status, 303, "the address has a user now, bob gets nothing: {}", free.words());
    })
    .await;
}

#[tokio::test]
async fn dg_08_nor_by_the_mailbox_behind_a_plus_address() {
    on_each_engine(async |app| {
        let admin = app.main_admin_at("acme", "boss+admin@acme.test").await;
        let domain = app.domain(&admin, "acme.test").await;
        let helper = sub_admin(&app, &admin, "helper", &[domain]).await;
        assert_refused("a user", &add_user(&helper, domain, "boss").await);
        assert_eq!(add_user(&helper, domain, "bos").await.status, 303);
        let (boss, carl) = (app.mailbox(domain, "boss").await, app.mailbox(domain, "carl").await);
        assert_outranked(&helper, boss.id, &boss.address).await;
        assert_eq!(set_catch_all(&admin.browser, domain, "carl").await.status, 303);
        let path = format!("/mailboxes/{}", carl.id);
        let free = send(&helper, &path, &[("name", "Carl"), ("quota", "2")]).await;
        assert_eq!(free.status, 303, "the catch-all does not get it: {}", free.words());
    })
    .await;
}

#[tokio::test]
async fn dg_08_nor_by_the_mailbox_with_which_its_user_recovers() {
    on_each_engine(async |app| {
        let (admin, home, helper) = acme(&app).await;
        let inside = app.domain(&admin, "relay.test").await;
        let boss = app.mailbox(home, RECOVERY).await;
        let (bob, carl) = (app.mailbox(inside, "bob").await, app.mailbox(inside, "carl").await);
        let path = format!("/mailboxes/{}", boss.id);
        let fields = [("name", "Boss"), ("quota", "1"), ("recovery", "back@relay.test")];
        assert_eq!(send(&admin.browser, &path, &fields).await.status, 303);
        alias(&admin, inside, "back", "bob@relay.test").await;
        assert_outranked(&helper, bob.id, &bob.address).await;
        assert_free(&helper, carl.id, &carl.address).await;
    })
    .await;
}

#[tokio::test]
async fn dg_38_who_stands_below_is_managed_and_who_stands_beside_is_not() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let one = app.sub_admin(&admin, "one").level(Section::Users, 5).field("email", "one@acme.test");
        let two = app.sub_admin(&admin, "two").level(Section::Users, 5).field("email", "two@acme.test");
        let (one, two) = (one.sign_in().await, two.sign_in().await);
        let (first, second) = (app.mailbox(domain, "one").await, app.mailbox(domain, "two").await);
        let bob = app.mailbox(domain, "bob").await;
        assert_outranked(&one, second.id, &second.address).await;
        assert_outranked(&two, first.id, &first.address).await;
        assert_free(&one, bob.id, &bob.address).await;
        assert_free(&one, first.id, &first.address).await;
        assert_free(&admin.browser, second.id, &second.address).await;
    })
    .await;
}

#[tokio::test]
async fn dg_08_the_recovery_mail_of_another_tenants_admin_is_nobodys_but_the_main_admins() {
    on_each_engine(async |app| {
        let (admin, domain, helper) = acme(&app).await;
        app.main_admin_at("umbrella", "admin.umbrella@acme.test").await;
        assert_refused("a user", &add_user(&helper, domain, "admin.umbrella").await);
        let lodger = app.mailbox(domain, "admin.umbrella").await;
        assert_outranked(&helper, lodger.id, &lodger.address).await;
        assert_free(&admin.browser, lodger.id, &lodger.address).await;
    })
    .await;
}

#[tokio::test]
async fn dg_08_recovery_mail_of_staff_never_comes_to_a_hosted_domain() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let added = admin.browser.fill("/domains/new", &[("domain", "acme.test")]).await;
        let path = added.location.split('?').next().unwrap_or_default().to_owned();
        let words = admin.browser.get(&path).await.words();
        let proof = words.split_whitespace().find(|word| word.starts_with("bailiwick-verification="));
        app.dns().publish_txt("_bailiwick.acme.test", proof.expect("the proof is shown")).expect("published");
        app.staff_at("olga@acme.test").await;
        let refused = admin.browser.post(&format!("{path}/verify"), &[]).await;
        assert_eq!(refused.status, 409, "{}", refused.words());
        assert!(refused.says("This domain is in use by another customer."), "{}", refused.words());
        let umbrella = app.main_admin("umbrella").await;
        let refused = umbrella.browser.fill("/domains/new", &[("domain", "acme.test")]).await;
        assert_eq!(refused.status, 409, "{}", refused.words());
    })
    .await;
}

#[tokio::test]
async fn an_address_that_another_tenant_only_wrote_down_takes_no_rank() {
    on_each_engine(async |app| {
        let (admin, domain, helper) = acme(&app).await;
        let ann = app.mailbox(domain, "ann").await;
        let other = app.main_admin("other").await;
        app.sub_admin(&other, "squatter").field("email", &ann.address).add().await;
        assert_free(&helper, ann.id, &ann.address).await;
        drop(admin);
    })
    .await;
}
