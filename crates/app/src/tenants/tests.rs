use crate::settings::Portal;
use crate::testkit::{PASSWORD, on_each_engine};

#[tokio::test]
async fn staff_creates_a_tenant_and_its_main_admin_comes_in_by_invitation() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let fields = [
            ("name", "Acme Ltd"),
            ("types", "typ_1"),
            ("licences", "25"),
            ("storage", "50"),
            ("domains", "3"),
            ("username", "Acme.Admin"),
            ("full_name", "Ada"),
            ("email", "ada@outside.example"),
        ];
        let created = staff.fill("/tenants/new", &fields).await;
        assert_eq!(created.status, 303, "{}", created.words());
        let link = app.last_link_to("ada@outside.example").await;
        assert!(link.starts_with("http://admin.localhost:8080/link/"), "{link}");
        let ada = app.browser(Portal::Admin);
        let path = crate::testkit::path_of(&link);
        assert_eq!(ada.fill(&path, &[("new", PASSWORD), ("repeated", PASSWORD)]).await.status, 303);
        app.sign_in(&ada, "acme.admin", PASSWORD).await;
        assert!(ada.get("/mailboxes").await.says("0 / 25"), "the top bar shows the limits");
        let twice = staff.fill("/tenants/new", &fields).await;
        assert_eq!(twice.status, 409);
        assert!(twice.says("A tenant has this name already"));
        let history = app.history().await;
        assert!(history.contains(&"owner tenant.create Acme Ltd".to_owned()), "{history:?}");
    })
    .await;
}

#[tokio::test]
async fn limits_are_not_set_below_what_is_used_and_a_stale_form_saves_nothing() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        app.mailbox(domain, "ann").await;
        app.mailbox(domain, "bob").await;
        let path = format!("/tenants/{}", admin.tenant);
        let save = async |users: &str, version: &str| {
            let fields = [
                ("name", "acme"),
                ("types", "typ_1"),
                ("licences", users),
                ("storage", "100"),
                ("domains", "5"),
                ("version", version),
            ];
            staff.fill(&path, &fields).await
        };
        let below = save("1", "1").await;
        assert_eq!(below.status, 422);
        assert!(below.says("2 users are of the type Standard"), "{}", below.words());
        assert_eq!(save("7", "1").await.status, 303);
        assert_eq!(save("9", "1").await.status, 412, "the form was filled from an older version");
        assert!(staff.get(&path).await.body.contains("value=\"7\""));
    })
    .await;
}

#[tokio::test]
async fn nobody_of_a_suspended_tenant_gets_in_and_everybody_is_out_at_once() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let ann = app.mailbox(domain, "ann").await;
        app.sign_in(&ann.browser, &ann.address, PASSWORD).await;
        let path = format!("/tenants/{}", admin.tenant);
        staff.get(&path).await;
        assert_eq!(staff.post(&format!("{path}/suspend"), &[("reason", "unpaid")]).await.status, 303);
        assert_eq!(admin.browser.get("/").await.status, 303);
        assert_eq!(ann.browser.get("/panel").await.status, 303);
        let refused = admin.browser.fill("/sign-in", &[("username", "acme"), ("password", PASSWORD)]).await;
        assert_eq!(refused.status, 403);
        assert!(refused.says("Signing in is closed"), "{}", refused.words());
        assert_eq!(app.mail_jobs().await, ["disconnect_domain"]);
        staff.get(&path).await;
        assert_eq!(staff.post(&format!("{path}/resume"), &[]).await.status, 303);
        app.sign_in(&admin.browser, "acme", PASSWORD).await;
        app.sign_in(&ann.browser, &ann.address, PASSWORD).await;
    })
    .await;
}

#[tokio::test]
async fn ve_19_a_main_admin_and_a_mailbox_user_never_reach_staff_pages() {
    on_each_engine(async |app| {
        app.staff().await;
        let admin = app.main_admin("acme").await;
        for path in ["/tenants", "/tenants/new"] {
            assert_eq!(admin.browser.get(path).await.status, 404, "not a page of this portal");
        }
        let at_staff = app.browser(Portal::Staff);
        assert_eq!(
            at_staff.fill("/sign-in", &[("username", "acme"), ("password", PASSWORD)]).await.status,
            401,
            "realms join nothing"
        );
    })
    .await;
}
