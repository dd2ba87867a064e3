//! Users that are chosen in the list, over the pages.

use bailiwick_app::testkit::{Admin, Browser, Seen, TestApp, User, on_each_engine};
use bailiwick_base::authz::Section;

/// Three users of a tenant.
async fn three(app: &TestApp) -> (Admin, [User; 3]) {
    let admin = app.main_admin("acme").await;
    let domain = app.domain(&admin, "acme.test").await;
    let users = [
        app.mailbox(domain, "ann").await,
        app.mailbox(domain, "bob").await,
        app.mailbox(domain, "carl").await,
    ];
    (admin, users)
}

async fn send(browser: &Browser, path: &str, users: &[&User], fields: &[(&str, &str)]) -> Seen {
    browser.get("/mailboxes").await;
    let ids: Vec<String> = users.iter().map(|user| user.id.to_string()).collect();
    let ids = ids.iter().map(|id| ("id", id.as_str()));
    let all: Vec<(&str, &str)> = ids.chain(fields.iter().copied()).collect();
    browser.post(path, &all).await
}

/// `ann active 1`.
async fn told(app: &TestApp) -> Vec<String> {
    app.texts(
        "SELECT local_part || ' ' || status || ' ' || CAST(quota / 1000000000 AS TEXT) FROM mailboxes ORDER BY local_part",
    )
    .await
}

#[tokio::test]
async fn chosen_users_are_changed_together_after_one_more_question() {
    on_each_engine(async |app: TestApp| {
        let (admin, [ann, bob, carl]) = three(&app).await;
        let list = admin.browser.get("/mailboxes").await;
        assert!(
            list.body.contains("name=\"id\"") && list.body.contains("name=\"what\" value=\"remove\""),
            "{}",
            list.body
        );
        let asked = send(&admin.browser, "/mailboxes/chosen", &[&ann, &bob], &[("what", "disable")]).await;
        assert!(asked.status == 200 && asked.says("Change 2 users"), "{}", asked.words());
        assert_eq!(told(&app).await[0], "ann active 1", "asking changes nothing");
        let seen = send(&admin.browser, "/mailboxes/chosen/disable", &[&ann, &bob], &[]).await;
        assert_eq!(seen.gist(), "303 /mailboxes?done=users-disabled");
        assert_eq!(told(&app).await, ["ann disabled 1", "bob disabled 1", "carl active 1"]);
        let seen = send(&admin.browser, "/mailboxes/chosen/enable", &[&ann, &bob, &carl], &[]).await;
        assert_eq!(seen.gist(), "303 /mailboxes?done=users-enabled");
        let seen = send(&admin.browser, "/mailboxes/chosen/quota", &[&bob, &carl], &[("quota", "3")]).await;
        assert_eq!(seen.gist(), "303 /mailboxes?done=users-changed");
        assert_eq!(told(&app).await, ["ann active 1", "bob active 3", "carl active 3"]);
        let refused =
            send(&admin.browser, "/mailboxes/chosen/quota", &[&ann, &bob, &carl], &[("quota", "40")]).await;
        assert_eq!(refused.status, 409, "three times 40 GB are more than was bought: {}", refused.words());
        let refused =
            send(&admin.browser, "/mailboxes/chosen/remove", &[&ann, &bob], &[("confirm", "3")]).await;
        assert_eq!(refused.status, 422, "{}", refused.words());
        let removed =
            send(&admin.browser, "/mailboxes/chosen/remove", &[&ann, &bob], &[("confirm", "2")]).await;
        assert_eq!(removed.gist(), "303 /mailboxes?done=users-removed", "{}", removed.words());
        assert_eq!(told(&app).await, ["carl active 3"]);
        let history = app.history().await;
        let tail: Vec<&str> =
            history.iter().map(String::as_str).filter(|entry| entry.starts_with("acme mailbox.")).collect();
        assert_eq!(
            tail,
            [
                "acme mailbox.disable ann@acme.test",
                "acme mailbox.disable bob@acme.test",
                "acme mailbox.enable ann@acme.test",
                "acme mailbox.enable bob@acme.test",
                "acme mailbox.update bob@acme.test",
                "acme mailbox.update carl@acme.test",
                "acme mailbox.remove ann@acme.test",
                "acme mailbox.remove bob@acme.test",
            ]
        );
        assert_eq!(app.number("SELECT CAST(sum(used) AS BIGINT) FROM licences").await, 1);
        assert_eq!(app.number("SELECT storage_used FROM tenants").await, 3_000_000_000);
    })
    .await;
}

#[tokio::test]
async fn hz_03_one_foreign_or_unknown_user_among_the_chosen_leaves_all_of_them_alone() {
    on_each_engine(async |app: TestApp| {
        let (admin, [ann, bob, _]) = three(&app).await;
        let other = app.main_admin("other").await;
        let domain = app.domain(&other, "other.test").await;
        let eve = app.mailbox(domain, "eve").await;
        let before = told(&app).await;
        for (path, fields) in [
            ("/mailboxes/chosen", &[("what", "disable")][..]),
            ("/mailboxes/chosen/disable", &[]),
            ("/mailboxes/chosen/enable", &[]),
            ("/mailboxes/chosen/quota", &[("quota", "2")]),
            ("/mailboxes/chosen/remove", &[("confirm", "3")]),
        ] {
            let seen = send(&admin.browser, path, &[&ann, &bob, &eve], fields).await;
            assert_eq!(seen.status, 404, "{path}");
            assert_eq!(told(&app).await, before, "{path}");
        }
        let nobody = send(&admin.browser, "/mailboxes/chosen/disable", &[], &[]).await;
        assert_eq!(nobody.status, 422, "{}", nobody.words());
    })
    .await;
}

#[tokio::test]
async fn ve_04_users_chosen_in_the_list_need_what_a_single_one_needs() {
    on_each_engine(async |app: TestApp| {
        let (admin, [ann, bob, _]) = three(&app).await;
        let before = told(&app).await;
        let adder = app.sub_admin(&admin, "adder").level(Section::Users, 2).sign_in().await;
        for path in ["disable", "enable", "quota", "type", "remove"] {
            let seen = send(
                &adder,
                &format!("/mailboxes/chosen/{path}"),
                &[&ann],
                &[("quota", "2"), ("confirm", "1")],
            )
            .await;
            assert_eq!(seen.status, 403, "{path}");
        }
        let list = adder.get("/mailboxes").await;
        assert!(!list.body.contains("name=\"what\""), "no buttons that do not work");
        let updater = app.sub_admin(&admin, "updater").level(Section::Users, 3).sign_in().await;
        let seen = send(&updater, "/mailboxes/chosen/remove", &[&ann, &bob], &[("confirm", "2")]).await;
        assert_eq!(seen.status, 403);
        assert_eq!(told(&app).await, before);
    })
    .await;
}
