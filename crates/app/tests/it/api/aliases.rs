//! Aliases.

use axum::http::Method;
use bailiwick_app::testkit::on_each_engine;
use bailiwick_base::authz::Section;
use serde_json::{Value, json};

use super::{as_if_it_never_was, assert_lacks, done_to, one, twice, two};

#[tokio::test]
async fn a_program_adds_shows_changes_and_removes_an_alias() {
    on_each_engine(async |app| {
        let (_, domain, program) = one(&app).await;
        app.mailbox(domain, "ann").await;
        let new = json!({"address": "Sales@acme.test", "targets": ["ann@acme.test", "Bob@Elsewhere.example", "bob@elsewhere.example"]});
        let added = program.post("/aliases", new).await;
        assert_eq!(added.status, 201, "{}", added.text);
        let path = format!("/aliases/{}", added.id());
        assert_eq!(added.header("location"), format!("/api/v1{path}"));
        assert_eq!(added.json["address"], "sales@acme.test");
        assert_eq!(added.json["domain_id"], domain.to_string());
        assert_eq!(added.json["targets"], json!(["ann@acme.test", "bob@elsewhere.example"]));
        let shown = program.get(&path).await;
        assert_eq!((&shown.json, shown.header("etag")), (&added.json, added.header("etag")));
        for query in [String::new(), format!("?domain_id={domain}"), "?q=sal".into(), "?limit=1".into()] {
            let listed = program.get(&format!("/aliases{query}")).await;
            assert_eq!(listed.json, json!({"items": [added.json], "next": null, "previous": null}), "{query}");
        }
        for query in ["?domain_id=dom_7zz", "?q=ales"] {
            assert_eq!(program.get(&format!("/aliases{query}")).await.json["items"], json!([]), "{query}");
        }

        let (seen, to_bob) = ([("if-match", shown.header("etag"))], json!({"targets": ["bob@elsewhere.example"]}));
        let changed = program.send(Method::PATCH, &path, Some(to_bob.clone()), &seen).await;
        assert_eq!((changed.status, &changed.json["targets"]), (200, &to_bob["targets"]), "{}", changed.text);
        assert_eq!(program.get(&path).await.header("etag"), changed.header("etag"));
        for (method, body) in [(Method::PATCH, Some(to_bob)), (Method::DELETE, None)] {
            let stale = program.send(method, &path, body, &seen).await;
            assert_eq!(stale.gist(), "412 changed_meanwhile");
        }
        assert_eq!(program.delete(&path).await.status, 204);
        assert_eq!(program.get(&path).await.gist(), "404 no_such_thing");
        let done = ["remove", "update", "add"].map(|verb| format!("alias.{verb} with Billing"));
        assert_eq!(done_to(&program, &added.id()).await, done);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_with_an_alias_is_said_of_the_member_it_stands_in() {
    on_each_engine(async |app| {
        let (acme, domain, program) = one(&app).await;
        app.mailbox(domain, "ann").await;
        let waiting = acme.browser.fill("/domains/new", &[("domain", "waiting.test")]).await;
        assert_eq!(waiting.status, 303);
        let many: Vec<String> = (0..101).map(|n| format!("u{n}@elsewhere.example")).collect();
        for (address, targets, gist, field) in [
            ("sales", json!(["a@b.example"]), "422 email_address_invalid", "address"),
            ("-@acme.test", json!(["a@b.example"]), "422 local_part_invalid", "address"),
            ("sales@other.test", json!(["a@b.example"]), "422 domain_unknown", "address"),
            ("sales@waiting.test", json!(["a@b.example"]), "422 domain_unknown", "address"),
            ("ann@acme.test", json!(["a@b.example"]), "409 user_already_exists", "address"),
            ("sales@acme.test", json!([]), "422 alias_without_target", "targets"),
            ("sales@acme.test", json!(["a@b.example, c@d.example"]), "422 email_address_invalid", "targets"),
            ("sales@acme.test", json!(["none@acme.test"]), "422 alias_target_missing", "targets"),
            ("sales@acme.test", json!(["sales@acme.test"]), "422 alias_loop", "targets"),
            ("sales@acme.test", json!(many), "422 alias_too_many_targets", "targets"),
        ] {
            let refused = program.post("/aliases", json!({"address": address, "targets": targets})).await;
            assert_eq!(
                (refused.gist().as_str(), &refused.json["field"]),
                (gist, &json!(field)),
                "{address} {targets}"
            );
        }
        for body in [
            json!({"address": "sales@acme.test", "targets": "ann@acme.test"}),
            json!({"address": "sales@acme.test", "targets": ["ann@acme.test"], "domain_id": "dom_1"}),
            json!({"address": "sales@acme.test"}),
            json!({"address": null, "targets": ["ann@acme.test"]}),
        ] {
            assert_eq!(program.post("/aliases", body.clone()).await.gist(), "400 json_invalid", "{body}");
        }
        assert_eq!(program.get("/aliases").await.json["items"], json!([]), "none was added");
    })
    .await;
}

#[tokio::test]
async fn ap_12_an_alias_that_is_added_twice_with_one_key_is_there_once() {
    on_each_engine(async |app| {
        let (_, _, program) = one(&app).await;
        let new = json!({"address": "sales@acme.test", "targets": ["ann@elsewhere.example"]});
        let first = twice(&program, "/aliases", &new).await;
        assert_eq!(program.get("/aliases").await.json["items"], json!([first.json]));
        let other = json!({"address": "info@acme.test", "targets": ["ann@elsewhere.example"]});
        let reused =
            program.send(Method::POST, "/aliases", Some(other), &[("idempotency-key", "order-1027")]).await;
        assert_eq!(reused.gist(), "422 idempotency_key_reused");
    })
    .await;
}

#[tokio::test]
async fn hz_01_an_alias_of_another_is_like_none() {
    on_each_engine(async |app| {
        let two = two(&app).await;
        app.domain(&two.acme, "acme.test").await;
        app.domain(&two.other, "other.test").await;
        let targets = json!({"targets": ["a@b.example"]});
        let new = json!({"address": "sales@acme.test", "targets": ["ann@elsewhere.example"]});
        let alias = two.program.post("/aliases", new.clone()).await;
        let foreign = format!("/aliases/{}", alias.id());
        for (method, body) in
            [(Method::GET, Value::Null), (Method::PATCH, targets), (Method::DELETE, Value::Null)]
        {
            as_if_it_never_was(&two.stranger, method, &foreign, "/aliases/als_7zz", body).await;
        }
        assert_eq!(two.stranger.get("/aliases").await.json["items"], json!([]));
        let unknown = json!({"address": "sales@nobodys.test", "targets": ["ann@elsewhere.example"]});
        let (theirs, nobodys) =
            (two.stranger.post("/aliases", new).await, two.stranger.post("/aliases", unknown).await);
        assert_eq!(
            super::body_of(&theirs),
            super::body_of(&nobodys),
            "HZ-04: no word of whose the domain is"
        );
        assert_eq!(two.program.get(&foreign).await.json, alias.json);
    })
    .await;
}

#[tokio::test]
async fn ve_03_each_act_on_an_alias_needs_its_own_permission() {
    on_each_engine(async |app| {
        let (acme, _, program) = one(&app).await;
        let new = json!({"address": "sales@acme.test", "targets": ["ann@elsewhere.example"]});
        let path = format!("/aliases/{}", program.post("/aliases", new.clone()).await.id());
        let viewer = app.sub_admin(&acme, "viewer").level(Section::Aliases, 1).sign_in().await;
        let viewer = app.key(&viewer, "Reader").await;
        assert_eq!(viewer.get(&path).await.status, 200);
        assert_lacks(&viewer.post("/aliases", new).await, "alias.add");
        assert_lacks(&viewer.patch(&path, json!({"targets": ["x@y.example"]})).await, "alias.update");
        assert_lacks(&viewer.delete(&path).await, "alias.remove");
        let users = app.sub_admin(&acme, "users").level(Section::Users, 1).sign_in().await;
        let users = app.key(&users, "Reader").await;
        assert_lacks(&users.get("/aliases").await, "alias.view");
        assert_lacks(&users.get(&path).await, "alias.view");
    })
    .await;
}
