//! API access: for programs, from listed networks, given with one's own password.

use bailiwick_base::authz::Section;

use super::{OTHER, save, send, try_to_add};
use crate::Portal;
use crate::testkit::{Admin, PASSWORD, TestApp, on_each_engine, path_of};

const GIVEN: [(&str, &str); 2] = [("api", "yes"), ("api_purpose", "Billing system")];

#[tokio::test]
async fn api_access_needs_a_purpose_a_list_a_password_and_the_givers_own_password() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let bill = app.sub_admin(&admin, "bill").level(Section::Users, 4).from("198.51.100.7 Billing server");
        let complete = |without: &str, instead: &'static str| {
            let mut all = vec![GIVEN[0], GIVEN[1], ("own_password", PASSWORD)];
            all.retain(|(name, _)| *name != without);
            if !without.is_empty() {
                all.push((Box::leak(without.to_owned().into_boxed_str()), instead));
            }
            all
        };
        for (without, instead, words) in [
            ("api_purpose", "", "This must be filled in"),
            ("own_password", "", "This must be filled in"),
            ("own_password", "not my password", "Your present password is not right"),
            ("from", "anywhere", "API access needs a list of networks"),
            ("how", "invite", "A login with API access needs a password"),
        ] {
            let refused = try_to_add(&admin, &bill, &complete(without, instead)).await;
            assert_eq!(refused.status, 422, "{without} {instead}: {}", refused.words());
            assert!(refused.says(words), "{without} {instead}: {}", refused.words());
        }
        assert!(admin.browser.get("/sub-admins").await.says("No Sub-Admins yet"));
        let added = try_to_add(&admin, &bill, &complete("", "")).await;
        assert_eq!(added.gist(), "303 /sub-admins?done=sub-admin-added", "{}", added.words());
        let list = admin.browser.get("/sub-admins").await;
        assert!(list.says("Users 4 All domains Active API"), "{}", list.words());
    })
    .await;
}

#[tokio::test]
async fn a_programs_login_has_no_sign_in_on_the_web_and_what_was_open_ends() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let listed = || app.sub_admin(&admin, "bill").level(Section::Users, 4).from("192.0.2.0/24 Here");
        let id = listed().add().await;
        let bill = app.browser(Portal::Admin);
        app.sign_in(&bill, "bill", PASSWORD).await;
        let review = send(&admin, id, &listed(), &GIVEN).await;
        assert!(review.says("Your own password") && review.says("API access No Yes, for Billing system"));
        let program = || listed().field("api", "yes").field("api_purpose", "Billing system");
        let saved = save(&admin, id, &program()).await;
        assert_eq!(saved.status, 303, "{}", saved.words());
        assert_eq!(bill.get("/mailboxes").await.status, 303, "its session has ended");
        let refused = bill.fill("/sign-in", &[("username", "bill"), ("password", PASSWORD)]).await;
        assert_eq!(refused.status, 403);
        assert!(refused.says("This login is for programs."), "{}", refused.words());
        assert_eq!(admin.browser.get("/").await.status, 200);
        let invited = admin.browser.post(&format!("/sub-admins/{id}/invite"), &[]).await;
        assert_eq!(invited.status, 422, "a program follows no links");
    })
    .await;
}

#[tokio::test]
async fn the_way_in_of_a_program_changes_with_the_main_admins_own_password_only() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let program = || {
            app.sub_admin(&admin, "bill")
                .level(Section::Users, 4)
                .from("198.51.100.7 Billing server")
                .field("api", "yes")
                .field("api_purpose", "Billing system")
        };
        let added = try_to_add(&admin, &program(), &[("own_password", PASSWORD)]).await;
        assert_eq!(added.status, 303, "{}", added.words());
        let list = admin.browser.get("/sub-admins").await;
        let id = list.between("/sub-admins/log_", "\"").expect("it is listed").to_owned();
        let id = format!("log_{id}").parse().expect("an id");
        let before = app.history().await;
        let other_list = || program().from("203.0.113.7 Another server");
        let other_address = || program().field("email", "eve@outside.example");
        let no_program = || program().field("api", "");
        let mark = send(&admin, id, &program(), &[("password", OTHER)]).await;
        let mark = mark.between("name=\"password_mark\" value=\"", "\"").expect("a mark").to_owned();
        let with_password = [("step", "save"), ("password", OTHER), ("password_mark", mark.as_str())];
        for (form, more) in [
            (other_list(), &[("step", "save")][..]),
            (other_address(), &[("step", "save")]),
            (no_program(), &[("step", "save")]),
            (program(), &with_password),
        ] {
            let review = send(&admin, id, &form, &more[1..]).await;
            assert!(review.says("Your own password"), "{}", review.words());
            let refused = send(&admin, id, &form, more).await;
            assert_eq!(refused.status, 422, "{}", refused.words());
        }
        assert_eq!(app.history().await, before, "nothing is written");
        let level = program().level(Section::Users, 1);
        let saved = send(&admin, id, &level, &[("step", "save")]).await;
        assert_eq!(saved.status, 303, "a level alone needs none: {}", saved.words());
        assert_eq!(save(&admin, id, &other_list()).await.status, 303);
        for _ in 0..5 {
            let wrong =
                send(&admin, id, &program(), &[("step", "save"), ("own_password", "a wild guess")]).await;
            assert_eq!(wrong.status, 422);
        }
        let waiting = send(&admin, id, &program(), &[("step", "save"), ("own_password", PASSWORD)]).await;
        assert_eq!(waiting.status, 429, "guesses count: {}", waiting.words());
    })
    .await;
}

/// Staff, with a password of their own, acting as the main Admin.
async fn staff_acting_as(app: &TestApp, admin: &Admin) -> Admin {
    let staff = app.staff().await;
    let path = format!("/tenants/{}/sign-in-as", admin.tenant);
    let page = staff.get(&path).await;
    let login = page.between("<option value=\"", "\"").expect("a login to choose").to_owned();
    let begun = staff.post(&path, &[("login", &login), ("reason", "request 17")]).await;
    let browser = app.browser(Portal::Admin);
    let path = path_of(&begun.location);
    browser.get(&path).await;
    let entered = browser.post("/act", &[("token", path.trim_start_matches("/act/"))]).await;
    assert_eq!(entered.gist(), "303 /", "{}", entered.words());
    Admin { browser, ..admin.clone() }
}

#[tokio::test]
async fn k17_staff_acting_as_the_main_admin_makes_no_login_that_lasts_and_leaves_the_admins_alone() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let acting = staff_acting_as(&app, &admin).await;
        let bill = app.sub_admin(&admin, "bill").level(Section::Users, 4);
        assert_eq!(acting.browser.get("/sub-admins/new").await.status, 403);
        let list = acting.browser.get("/sub-admins").await;
        assert!(
            !list.body.contains("/sub-admins/new"),
            "what would be refused is not offered: {}",
            list.words()
        );
        let form: Vec<(&str, String)> = bill.form();
        let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(acting.browser.post("/sub-admins/new", &pairs).await.status, 403);
        let id = bill.add().await;
        for action in ["", "/remove", "/invite"] {
            let refused = acting.browser.post(&format!("/sub-admins/{id}{action}"), &[]).await.status;
            assert!(matches!(refused, 400 | 403), "{action}: {refused}");
        }
        let networks = [("networks", "192.0.2.0/24"), ("from", "listed"), ("own_password", PASSWORD)];
        assert_eq!(acting.browser.post("/security/networks", &networks).await.status, 403);
        assert_eq!(acting.browser.get("/security/networks").await.status, 403);
    })
    .await;
}
