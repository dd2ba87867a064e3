//! Access explained.

use axum::http::Method;
use bailiwick_app::testkit::{Program, on_each_engine};
use bailiwick_base::authz::{Permission, PermissionSet, Section};
use bailiwick_base::words::LoginId;
use serde_json::{Value, json};

use super::{as_if_it_never_was, assert_lacks, one, two};

/// The answer about one login.
fn about(who: &Value, login: LoginId) -> Value {
    let people = who["people"].as_array().expect("people");
    people.iter().find(|person| person["login_id"] == login.to_string()).expect("among them").clone()
}

async fn who(program: &Program, action: &str, object: &str) -> Value {
    let asked = program.get(&format!("/access/who?action={action}&object={object}")).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    asked.json
}

#[tokio::test]
async fn a_program_reads_what_its_key_carries_of_what_its_login_holds() {
    on_each_engine(async |app| {
        let (acme, domain, program) = one(&app).await;
        let all = program.get("/access").await;
        assert_eq!((&all.json["name"], &all.json["rank"]), (&json!("acme"), &json!("main_admin")));
        assert_eq!(all.json["levels"]["domains"], 4);
        let view = PermissionSet::of(&[Permission::DomainView]);
        let narrow = app.key_with(&acme.browser, "Narrow", view).await;
        let less = narrow.get("/access").await;
        assert_eq!(less.json["permissions"], json!(["domain.view"]));
        assert_eq!((&less.json["levels"]["domains"], &less.json["levels"]["users"]), (&json!(1), &json!(0)));
        assert_lacks(&narrow.get("/aliases").await, "alias.view");

        let helper = app.sub_admin(&acme, "helper").level(Section::Domains, 2).of(domain);
        let helper = helper.field("note", "stands in for Ann").sign_in().await;
        let helper = app.key(&helper, "Helper").await.get("/access").await;
        let given = &helper.json["given"][0];
        for (member, value) in [
            ("access", json!(["Domains 2 (View, Add)"])),
            ("role", json!("sub_admin")),
            ("permissions", json!(["domain.view", "domain.add"])),
            ("scope", json!("domain")),
            ("domain_id", json!(domain.to_string())),
            ("scope_name", json!("acme.test")),
            ("from", json!("acme")),
            ("over", json!(false)),
            ("note", Value::Null),
        ] {
            assert_eq!(given[member], value, "{member}: {given}");
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_looks_after_sub_admins_reads_what_they_can_do_and_why_it_was_given() {
    on_each_engine(async |app| {
        let two = two(&app).await;
        let new = app.sub_admin(&two.acme, "helper").level(Section::Users, 2).until("2026-03-31");
        let id = new.field("note", "stands in for Ann").add().await;
        let path = format!("/access/{id}");
        let shown = two.program.get(&path).await;
        assert_eq!(
            (&shown.json["login_id"], &shown.json["rank"]),
            (&json!(id.to_string()), &json!("sub_admin"))
        );
        assert_eq!(shown.json["given"][0]["note"], "stands in for Ann");
        assert_eq!(shown.json["given"][0]["until"], "2026-04-01T00:00:00.000Z");
        assert_eq!(shown.json["permissions"], json!(["mailbox.view", "mailbox.add"]));
        as_if_it_never_was(&two.stranger, Method::GET, &path, "/access/log_7zz", Value::Null).await;
        let helper = app.browser(bailiwick_app::Portal::Admin);
        app.sign_in(&helper, "helper", bailiwick_app::testkit::PASSWORD).await;
        let helper = app.key(&helper, "Helper").await;
        for path in [
            &path,
            "/access/who?action=mailbox.add",
            "/access/actions",
            &format!("/access/what-if?login_id={id}"),
        ] {
            assert_lacks(&helper.get(path).await, "sub_admin.view");
        }
    })
    .await;
}

#[tokio::test]
async fn who_can_do_something_is_told_of_everybody_with_the_reason() {
    on_each_engine(async |app| {
        let (acme, domain, program) = one(&app).await;
        app.domain(&acme, "other.test").await;
        let helper = app.sub_admin(&acme, "helper").level(Section::Domains, 3).of(domain).add().await;
        let nobody = app.sub_admin(&acme, "nobody").add().await;
        let asked = who(&program, "domain.update", "acme.test").await;
        assert_eq!(
            (&asked["object"], &asked["action"]["needs"]),
            (&json!("acme.test"), &json!("domain.update"))
        );
        let helps = about(&asked, helper);
        assert_eq!((&helps["may"], &helps["partly"]), (&json!(true), &json!(false)));
        assert_eq!(helps["explanation"]["held"][0]["domain_id"], domain.to_string());
        let nothing = about(&asked, nobody);
        assert_eq!(
            (&nothing["may"], &nothing["explanation"]["why"]),
            (&json!(false), &json!("not_included"))
        );
        let elsewhere = about(&who(&program, "domain.update", "other.test").await, helper);
        assert_eq!(
            (&elsewhere["may"], &elsewhere["explanation"]["why"]),
            (&json!(false), &json!("elsewhere"))
        );
        let whole = about(&who(&program, "domain.update", "").await, helper);
        assert_eq!((&whole["may"], &whole["partly"]), (&json!(false), &json!(true)));
        for (query, gist, field) in [
            ("action=domain.updat", "422 action_unknown", "action"),
            ("action=domain.update&object=nobodys.test", "422 object_unknown", "object"),
        ] {
            let refused = program.get(&format!("/access/who?{query}")).await;
            assert_eq!((refused.gist().as_str(), &refused.json["field"]), (gist, &json!(field)));
        }
        assert_eq!(program.get("/access/who").await.gist(), "400 query_invalid");
        let actions = program.get("/access/actions").await;
        let named = |name: &str| {
            actions.json["items"].as_array().expect("a list").iter().any(|item| item["name"] == name)
        };
        assert!(named("domain.update") && !named("tenant.suspend"), "{}", actions.text);
    })
    .await;
}

#[tokio::test]
async fn other_levels_are_tried_without_changing_anything() {
    on_each_engine(async |app| {
        let two = two(&app).await;
        let id = app.sub_admin(&two.acme, "helper").level(Section::Users, 2).add().await;
        let before = two.program.get(&format!("/access/{id}")).await.text;
        let ask = async |query: &str| two.program.get(&format!("/access/what-if?login_id={id}{query}")).await;
        let same = ask("").await;
        assert_eq!(same.json, json!({"gained": [], "lost": []}));
        let tried = ask("&users=1&aliases=1").await;
        let names = |changes: &Value| -> Vec<Value> {
            changes.as_array().expect("a list").iter().map(|change| change["permission"].clone()).collect()
        };
        assert_eq!(names(&tried.json["gained"]), [json!("alias.view")]);
        assert_eq!(names(&tried.json["lost"]), [json!("mailbox.add")]);
        assert_eq!(tried.json["gained"][0]["where"], "for all domains");
        let profile = ask("&profile=help_desk").await;
        assert_eq!(names(&profile.json["gained"]), [json!("mailbox.send_reset_link")]);
        for query in ["&users=6", "&users=-1", "&users=5.0", "&profile=root", "&lists=1", "&users=1&users=2"]
        {
            let refused = ask(query).await;
            assert_eq!(refused.status, 400, "VE-09: {query}");
        }
        assert_eq!(two.program.get(&format!("/access/{id}")).await.text, before);
        let (foreign, unknown) =
            (format!("/access/what-if?login_id={id}"), "/access/what-if?login_id=log_7zz");
        as_if_it_never_was(&two.stranger, Method::GET, &foreign, unknown, Value::Null).await;
    })
    .await;
}
