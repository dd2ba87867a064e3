use bailiwick_base::authz::{Profile, Section};
use bailiwick_base::words::limits;

use crate::testkit::{Admin, Browser, PASSWORD, Seen, TestApp, on_each_engine};

const OTHER: &str = "nimble cactus waltz harbour";

/// Adds a user through the page.
async fn add(browser: &Browser, domain: impl ToString, username: &str, quota: &str) -> Seen {
    let domain = domain.to_string();
    let fields = [
        ("domain", domain.as_str()),
        ("username", username),
        ("name", "Some User"),
        ("quota", quota),
        ("how", "password"),
        ("recovery", ""),
        ("password", OTHER),
    ];
    browser.fill("/mailboxes/new", &fields).await
}

async fn two_tenants(app: &TestApp) -> (Admin, Admin) {
    (app.main_admin("acme").await, app.main_admin("umbrella").await)
}

#[tokio::test]
async fn a_main_admin_adds_a_user_who_signs_in() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        assert_eq!(
            add(&admin.browser, domain, "Sales", "2.5").await.gist(),
            "303 /mailboxes?done=user-added"
        );
        let list = admin.browser.get("/mailboxes").await;
        assert!(list.says("sales@acme.test"), "{}", list.words());
        assert!(list.says("2.5 GB"));
        assert!(list.says("1 / 10"), "the meter counts it");
        let user = app.browser(crate::Portal::Mail);
        app.sign_in(&user, "sales@acme.test", OTHER).await;
        app.core().flush_telemetry().await.expect("written");
        assert!(!admin.browser.get("/mailboxes").await.says("Never"), "the last sign-in is shown");
    })
    .await;
}

#[tokio::test]
async fn mp_19_an_address_is_had_once_whatever_its_kind_and_spelling() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        assert_eq!(add(&admin.browser, domain, "sales", "1").await.status, 303);
        for spelling in ["sales", "SALES", " sales "] {
            let again = add(&admin.browser, domain, spelling, "1").await;
            assert_eq!(again.status, 409, "{spelling}");
            assert!(
                again.says("User already exists. sales@acme.test is already a user."),
                "{}",
                again.words()
            );
        }
        let alias = [
            ("domain", domain.to_string()),
            ("alias", "SALES".into()),
            ("targets", "x@outside.example".into()),
        ];
        let alias: Vec<(&str, &str)> = alias.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let refused = admin.browser.fill("/aliases/new", &alias).await;
        assert_eq!(refused.status, 409, "{}", refused.words());
    })
    .await;
}

#[tokio::test]
async fn an_11th_user_is_refused_in_the_seeds_words_with_what_to_do() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        for number in 0..10 {
            app.mailbox(domain, &format!("user{number}")).await;
        }
        let refused = add(&admin.browser, domain, "one-more", "1").await;
        assert_eq!(refused.status, 409);
        assert!(refused.says("Maximum number of users allowed has been reached"), "{}", refused.words());
        assert!(refused.says("10 of 10 mailboxes of the type Standard are used"));
        assert!(refused.body.contains("https://billing.provider.example/"), "where to buy more");
    })
    .await;
}

#[tokio::test]
async fn cc_01_of_64_users_added_at_once_just_one_gets_the_last_licence() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        for number in 0..9 {
            app.mailbox(domain, &format!("user{number}")).await;
        }
        admin.browser.get("/mailboxes/new").await;
        let adds: Vec<_> = (0..64)
            .map(|number| {
                let (browser, domain) = (admin.browser.copy(), domain.to_string());
                tokio::spawn(async move {
                    let username = format!("racer{number}");
                    let fields = [
                        ("domain", domain.as_str()),
                        ("username", username.as_str()),
                        ("name", "Racer"),
                        ("quota", "1"),
                        ("how", "invite"),
                        ("recovery", "racer@outside.example"),
                        ("password", ""),
                    ];
                    browser.post("/mailboxes/new", &fields).await.status
                })
            })
            .collect();
        let mut added = 0;
        for add in adds {
            match add.await.expect("no panic") {
                303 => added += 1,
                409 => {}
                other => panic!("answered {other}"),
            }
        }
        assert_eq!(added, 1);
        assert!(admin.browser.get("/").await.says("10 / 10"));
    })
    .await;
}

#[tokio::test]
async fn storage_is_bought_and_assigned_exactly() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        assert_eq!(add(&admin.browser, domain, "big", "99.5").await.status, 303);
        let refused = add(&admin.browser, domain, "small", "0.6").await;
        assert_eq!(refused.status, 409);
        assert!(refused.says("500 MB of 100 GB are left"), "{}", refused.words());
        assert_eq!(add(&admin.browser, domain, "small", "0.5").await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn hz_01_another_tenants_user_is_as_unknown_as_one_that_does_not_exist() {
    on_each_engine(async |app| {
        let (acme, umbrella) = two_tenants(&app).await;
        let domain = app.domain(&acme, "acme.test").await;
        let ann = app.mailbox(domain, "ann").await;
        let (real, unknown) = (ann.id.to_string(), bailiwick_base::words::MailboxId(987_654).to_string());
        for path in ["", "/password", "/remove"] {
            let foreign = umbrella.browser.get(&format!("/mailboxes/{real}{path}")).await;
            let absent = umbrella.browser.get(&format!("/mailboxes/{unknown}{path}")).await;
            let without_number =
                |seen: &Seen| seen.words().split("Request").next().unwrap_or_default().to_owned();
            assert_eq!((foreign.status, absent.status), (404, 404), "{path}");
            assert_eq!(without_number(&foreign), without_number(&absent), "{path}");
        }
        umbrella.browser.get("/mailboxes").await;
        for (path, fields) in [
            ("/disable", vec![]),
            ("/remove", vec![("confirm", "ann@acme.test")]),
            ("/password", vec![("how", "one-time"), ("password", "")]),
            ("", vec![("name", "X"), ("quota", "1"), ("version", "1")]),
        ] {
            let foreign = umbrella.browser.post(&format!("/mailboxes/{real}{path}"), &fields).await;
            assert_eq!(foreign.status, 404, "{path}");
        }
        assert_eq!(add(&umbrella.browser, domain, "spy", "1").await.status, 404, "nor is its domain known");
        app.sign_in(&ann.browser, &ann.address, PASSWORD).await;
    })
    .await;
}

#[tokio::test]
async fn a_removed_users_address_rests_and_nothing_of_it_comes_back() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let ann = app.mailbox(domain, "ann").await;
        app.sign_in(&ann.browser, &ann.address, PASSWORD).await;
        let path = format!("/mailboxes/{}/remove", ann.id);
        assert_eq!(admin.browser.fill(&path, &[("confirm", "bob@acme.test")]).await.status, 422);
        assert_eq!(
            admin.browser.fill(&path, &[("confirm", " Ann@acme.test ")]).await.gist(),
            "303 /mailboxes?done=user-removed"
        );
        assert_eq!(ann.browser.get("/panel").await.status, 303, "the session died with the user");
        assert_eq!(app.mail_jobs().await, ["disconnect", "remove_mail"]);
        assert!(admin.browser.get("/").await.says("0 / 10"));
        let resting = add(&admin.browser, domain, "ann", "1").await;
        assert_eq!(resting.status, 409);
        assert!(resting.says("ann@acme.test rests until"), "{}", resting.words());
        app.wait(limits::ADDRESS_REST);
        app.sign_in(&admin.browser, "acme", PASSWORD).await;
        assert_eq!(add(&admin.browser, domain, "ann", "1").await.status, 303, "the rest is over");
    })
    .await;
}

#[tokio::test]
async fn a_disabled_user_is_out_everywhere_and_comes_back_when_enabled() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let ann = app.mailbox(domain, "ann").await;
        app.sign_in(&ann.browser, &ann.address, PASSWORD).await;
        let path = format!("/mailboxes/{}", ann.id);
        admin.browser.get(&path).await;
        assert_eq!(admin.browser.post(&format!("{path}/disable"), &[]).await.status, 303);
        assert_eq!(ann.browser.get("/panel").await.status, 303);
        assert_eq!(app.mail_jobs().await, ["disconnect"]);
        let refused =
            ann.browser.fill("/sign-in", &[("username", &ann.address), ("password", PASSWORD)]).await;
        assert_eq!(refused.status, 403, "{}", refused.words());
        admin.browser.get(&path).await;
        assert_eq!(admin.browser.post(&format!("{path}/enable"), &[]).await.status, 303);
        app.sign_in(&ann.browser, &ann.address, PASSWORD).await;
    })
    .await;
}

#[tokio::test]
async fn the_list_is_searched_filtered_and_paged_without_gaps() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let fields = [
            ("name", "acme"),
            ("types", "typ_1"),
            ("licences", "500"),
            ("storage", "500"),
            ("domains", "5"),
            ("version", "1"),
        ];
        assert_eq!(staff.fill(&format!("/tenants/{}", admin.tenant), &fields).await.status, 303);
        let (one, two) = (app.domain(&admin, "one.test").await, app.domain(&admin, "two.test").await);
        let service = crate::mailboxes::Mailboxes::new(app.core().clone());
        for number in 0..60 {
            let new = crate::mailboxes::NewMailbox {
                local: format!("user{number:02}").parse().expect("a local part"),
                name: format!("Name {number:02}").parse().expect("a name"),
                quota: bailiwick_base::words::Storage::gb(1),
                kind: None,
                password: crate::mailboxes::FirstPassword::Invitation(
                    format!("x{number}@outside.example").parse().expect("an address"),
                ),
            };
            service.add(&app.operator(), if number % 2 == 0 { one } else { two }, new).await.expect("added");
        }
        let first = admin.browser.get("/mailboxes").await;
        assert!(first.says("50 shown"));
        let next = first.between("href=\"/mailboxes?after=", "\"").expect("a next page").to_owned();
        let second = admin.browser.get(&format!("/mailboxes?after={next}")).await;
        assert!(second.says("10 shown"), "{}", second.words());
        let count = |seen: &Seen, domain: &str| seen.words().matches(domain).count();
        assert_eq!(
            count(&first, "@one.test")
                + count(&first, "@two.test")
                + count(&second, "@one.test")
                + count(&second, "@two.test"),
            60
        );
        let back = second.between("href=\"/mailboxes?before=", "\"").expect("a previous page").to_owned();
        assert!(admin.browser.get(&format!("/mailboxes?before={back}")).await.says("50 shown"));
        let found = admin.browser.get("/mailboxes?q=user1").await;
        assert!(found.says("10 shown"), "by the beginning of the address: {}", found.words());
        assert!(
            admin.browser.get("/mailboxes?q=NAME%2005").await.says("user05@two.test"),
            "by the beginning of the name"
        );
        assert!(
            admin.browser.get("/mailboxes?q=user04%40one.test").await.says("1 shown"),
            "by the whole address"
        );
        assert!(admin.browser.get(&format!("/mailboxes?domain={one}")).await.says("30 shown"));
        assert!(admin.browser.get("/mailboxes?status=disabled").await.says("Nothing found"));
        assert_eq!(admin.browser.get("/mailboxes?q=%25").await.status, 200, "a wildcard is a letter");
        assert!(admin.browser.get("/mailboxes?q=%25").await.says("Nothing found"));
        assert_eq!(admin.browser.get("/mailboxes?after=rubbish").await.status, 400);
        assert_eq!(admin.browser.get("/mailboxes?sort=name").await.status, 400, "an unknown parameter");
    })
    .await;
}

#[tokio::test]
async fn wx_12_nothing_typed_into_a_field_reaches_the_database_as_sql() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        app.mailbox(domain, "ann").await;
        for evil in [
            "' OR '1'='1",
            "'; DROP TABLE mailboxes; --",
            "\\",
            "%27",
            "$1",
            "x' UNION SELECT password FROM logins --",
        ] {
            let query = form_urlencoded::byte_serialize(evil.as_bytes()).collect::<String>();
            let seen = admin.browser.get(&format!("/mailboxes?q={query}")).await;
            assert_eq!(seen.status, 200, "{evil}");
            assert!(!seen.says("ann@acme.test"), "{evil}");
            // Some of them are lawful local parts (RFC 5321); none does anything else than be one.
            assert!(matches!(add(&admin.browser, domain, evil, "1").await.status, 422 | 303), "{evil}");
        }
        assert!(admin.browser.get("/mailboxes").await.says("ann@acme.test"));
    })
    .await;
}

#[tokio::test]
async fn wx_03_a_name_with_markup_is_shown_as_text() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let ann = app.mailbox(domain, "ann").await;
        let evil = "<script>alert(1)</script>\"><img src=x onerror=alert(1)>";
        let fields = [("name", evil), ("quota", "1"), ("version", "1"), ("recovery", "ann@outside.example")];
        assert_eq!(admin.browser.fill(&format!("/mailboxes/{}", ann.id), &fields).await.status, 303);
        for path in ["/mailboxes".to_owned(), format!("/mailboxes/{}", ann.id), "/".to_owned()] {
            let seen = admin.browser.get(&path).await;
            assert!(!seen.body.contains("<script>alert") && !seen.body.contains("<img src=x"), "{path}");
        }
        assert!(admin.browser.get("/mailboxes").await.says("<script>alert(1)</script>"));
    })
    .await;
}

#[tokio::test]
async fn ve_11_who_may_not_read_mail_sets_no_password_in_silence() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let ann = app.mailbox(domain, "ann").await;
        let helper = app.sub_admin(&admin, "helper").level(Section::Users, 4).sign_in().await;
        let path = format!("/mailboxes/{}/password", ann.id);
        let page = helper.get(&path).await;
        assert!(!page.body.contains("value=\"password\""), "it is not offered: {}", page.words());
        let silent = helper.post(&path, &[("how", "password"), ("password", OTHER)]).await;
        assert_eq!(silent.status, 403, "{}", silent.words());
        let fields = [("name", "Ann"), ("quota", "1"), ("version", "1"), ("recovery", "thief@evil.example")];
        let recovery = helper.fill(&format!("/mailboxes/{}", ann.id), &fields).await;
        assert_eq!(recovery.status, 403, "nor another recovery address: {}", recovery.words());
        app.sign_in(&ann.browser, &ann.address, PASSWORD).await;

        helper.get(&path).await;
        let once = helper.post(&path, &[("how", "one-time")]).await;
        assert_eq!(once.status, 200, "{}", once.words());
        let told: Vec<String> = app.letters().await.into_iter().map(|(to, _, _)| to).collect();
        for person in ["ann@acme.test", "ann@outside.example", "admin.acme@outside.example"] {
            assert!(told.iter().any(|to| to == person), "{person} is told: {told:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_help_desk_sends_links_and_nothing_else() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let ann = app.mailbox(domain, "ann").await;
        let desk = app
            .sub_admin(&admin, "desk")
            .permissions(&Profile::HelpDesk.permissions().iter().collect::<Vec<_>>());
        let desk = desk.sign_in().await;
        let page = format!("/mailboxes/{}", ann.id);
        let shown = desk.get(&page).await;
        assert!(shown.body.contains(&format!("{page}/password")), "{}", shown.words());
        assert!(
            !shown.body.contains(&format!("{page}/remove")) && !shown.says("Update User"),
            "{}",
            shown.words()
        );
        let path = format!("{page}/password");
        let form = desk.get(&path).await;
        assert!(
            form.body.contains("value=\"link\"") && !form.body.contains("value=\"one-time\""),
            "{}",
            form.words()
        );
        assert_eq!(desk.post(&path, &[("how", "one-time")]).await.status, 403);
        let sent = desk.post(&path, &[("how", "link")]).await;
        assert_eq!(sent.gist(), format!("303 {page}?done=reset-sent"));
        assert_eq!(desk.post(&format!("{page}/disable"), &[]).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn k4_whoever_may_add_but_not_read_mail_sets_no_password_that_stays() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await.to_string();
        let adds = app.sub_admin(&admin, "adds").level(Section::Users, 2).sign_in().await;
        let form = |one_time: &'static str| {
            let fields = [
                ("domain", domain.as_str()),
                ("username", "new"),
                ("name", "New"),
                ("quota", "1"),
                ("how", "password"),
                ("recovery", ""),
                ("password", PASSWORD),
            ];
            fields
                .into_iter()
                .chain((!one_time.is_empty()).then_some(("one_time", one_time)))
                .collect::<Vec<_>>()
        };
        let page = adds.get("/mailboxes/new").await;
        assert!(!page.body.contains("type=\"checkbox\""), "there is no choice: {}", page.words());
        assert_eq!(adds.fill("/mailboxes/new", &form("")).await.status, 403);
        assert_eq!(adds.fill("/mailboxes/new", &form("yes")).await.status, 303);
    })
    .await;
}
