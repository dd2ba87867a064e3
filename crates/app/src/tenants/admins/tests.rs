//! Staff and a tenant's Admins, on the pages.

use bailiwick_base::authz::Section;
use bailiwick_base::words::LoginId;

use crate::settings::Portal;
use crate::testkit::{Admin, Browser, PASSWORD, Seen, TestApp, on_each_engine, path_of};

/// The page of a tenant's main Admin.
async fn main_admin_page(staff: &Browser, admin: &Admin) -> String {
    let overview = staff.get(&format!("/tenants/{}", admin.tenant)).await;
    let link = overview.between("/admins/log_", "\"").expect("the overview leads there").to_owned();
    format!("/tenants/{}/admins/log_{link}", admin.tenant)
}

/// Opens a page and sends a form that stands on it.
async fn act(browser: &Browser, page: &str, act: &str, fields: &[(&str, &str)]) -> Seen {
    browser.get(page).await;
    browser.post(&format!("{page}/{act}"), fields).await
}

/// A program's login that adds users: an ordinary Sub-Admin is signed in first, because programs have no sign-in here.
async fn program(app: &TestApp, admin: &Admin) -> (LoginId, Browser) {
    let robot = app.sub_admin(admin, "robot").level(Section::Users, 3);
    let login = robot.add().await;
    let browser = app.browser(Portal::Admin);
    app.sign_in(&browser, "robot", PASSWORD).await;
    app.meddle("UPDATE logins SET api_access = TRUE, api_purpose = 'billing' WHERE name = 'robot'").await;
    (login, browser)
}

async fn add_user(browser: &Browser, domain: &str, name: &str, quota: &str) -> Seen {
    let fields = [
        ("domain", domain),
        ("username", name),
        ("name", name),
        ("quota", quota),
        ("how", "invite"),
        ("recovery", "user@outside.example"),
        ("password", ""),
    ];
    browser.fill("/mailboxes/new", &fields).await
}

#[tokio::test]
async fn staff_finds_a_tenant_by_its_name_domain_and_admins() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let acme = app.main_admin("acme").await;
        app.main_admin("zebra").await;
        app.domain(&acme, "mail-of-a.test").await;
        app.sub_admin(&acme, "helper").level(Section::Users, 1).add().await;
        for found in ["ACM", "mail-of", "HELPER", "admin.acme@outside", "helper@outside.example"] {
            let list = staff.get(&format!("/tenants?q={found}")).await;
            assert!(list.body.contains(">acme</a>"), "{found}: {}", list.words());
            assert!(!list.body.contains(">zebra</a>"), "{found}");
        }
        for nothing in ["%25", "_", "nobody%40outside", "mail-of-b"] {
            let list = staff.get(&format!("/tenants?q={nothing}")).await;
            assert!(list.says("Nothing found"), "{nothing}: {}", list.words());
        }
    })
    .await;
}

#[tokio::test]
async fn staff_sees_a_tenants_admins_and_domains_and_nobody_elses() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let acme = app.main_admin("acme").await;
        let zebra = app.main_admin("zebra").await;
        let domain = app.domain(&acme, "acme.test").await;
        app.mailbox(domain, "ann").await;
        app.sub_admin(&acme, "helper").level(Section::Users, 1).add().await;
        app.core().flush_telemetry().await.expect("written");

        let of = format!("/tenants/{}", acme.tenant);
        let overview = staff.get(&of).await;
        assert!(overview.says("Storage 1 GB / 100 GB"), "{}", overview.words());
        assert!(
            overview.says("Username acme E-mail address admin.acme@outside.example"),
            "{}",
            overview.words()
        );
        let admins = staff.get(&format!("{of}/admins")).await;
        assert!(
            admins.says("acme Admin of acme Main Admin Active 2026-01-01 00:00:00"),
            "{}",
            admins.words()
        );
        assert!(admins.says("helper helper of the tests Sub-Admin Active Never"), "{}", admins.words());
        assert!(!admins.says("zebra"));
        assert!(staff.get(&format!("{of}/admins?q=help")).await.says("helper"));
        let domains = staff.get(&format!("{of}/domains")).await;
        assert!(domains.says("acme.test Active 1 0 1 GB"), "{}", domains.words());
        assert!(staff.get(&format!("/tenants/{}/domains", zebra.tenant)).await.says("No domains yet"));

        let page = main_admin_page(&staff, &acme).await;
        assert!(staff.get(&page).await.says("Main Admin"));
        let through = page.replace(&acme.tenant.to_string(), &zebra.tenant.to_string());
        assert_eq!(staff.get(&through).await.status, 404);
        staff.get(&page).await;
        for (act, fields) in [("link", vec![]), ("email", vec![("email", "x@outside.example")])] {
            assert_eq!(staff.post(&format!("{through}/{act}"), &fields).await.status, 404, "{act}");
        }
    })
    .await;
}

#[tokio::test]
async fn staff_sends_the_main_admin_a_link_to_the_known_address_only() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let fields = [
            ("name", "Acme Ltd"),
            ("types", "typ_1"),
            ("licences", "25"),
            ("storage", "50"),
            ("domains", "3"),
            ("username", "ada"),
            ("full_name", "Ada"),
            ("email", "ada@outside.example"),
        ];
        let created = staff.fill("/tenants/new", &fields).await;
        let of = created.location.split('?').next().expect("a path").to_owned();
        let overview = staff.get(&of).await;
        let page = format!("{of}/admins/log_{}", overview.between("/admins/log_", "\"").expect("a link"));
        assert!(staff.get(&format!("{of}/sign-in-as")).await.says("There is nobody to sign in as"));

        let first = app.last_link_to("ada@outside.example").await;
        assert!(staff.get(&page).await.says("Send the invitation again"));
        assert_eq!(act(&staff, &page, "link", &[]).await.status, 303);
        let second = app.last_link_to("ada@outside.example").await;
        let ada = app.browser(Portal::Admin);
        let new = [("new", PASSWORD), ("repeated", PASSWORD)];
        assert_eq!(ada.fill(&path_of(&first), &new).await.status, 404);
        assert_eq!(ada.fill(&path_of(&second), &new).await.status, 303);
        app.sign_in(&ada, "ada", PASSWORD).await;

        assert!(staff.get(&page).await.says("Send a recovery link"));
        assert_eq!(act(&staff, &page, "link", &[]).await.status, 303);
        let third = app.last_link_to("ada@outside.example").await;
        assert_eq!(ada.get("/").await.status, 200, "the present password stays");
        assert_eq!(act(&staff, &page, "link", &[("to", "x@y.example")]).await.status, 400);
        assert_eq!(app.browser(Portal::Admin).fill(&path_of(&third), &new).await.status, 303);
        let history = app.history().await;
        assert_eq!(
            history.iter().filter(|told| *told == "owner admin.send_link ada").count(),
            2,
            "{history:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_new_address_of_the_main_admin_is_told_to_both_and_kills_links_to_the_old() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let page = main_admin_page(&staff, &admin).await;
        assert_eq!(act(&staff, &page, "link", &[]).await.status, 303);
        let old_link = app.last_link_to("admin.acme@outside.example").await;
        let wrong = act(&staff, &page, "email", &[("email", "no address")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.body.contains("value=\"no address\""));
        assert_eq!(act(&staff, &page, "email", &[("email", "new@outside.example")]).await.status, 303);
        let told: Vec<String> = app
            .letters()
            .await
            .into_iter()
            .filter(|(_, subject, _)| subject == "The e-mail address of acme was changed")
            .map(|(to, _, _)| to)
            .collect();
        assert_eq!(told, ["admin.acme@outside.example", "new@outside.example"]);
        let new = [("new", PASSWORD), ("repeated", PASSWORD)];
        assert_eq!(app.browser(Portal::Admin).fill(&path_of(&old_link), &new).await.status, 404);
        assert!(staff.get(&page).await.says("new@outside.example"));
        assert!(app.history().await.contains(&"owner admin.change_address acme".to_owned()));

        app.meddle("UPDATE grants SET role = 'staff_support' WHERE role = 'staff_owner'").await;
        assert_eq!(act(&staff, &page, "email", &[("email", "x@outside.example")]).await.status, 403);
        assert_eq!(act(&staff, &page, "link", &[]).await.status, 303);
        app.meddle("UPDATE grants SET role = 'staff_auditor' WHERE role = 'staff_support'").await;
        assert_eq!(act(&staff, &page, "link", &[]).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn ve_23_ap_19_only_staff_lifts_the_limits_and_for_a_program_alone() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await.to_string();
        let (login, robot) = program(&app, &admin).await;
        app.meddle("UPDATE licences SET licensed = 1").await;
        app.meddle("UPDATE tenants SET max_storage = 2000000000").await;
        assert_eq!(add_user(&robot, &domain, "first", "1").await.status, 303);
        let full = add_user(&robot, &domain, "second", "1").await;
        assert_eq!(full.status, 409);
        assert!(full.says("Maximum number of users allowed has been reached"), "{}", full.words());

        let page = format!("/tenants/{}/admins/{login}", admin.tenant);
        let lift = [("unlimited", "yes"), ("reason", "billed by count")];
        assert_eq!(act(&staff, &page, "unlimited", &lift).await.status, 303);
        let added = add_user(&robot, &domain, "second", "1").await;
        assert_eq!(added.status, 303, "{}", added.words());
        let full = add_user(&robot, &domain, "third", "50").await;
        assert_eq!(full.status, 409, "AP-19: the limit of storage holds");
        assert_eq!(
            add_user(&admin.browser, &domain, "fourth", "1").await.status,
            409,
            "the others are bound"
        );
        let overview = staff.get(&format!("/tenants/{}", admin.tenant)).await;
        assert!(overview.says("Users 2 / 1") && overview.says("Storage 2 GB / 2 GB"), "{}", overview.words());
        let version = overview.between("name=\"version\" value=\"", "\"").expect("a version").to_owned();
        let renamed = [
            ("name", "Acme"),
            ("types", "typ_1"),
            ("licences", "1"),
            ("storage", "2"),
            ("domains", "5"),
            ("version", &version),
        ];
        let saved = staff.fill(&format!("/tenants/{}", admin.tenant), &renamed).await;
        assert_eq!(saved.status, 303, "a limit below what is used may stay: {}", saved.words());

        assert_eq!(act(&staff, &page, "unlimited", &[("unlimited", "no"), ("reason", "")]).await.status, 303);
        assert_eq!(add_user(&robot, &domain, "fourth", "1").await.status, 409);
        assert_eq!(act(&staff, &page, "unlimited", &lift).await.status, 303);
        app.meddle("UPDATE logins SET api_access = FALSE WHERE name = 'robot'").await;
        assert_eq!(add_user(&robot, &domain, "fourth", "1").await.status, 409, "nor is it for people");
        assert_eq!(act(&staff, &page, "unlimited", &lift).await.status, 409);

        let main = main_admin_page(&staff, &admin).await;
        assert_eq!(
            act(&staff, &main, "unlimited", &lift).await.status,
            404,
            "the main Admin is always bound"
        );
        app.meddle("UPDATE grants SET role = 'staff_support' WHERE role = 'staff_owner'").await;
        assert_eq!(act(&staff, &page, "unlimited", &lift).await.status, 403);
        let history = app.history().await;
        for told in ["owner sub_admin.lift_limits robot", "owner sub_admin.bind_by_limits robot"] {
            assert!(history.contains(&told.to_owned()), "{told}: {history:?}");
        }
    })
    .await;
}
