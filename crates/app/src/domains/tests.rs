use std::time::Duration;

use bailiwick_base::Code;
use bailiwick_base::words::{DomainId, TenantId};

use super::Domains;
use crate::tenants::{Tenant, Tenants};
use crate::testkit::{Admin, Seen, TestApp, on_each_engine};

const HOUR: Duration = Duration::from_hours(1);

async fn add(admin: &Admin, name: &str) -> Seen {
    admin.browser.fill("/domains/new", &[("domain", name)]).await
}

/// Adds a domain through the page and publishes nothing.
async fn waiting(admin: &Admin, name: &str) -> DomainId {
    let added = add(admin, name).await;
    assert!(added.location.ends_with("?done=domain-added"), "{} {}", added.gist(), added.words());
    id_of(&added)
}

fn id_of(added: &Seen) -> DomainId {
    let path = added.location.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().parse().expect("a domain's id")
}

/// Publishes what a waiting domain's page asks for.
async fn publish(app: &TestApp, admin: &Admin, id: DomainId, name: &str) {
    let page = admin.browser.get(&format!("/domains/{id}")).await;
    let words = page.words();
    let value = words.split_whitespace().find(|word| word.starts_with("bailiwick-verification="));
    app.dns()
        .publish_txt(&format!("_bailiwick.{name}"), value.expect("the record is shown"))
        .expect("published");
}

async fn verify(admin: &Admin, id: DomainId) -> Seen {
    admin.browser.fill(&format!("/domains/{id}"), &[]).await;
    admin.browser.post(&format!("/domains/{id}/verify"), &[]).await
}

async fn tenant(app: &TestApp, id: TenantId) -> Tenant {
    Tenants::new(app.core().clone()).get(&app.operator(), id).await.expect("the tenant")
}

#[tokio::test]
async fn a_domain_is_added_proven_by_its_record_and_listed() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        assert!(admin.browser.get("/domains").await.says("No domains yet"));
        let id = waiting(&admin, " Acme.TEST ").await;
        let page = admin.browser.get(&format!("/domains/{id}")).await;
        assert!(page.says("_bailiwick.acme.test") && page.says("Waiting for proof"), "{}", page.words());
        assert!(page.says("It waits for 24 more hours."), "{}", page.words());

        let missing = verify(&admin, id).await;
        assert_eq!(missing.status, 409);
        assert!(missing.says("The TXT record was not found."), "{}", missing.words());
        assert!(missing.says("We looked for it at _bailiwick.acme.test."));

        app.dns()
            .publish_txt("_bailiwick.acme.test", "bailiwick-verification=somebody-elses")
            .expect("published");
        assert_eq!(verify(&admin, id).await.status, 409, "another token proves nothing");
        publish(&app, &admin, id, "acme.test").await;
        assert_eq!(verify(&admin, id).await.gist(), format!("303 /domains/{id}?done=domain-verified"));

        let list = admin.browser.get("/domains?q=ACM").await;
        assert!(list.says("acme.test") && list.says("Active"), "{}", list.words());
        assert!(admin.browser.get("/domains?q=%25").await.says("Nothing found"));
        let page = admin.browser.get(&format!("/domains/{id}")).await;
        assert!(page.says("10 mail.provider.example."), "where mail goes: {}", page.words());
        let history = app.history().await;
        assert!(history.contains(&"acme domain.add acme.test".to_owned()), "{history:?}");
        assert!(history.contains(&"acme domain.verify acme.test".to_owned()), "{history:?}");
    })
    .await;
}

#[tokio::test]
async fn a_name_that_cannot_be_a_mail_domain_is_refused_at_the_field() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        for (name, words) in [
            ("acme", "This is not a domain name."),
            ("sales@acme.test", "This is not a domain name."),
            ("co.uk", "Nobody can own this name as a mail domain."),
            ("pаypal.test", "This name can be mistaken for another."),
        ] {
            let refused = add(&admin, name).await;
            assert_eq!(refused.status, 422, "{name}");
            assert!(refused.says(words), "{name}: {}", refused.words());
        }
        waiting(&admin, "acme.test").await;
        let again = add(&admin, "ACME.test").await;
        assert_eq!(again.status, 409);
        assert!(again.says("This domain is already in your list."), "{}", again.words());
        assert_eq!(tenant(&app, admin.tenant).await.domains_used, 1);
    })
    .await;
}

#[tokio::test]
async fn hz_07_another_tenants_domain_and_what_lies_below_it_are_refused() {
    on_each_engine(async |app| {
        let (acme, umbrella) = (app.main_admin("acme").await, app.main_admin("umbrella").await);
        app.domain(&acme, "t1.test").await;
        let held = add(&umbrella, "t1.test").await;
        assert_eq!(held.status, 409);
        assert!(held.says("This domain is in use by another customer."), "{}", held.words());
        assert!(!held.says("acme"), "whose it is is not said");
        let below = add(&umbrella, "mail.t1.test").await;
        assert_eq!(below.status, 409);
        assert!(below.says("This domain belongs together with another customer"), "{}", below.words());
        assert_eq!(add(&acme, "mail.t1.test").await.status, 303, "its own tenant may");
        assert_eq!(tenant(&app, umbrella.tenant).await.domains_used, 0);
    })
    .await;
}

#[tokio::test]
async fn a_look_alike_of_another_tenants_domain_is_refused() {
    on_each_engine(async |app| {
        let (acme, umbrella) = (app.main_admin("acme").await, app.main_admin("umbrella").await);
        app.domain(&acme, "ace.test").await;
        let refused = add(&umbrella, "асе.test").await;
        assert_eq!(refused.status, 422, "{}", refused.words());
        assert!(refused.says("This name can be mistaken for another."), "{}", refused.words());
    })
    .await;
}

#[tokio::test]
async fn the_installations_own_names_and_those_staff_recovers_by_are_nobodys() {
    on_each_engine(async |app| {
        app.staff().await;
        let admin = app.main_admin("acme").await;
        for name in ["provider.example", "mail.provider.example", "outside.example"] {
            let refused = add(&admin, name).await;
            assert_eq!(refused.status, 409, "{name}");
            assert!(
                refused.says("This domain is in use by another customer."),
                "{name}: {}",
                refused.words()
            );
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_tenants_who_prove_one_name_at_once_exactly_one_has_it() {
    on_each_engine(async |app| {
        let (acme, umbrella) = (app.main_admin("acme").await, app.main_admin("umbrella").await);
        let first = waiting(&acme, "both.test").await;
        let second = waiting(&umbrella, "both.test").await;
        assert_ne!(proof(&acme, first).await, proof(&umbrella, second).await, "each has a token of its own");
        publish(&app, &acme, first, "both.test").await;
        publish(&app, &umbrella, second, "both.test").await;
        let (mine, theirs) = tokio::join!(verify(&acme, first), verify(&umbrella, second));
        let mut statuses = [mine.status, theirs.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409], "{}\n{}", mine.words(), theirs.words());
    })
    .await;
}

async fn proof(admin: &Admin, id: DomainId) -> String {
    let page = admin.browser.get(&format!("/domains/{id}")).await;
    let words = page.words();
    words
        .split_whitespace()
        .find(|word| word.starts_with("bailiwick-verification="))
        .expect("shown")
        .to_owned()
}

#[tokio::test]
async fn hz_08_a_domain_that_is_not_proven_gets_neither_users_nor_aliases() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let id = waiting(&admin, "big-bank.test").await.to_string();
        let alias = [("domain", id.as_str()), ("alias", "ceo"), ("targets", "x@outside.example")];
        app.domain(&admin, "acme.test").await;
        let refused = admin.browser.fill("/aliases/new", &alias).await;
        assert_eq!(refused.status, 409);
        assert!(refused.says("The ownership of big-bank.test is not proven yet."), "{}", refused.words());
        let user = [
            ("domain", id.as_str()),
            ("username", "ceo"),
            ("name", "C"),
            ("quota", "1"),
            ("how", "invite"),
            ("recovery", "ceo@outside.example"),
            ("password", ""),
        ];
        let refused = admin.browser.fill("/mailboxes/new", &user).await;
        assert_eq!(refused.status, 409, "{}", refused.words());
        assert!(refused.says("is not proven yet"), "{}", refused.words());
    })
    .await;
}

#[tokio::test]
async fn a_look_up_that_failed_is_no_proof_and_says_so() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let id = waiting(&admin, "acme.org").await;
        let failed = verify(&admin, id).await;
        assert_eq!(failed.status, 503, "the name server refuses names it does not serve: {}", failed.words());
        assert!(failed.says("The name servers could not be asked."), "{}", failed.words());
        assert!(admin.browser.get(&format!("/domains/{id}")).await.says("Waiting for proof"));
    })
    .await;
}

#[tokio::test]
async fn waiting_domains_count_against_the_limit_and_the_sixth_is_refused() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        for number in 1..=5 {
            waiting(&admin, &format!("d{number}.test")).await;
        }
        let refused = add(&admin, "d6.test").await;
        assert_eq!(refused.status, 409);
        assert!(refused.says("Maximum number of domains allowed has been reached"), "{}", refused.words());
        assert!(refused.body.contains("https://billing.provider.example/"), "and where to buy more");
        assert_eq!(tenant(&app, admin.tenant).await.domains_used, 5);
    })
    .await;
}

#[tokio::test]
async fn a_domain_not_proven_within_a_day_is_removed_and_counts_no_more() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domains = Domains::new(app.core().clone());
        let late = waiting(&admin, "late.test").await;
        publish(&app, &admin, late, "late.test").await;
        app.domain(&admin, "acme.test").await;
        app.wait(HOUR * 23);
        assert_eq!(domains.remove_expired().await.expect("done"), 0);
        app.wait(HOUR);
        let refused = domains.verify(&app.operator(), late).await.expect_err("the token has expired");
        assert_eq!(refused.code(), Code::DomainProofExpired);
        assert_eq!(domains.verify_waiting().await.expect("done"), 0, "the worker does not take it either");
        assert_eq!(domains.remove_expired().await.expect("done"), 1, "the verified one stays");
        assert_eq!(domains.remove_expired().await.expect("done"), 0);
        assert_eq!(tenant(&app, admin.tenant).await.domains_used, 1);
        let history = app.history().await;
        assert!(
            history.iter().any(|event| event.ends_with("domain.remove_expired late.test")),
            "{history:?}"
        );
        assert!(!app.mail_jobs().await.contains(&"disconnect_domain".to_owned()), "nobody's mail is touched");
    })
    .await;
}

#[tokio::test]
async fn the_worker_looks_for_each_waiting_domain_at_most_once_a_minute() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domains = Domains::new(app.core().clone());
        let id = waiting(&admin, "acme.test").await;
        waiting(&admin, "other.test").await;
        assert_eq!(domains.verify_waiting().await.expect("done"), 0);
        publish(&app, &admin, id, "acme.test").await;
        assert_eq!(domains.verify_waiting().await.expect("done"), 0, "the minute is not over");
        app.wait(Duration::from_mins(1));
        assert_eq!(domains.verify_waiting().await.expect("done"), 1);
        assert!(admin.browser.get(&format!("/domains/{id}")).await.says("Active"));
    })
    .await;
}

fn settings<'a>(
    zone: &'a str,
    catch_all: &'a str,
    user: &'a str,
    version: &'a str,
) -> Vec<(&'a str, &'a str)> {
    vec![("time_zone", zone), ("catch_all", catch_all), ("catch_all_user", user), ("version", version)]
}

#[tokio::test]
async fn a_domain_is_changed_once_for_each_time_it_was_looked_at() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let id = app.domain(&admin, "acme.test").await;
        app.mailbox(id, "post").await;
        let path = format!("/domains/{id}");
        let page = admin.browser.get(&path).await;
        let version = page.between("name=\"version\" value=\"", "\"").expect("the version").to_owned();
        let active = ("active", "on");

        let mut form = settings("Europe/Atlantis", "none", "", &version);
        form.push(active);
        let refused = admin.browser.post(&path, &form).await;
        assert_eq!(refused.status, 422);
        assert!(refused.says("There is no such time zone."), "{}", refused.words());

        let mut form = settings("Europe/Madrid", "user", "nobody", &version);
        form.push(active);
        let refused = admin.browser.post(&path, &form).await;
        assert_eq!(refused.status, 422);
        assert!(refused.says("The catch-all must be a user of this domain."), "{}", refused.words());

        let mut form = settings("Europe/Madrid", "user", "post", &version);
        form.push(active);
        assert_eq!(admin.browser.post(&path, &form).await.gist(), format!("303 {path}?done=saved"));
        let stale = admin.browser.post(&path, &form).await;
        assert_eq!(stale.status, 412, "{}", stale.words());
        assert!(stale.says("Somebody changed this meanwhile."));
        let page = admin.browser.get(&path).await;
        assert_eq!(page.between("name=\"catch_all_user\" value=\"", "\""), Some("post"));
        assert!(page.body.contains("Europe/Madrid"));
    })
    .await;
}

#[tokio::test]
async fn disabling_a_domain_ends_its_users_sessions_on_every_plane() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let id = app.domain(&admin, "acme.test").await;
        let user = app.mailbox(id, "ann").await;
        app.sign_in(&user.browser, &user.address, crate::testkit::PASSWORD).await;
        let path = format!("/domains/{id}");
        let page = admin.browser.get(&path).await;
        let version = page.between("name=\"version\" value=\"", "\"").expect("the version").to_owned();
        let off = settings("UTC", "discard", "", &version);
        assert_eq!(admin.browser.post(&path, &off).await.status, 303);
        assert_eq!(user.browser.get("/panel").await.status, 303, "signed out");
        assert!(app.mail_jobs().await.contains(&"disconnect_domain".to_owned()));
        let refused = user
            .browser
            .fill("/sign-in", &[("username", &user.address), ("password", crate::testkit::PASSWORD)])
            .await;
        assert_eq!(refused.status, 403, "{}", refused.words());
        assert!(admin.browser.get(&path).await.says("This domain is disabled"));
    })
    .await;
}

#[tokio::test]
async fn removing_a_domain_wants_its_name_and_erases_everything_in_it() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let gone = app.domain(&admin, "gone.test").await;
        let stays = app.domain(&admin, "stays.test").await.to_string();
        let user = app.mailbox(gone, "ann").await;
        app.sign_in(&user.browser, &user.address, crate::testkit::PASSWORD).await;
        for (domain, alias, target) in [
            (gone.to_string().as_str(), "info", "ann@gone.test"),
            (stays.as_str(), "only", "ann@gone.test"),
            (stays.as_str(), "both", "ann@gone.test\nx@outside.example"),
        ] {
            let form = [("domain", domain), ("alias", alias), ("targets", target)];
            let added = admin.browser.fill("/aliases/new", &form).await;
            assert_eq!(added.status, 303, "{}", added.words());
        }
        let path = format!("/domains/{gone}/remove");
        let page = admin.browser.get(&path).await;
        assert!(
            page.says("1 user, 1 alias, and all mail, contacts and settings in 1 GB"),
            "{}",
            page.words()
        );
        let wrong = admin.browser.post(&path, &[("confirm", "gone")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.says("Type gone.test exactly to confirm."), "{}", wrong.words());

        assert_eq!(
            admin.browser.post(&path, &[("confirm", "gone.test")]).await.gist(),
            "303 /domains?done=domain-removed"
        );
        assert_eq!(admin.browser.get(&format!("/domains/{gone}")).await.status, 404);
        assert_eq!(user.browser.get("/panel").await.status, 303, "signed out");
        let jobs = app.mail_jobs().await;
        assert!(
            jobs.contains(&"remove_mail".to_owned()) && jobs.contains(&"disconnect_domain".to_owned()),
            "{jobs:?}"
        );
        let aliases = admin.browser.get("/aliases").await;
        assert!(aliases.says("only@stays.test Leads nowhere"), "{}", aliases.words());
        assert!(aliases.says("both@stays.test x@outside.example"), "{}", aliases.words());
        assert!(!aliases.says("info@gone.test"));
        let left = tenant(&app, admin.tenant).await;
        assert_eq!((left.domains_used, left.users_used, left.storage_used.as_bytes()), (1, 0, 0));
        app.domain(&admin, "gone.test").await;
    })
    .await;
}

#[tokio::test]
async fn cc_11_a_user_added_while_its_domain_is_removed_leaves_no_orphan() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        for round in 0..5 {
            let name = format!("r{round}.test");
            let id = app.domain(&admin, &name).await;
            admin.browser.get("/mailboxes/new").await;
            let domain = id.to_string();
            let form = [
                ("domain", domain.as_str()),
                ("username", "ann"),
                ("name", "Ann"),
                ("quota", "1"),
                ("how", "invite"),
                ("recovery", "ann@outside.example"),
                ("password", ""),
            ];
            let (path, second) = (format!("/domains/{id}/remove"), admin.browser.copy());
            let confirm = [("confirm", name.as_str())];
            let (added, removed) =
                tokio::join!(admin.browser.post("/mailboxes/new", &form), second.post(&path, &confirm),);
            assert_eq!(removed.status, 303, "{}", removed.words());
            assert!(matches!(added.status, 303 | 404), "{} {}", added.status, added.words());
            let left = tenant(&app, admin.tenant).await;
            assert_eq!(
                (left.domains_used, left.users_used, left.storage_used.as_bytes()),
                (0, 0, 0),
                "round {round}"
            );
        }
        assert!(!admin.browser.get("/mailboxes").await.says("ann@"));
    })
    .await;
}

#[tokio::test]
async fn a_domain_of_another_tenant_is_as_if_it_were_not_there() {
    on_each_engine(async |app| {
        let (acme, umbrella) = (app.main_admin("acme").await, app.main_admin("umbrella").await);
        let id = app.domain(&acme, "acme.test").await;
        umbrella.browser.get("/domains/new").await;
        for path in [format!("/domains/{id}"), format!("/domains/{id}/remove")] {
            assert_eq!(umbrella.browser.get(&path).await.status, 404, "{path}");
        }
        umbrella.browser.get("/domains/new").await;
        assert_eq!(umbrella.browser.post(&format!("/domains/{id}/verify"), &[]).await.status, 404);
        let mut form = settings("UTC", "none", "", "1");
        form.push(("active", "on"));
        assert_eq!(umbrella.browser.post(&format!("/domains/{id}"), &form).await.status, 404);
        assert_eq!(
            umbrella.browser.post(&format!("/domains/{id}/remove"), &[("confirm", "acme.test")]).await.status,
            404
        );
        assert!(!umbrella.browser.get("/domains").await.says("acme.test"));
        assert_eq!(acme.browser.get(&format!("/domains/{id}")).await.status, 200);
    })
    .await;
}
