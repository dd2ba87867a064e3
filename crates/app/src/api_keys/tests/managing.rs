//! Who makes, sees, changes and removes keys.

use bailiwick_base::authz::Section;
use bailiwick_base::db::{Query, sql};
use bailiwick_base::words::limits;
use serde_json::json;

use super::{OTHER, api_sub_admin, key, path_of_first};
use crate::settings::Portal;
use crate::testkit::{PASSWORD, on_each_engine, path_of};

#[tokio::test]
async fn a_key_is_shown_once_and_kept_nowhere() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        assert!(admin.browser.get("/api-keys").await.says("No API keys yet"));
        let text = key("Billing").level(Section::Users, 2).make(&admin.browser).await;
        let path = path_of_first(&admin.browser, "/api-keys").await;
        for path in ["/api-keys", path.as_str(), "/history"] {
            let seen = admin.browser.get(path).await;
            assert!(!seen.body.contains(&text) && !seen.body.contains(&text[8..]), "{path}");
        }
        assert!(
            admin.browser.get(&path).await.body.contains(&text[..8]),
            "its beginning tells which one it is"
        );
        let mut tx = app.core().db().read(&app.operator()).await.expect("a transaction");
        let kept: Vec<(String,)> = tx
            .all(sql(
                "SELECT detail FROM audit_details UNION ALL SELECT name || hint || permissions FROM api_keys",
            ))
            .await
            .expect("all texts");
        assert!(kept.len() > 2 && kept.iter().all(|(kept,)| !kept.contains(&text[8..])));
        assert!(app.history().await.contains(&"acme api_key.make_own Billing".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn making_changing_and_renewing_ask_for_the_present_password() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let new = key("Billing").level(Section::Users, 2);
        for (given, words) in [("", "This must be filled in"), (OTHER, "Your present password is not right")]
        {
            let refused =
                new.clone().field("own_password", given).send(&admin.browser, "/api-keys/new").await;
            assert_eq!(refused.status, 422);
            assert!(refused.says(words) && !refused.body.contains("bwk_"), "{}", refused.words());
        }
        new.make(&admin.browser).await;
        let path = path_of_first(&admin.browser, "/api-keys").await;
        let wider = key("Billing").level(Section::Users, 4).field("version", "1");
        let refused = wider.clone().field("own_password", OTHER).send(&admin.browser, &path).await;
        assert_eq!(refused.status, 422);
        let renewal = format!("{path}/renew");
        assert_eq!(admin.browser.fill(&renewal, &[("own_password", OTHER)]).await.status, 422);
        let changed = wider.send(&admin.browser, &path).await;
        assert_eq!(changed.gist(), format!("303 {path}?done=saved"), "{}", changed.words());
        assert_eq!(wider.send(&admin.browser, &path).await.status, 412, "of an older version");
        assert!(admin.browser.get("/api-keys").await.says("Users 4"));
        let history = admin.browser.get("/history").await;
        assert!(history.says("Access: Users 2 (View, Add) → Users 4"), "{}", history.words());
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_makes_no_key() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let new = || key("Billing").level(Section::Users, 1);
        for (wrong, words) in [
            (key("Billing"), "Choose what the key may do"),
            (new().field("name", " "), "This must be filled in"),
            (new().field("until", "2025-12-31"), "This day is over"),
            (new().field("until", "soon"), "This is not a date"),
            (new().field("limited", "yes"), "No domain is chosen"),
            (new().field("from", "listed"), "The list is empty"),
        ] {
            let refused = wrong.send(&admin.browser, "/api-keys/new").await;
            assert_eq!(refused.status, 422, "{}", refused.words());
            assert!(refused.says(words), "{words}: {}", refused.words());
        }
        let other = app.main_admin("globex").await;
        let theirs = app.domain(&other, "globex.test").await;
        let beyond =
            new().field("limited", "yes").and("domain", theirs).send(&admin.browser, "/api-keys/new").await;
        assert_eq!(beyond.status, 404);
        assert!(admin.browser.get("/api-keys").await.says("No API keys yet"));
        new().make(&admin.browser).await;
        let twice = new().send(&admin.browser, "/api-keys/new").await;
        assert_eq!(twice.status, 409);
        assert!(twice.says("There is a key of this name already"));
    })
    .await;
}

#[tokio::test]
async fn ap_04_a_list_that_lets_everybody_in_or_names_a_host_is_refused() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        for network in ["0.0.0.0/0", "::/0", "api.example.com", "300.1.1.1"] {
            let wide = key("Wide").level(Section::Users, 1).from(network);
            let refused = wide.send(&admin.browser, "/api-keys/new").await;
            assert_eq!(refused.status, 422, "{network}");
            assert!(refused.says("Line 1"), "{network}: {}", refused.words());
        }
        assert!(admin.browser.get("/api-keys").await.says("No API keys yet"));
    })
    .await;
}

#[tokio::test]
async fn rx_12_a_login_has_so_many_keys_and_no_more() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        for number in 0..limits::API_KEYS {
            key(&format!("Key {number}")).level(Section::Users, 1).make(&admin.browser).await;
        }
        let refused = key("One more").level(Section::Users, 1).send(&admin.browser, "/api-keys/new").await;
        assert_eq!(refused.status, 409);
        assert!(refused.says(&format!("There are {} keys already", limits::API_KEYS)), "{}", refused.words());
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_keys_are_seen_and_removed_by_the_main_admin_and_changed_by_nobody_else() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let stranger = app.main_admin("globex").await;
        let ann = app.sub_admin(&admin, "ann").everything().sign_in().await;
        let bob = app.sub_admin(&admin, "bob").everything().sign_in().await;
        let robot = key("Ann's").level(Section::Users, 1).program(&app, &ann).await;
        let path = path_of_first(&ann, "/api-keys").await;
        for (other, whose) in [(&bob, 403), (&stranger.browser, 200)] {
            assert_eq!(other.get(&path).await.status, 404);
            other.get("/api-keys/new").await; // a form's token
            assert_eq!(other.post(&format!("{path}/remove"), &[]).await.status, 404);
            assert_eq!(other.post(&format!("{path}/renew"), &[("own_password", PASSWORD)]).await.status, 404);
            assert_eq!(other.get("/api-keys?whose=others").await.status, whose);
        }
        let listed = admin.browser.get("/api-keys?whose=others").await;
        assert!(listed.says("Ann's ann Users 1"), "{}", listed.words());
        let page = admin.browser.get(&path).await;
        assert!(!page.says("Renew") && page.says("Remove"), "{}", page.words());
        let wider = key("Ann's").level(Section::Users, 5).field("version", "1");
        assert_eq!(wider.send(&admin.browser, &path).await.status, 409, "it is no program's");
        assert_eq!(
            admin.browser.fill(&format!("{path}/renew"), &[("own_password", PASSWORD)]).await.status,
            409
        );
        let removed = admin.browser.fill(&format!("{path}/remove"), &[]).await;
        assert_eq!(removed.gist(), "303 /api-keys?whose=others&done=key-removed");
        assert_eq!(robot.get("/mailboxes").await.status, 401);
        assert!(app.history().await.contains(&"acme api_key.remove Ann's".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn the_main_admin_makes_keys_for_api_sub_admins_within_what_these_hold() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let bill = api_sub_admin(&app, &admin, "bill", 2).await;
        let ann = app.sub_admin(&admin, "ann").level(Section::Users, 2).add().await;
        let page = admin.browser.get(&format!("/sub-admins/{bill}")).await;
        assert!(page.body.contains(&format!("/api-keys/new?login={bill}")), "{}", page.words());
        let new = key("WHMCS").level(Section::Users, 2);
        let beyond = new.clone().level(Section::Domains, 1).field("login", bill);
        assert_eq!(beyond.send(&admin.browser, "/api-keys/new").await.status, 403);
        let for_ann = new.clone().field("login", ann).send(&admin.browser, "/api-keys/new").await;
        assert_eq!(for_ann.status, 409, "a person makes their own: {}", for_ann.words());
        let robot = new.clone().field("login", bill).program(&app, &admin.browser).await;
        let me = robot.get("/me").await;
        assert_eq!((&me.json["login"], &me.json["key"]["name"]), (&json!("bill"), &json!("WHMCS")));
        assert_eq!(
            robot.elsewhere([198, 51, 100, 7]).get("/me").await.status,
            401,
            "its login's networks hold"
        );
        let ann = app.browser(Portal::Admin);
        app.sign_in(&ann, "ann", PASSWORD).await;
        assert_eq!(new.field("login", bill).send(&ann, "/api-keys/new").await.status, 403);
        let path = path_of_first(&admin.browser, "/api-keys?whose=others&q=bill").await;
        let lower = key("WHMCS").level(Section::Users, 1).field("version", "1");
        assert_eq!(lower.send(&admin.browser, &path).await.status, 303);
        assert_eq!(robot.get("/me").await.json["may"][0]["permissions"], json!(["mailbox.view"]));
        assert_eq!(admin.browser.fill(&format!("/sub-admins/{bill}/remove"), &[]).await.status, 303);
        assert_eq!(robot.get("/me").await.status, 401);
        assert_eq!(admin.browser.get(&path).await.status, 404, "it went with its login");
    })
    .await;
}

#[tokio::test]
async fn no_key_looks_after_keys_but_one_may_remove_them() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let keeper = key("Keeper")
            .from("192.0.2.0/24")
            .and("power", "api_key.remove")
            .program(&app, &admin.browser)
            .await;
        let leaked = key("Leaked").level(Section::Users, 5).program(&app, &admin.browser).await;
        assert_eq!(leaked.get("/api-keys").await.gist(), "403 not_permitted");
        let listed = keeper.get("/api-keys?q=leak").await;
        let id = listed.json["items"][0]["id"].as_str().expect("an id").to_owned();
        assert!(!listed.text.contains("token"), "{}", listed.text);
        assert_eq!(keeper.post("/api-keys", json!({"name": "More"})).await.gist(), "405 method_not_allowed");
        assert_eq!(
            keeper.patch(&format!("/api-keys/{id}"), json!({"name": "More"})).await.gist(),
            "405 method_not_allowed"
        );
        assert_eq!(keeper.get(&format!("/api-keys/{id}")).await.json["status"], "active");
        assert_eq!(keeper.delete(&format!("/api-keys/{id}")).await.status, 204);
        assert_eq!(leaked.get("/me").await.status, 401);
        assert_eq!(keeper.delete(&format!("/api-keys/{id}")).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn k17_whoever_acts_as_an_admin_makes_no_key_and_removes_none() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        key("Billing").level(Section::Users, 1).make(&admin.browser).await;
        let start = format!("/tenants/{}/sign-in-as", admin.tenant);
        let page = staff.get(&start).await;
        let login = page.between("<option value=\"", "\"").expect("a login to choose").to_owned();
        let handed = staff.post(&start, &[("login", &login), ("reason", "request 17")]).await;
        let acting = app.browser(Portal::Admin);
        let token = path_of(&handed.location);
        acting.get(&token).await;
        let began = acting.post("/act", &[("token", token.trim_start_matches("/act/"))]).await;
        assert_eq!(began.gist(), "303 /");
        let path = path_of_first(&acting, "/api-keys").await;
        assert_eq!(acting.get("/api-keys/new").await.status, 403);
        assert_eq!(key("Lasting").level(Section::Users, 1).send(&acting, "/api-keys/new").await.status, 403);
        assert_eq!(acting.post(&format!("{path}/remove"), &[]).await.status, 403);
        assert_eq!(acting.post(&format!("{path}/renew"), &[("own_password", PASSWORD)]).await.status, 403);
        let change = key("Billing").level(Section::Users, 5).field("version", "1");
        assert_eq!(change.send(&acting, &path).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn the_providers_owner_removes_a_customers_key_and_makes_none() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let bill = api_sub_admin(&app, &admin, "bill", 2).await;
        let robot = key("Leaked").level(Section::Users, 1).program(&app, &admin.browser).await;
        let list = staff.get("/api-keys?whose=others").await;
        assert!(list.says("Leaked acme"), "{}", list.words());
        let path = path_of_first(&staff, "/api-keys?whose=others").await;
        assert_eq!(
            key("Silent")
                .level(Section::History, 1)
                .field("login", bill)
                .send(&staff, "/api-keys/new")
                .await
                .status,
            403
        );
        assert_eq!(staff.fill(&format!("{path}/renew"), &[("own_password", PASSWORD)]).await.status, 403);
        assert_eq!(staff.fill(&format!("{path}/remove"), &[]).await.status, 303);
        assert_eq!(robot.get("/me").await.status, 401);
    })
    .await;
}
