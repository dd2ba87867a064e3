//! From where a login may be used.

use bailiwick_base::authz::Section;

use super::{save, try_to_add};
use crate::Portal;
use crate::testkit::{PASSWORD, on_each_engine};

#[tokio::test]
async fn a_login_limited_to_a_list_is_refused_elsewhere_at_the_sign_in_and_in_the_middle_of_a_session() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let new = app
            .sub_admin(&admin, "ann")
            .level(Section::Users, 1)
            .from("198.51.100.0/24 Office\n2001:db8::/48");
        let id = new.add().await;
        let here = app.browser(Portal::Admin);
        let credentials = [("username", "ann"), ("password", PASSWORD)];
        assert_eq!(here.fill("/sign-in", &credentials).await.status, 401, "the same as for a wrong password");
        let office = here.elsewhere([198, 51, 100, 7]);
        assert_eq!(office.fill("/sign-in", &credentials).await.status, 303);
        assert_eq!(office.get("/mailboxes").await.status, 200);
        let moved = app.sub_admin(&admin, "ann").level(Section::Users, 1).from("203.0.113.0/24 New office");
        assert_eq!(save(&admin, id, &moved).await.status, 303);
        let refused = office.get("/mailboxes").await;
        assert_ne!(refused.status, 200, "{}", refused.words());
        let open = app
            .sub_admin(&admin, "ann")
            .level(Section::Users, 1)
            .field("networks", "203.0.113.0/24 New office");
        assert_eq!(save(&admin, id, &open).await.status, 303);
        assert_eq!(office.get("/mailboxes").await.status, 200, "the list is kept and does not count");
        assert!(
            admin.browser.get(&format!("/sub-admins/{id}")).await.body.contains("203.0.113.0/24 New office")
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_that_says_nothing_or_the_same_twice_is_refused() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        for (list, words) in [
            ("", "The list is empty"),
            ("192.0.2.0/24\n192.0.2.0/24 again", "Line 2 repeats a network"),
            ("192.0.2.9/24", "Line 1 is not an address or network"),
            ("0.0.0.0/0 everybody", "Line 1 is not an address or network"),
        ] {
            let refused = try_to_add(&admin, &app.sub_admin(&admin, "ann").from(list), &[]).await;
            assert_eq!(refused.status, 422, "{list}");
            assert!(refused.says(words), "{list}: {}", refused.words());
        }
        assert!(admin.browser.get("/sub-admins").await.says("No Sub-Admins yet"));
    })
    .await;
}

#[tokio::test]
async fn nobody_shuts_themselves_out_unknowingly() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let ann = app.sub_admin(&admin, "ann").level(Section::Users, 1).sign_in().await;
        for browser in [&admin.browser, &ann] {
            let form = |list: &'static str, knows: &'static str| {
                let knows = (!knows.is_empty()).then_some(("knows", knows));
                [("networks", list), ("from", "listed"), ("own_password", PASSWORD)]
                    .into_iter()
                    .chain(knows)
                    .collect::<Vec<_>>()
            };
            let refused = browser.fill("/security/networks", &form("198.51.100.0/24 Office", "")).await;
            assert_eq!(refused.status, 422);
            assert!(refused.says("Your own address 192.0.2.1 is not in the list."), "{}", refused.words());
            assert_eq!(browser.get("/").await.status, 200);
            let mut wrong = form("192.0.2.0/24 Office", "");
            wrong.retain(|(name, _)| *name != "own_password");
            wrong.push(("own_password", "not the password"));
            assert_eq!(browser.fill("/security/networks", &wrong).await.status, 422);
            let set = browser.fill("/security/networks", &form("192.0.2.0/24 Office", "")).await;
            assert_eq!(set.gist(), "303 /security/networks?done=saved", "{}", set.words());
            assert!(browser.get("/security/networks").await.body.contains("192.0.2.0/24 Office"));
        }
        let knows = [
            ("networks", "198.51.100.0/24"),
            ("from", "listed"),
            ("own_password", PASSWORD),
            ("knows", "yes"),
        ];
        assert_eq!(ann.fill("/security/networks", &knows).await.status, 303);
        assert_ne!(ann.get("/mailboxes").await.status, 200, "it knew");
        assert_eq!(
            app.history().await.into_iter().filter(|event| event.contains("networks")).collect::<Vec<_>>(),
            [
                "acme login.set_own_networks acme",
                "ann login.set_own_networks ann",
                "ann login.set_own_networks ann"
            ]
        );
        let more = [("networks", ""), ("from", "anywhere"), ("own_password", PASSWORD), ("api_access", "on")];
        assert_eq!(
            admin.browser.fill("/security/networks", &more).await.status,
            400,
            "no other field (VE-07)"
        );
    })
    .await;
}

#[tokio::test]
async fn what_the_main_admin_set_the_sub_admin_cannot_loosen() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let new = app.sub_admin(&admin, "ann").level(Section::Users, 1).from("192.0.2.0/24 Office");
        let ann = new.sign_in().await;
        let page = ann.get("/security/networks").await;
        assert!(
            page.says("192.0.2.0/24 Office") && !page.body.contains("name=\"networks\""),
            "{}",
            page.words()
        );
        let loosened = [("networks", ""), ("from", "anywhere"), ("own_password", PASSWORD)];
        assert_eq!(ann.post("/security/networks", &loosened).await.status, 403);
        assert_eq!(ann.elsewhere([203, 0, 113, 9]).get("/mailboxes").await.status, 303, "a stranger there");
    })
    .await;
}

#[tokio::test]
async fn a_right_password_from_elsewhere_counts_like_a_wrong_one() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        app.sub_admin(&admin, "ann").level(Section::Users, 1).from("198.51.100.0/24 Office").add().await;
        let elsewhere = app.browser(Portal::Admin);
        let credentials = [("username", "ann"), ("password", PASSWORD)];
        for _ in 0..5 {
            assert_eq!(elsewhere.fill("/sign-in", &credentials).await.status, 401);
        }
        assert_eq!(
            elsewhere.fill("/sign-in", &credentials).await.status,
            429,
            "else it would tell that it is right"
        );
    })
    .await;
}
