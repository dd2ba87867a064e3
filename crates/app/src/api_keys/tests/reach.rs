//! A key never does more than its login, and never more than was chosen for it.

use bailiwick_base::authz::{Permission, Section};
use serde_json::{Value, json};

use super::{key, path_of_first};
use crate::testkit::{PASSWORD, on_each_engine};

fn user(address: &str) -> Value {
    json!({"address": address, "name": "A", "quota_bytes": 1_000_000, "password": "vexing quilt mango"})
}

#[tokio::test]
async fn a_key_loses_what_its_login_loses_and_gains_nothing_it_gains() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        app.domain(&admin, "acme.test").await;
        let ann = app.sub_admin(&admin, "ann").level(Section::Users, 2).sign_in().await;
        let robot = key("All of Ann").level(Section::Users, 2).program(&app, &ann).await;
        assert_eq!(robot.post("/mailboxes", user("a@acme.test")).await.status, 201);
        app.meddle("UPDATE grants SET permissions = 'mailbox.view' WHERE role = 'sub_admin'").await;
        assert_eq!(robot.post("/mailboxes", user("b@acme.test")).await.gist(), "403 not_permitted");
        assert_eq!(robot.get("/mailboxes").await.gist(), "200");
        app.meddle(
            "UPDATE grants SET permissions = 'mailbox.view mailbox.add domain.view' WHERE role = 'sub_admin'",
        )
        .await;
        assert_eq!(
            robot.post("/mailboxes", user("b@acme.test")).await.status,
            201,
            "what was chosen is there again"
        );
        assert_eq!(robot.get("/domains").await.gist(), "403 not_permitted");
        assert_eq!(ann.get("/domains").await.status, 200);
        app.meddle("DELETE FROM logins WHERE name = 'ann'").await;
        assert_eq!(robot.get("/mailboxes").await.gist(), "401 wrong_credentials");
    })
    .await;
}

#[tokio::test]
async fn a_key_of_chosen_domains_sees_these_alone_and_nothing_once_they_are_gone() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let (one, two) = (app.domain(&admin, "one.test").await, app.domain(&admin, "two.test").await);
        let theirs = app.mailbox(two, "ann").await;
        let robot = key("One only")
            .level(Section::Users, 4)
            .level(Section::Domains, 4)
            .field("limited", "yes")
            .and("domain", one)
            .program(&app, &admin.browser)
            .await;
        assert_eq!(robot.post("/mailboxes", user("a@one.test")).await.status, 201);
        let list = robot.get("/mailboxes").await;
        assert_eq!(list.json["items"].as_array().map(Vec::len), Some(1), "{}", list.text);
        assert_eq!(robot.get(&format!("/mailboxes/{}", theirs.id)).await.gist(), "404 no_such_thing");
        assert_eq!(robot.post("/mailboxes", user("b@two.test")).await.gist(), "422 domain_unknown");
        assert_eq!(robot.get(&format!("/domains/{two}")).await.gist(), "404 no_such_thing");
        let added = robot.post("/domains", json!({"name": "three.test"})).await;
        assert!([403, 404].contains(&added.status), "a new domain lies outside: {}", added.gist());
        app.meddle("DELETE FROM api_key_domains").await;
        let nothing = robot.get("/mailboxes").await;
        assert_eq!(nothing.gist(), "403 not_permitted", "limited to nothing is not unlimited");
    })
    .await;
}

#[tokio::test]
async fn a_key_of_a_limited_login_is_limited_too() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let (one, two) = (app.domain(&admin, "one.test").await, app.domain(&admin, "two.test").await);
        app.mailbox(two, "ann").await;
        let ann = app.sub_admin(&admin, "ann").level(Section::Users, 2).of(one).sign_in().await;
        let form = ann.get("/api-keys/new").await;
        assert!(form.says("one.test") && !form.says("two.test"), "{}", form.words());
        let everywhere = key("All").level(Section::Users, 2).program(&app, &ann).await;
        assert_eq!(everywhere.get("/mailboxes").await.json["items"], json!([]));
        assert_eq!(everywhere.post("/mailboxes", user("b@two.test")).await.gist(), "422 domain_unknown");
        let beyond = key("Beyond").level(Section::Users, 2).field("limited", "yes").and("domain", two);
        let beyond = beyond.program(&app, &ann).await;
        assert_eq!(
            beyond.get("/mailboxes").await.gist(),
            "403 not_permitted",
            "what both have in common is nothing"
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_carries_no_more_than_its_login_holds_when_it_is_made() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let ann = app.sub_admin(&admin, "ann").level(Section::Users, 2).sign_in().await;
        for more in [
            key("More").level(Section::Users, 3),
            key("More").level(Section::Domains, 1),
            key("More").from("192.0.2.0/24").and("power", "sub_admin.manage"),
        ] {
            let refused = more.send(&ann, "/api-keys/new").await;
            assert_eq!(refused.status, 403, "{}", refused.words());
        }
        for wrong in [
            key("Wrong").level(Section::Users, 1).and("power", "own.password"),
            key("Wrong").level(Section::Users, 1).and("power", "own.keys"),
            key("Wrong").level(Section::Users, 1).and("power", "mailbox.add"),
            key("Wrong").level(Section::Users, 1).and("permission", "root"),
            key("Wrong").level(Section::Users, 1).and("level", "users:2"),
        ] {
            let refused = wrong.send(&admin.browser, "/api-keys/new").await;
            assert_eq!(refused.status, 400, "{}", refused.words());
        }
        let person = key("Person")
            .from("192.0.2.0/24")
            .and("power", "own.keys")
            .send(&admin.browser, "/api-keys/new")
            .await;
        assert_ne!(person.status, 200);
        assert!(admin.browser.get("/api-keys").await.says("No API keys yet"));
    })
    .await;
}

#[tokio::test]
async fn a_power_of_an_owner_works_from_listed_networks_only_even_if_the_list_is_lost() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let owners = key("Owner's").level(Section::Users, 1).and("power", "sub_admin.view");
        let refused = owners.send(&admin.browser, "/api-keys/new").await;
        assert_eq!(refused.status, 422);
        assert!(refused.says("List the networks this key may be used from"), "{}", refused.words());
        let robot = owners.from("192.0.2.0/24").program(&app, &admin.browser).await;
        assert_eq!(robot.get("/sub-admins").await.gist(), "200");
        assert_eq!(
            robot.elsewhere([198, 51, 100, 7]).get("/sub-admins").await.gist(),
            "401 wrong_credentials"
        );
        app.meddle("UPDATE api_keys SET networks_only = FALSE").await;
        assert_eq!(robot.get("/sub-admins").await.gist(), "403 not_permitted");
        assert_eq!(robot.get("/mailboxes").await.gist(), "200");
        app.meddle("UPDATE api_keys SET networks_only = TRUE").await;
        app.meddle("DELETE FROM api_key_networks").await;
        assert_eq!(robot.get("/mailboxes").await.gist(), "401 wrong_credentials");
    })
    .await;
}

#[tokio::test]
async fn whoever_a_program_makes_gets_no_more_than_the_program_has_and_no_password_from_it() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let ann = app.sub_admin(&admin, "ann").level(Section::Users, 4).add().await;
        let robot = key("Owner's")
            .level(Section::Users, 1)
            .from("192.0.2.0/24")
            .and("power", "sub_admin.manage")
            .program(&app, &admin.browser)
            .await;
        let new = |levels: Value| json!({"name": "bob", "full_name": "Bob", "email": "bob@outside.example", "levels": levels});
        assert_eq!(robot.post("/sub-admins", new(json!({"users": 2}))).await.gist(), "403 not_permitted");
        let mut with_password = new(json!({"users": 1}));
        with_password["password"] = PASSWORD.into();
        assert_eq!(robot.post("/sub-admins", with_password).await.gist(), "403 not_by_program");
        let path = format!("/sub-admins/{ann}");
        for way_in in [json!({"password": "nimble cactus waltz"}), json!({"email": "thief@outside.example"})] {
            let mut way_in = way_in;
            way_in["levels"] = json!({"users": 1});
            assert_eq!(robot.patch(&path, way_in).await.gist(), "403 not_by_program");
        }
        let kept = robot.patch(&path, json!({"full_name": "Ann Other"})).await;
        assert_eq!(kept.gist(), "403 not_permitted", "it would give anew what the program has not");
        let lowered = robot.patch(&path, json!({"levels": {"users": 1}})).await;
        assert_eq!(lowered.status, 200, "{}", lowered.text);
        assert_eq!(robot.post("/sub-admins", new(json!({"users": 1}))).await.status, 201);
    })
    .await;
}

#[tokio::test]
async fn the_history_names_the_key_beside_its_login() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        app.domain(&admin, "acme.test").await;
        let robot = key("Billing").level(Section::Users, 2).program(&app, &admin.browser).await;
        assert_eq!(robot.post("/mailboxes", user("a@acme.test")).await.status, 201);
        let page = admin.browser.get("/history").await;
        assert!(page.says("acme, with the API key Billing"), "{}", page.words());
        assert!(page.says("Made the API key Billing"), "{}", page.words());
    })
    .await;
}

#[tokio::test]
async fn staffs_keys_reach_what_staff_reaches() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        app.main_admin("acme").await;
        let robot = key("Provisioning")
            .from("192.0.2.0/24")
            .and("power", "tenant.view")
            .and("power", "tenant.add")
            .program(&app, &staff)
            .await;
        assert_eq!(robot.get("/tenants").await.gist(), "200");
        assert_eq!(robot.get("/staff").await.gist(), "403 not_permitted");
        assert_eq!(robot.get("/mailboxes").await.gist(), "403 not_permitted");
        let path = path_of_first(&staff, "/api-keys").await;
        let page = staff.get(&path).await;
        assert!(!page.says("Chosen domains"), "{}", page.words());
        for never in [Permission::TenantImpersonate, Permission::OwnPassword] {
            let refused = key("Never")
                .from("192.0.2.0/24")
                .and("power", never.key())
                .send(&staff, "/api-keys/new")
                .await;
            assert_ne!(refused.status, 200, "{}", never.key());
        }
    })
    .await;
}
