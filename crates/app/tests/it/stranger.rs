//! Every route is requested as nobody, as a stranger and through the wrong portal (K1, K5, P12).

use axum::body::Body;
use axum::http::Method;
use bailiwick_app::testkit::{Browser, on_each_engine};
use bailiwick_app::{Access, Portal, RouteInfo, routes};
use bailiwick_base::authz::Section;

/// A path with ids that do not exist filled in.
fn filled(path: &str) -> String {
    path.replace("/tenants/{id}", "/tenants/ten_7zz")
        .replace("/tasks/{id}", "/tasks/tsk_7zz")
        .replace("/staff/{id}", "/staff/log_7zz")
        .replace("/user-types/{id}", "/user-types/typ_7zz")
        .replace("/mailboxes/{id}", "/mailboxes/mbx_7zz")
        .replace("/domains/{id}", "/domains/dom_7zz")
        .replace("/aliases/resting/{id}", "/aliases/resting/adr_7zz")
        .replace("/aliases/{id}", "/aliases/als_7zz")
        .replace("/imports/{id}", "/imports/imp_7zz")
        .replace("/sub-admins/{id}", "/sub-admins/log_7zz")
        .replace("/sessions/{id}", "/sessions/ses_7zz")
        .replace("/api-keys/{id}", "/api-keys/key_7zz")
        .replace("/access/{id}", "/access/log_7zz")
        .replace("{login}", "log_7zz")
        .replace("{token}", &"a".repeat(52))
}

async fn ask(browser: &Browser, route: &RouteInfo) -> u16 {
    let path = filled(route.path);
    assert!(!path.contains('{'), "the stranger test does not know {}", route.path);
    let token =
        browser.get("/sign-in").await.between("name=\"csrf\" value=\"", "\"").unwrap_or_default().to_owned();
    let body = if route.method == Method::GET { Body::empty() } else { Body::from(format!("csrf={token}")) };
    browser
        .send(route.method.clone(), &path, body, &[("content-type", "application/x-www-form-urlencoded")])
        .await
        .status
}

#[tokio::test]
async fn ve_01_nobody_gets_past_the_ways_in() {
    on_each_engine(async |app| {
        app.staff().await;
        for route in routes() {
            let browser = app.browser(route.portal);
            let status = ask(&browser, &route).await;
            let expected: &[u16] = match (route.access, route.method.clone()) {
                // A page of the way in, or a form of it that lacks its fields.
                (Access::Anybody, Method::GET) => &[200],
                (Access::Anybody, _) => &[303, 400],
                // Everything else leads to the sign-in, whatever the id.
                _ => &[303],
            };
            assert!(
                expected.contains(&status),
                "{} {} {:?}: {status}",
                route.method,
                route.path,
                route.portal
            );
        }
    })
    .await;
}

#[tokio::test]
async fn hz_02_ids_that_do_not_exist_are_not_found_for_whoever_may_look() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        for route in routes().into_iter().filter(|route| {
            route.path.contains("{id}") && matches!(route.access, Access::Holding(_) | Access::HoldingAny(_))
        }) {
            let browser = match route.portal {
                Portal::Staff => &staff,
                Portal::Admin => &admin.browser,
                Portal::Mail => continue,
            };
            let home = browser.get("/").await;
            let token =
                home.between("name=\"csrf\" value=\"", "\"").expect("the frame has a form").to_owned();
            let body =
                if route.method == Method::GET { Body::empty() } else { Body::from(format!("csrf={token}")) };
            let status = browser
                .send(
                    route.method.clone(),
                    &filled(route.path),
                    body,
                    &[("content-type", "application/x-www-form-urlencoded")],
                )
                .await
                .status;
            // A form without its fields is refused before anything is looked up.
            let expected: &[u16] = if route.method == Method::GET { &[404] } else { &[404, 400] };
            assert!(expected.contains(&status), "{} {}: {status}", route.method, route.path);
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_of_one_portal_counts_for_nothing_at_another() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let cookie = admin.browser.cookies()["__Host-bw-admin"].clone();
        for (portal, name) in [(Portal::Staff, "__Host-bw-staff"), (Portal::Mail, "__Host-bw-mail")] {
            for route in routes().into_iter().filter(|route| {
                route.portal == portal && route.access != Access::Anybody && route.method == Method::GET
            }) {
                let header = format!("{name}={cookie}");
                let seen = app
                    .browser(portal)
                    .send(Method::GET, &filled(route.path), Body::empty(), &[("cookie", &header)])
                    .await;
                assert_eq!(seen.status, 303, "{} with an Admin's token", route.path);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn ve_21_a_page_answers_no_other_verb() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        for route in routes().into_iter().filter(|route| route.portal == Portal::Admin) {
            for verb in [Method::PUT, Method::DELETE, Method::PATCH] {
                let seen = admin.browser.send(verb.clone(), &filled(route.path), Body::empty(), &[]).await;
                assert!(matches!(seen.status, 404 | 405), "{verb} {}: {}", route.path, seen.status);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn ve_25_nothing_is_told_to_whoever_asks_for_files_and_figures() {
    on_each_engine(async |app| {
        let visitor = app.browser(Portal::Admin);
        for path in [
            "/metrics",
            "/.git/config",
            "/debug",
            "/assets/../secret.key",
            "/assets/app.js.map",
            "/.env",
            "/server-status",
        ] {
            let seen = visitor.get(path).await;
            assert_eq!(seen.status, 404, "{path}");
        }
        let health = visitor.get("/health/ready").await;
        assert_eq!((health.status, health.body.as_str()), (200, "ready\n"));
    })
    .await;
}

#[tokio::test]
async fn ve_03_whoever_was_given_nothing_is_refused_every_section_whatever_the_id() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let user = app.mailbox(domain, "ann").await;
        let nothing = app.sub_admin(&admin, "nil").sign_in().await;
        let home = nothing.get("/").await;
        let token = home.between("name=\"csrf\" value=\"", "\"").expect("the frame has a form").to_owned();
        for route in routes() {
            let needs_something = matches!(route.access, Access::Holding(_) | Access::HoldingAny(_));
            if route.portal != Portal::Admin || !needs_something {
                continue;
            }
            let unknown = filled(route.path);
            let there =
                unknown.replace("mbx_7zz", &user.id.to_string()).replace("dom_7zz", &domain.to_string());
            for path in [unknown, there] {
                let body = if route.method == Method::GET {
                    Body::empty()
                } else {
                    Body::from(format!("csrf={token}"))
                };
                let form = [("content-type", "application/x-www-form-urlencoded")];
                let seen = nothing.send(route.method.clone(), &path, body, &form).await;
                assert_eq!(seen.status, 403, "{} {path}", route.method);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_must_choose_a_password_first_gets_nowhere_else() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let user = app.mailbox(domain, "ann").await;
        let path = format!("/mailboxes/{}/password", user.id);
        let shown = admin.browser.fill(&path, &[("how", "one-time"), ("password", "")]).await;
        assert_eq!(shown.status, 200, "{}", shown.words());
        let secret = shown.between("id=\"one-time-password\"", "</").expect("it is shown once");
        let secret = secret.rsplit('>').next().unwrap_or_default().trim().to_owned();
        let fields = [("username", user.address.as_str()), ("password", secret.as_str())];
        assert_eq!(user.browser.fill("/sign-in", &fields).await.gist(), "303 /");
        for route in routes().into_iter().filter(|route| {
            route.portal == Portal::Mail
                && route.method == Method::GET
                && route.access != Access::Anybody
                && route.path != "/password"
        }) {
            let seen = user.browser.get(&filled(route.path)).await;
            assert_eq!(seen.gist(), "303 /password", "{}", route.path);
        }
    })
    .await;
}

#[tokio::test]
async fn ve_01_each_level_opens_the_routes_that_declare_it_and_no_other() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let built = [Section::History, Section::Users, Section::Domains, Section::Aliases];
        let mut cells = 0;
        for section in built {
            for level in 0..=section.highest() {
                let name = format!("{}{level}", section.key());
                let holder = app.sub_admin(&admin, &name).level(section, level).sign_in().await;
                let held = section.level(level).expect("a level");
                let home = holder.get("/").await;
                let token =
                    home.between("name=\"csrf\" value=\"", "\"").expect("the frame has a form").to_owned();
                for route in routes().into_iter().filter(|route| route.portal == Portal::Admin) {
                    let open = match route.access {
                        Access::Holding(needs) => held.contains(needs),
                        Access::HoldingAny(any) => any.iter().any(|needs| held.contains(*needs)),
                        Access::Anybody | Access::SignedIn => continue,
                    };
                    let body =
                        if route.method == Method::GET { String::new() } else { format!("csrf={token}") };
                    let form = [("content-type", "application/x-www-form-urlencoded")];
                    let path = filled(route.path);
                    let seen = holder.send(route.method.clone(), &path, Body::from(body), &form).await;
                    assert_eq!(seen.status != 403, open, "{name}: {} {path}: {}", route.method, seen.status);
                    cells += 1;
                }
            }
        }
        assert!(cells > 300, "{cells} cells are not all of them");
    })
    .await;
}
