//! What is not taken, whoever sends it.

use bailiwick_base::authz::Section;
use bailiwick_base::words::DomainId;

use super::{save, try_to_add};
use crate::Portal;
use crate::testkit::{PASSWORD, on_each_engine};

#[tokio::test]
async fn ve_09_levels_that_do_not_exist_are_refused_and_never_clamped() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let new = app.sub_admin(&admin, "ann");
        let id = app.sub_admin(&admin, "bob").level(Section::Users, 1).add().await;
        let before = app.history().await;
        for wrong in [
            "users:-1",
            "users:6",
            "users:999",
            "users:5.0",
            "users:",
            "users:null",
            "users:9223372036854775808",
            "history:2",
            "domains:5",
            "users",
            "lists:1",
            "sub_admins:1",
            "users:custom",
        ] {
            let section = wrong.split(':').next().unwrap_or_default();
            let others = ["history:0", "users:0", "domains:0", "aliases:0"].into_iter();
            let levels: Vec<(&str, &str)> = others
                .filter(|level| level.split(':').next() != Some(section))
                .chain([wrong])
                .map(|level| ("level", level))
                .collect();
            let refused = try_to_add(&admin, &new, &levels).await;
            assert!(matches!(refused.status, 400 | 422), "{wrong}: {}", refused.status);
            let edited = super::send(&admin, id, &app.sub_admin(&admin, "bob"), &levels).await;
            assert!(matches!(edited.status, 400 | 422), "{wrong}: {}", edited.status);
        }
        let without = try_to_add(&admin, &new, &[("level", "users:5")]).await;
        assert_eq!(without.status, 400, "every section is named");
        assert_eq!(app.history().await, before);
        let list = admin.browser.get("/sub-admins").await;
        assert!(list.says("bob of the tests Users 1") && !list.says("ann of the tests"), "{}", list.words());
    })
    .await;
}

#[tokio::test]
async fn ve_07_fields_that_do_not_belong_there_are_refused() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let new = app.sub_admin(&admin, "ann").level(Section::Users, 1);
        let before = app.history().await;
        for (name, value) in [
            ("tenant_id", "1"),
            ("role", "main_admin"),
            ("unlimited", "true"),
            ("api_access", "true"),
            ("permissions", "sub_admin.manage"),
            ("permission", "sub_admin.manage"),
            ("permission", "address.release"),
            ("permission", "list.view"),
            ("version", "1"),
            ("step", "save"),
            ("status", "active"),
        ] {
            assert_eq!(try_to_add(&admin, &new, &[(name, value)]).await.status, 400, "{name}={value}");
        }
        let mut twice: Vec<(&str, String)> = new.form();
        twice.push(("rights", "single".into()));
        let twice: Vec<(&str, &str)> = twice.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(admin.browser.fill("/sub-admins/new", &twice).await.status, 400, "a field twice");
        assert_eq!(app.history().await, before);
        let ann = new.sign_in().await;
        for field in ["level", "permission", "api", "networks_only", "tenant_id"] {
            let fields =
                [("networks", ""), ("from", "anywhere"), ("own_password", PASSWORD), (field, "users:5")];
            assert_eq!(ann.fill("/security/networks", &fields).await.status, 400, "{field}");
        }
        assert_eq!(ann.get("/mailboxes/new").await.status, 403, "as before");
    })
    .await;
}

#[tokio::test]
async fn hz_01_a_foreign_login_and_the_main_admins_own_are_as_if_they_were_not() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let other = app.main_admin("umbrella").await;
        let foreign = app.sub_admin(&other, "eve").level(Section::Users, 1).add().await;
        let own = {
            let tx = app.core().db().read(&app.operator()).await;
            drop(tx);
            let page = admin.browser.get("/access").await;
            page.between("/access/log_", "\"").map_or_else(|| "log_1".to_owned(), |id| format!("log_{id}"))
        };
        let before = app.history().await;
        for id in [foreign.to_string(), own, "log_7zz".to_owned()] {
            for path in [format!("/sub-admins/{id}"), format!("/sub-admins/{id}/remove")] {
                assert_eq!(admin.browser.get(&path).await.status, 404, "{path}");
            }
            admin.browser.get("/").await;
            let form = app.sub_admin(&admin, "mallory").everything().form();
            let mut pairs: Vec<(&str, &str)> = form
                .iter()
                .filter(|(name, _)| *name != "how")
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            pairs.extend([("version", "1"), ("step", "save")]);
            assert_eq!(admin.browser.post(&format!("/sub-admins/{id}"), &pairs).await.status, 404);
            for act in ["remove", "invite"] {
                assert_eq!(
                    admin.browser.post(&format!("/sub-admins/{id}/{act}"), &[]).await.status,
                    404,
                    "{act}"
                );
            }
        }
        assert_eq!(app.history().await, before);
    })
    .await;
}

#[tokio::test]
async fn domains_are_the_tenants_own_and_at_least_one() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let other = app.main_admin("umbrella").await;
        let foreign = app.domain(&other, "umbrella.test").await;
        let own = app.domain(&admin, "acme.test").await;
        let ann = app.sub_admin(&admin, "ann").level(Section::Users, 1);
        let none = try_to_add(&admin, &ann, &[("limited", "yes")]).await;
        assert!(none.status == 422 && none.says("No domain is chosen."), "{}", none.words());
        for stranger in [foreign, DomainId(9_999)] {
            let refused = try_to_add(&admin, &ann.clone().of(own).of(stranger), &[]).await;
            assert_eq!(refused.status, 404, "all or nothing");
        }
        let twice = try_to_add(&admin, &ann.clone().of(own).of(own), &[]).await;
        assert_eq!(twice.status, 400);
        for (names, status) in [("umbrella.test", 422), ("no domain", 422), ("ACME.test\n", 303)] {
            let named = [("limited", "yes"), ("domain_names", names)];
            let seen = try_to_add(&admin, &ann, &named).await;
            assert_eq!(seen.status, status, "{names}: {}", seen.words());
        }
        assert!(admin.browser.get("/sub-admins").await.says("Users 1 acme.test Active"));
        let taken = try_to_add(&admin, &ann, &[]).await;
        assert!(taken.status == 409 && taken.body.contains("field-username-error"), "{}", taken.words());
    })
    .await;
}

#[tokio::test]
async fn names_addresses_and_passwords_are_checked() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let ann = app.sub_admin(&admin, "ann");
        for (field, value) in [
            ("username", "a b"),
            ("full_name", ""),
            ("email", "nowhere"),
            ("password", "short"),
            ("password", ""),
            ("note", "two\u{2028}lines"),
        ] {
            let refused = try_to_add(&admin, &ann, &[(field, value)]).await;
            assert_eq!(refused.status, 422, "{field}");
            assert!(refused.body.contains(&format!("field-{field}-error")), "{field}: {}", refused.words());
        }
        for profile in ["help_desk", "provisioner", "auditor", "integration", "full"] {
            let page = admin.browser.get(&format!("/sub-admins/new?profile={profile}")).await;
            assert_eq!(page.status, 200, "{profile}");
        }
        assert_eq!(admin.browser.get("/sub-admins/new?profile=root").await.status, 404);
        let desk = admin.browser.get("/sub-admins/new?profile=help_desk").await;
        assert!(desk.body.contains("value=\"mailbox.send_reset_link\" checked"));
        let program = admin.browser.get("/sub-admins/new?profile=integration").await;
        assert!(program.body.contains("value=\"listed\" checked"));
    })
    .await;
}

#[tokio::test]
async fn the_list_is_searched_and_paged() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        app.sub_admin(&admin, "ann").field("full_name", "Ann Ode").add().await;
        let bob = app.sub_admin(&admin, "bob").field("full_name", "Bob_Reyes").sign_in().await;
        assert_eq!(bob.get("/").await.status, 200, "with no access there is a start page");
        for (search, ann, bob) in
            [("ann", true, false), ("REYES", false, true), ("_", false, true), ("zzz", false, false)]
        {
            let list = admin.browser.get(&format!("/sub-admins?q={search}")).await;
            assert_eq!((list.says("Ann Ode"), list.says("Bob_Reyes")), (ann, bob), "{search}");
        }
        let list = admin.browser.get("/sub-admins?q=bob").await;
        assert!(list.says("Bob_Reyes No access All domains No access No end 2026-01-01"), "{}", list.words());
        let portal = app.browser(Portal::Mail);
        assert_eq!(portal.get("/sub-admins").await.status, 404, "of no other portal");
        let renamed = app.sub_admin(&admin, "robert").field("full_name", "Bob_Reyes");
        let id = list.between("/sub-admins/log_", "\"").expect("it is listed").to_owned();
        let id = format!("log_{id}").parse().expect("an id");
        assert_eq!(save(&admin, id, &renamed).await.status, 303);
        app.sign_in(&bob, "robert", PASSWORD).await;
    })
    .await;
}
