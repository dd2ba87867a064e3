//! A main Admin asks, staff answers.

use bailiwick_base::authz::Section;

use crate::settings::Portal;
use crate::testkit::{Admin, PASSWORD, Seen, TestApp, on_each_engine};

/// The page of an API Sub-Admin of a tenant.
async fn program(app: &TestApp, admin: &Admin) -> String {
    let login = app.sub_admin(admin, "robot").level(Section::Users, 2).add().await;
    app.meddle("UPDATE logins SET api_access = TRUE, api_purpose = 'billing' WHERE name = 'robot'").await;
    format!("/sub-admins/{login}")
}

async fn ask(admin: &Admin, page: &str, text: &str) -> Seen {
    admin.browser.fill(&format!("{page}/request-unlimited"), &[("text", text)]).await
}

/// The page of the task that waits longest.
async fn waiting(staff: &crate::testkit::Browser) -> String {
    let list = staff.get("/tasks").await;
    format!("/tasks/tsk_{}", list.between("href=\"/tasks/tsk_", "\"").expect("a task waits"))
}

#[tokio::test]
async fn a_main_admin_asks_for_unlimited_creation_and_staff_accepts() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let page = program(&app, &admin).await;
        assert!(!staff.get("/").await.says("is waiting"));
        assert!(admin.browser.get(&page).await.says("Ask for unlimited creation"));
        for text in ["", "  ", "a\u{202E}b", &"x".repeat(501)] {
            assert_eq!(ask(&admin, &page, text).await.status, 422, "{text}");
        }
        assert_eq!(ask(&admin, &page, "WHMCS, about 500 users").await.status, 303);
        let shown = admin.browser.get(&page).await;
        assert!(shown.says("not answered yet What it is for: WHMCS, about 500 users"), "{}", shown.words());
        let twice = ask(&admin, &page, "once more").await;
        assert_eq!(twice.status, 409);
        assert!(twice.says("This has been asked already"), "{}", twice.words());

        assert!(staff.get("/").await.says("A request is waiting"));
        let task = waiting(&staff).await;
        let shown = staff.get(&task).await;
        assert!(shown.says("acme") && shown.says("WHMCS, about 500 users"), "{}", shown.words());
        assert_eq!(staff.post(&format!("{task}/accept"), &[]).await.gist(), "303 /tasks?done=task-accepted");
        assert!(admin.browser.get(&page).await.says("Your provider has allowed it"));
        assert!(staff.get("/tasks").await.says("Nothing is waiting"));
        assert!(staff.get("/tasks?closed=yes").await.says("Unlimited creation for robot acme Accepted"));
        staff.get(&task).await;
        assert_eq!(staff.post(&format!("{task}/accept"), &[]).await.status, 409, "it is dealt with");
        assert_eq!(staff.post(&format!("{task}/decline"), &[("answer", "no")]).await.status, 409);
        assert_eq!(ask(&admin, &page, "again").await.status, 412);
        let history = app.history().await;
        for told in [
            "acme sub_admin.request_unlimited robot",
            "owner task.accept robot",
            "owner sub_admin.lift_limits robot",
        ] {
            assert!(history.contains(&told.to_owned()), "{told}: {history:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn staff_declines_with_an_answer_that_the_main_admin_reads() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let page = program(&app, &admin).await;
        assert_eq!(ask(&admin, &page, "a test").await.status, 303);
        let task = waiting(&staff).await;
        staff.get(&task).await;
        assert_eq!(staff.post(&format!("{task}/decline"), &[("answer", " ")]).await.status, 422);
        let answer = [("answer", "Please take the larger subscription")];
        assert_eq!(staff.post(&format!("{task}/decline"), &answer).await.status, 303);
        let shown = admin.browser.get(&page).await;
        assert!(shown.says("Please take the larger subscription"), "{}", shown.words());
        assert!(!shown.says("owner"), "who of the provider answered is not told");
        assert_eq!(ask(&admin, &page, "a larger test").await.status, 303, "it may be asked again");
        let task = waiting(&staff).await;
        app.meddle("UPDATE logins SET api_access = FALSE WHERE name = 'robot'").await;
        staff.get(&task).await;
        assert_eq!(staff.post(&format!("{task}/accept"), &[]).await.status, 409, "it is no program any more");
        assert!(!admin.browser.get(&page).await.says("Unlimited creation"));
    })
    .await;
}

#[tokio::test]
async fn hz_01_nobody_asks_or_answers_for_another_tenant_or_without_the_permission() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let acme = app.main_admin("acme").await;
        let zebra = app.main_admin("zebra").await;
        let page = program(&app, &acme).await;
        let request = format!("{page}/request-unlimited");
        assert_eq!(zebra.browser.get(&request).await.status, 404);
        zebra.browser.get("/").await;
        assert_eq!(zebra.browser.post(&request, &[("text", "why")]).await.status, 404);
        let helper = app.sub_admin(&acme, "helper").level(Section::Users, 5).sign_in().await;
        assert_eq!(helper.get(&request).await.status, 403);
        helper.get("/").await;
        assert_eq!(helper.post(&request, &[("text", "why")]).await.status, 403);
        let not_a_program = app.sub_admin(&acme, "person").level(Section::Users, 1).add().await;
        assert_eq!(ask(&acme, &format!("/sub-admins/{not_a_program}"), "why").await.status, 409);

        assert_eq!(ask(&acme, &page, "why").await.status, 303);
        let task = waiting(&staff).await;
        app.meddle("UPDATE grants SET role = 'staff_support' WHERE role = 'staff_owner'").await;
        assert!(!staff.get(&task).await.body.contains("/accept"));
        assert_eq!(staff.post(&format!("{task}/accept"), &[]).await.status, 403);
        assert!(!staff.get("/").await.says("is waiting"), "whoever can't answer is not asked to");
        assert_eq!(acme.browser.get("/tasks").await.status, 404, "not a page of this portal");
        let nobody = app.browser(Portal::Staff);
        assert_eq!(
            nobody.fill("/sign-in", &[("username", "acme"), ("password", PASSWORD)]).await.status,
            401
        );
    })
    .await;
}
