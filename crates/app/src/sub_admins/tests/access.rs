//! What each level opens, and nothing above it.

use bailiwick_base::authz::{Permission, Section};
use bailiwick_base::words::DomainId;

use crate::aliases::Aliases;
use crate::mailboxes::Mailboxes;
use crate::sub_admins::BUILT;
use crate::testkit::{Admin, Browser, Seen, TestApp, on_each_engine};
use crate::{Access, Portal};

#[tokio::test]
async fn a_sub_admin_is_added_signs_in_and_sees_the_menus_of_its_levels() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let ann = app.sub_admin(&admin, "ann").level(Section::Users, 2).level(Section::Aliases, 1);
        let ann = ann.sign_in().await;
        let home = ann.get("/").await;
        for (menu, there) in [
            ("/mailboxes", true),
            ("/aliases", true),
            ("/domains", false),
            ("/history", false),
            ("/sub-admins", false),
        ] {
            assert_eq!(home.body.contains(&format!("href=\"{menu}\"")), there, "{menu}: {}", home.words());
            assert_eq!(ann.get(menu).await.status, if there { 200 } else { 403 }, "{menu}");
        }
        let list = admin.browser.get("/sub-admins").await;
        assert!(
            list.says("ann ann of the tests Users 2 · Aliases 1 All domains Active No end"),
            "{}",
            list.words()
        );
    })
    .await;
}

/// What a level is for, done to fresh things: 403 or what comes of it.
async fn act(
    app: &TestApp,
    browser: &Browser,
    domain: DomainId,
    section: Section,
    level: usize,
    run: usize,
) -> Seen {
    let name = format!("{}{level}x{run}", section.key().replace('_', ""));
    match section {
        Section::History => browser.get("/history").await,
        Section::Users => act_on_user(app, browser, domain, level, &name).await,
        Section::Domains => act_on_domain(browser, domain, level, &name).await,
        Section::Aliases => act_on_alias(app, browser, domain, level, &name).await,
        other => panic!("no act is known of {}", other.key()),
    }
}

async fn act_on_user(app: &TestApp, browser: &Browser, domain: DomainId, level: usize, name: &str) -> Seen {
    if level == 1 {
        return browser.get("/mailboxes").await;
    }
    browser.get("/").await;
    let domain_field = domain.to_string();
    if level == 2 {
        let fields = [
            ("domain", domain_field.as_str()),
            ("username", name),
            ("name", "Some User"),
            ("quota", "0.1"),
            ("how", "invite"),
            ("recovery", "some@elsewhere.example"),
            ("password", ""),
        ];
        return browser.post("/mailboxes/new", &fields).await;
    }
    let user = app.mailbox(domain, name).await;
    let path = format!("/mailboxes/{}", user.id);
    let seen = match level {
        3 => browser.post(&path, &[("name", "Renamed"), ("quota", "1"), ("version", "1")]).await,
        4 => browser.post(&format!("{path}/remove"), &[("confirm", &user.address)]).await,
        _ => {
            let fields = [("how", "password"), ("password", "nimble cactus waltz harbour")];
            browser.post(&format!("{path}/password"), &fields).await
        }
    };
    let users = Mailboxes::new(app.core().clone());
    if level != 4 || seen.status != 303 {
        users
            .remove(&app.operator(), user.id, Some(&user.address))
            .await
            .expect("there is room for the next");
    }
    seen
}

async fn act_on_domain(browser: &Browser, domain: DomainId, level: usize, name: &str) -> Seen {
    browser.get("/").await;
    let path = format!("/domains/{domain}");
    match level {
        1 => browser.get("/domains").await,
        2 => browser.post("/domains/new", &[("domain", &format!("{name}.test"))]).await,
        3 => {
            let page = browser.get(&path).await;
            let version = page.between("name=\"version\" value=\"", "\"").unwrap_or("1").to_owned();
            browser
                .post(
                    &path,
                    &[("time_zone", "UTC"), ("catch_all", "none"), ("active", "on"), ("version", &version)],
                )
                .await
        }
        // What was typed is not the name: whoever may remove it is told so, nobody else comes that far.
        _ => browser.post(&format!("{path}/remove"), &[("confirm", "another.test")]).await,
    }
}

async fn act_on_alias(app: &TestApp, browser: &Browser, domain: DomainId, level: usize, name: &str) -> Seen {
    if level == 1 {
        return browser.get("/aliases").await;
    }
    browser.get("/").await;
    if level == 2 {
        let domain = domain.to_string();
        let fields = [("domain", domain.as_str()), ("alias", name), ("targets", "x@elsewhere.example")];
        return browser.post("/aliases/new", &fields).await;
    }
    let alias = alias(app, domain, name).await;
    let path = format!("/aliases/{alias}");
    if level == 3 {
        browser.post(&path, &[("targets", "y@elsewhere.example"), ("version", "1")]).await
    } else {
        browser.post(&format!("{path}/remove"), &[]).await
    }
}

async fn alias(app: &TestApp, domain: DomainId, name: &str) -> String {
    let targets = ["x@elsewhere.example".parse().expect("an address")];
    let name = name.parse().expect("a local part");
    let added = Aliases::new(app.core().clone()).add(&app.operator(), domain, &name, &targets).await;
    added.expect("an alias").id.to_string()
}

async fn dg_01(section: Section) {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        for level in 0..=section.highest() {
            let name = format!("ann{level}");
            let ann = app.sub_admin(&admin, &name).level(section, level).sign_in().await;
            for tried in 1..=section.highest() {
                let seen = act(&app, &ann, domain, section, tried, level).await;
                let expected: &[u16] = match (tried <= level, section, tried) {
                    (false, ..) => &[403],
                    (true, Section::Domains, 4) => &[422],
                    (true, _, 1) => &[200],
                    (true, ..) => &[303],
                };
                assert!(
                    expected.contains(&seen.status),
                    "{} {level} does {tried}: {} {}",
                    section.key(),
                    seen.status,
                    seen.words()
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn dg_01_history_levels_open_exactly_what_they_name() {
    dg_01(Section::History).await;
}

#[tokio::test]
async fn dg_01_users_levels_open_exactly_what_they_name() {
    dg_01(Section::Users).await;
}

#[tokio::test]
async fn dg_01_domains_levels_open_exactly_what_they_name() {
    dg_01(Section::Domains).await;
}

#[tokio::test]
async fn dg_01_aliases_levels_open_exactly_what_they_name() {
    dg_01(Section::Aliases).await;
}

/// A path of a route with things of the tenant filled in.
fn filled(path: &str, domain: DomainId, mailbox: &str, alias: &str) -> String {
    path.replace("/mailboxes/{id}", &format!("/mailboxes/{mailbox}"))
        .replace("/domains/{id}", &format!("/domains/{domain}"))
        .replace("/aliases/{id}", &format!("/aliases/{alias}"))
}

fn needs(access: Access) -> Vec<Permission> {
    match access {
        Access::Holding(permission) => vec![permission],
        Access::HoldingAny(permissions) => permissions.to_vec(),
        Access::Anybody | Access::SignedIn => Vec::new(),
    }
}

async fn things(app: &TestApp, admin: &Admin) -> (DomainId, String, String) {
    let domain = app.domain(admin, "acme.test").await;
    let user = app.mailbox(domain, "sales").await;
    let alias = alias(app, domain, "info").await;
    (domain, user.id.to_string(), alias)
}

#[tokio::test]
async fn ve_03_whoever_may_only_look_changes_nothing_of_the_section() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let (domain, mailbox, alias) = things(&app, &admin).await;
        let mut tried = 0;
        for section in BUILT {
            let view = section.levels()[0].1[0];
            let ann =
                app.sub_admin(&admin, &format!("view-{}", section.key())).level(*section, 1).sign_in().await;
            let before = app.history().await.len();
            for route in crate::routes().into_iter().filter(|route| route.portal == Portal::Admin) {
                let needs = needs(route.access);
                let of_section =
                    needs.iter().any(|one| Section::of(*one).is_some_and(|(other, _)| other == *section));
                let changes = route.method == axum::http::Method::POST && !needs.contains(&view);
                if of_section && changes && !route.path.contains("/resting/") {
                    let path = filled(route.path, domain, &mailbox, &alias);
                    ann.get("/").await;
                    assert_eq!(ann.post(&path, &[]).await.status, 403, "{path}");
                    tried += 1;
                }
            }
            assert_eq!(app.history().await.len(), before, "{}: nothing was changed", section.key());
        }
        assert!(tried >= 12, "every route that changes something is tried: {tried}");
    })
    .await;
}

#[tokio::test]
async fn ve_06_nobody_but_the_main_admin_manages_sub_admins_themselves_included() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let new = app.sub_admin(&admin, "ann").everything();
        let id = new.add().await;
        let ann = app.browser(Portal::Admin);
        app.sign_in(&ann, "ann", crate::testkit::PASSWORD).await;
        let before = app.history().await;
        for route in crate::routes().into_iter().filter(|route| route.path.starts_with("/sub-admins")) {
            for id in [id.to_string(), "log_7zz".to_owned()] {
                let path = route.path.replace("{id}", &id);
                ann.get("/").await;
                let seen = if route.method == axum::http::Method::GET {
                    ann.get(&path).await
                } else {
                    let form = app.sub_admin(&admin, "eve").everything().form();
                    let pairs: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                    ann.post(&path, &pairs).await
                };
                assert_eq!(seen.status, 403, "{} {path}", route.method);
            }
        }
        assert_eq!(app.history().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_sub_admin_of_one_domain_sees_nothing_of_another() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let (one, two) = (app.domain(&admin, "one.test").await, app.domain(&admin, "two.test").await);
        app.mailbox(one, "sales").await;
        let other = app.mailbox(two, "secret").await;
        let new = app.sub_admin(&admin, "ann").everything().of(one);
        let ann = new.sign_in().await;
        let list = ann.get("/mailboxes").await;
        assert!(list.says("sales@one.test") && !list.body.contains("two.test"), "{}", list.words());
        assert!(!ann.get("/domains").await.body.contains("two.test"));
        assert_eq!(ann.get(&format!("/mailboxes/{}", other.id)).await.status, 404);
        assert_eq!(ann.get(&format!("/domains/{two}")).await.status, 404);
        ann.get("/").await;
        assert_eq!(
            ann.post("/domains/new", &[("domain", "three.test")]).await.status,
            403,
            "it lies outside"
        );
        assert!(admin.browser.get("/sub-admins").await.says("Domains 4 · Aliases 4 one.test Active"));
    })
    .await;
}
