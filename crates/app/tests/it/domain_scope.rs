//! A Sub-Admin who is limited to chosen domains can't learn that anything else exists (SPEC-ADMIN §2, K5).

use axum::body::Body;
use axum::http::Method;
use bailiwick_app::testkit::{Admin, Browser, Seen, TestApp, User, on_each_engine};
use bailiwick_app::{Access, Portal, routes};
use bailiwick_base::authz::Section;
use bailiwick_base::words::{DomainId, LoginId};

/// Acme with two domains, a user in each, and somebody who has everything in the first.
struct Acme {
    admin: Admin,
    mine: DomainId,
    hidden: DomainId,
    ann: User,
    secret: User,
    limited: Browser,
}

async fn acme(app: &TestApp) -> Acme {
    let admin = app.main_admin("acme").await;
    let (mine, hidden) = (app.domain(&admin, "mine.test").await, app.domain(&admin, "hidden.test").await);
    let (ann, secret) = (app.mailbox(mine, "ann").await, app.mailbox(hidden, "secret").await);
    let new = [Section::Users, Section::Domains, Section::Aliases]
        .into_iter()
        .fold(app.sub_admin(&admin, "helper"), |new, section| new.level(section, section.highest()));
    let limited = new.of(mine).sign_in().await;
    Acme { admin, mine, hidden, ann, secret, limited }
}

async fn add_user(browser: &Browser, domain: DomainId, local: &str, quota: &str) -> Seen {
    let domain = domain.to_string();
    let fields = [
        ("domain", domain.as_str()),
        ("username", local),
        ("name", "Somebody"),
        ("quota", quota),
        ("how", "invite"),
        ("recovery", "somebody@else.example"),
        ("password", ""),
    ];
    browser.fill("/mailboxes/new", &fields).await
}

async fn add_alias(browser: &Browser, domain: DomainId, local: &str, targets: &str) -> Seen {
    let domain = domain.to_string();
    let fields = [("domain", domain.as_str()), ("alias", local), ("targets", targets)];
    browser.fill("/aliases/new", &fields).await
}

/// Adds an alias, which must succeed; its id.
async fn alias(browser: &Browser, domain: DomainId, local: &str, targets: &str) -> String {
    let added = add_alias(browser, domain, local, targets).await;
    assert_eq!(added.status, 303, "{}", added.words());
    let list = browser.get(&format!("/aliases?q={local}@")).await;
    format!("als_{}", list.between("href=\"/aliases/als_", "\"").expect("the alias is listed"))
}

#[tokio::test]
async fn dg_02_whoever_may_see_domains_sees_all_of_the_tenant_and_no_other() {
    on_each_engine(async |app| {
        let (admin, other) = (app.main_admin("acme").await, app.main_admin("umbrella").await);
        for name in ["one.test", "two.test", "three.test"] {
            app.domain(&admin, name).await;
        }
        app.domain(&other, "umbrella.test").await;
        let viewer = app.sub_admin(&admin, "viewer").level(Section::Domains, 1).sign_in().await;
        let list = viewer.get("/domains").await;
        for name in ["one.test", "two.test", "three.test"] {
            assert!(list.says(name), "{name}: {}", list.words());
        }
        assert!(list.says("3 shown") && !list.says("umbrella"), "{}", list.words());
        assert!(list.says("0 / 10") && list.says("3 / 5"), "the tenant's meters: {}", list.words());
    })
    .await;
}

#[tokio::test]
async fn lists_searches_choices_and_meters_know_the_chosen_domains_only() {
    on_each_engine(async |app| {
        let Acme { admin, mine, hidden, limited, .. } = acme(&app).await;
        alias(&admin.browser, hidden, "hush", "secret@hidden.test").await;
        let gone = app.mailbox(hidden, "former").await;
        let path = format!("/mailboxes/{}/remove", gone.id);
        assert_eq!(admin.browser.fill(&path, &[("confirm", &gone.address)]).await.status, 303);
        admin.browser.fill("/domains/new", &[("domain", "waiting.test")]).await;
        assert!(admin.browser.get("/aliases/resting").await.says("former@hidden.test"));

        let hidden_id = hidden.to_string();
        for path in [
            "/".to_owned(),
            "/mailboxes".into(),
            "/mailboxes?q=secret".into(),
            "/mailboxes?q=secret%40hidden.test".into(),
            format!("/mailboxes?domain={hidden}"),
            "/mailboxes?domain=hidden.test".into(),
            "/mailboxes/new".into(),
            "/domains".into(),
            "/domains?q=hidden".into(),
            "/aliases".into(),
            "/aliases?q=hush".into(),
            format!("/aliases?domain={hidden}"),
            "/aliases/new".into(),
            "/aliases/resting".into(),
        ] {
            let seen = limited.get(&path).await;
            assert_eq!(seen.status, 200, "{path}");
            let asked = path.contains("hidden") || path.contains("hush") || path.contains("secret");
            for word in ["hidden.test", "secret", "hush", "former", "waiting.test"] {
                assert!(asked || !seen.body.contains(word), "{path} tells of {word}: {}", seen.words());
            }
            // What was asked for stands in the links of the page, whether there is such a domain or not.
            let asked = asked || path.contains(&hidden_id);
            assert!(asked || !seen.body.contains(&hidden_id), "{path} has the id");
            assert!(!seen.says("hidden.test secret") && !seen.says("secret@"), "{path}: {}", seen.words());
        }
        let home = limited.get("/").await;
        assert!(home.says("Users 1") && home.says("Domains 1"), "its own sums: {}", home.words());
        assert!(
            !home.says("/ 10") && !home.says("100 GB") && !home.body.contains("billing."),
            "{}",
            home.words()
        );
        let form = limited.get("/mailboxes/new").await;
        assert!(form.body.contains(&mine.to_string()) && form.says("mine.test"), "{}", form.words());
    })
    .await;
}

#[tokio::test]
async fn what_may_be_chosen_is_what_may_be_done_there_whether_domains_are_seen_or_not() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let mine = app.domain(&admin, "mine.test").await;
        app.domain(&admin, "hidden.test").await;
        let adder = app.sub_admin(&admin, "adder").level(Section::Users, 2).of(mine).sign_in().await;
        assert_eq!(adder.get("/domains").await.status, 403);
        let form = adder.get("/mailboxes/new").await;
        assert!(form.says("mine.test") && !form.says("hidden.test"), "{}", form.words());
        assert_eq!(add_user(&adder, mine, "new", "1").await.status, 303);
        let list = adder.get("/mailboxes").await;
        assert!(list.says("new@mine.test") && list.says("1 shown"), "{}", list.words());
    })
    .await;
}

#[tokio::test]
async fn a_domain_that_is_typed_is_found_only_where_it_may_be_chosen() {
    on_each_engine(async |app| {
        let Acme { limited, .. } = acme(&app).await;
        let add = async |domain: &str| {
            let fields = [("domain", domain), ("alias", "sales"), ("targets", "x@else.example")];
            limited.fill("/aliases/new", &fields).await
        };
        for domain in ["hidden.test", "nobodys.test", "rubbish"] {
            let seen = add(domain).await;
            assert_eq!(seen.status, 422, "{domain}");
            assert!(seen.says("There is no such domain to choose."), "{domain}: {}", seen.words());
        }
        assert_eq!(add("MINE.test").await.status, 303);
        assert!(limited.get("/aliases?domain=mine.test").await.says("1 shown"));
        assert!(limited.get("/aliases?domain=hidden.test").await.says("Nothing found"));
    })
    .await;
}

#[tokio::test]
async fn a_limit_that_is_reached_tells_nothing_of_the_whole_tenant() {
    on_each_engine(async |app| {
        let Acme { admin, mine, hidden, limited, .. } = acme(&app).await;
        let storage = add_user(&limited, mine, "big", "99").await;
        assert_eq!(storage.status, 409);
        assert!(storage.says("There is not enough storage left"), "{}", storage.words());
        assert!(!storage.says("98 GB") && !storage.says("100 GB"), "{}", storage.words());
        for number in 0..8 {
            app.mailbox(hidden, &format!("user{number}")).await;
        }
        let users = add_user(&limited, mine, "more", "1").await;
        assert_eq!(users.status, 409);
        assert!(users.says("Maximum number of users allowed has been reached"), "{}", users.words());
        assert!(users.says("ask the person who manages your access"), "{}", users.words());
        assert!(!users.says("10 of 10") && !users.body.contains("billing."), "{}", users.words());
        let whole = add_user(&admin.browser, mine, "more", "1").await;
        assert!(whole.says("10 of 10 mailboxes of the type Standard are used"), "{}", whole.words());
    })
    .await;
}

#[tokio::test]
async fn who_has_an_address_is_told_only_to_whoever_may_see_them() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let mine = app.domain(&admin, "mine.test").await;
        app.mailbox(mine, "ann").await;
        let aliases = app.sub_admin(&admin, "aliases").level(Section::Aliases, 2).sign_in().await;
        let hidden = add_alias(&aliases, mine, "ann", "x@else.example").await;
        assert_eq!(hidden.status, 409);
        assert!(hidden.says("User already exists"), "{}", hidden.words());
        assert!(!hidden.says("ann@mine.test is already"), "{}", hidden.words());
        let told = add_alias(&admin.browser, mine, "ann", "x@else.example").await;
        assert!(told.says("ann@mine.test is already a user."), "{}", told.words());
    })
    .await;
}

#[tokio::test]
async fn hz_11_a_target_in_a_hidden_domain_is_like_one_anywhere_else() {
    on_each_engine(async |app| {
        let Acme { admin, mine, hidden, limited, .. } = acme(&app).await;
        for target in ["secret@hidden.test", "nobody@hidden.test", "nobody@elsewhere.example"] {
            let local = target.replace(['@', '.'], "-");
            let seen = add_alias(&limited, mine, &local, target).await;
            assert_eq!(seen.status, 303, "{target}: {}", seen.words());
        }
        let missing = add_alias(&limited, mine, "typo", "nobody@mine.test").await;
        assert!(missing.says("nobody@mine.test does not exist."), "{}", missing.words());
        let seen = add_alias(&admin.browser, mine, "typo", "nobody@hidden.test").await;
        assert!(seen.says("nobody@hidden.test does not exist."), "{}", seen.words());

        alias(&admin.browser, hidden, "deep", "secret@hidden.test").await;
        let id = alias(&limited, mine, "round", "deep@hidden.test").await;
        let list = admin.browser.get("/aliases?q=deep@").await;
        let deep = list.between("href=\"/aliases/als_", "\"").expect("listed").to_owned();
        let fields = [("targets", "round@mine.test"), ("version", "1")];
        let looped = admin.browser.fill(&format!("/aliases/als_{deep}"), &fields).await;
        assert_eq!(looped.status, 422, "{}", looped.words());
        let fields = [("targets", "round+x@mine.test"), ("version", "1")];
        let own = limited.fill(&format!("/aliases/{id}"), &fields).await;
        assert_eq!(own.status, 422);
        assert!(!own.says("hidden.test") && !own.says("deep@"), "others are not named: {}", own.words());
    })
    .await;
}

#[tokio::test]
async fn a_domain_is_not_added_by_whoever_is_limited_to_others_and_is_told_why() {
    on_each_engine(async |app| {
        let Acme { admin, limited, .. } = acme(&app).await;
        assert!(!limited.get("/domains").await.says("Add Domain"));
        assert!(admin.browser.get("/domains").await.says("Add Domain"));
        let form = limited.get("/domains/new").await;
        let sent = limited.fill("/domains", &[("domain", "third.test")]).await;
        assert!(matches!(sent.status, 404 | 405), "there is no such form");
        let sent = limited.post("/domains/new", &[("domain", "third.test")]).await;
        for seen in [form, sent] {
            assert_eq!(seen.status, 403, "{}", seen.words());
            assert!(seen.says("Your access does not include this."), "{}", seen.words());
        }
        assert!(!admin.browser.get("/domains").await.says("third.test"));
    })
    .await;
}

#[tokio::test]
async fn a_catch_all_is_chosen_among_the_users_that_are_seen_and_another_is_kept() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let mine = app.domain(&admin, "mine.test").await;
        app.mailbox(mine, "ann").await;
        app.mailbox(mine, "bob").await;
        let domains = app.sub_admin(&admin, "domains").level(Section::Domains, 3).sign_in().await;
        let path = format!("/domains/{mine}");
        let save = async |browser: &Browser, catch_all: &str, user: &str, zone: &str| {
            let page = browser.get(&path).await;
            let version = page.between("name=\"version\" value=\"", "\"").expect("the version").to_owned();
            let fields = [
                ("time_zone", zone),
                ("catch_all", catch_all),
                ("catch_all_user", user),
                ("active", "on"),
                ("version", version.as_str()),
            ];
            browser.post(&path, &fields).await
        };
        for user in ["ann", "nobody"] {
            let seen = save(&domains, "user", user, "UTC").await;
            assert_eq!(seen.status, 422, "{user} may be there or not: {}", seen.words());
        }
        assert_eq!(save(&domains, "keep", "", "UTC").await.status, 422, "there is nothing to keep");
        assert_eq!(save(&admin.browser, "user", "ann", "UTC").await.status, 303);
        let page = domains.get(&path).await;
        assert!(page.says("A user you can’t see"), "{}", page.words());
        assert!(!page.body.contains("\"ann\""), "{}", page.body);
        assert_eq!(save(&domains, "keep", "", "Europe/Madrid").await.status, 303);
        assert!(admin.browser.get(&path).await.body.contains("value=\"ann\""), "ann still gets it");
        assert_eq!(save(&domains, "none", "", "UTC").await.status, 303);
    })
    .await;
}

/// The same answer but for what differs by itself: the request's number, and the id that was asked for.
fn masked(seen: &Seen, id: &str) -> String {
    let number = seen.between("Request ", "<").unwrap_or_default().to_owned();
    let mut headers: Vec<String> = seen
        .headers
        .iter()
        .filter(|(name, _)| name.as_str() != "x-request-id")
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default()))
        .collect();
    headers.sort_unstable();
    let text = format!("{}\n{}\n{}", seen.status, headers.join("\n"), seen.body);
    let text = if number.is_empty() { text } else { text.replace(&number, "N") };
    text.replace(id, "ID")
}

#[tokio::test]
async fn hz_01_an_object_of_a_hidden_domain_is_byte_for_byte_as_unknown_as_one_that_does_not_exist() {
    on_each_engine(async |app| {
        let Acme { admin, mine, hidden, ann, secret, limited } = acme(&app).await;
        let hush = alias(&admin.browser, hidden, "hush", "secret@hidden.test").await;
        let open = alias(&admin.browser, mine, "open", "ann@mine.test").await;
        let gone = app.mailbox(hidden, "former").await;
        let path = format!("/mailboxes/{}/remove", gone.id);
        assert_eq!(admin.browser.fill(&path, &[("confirm", &gone.address)]).await.status, 303);
        let resting = admin.browser.get("/aliases/resting").await;
        let rest = resting.between("/aliases/resting/", "/release").expect("it rests").to_owned();
        let helper = admin.browser.get("/sub-admins?q=helper").await;
        let helper = helper.between("href=\"/sub-admins/", "\"").expect("listed").to_owned();
        // Of each noun: hidden, unknown, and one that is seen.
        let nouns = [
            ("/mailboxes/{id}", secret.id.to_string(), "mbx_7zz".to_owned(), Some(ann.id.to_string())),
            ("/domains/{id}", hidden.to_string(), "dom_7zz".into(), Some(mine.to_string())),
            ("/aliases/resting/{id}", rest, "adr_7zz".into(), None),
            ("/aliases/{id}", hush, "als_7zz".into(), Some(open)),
            ("/sub-admins/{id}", helper, LoginId(987_654).to_string(), None),
        ];
        let mut compared = 0;
        for route in routes() {
            let Some((noun, hidden, unknown, seen)) =
                nouns.iter().find(|(noun, ..)| route.path.starts_with(noun))
            else {
                continue;
            };
            if route.portal != Portal::Admin {
                continue;
            }
            assert!(!matches!(route.access, Access::Anybody), "{}", route.path);
            let home = limited.get("/").await;
            let token = home.between("name=\"csrf\" value=\"", "\"").expect("a form").to_owned();
            let fields = filled_fields(route.path, &token, &secret.address);
            let ask = async |id: &str| {
                let path = route.path.replace("{id}", id);
                let body =
                    if route.method == Method::GET { Body::empty() } else { Body::from(fields.clone()) };
                let form = [("content-type", "application/x-www-form-urlencoded")];
                (limited.send(route.method.clone(), &path, body, &form).await, noun)
            };
            let ((there, _), (absent, _)) = (ask(hidden).await, ask(unknown).await);
            assert_eq!(masked(&there, hidden), masked(&absent, unknown), "{} {}", route.method, route.path);
            assert!(matches!(there.status, 403 | 404), "{} {}: {}", route.method, route.path, there.status);
            if let (Some(seen), true) = (seen, route.method == Method::GET) {
                assert_eq!(ask(seen).await.0.status, 200, "{} is reached at all", route.path);
            }
            compared += 1;
        }
        assert!(compared >= 15, "only {compared} routes were compared");
        assert!(admin.browser.get("/mailboxes").await.says("secret@hidden.test"), "nothing happened to it");
    })
    .await;
}

/// A form that would work for the main Admin, so that nothing is refused before the thing is looked up.
fn filled_fields(path: &str, token: &str, address: &str) -> String {
    let fields: &[(&str, &str)] = match path {
        "/mailboxes/{id}" => {
            &[("name", "X"), ("quota", "1"), ("version", "1"), ("recovery", "x@else.example")]
        }
        "/mailboxes/{id}/password" => &[("how", "one-time"), ("password", "")],
        "/mailboxes/{id}/remove" => &[("confirm", address)],
        "/domains/{id}" => &[
            ("time_zone", "UTC"),
            ("catch_all", "user"),
            ("catch_all_user", "secret"),
            ("active", "on"),
            ("version", "1"),
        ],
        "/domains/{id}/remove" => &[("confirm", "hidden.test")],
        "/aliases/{id}" => &[("targets", "x@else.example"), ("version", "1")],
        _ => &[],
    };
    let all = std::iter::once(("csrf", token)).chain(fields.iter().copied());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish()
}
