//! Domains.

use axum::http::Method;
use bailiwick_app::testkit::on_each_engine;
use bailiwick_base::authz::Section;
use serde_json::{Value, json};

use super::{as_if_it_never_was, assert_lacks, done_to, one, twice, two};

#[tokio::test]
async fn a_program_adds_proves_changes_and_removes_a_domain() {
    on_each_engine(async |app| {
        let acme = app.main_admin("acme").await;
        let program = app.key(&acme.browser, "Billing").await;
        let added = program.post("/domains", json!({"name": "BÜCHER.test"})).await;
        assert_eq!(added.status, 201, "{}", added.text);
        let path = format!("/domains/{}", added.id());
        assert_eq!(added.header("location"), format!("/api/v1{path}"));
        assert_eq!(added.json["name"], "xn--bcher-kva.test");
        assert_eq!(added.json["display_name"], "bücher.test");
        assert_eq!((&added.json["status"], &added.json["verified_at"]), (&json!("pending"), &Value::Null));
        let record = &added.json["proof"]["record"];
        assert_eq!(
            (&record["host"], &record["type"]),
            (&json!("_bailiwick.xn--bcher-kva.test"), &json!("TXT"))
        );

        let verify = format!("{path}/verify");
        assert_eq!(program.post(&verify, Value::Null).await.gist(), "409 domain_proof_missing");
        let (host, value) =
            (record["host"].as_str().expect("a host"), record["value"].as_str().expect("a value"));
        app.dns().publish_txt(host, value).expect("published");
        assert_eq!(program.post(&verify, Value::Null).await.status, 204);

        let shown = program.get(&path).await;
        assert_eq!((&shown.json["status"], &shown.json["proof"]), (&json!("active"), &Value::Null));
        assert_eq!(shown.json["mail_exchanger"]["value"], "10 mail.provider.example.");
        let seen = [("if-match", shown.header("etag"))];
        let change = json!({"time_zone": "Europe/Madrid", "active": false});
        let changed = program.send(Method::PATCH, &path, Some(change), &seen).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
        assert_eq!(
            (&changed.json["time_zone"], &changed.json["status"]),
            (&json!("Europe/Madrid"), &json!("disabled"))
        );
        assert_eq!(changed.json["catch_all"], "none", "what was not named stays");
        assert_ne!(changed.header("etag"), shown.header("etag"));
        assert_eq!(program.get(&path).await.text, changed.text);

        for method in [Method::PATCH, Method::DELETE] {
            let body = (method == Method::PATCH).then(|| json!({"active": true}));
            let stale = program.send(method, &path, body, &seen).await;
            assert_eq!(stale.gist(), "412 changed_meanwhile");
        }
        let seen = [("if-match", changed.header("etag"))];
        assert_eq!(program.send(Method::DELETE, &path, None, &seen).await.status, 204);
        assert_eq!(program.get(&path).await.gist(), "404 no_such_thing");
        assert_eq!(program.get("/domains").await.json["items"], json!([]));
        let done = ["remove", "update", "verify", "add"].map(|verb| format!("domain.{verb} with Billing"));
        assert_eq!(done_to(&program, &added.id()).await, done);
    })
    .await;
}

#[tokio::test]
async fn a_catch_all_goes_to_a_user_of_the_domain_and_nobody_else() {
    on_each_engine(async |app| {
        let (_, domain, program) = one(&app).await;
        app.mailbox(domain, "info").await;
        let path = format!("/domains/{domain}");
        let user = json!({"catch_all": "user", "catch_all_user": "info"});
        let changed = program.patch(&path, user).await;
        assert_eq!(
            (&changed.json["catch_all"], &changed.json["catch_all_user"]),
            (&json!("user"), &json!("info"))
        );
        let zone = program.patch(&path, json!({"time_zone": "Asia/Tokyo"})).await;
        assert_eq!(zone.json["catch_all_user"], "info", "it is left as it is");
        for wrong in [
            json!({"catch_all": "user", "catch_all_user": "nobody"}),
            json!({"catch_all": "user"}),
            json!({"catch_all_user": "info"}),
            json!({"catch_all": "none", "catch_all_user": "info"}),
        ] {
            let refused = program.patch(&path, wrong.clone()).await;
            assert_eq!(refused.gist(), "422 catch_all_invalid", "{wrong}");
            assert_eq!(refused.json["field"], "catch_all_user");
        }
        let zone = program.patch(&path, json!({"time_zone": "Mars/Base"})).await;
        assert_eq!(
            (zone.gist().as_str(), &zone.json["field"]),
            ("422 time_zone_invalid", &json!("time_zone"))
        );
        let discarded = program.patch(&path, json!({"catch_all": "discard"})).await;
        assert_eq!(
            (&discarded.json["catch_all"], &discarded.json["catch_all_user"]),
            (&json!("discard"), &Value::Null)
        );
    })
    .await;
}

#[tokio::test]
async fn ap_12_a_domain_that_is_added_twice_with_one_key_is_there_once() {
    on_each_engine(async |app| {
        let acme = app.main_admin("acme").await;
        let program = app.key(&acme.browser, "Billing").await;
        twice(&program, "/domains", &json!({"name": "acme.test"})).await;
        assert_eq!(program.get("/domains").await.json["items"].as_array().map(Vec::len), Some(1));
        let again = program.post("/domains", json!({"name": "acme.test"})).await;
        assert_eq!(
            (again.gist().as_str(), &again.json["field"]),
            ("409 domain_already_exists", &json!("name"))
        );
    })
    .await;
}

#[tokio::test]
async fn hz_01_a_domain_of_another_is_like_none() {
    on_each_engine(async |app| {
        let two = two(&app).await;
        let domain = app.domain(&two.acme, "acme.test").await;
        for (method, rest, body) in [
            (Method::GET, "", Value::Null),
            (Method::PATCH, "", json!({"active": false})),
            (Method::DELETE, "", Value::Null),
            (Method::POST, "/verify", Value::Null),
        ] {
            let (foreign, unknown) = (format!("/domains/{domain}{rest}"), format!("/domains/dom_7zz{rest}"));
            as_if_it_never_was(&two.stranger, method, &foreign, &unknown, body).await;
        }
        assert_eq!(two.stranger.get("/domains").await.json["items"], json!([]));
        assert_eq!(two.program.get(&format!("/domains/{domain}")).await.json["status"], "active");
    })
    .await;
}

#[tokio::test]
async fn ve_03_each_act_on_a_domain_needs_its_own_permission() {
    on_each_engine(async |app| {
        let (acme, domain, _) = one(&app).await;
        let viewer = app.sub_admin(&acme, "viewer").level(Section::Domains, 1).sign_in().await;
        let viewer = app.key(&viewer, "Reader").await;
        let path = format!("/domains/{domain}");
        assert_eq!(viewer.get(&path).await.status, 200);
        assert_lacks(&viewer.post("/domains", json!({"name": "x.test"})).await, "domain.add");
        assert_lacks(&viewer.patch(&path, json!({"active": false})).await, "domain.update");
        assert_lacks(&viewer.post(&format!("{path}/verify"), Value::Null).await, "domain.update");
        assert_lacks(&viewer.delete(&path).await, "domain.remove");
        let users = app.sub_admin(&acme, "users").level(Section::Users, 1).sign_in().await;
        let users = app.key(&users, "Reader").await;
        assert_lacks(&users.get("/domains").await, "domain.view");
        assert_lacks(&users.get(&path).await, "domain.view");
    })
    .await;
}

#[tokio::test]
async fn ap_10_what_a_domain_does_not_have_is_refused() {
    on_each_engine(async |app| {
        let (_, domain, program) = one(&app).await;
        let path = format!("/domains/{domain}");
        for (method, path, body) in [
            (Method::POST, "/domains", json!({"name": "x.test", "tenant_id": "ten_1"})),
            (Method::POST, "/domains", json!({"name": 7})),
            (Method::POST, "/domains", json!({})),
            (Method::POST, "/domains", json!(["x.test"])),
            (Method::PATCH, &path, json!({"status": "active"})),
            (Method::PATCH, &path, json!({"active": "yes"})),
            (Method::PATCH, &path, json!({"catch_all": "all"})),
            (Method::PATCH, &path, json!({"dkim_private_key_path": "/etc/passwd"})),
        ] {
            let refused = program.send(method, path, Some(body.clone()), &[]).await;
            assert_eq!(refused.gist(), "400 json_invalid", "{body}");
        }
        for query in ["?limit=0", "?limit=x", "?tenant=ten_1", "?after=%00", "?q=a&q=b"] {
            let refused = program.get(&format!("/domains{query}")).await;
            assert_eq!(refused.gist(), "400 query_invalid", "{query}");
        }
        assert_eq!(program.get(&path).await.json["status"], "active");
    })
    .await;
}
