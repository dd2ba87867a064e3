//! The API over HTTP, as a program meets it.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::testkit::{Program, Spoken, on_each_engine};

/// A program that may do what the main Admin may.
async fn program(app: &crate::testkit::TestApp) -> (crate::testkit::Admin, Program) {
    let admin = app.main_admin("acme").await;
    app.domain(&admin, "acme.test").await;
    let key = app.key(&admin.browser, "Robot").await;
    (admin, key)
}

fn ann() -> Value {
    json!({"address": "ann@acme.test", "name": "Ann", "quota_bytes": 1_000_000_000, "password": "vexing quilt mango"})
}

async fn raw(program: &Program, body: &str) -> Spoken {
    let json = [("content-type", "application/json")];
    program.send_raw(Method::POST, "/mailboxes", Body::from(body.to_owned()), &json).await
}

#[tokio::test]
async fn a_mailbox_is_added_shown_changed_suspended_and_removed() {
    on_each_engine(async |app| {
        let (_, robot) = program(&app).await;
        let added = robot.post("/mailboxes", ann()).await;
        assert_eq!(added.status, 201, "{}", added.text);
        let id = added.id();
        assert_eq!(added.header("location"), format!("/api/v1/mailboxes/{id}"));
        let shown = robot.get(&format!("/mailboxes/{id}")).await;
        assert_eq!(shown.json["address"], "ann@acme.test");
        assert_eq!(shown.json["one_time_password"], true);
        let etag = shown.header("etag").to_owned();
        let name = json!({"name": "Ann Example"});
        let changed = robot
            .send(Method::PATCH, &format!("/mailboxes/{id}"), Some(name.clone()), &[("if-match", &etag)])
            .await;
        assert_eq!((changed.status, &changed.json["name"]), (200, &json!("Ann Example")), "{}", changed.text);
        let stale =
            robot.send(Method::PATCH, &format!("/mailboxes/{id}"), Some(name), &[("if-match", &etag)]).await;
        assert_eq!(stale.gist(), "412 changed_meanwhile");
        assert_eq!(robot.post(&format!("/mailboxes/{id}/disable"), Value::Null).await.status, 204);
        let list = robot.get("/mailboxes?q=ann&status=disabled").await;
        assert_eq!(list.json["items"][0]["id"], json!(id));
        assert_eq!(robot.delete(&format!("/mailboxes/{id}")).await.status, 204);
        assert_eq!(robot.get(&format!("/mailboxes/{id}")).await.gist(), "404 no_such_thing");
    })
    .await;
}

#[tokio::test]
async fn ap_12_a_request_with_a_key_of_its_own_is_carried_out_once() {
    on_each_engine(async |app| {
        let (_, robot) = program(&app).await;
        let once = [("idempotency-key", "order-1027")];
        let first = robot.send(Method::POST, "/mailboxes", Some(ann()), &once).await;
        assert_eq!(first.status, 201);
        for _ in 0..5 {
            let again = robot.send(Method::POST, "/mailboxes", Some(ann()), &once).await;
            assert_eq!((again.status, &again.json), (201, &first.json));
            assert_eq!(again.header("etag"), first.header("etag"));
            assert_eq!(again.header("location"), first.header("location"));
            assert_eq!(again.header("idempotency-replayed"), "true");
        }
        let other = json!({"address": "bob@acme.test", "name": "Bob", "quota_bytes": 1, "password": "vexing quilt mango"});
        let reused = robot.send(Method::POST, "/mailboxes", Some(other), &once).await;
        assert_eq!(reused.gist(), "422 idempotency_key_reused");
        assert_eq!(robot.get("/mailboxes").await.json["items"].as_array().map(Vec::len), Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_refused_uses_up_no_key() {
    on_each_engine(async |app| {
        let (_, robot) = program(&app).await;
        let once = [("idempotency-key", "order-1")];
        let mut wrong = ann();
        wrong["address"] = json!("ann@nowhere.test");
        assert_eq!(
            robot.send(Method::POST, "/mailboxes", Some(wrong.clone()), &once).await.gist(),
            "422 domain_unknown"
        );
        app.domain(&app.main_admin("other").await, "nowhere.test").await;
        assert_eq!(
            robot.send(Method::POST, "/mailboxes", Some(wrong), &once).await.gist(),
            "422 domain_unknown"
        );
        assert_eq!(robot.send(Method::POST, "/mailboxes", Some(ann()), &once).await.status, 201);
    })
    .await;
}

#[tokio::test]
async fn k10_a_secret_is_shown_once_and_not_kept_for_a_second_answer() {
    on_each_engine(async |app| {
        let (_, robot) = program(&app).await;
        let id = robot.post("/mailboxes", ann()).await.id();
        let path = format!("/mailboxes/{id}/one-time-password");
        let once = [("idempotency-key", "reset-1")];
        let first = robot.send(Method::POST, &path, None, &once).await;
        assert!(
            first.json["password"].as_str().is_some_and(|password| password.len() > 10),
            "{}",
            first.text
        );
        let again = robot.send(Method::POST, &path, None, &once).await;
        assert_eq!((again.status, &again.json), (200, &json!({"password": null})));
    })
    .await;
}

#[tokio::test]
async fn many_at_once_with_the_same_key_make_one() {
    on_each_engine(async |app| {
        let (_, robot) = program(&app).await;
        let all = (0..16).map(|_| {
            let robot = robot.clone();
            tokio::spawn(async move {
                robot.send(Method::POST, "/mailboxes", Some(ann()), &[("idempotency-key", "one")]).await
            })
        });
        let mut made = 0;
        for one in all.collect::<Vec<_>>() {
            let answer = one.await.expect("no panic");
            match answer.gist().as_str() {
                "201" => made += 1,
                "409 already_carried_out" => assert_eq!(answer.header("retry-after"), "1"),
                other => panic!("{other}: {}", answer.text),
            }
        }
        assert!(made >= 1);
        assert_eq!(robot.get("/mailboxes").await.json["items"].as_array().map(Vec::len), Some(1));
    })
    .await;
}

#[tokio::test]
async fn ap_10_what_is_no_json_of_the_expected_shape_is_refused() {
    on_each_engine(async |app| {
        let (_, robot) = program(&app).await;
        let good = ann().to_string();
        let with = |from: &str, to: &str| good.replace(from, to);
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        for (what, body) in [
            ("an unknown member", with("\"name\"", "\"tenant_id\":\"ten_1\",\"name\"")),
            ("a member twice", with("\"name\":\"Ann\"", "\"name\":\"Ann\",\"name\":\"Bob\"")),
            ("a wrong type", with("1000000000", "\"1000000000\"")),
            ("no whole number", with("1000000000", "1.5")),
            ("a number without a finite value", with("1000000000", "1e400")),
            ("a lone surrogate", with("\"Ann\"", "\"\\ud800\"")),
            ("something behind", format!("{good} x")),
            ("two values", format!("{good}{good}")),
            ("nesting without end", with("\"Ann\"", &deep)),
            ("nothing", String::new()),
            ("null", "null".to_owned()),
            ("a list", "[]".to_owned()),
            ("a missing member", "{}".to_owned()),
        ] {
            assert_eq!(raw(&robot, &body).await.gist(), "400 json_invalid", "{what}");
        }
        let not_text = robot
            .send_raw(
                Method::POST,
                "/mailboxes",
                Body::from(vec![b'{', 0xff, b'}']),
                &[("content-type", "application/json")],
            )
            .await;
        assert_eq!(not_text.gist(), "400 json_invalid");
        let huge = format!("{{\"name\": \"{}\"}}", "a".repeat(10_000_000));
        assert_eq!(raw(&robot, &huge).await.gist(), "413 too_large");
        assert_eq!(robot.get("/mailboxes").await.json["items"], json!([]), "nothing was made");
        assert_eq!(raw(&robot, &good).await.status, 201, "and the body itself is good");
    })
    .await;
}

#[tokio::test]
async fn ap_17_only_json_is_a_body() {
    on_each_engine(async |app| {
        let (_, robot) = program(&app).await;
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/xml",
            "multipart/form-data; boundary=x",
            "",
        ] {
            let headers: &[(&str, &str)] = if kind.is_empty() { &[] } else { &[("content-type", kind)] };
            let sent =
                robot.send_raw(Method::POST, "/mailboxes", Body::from(ann().to_string()), headers).await;
            assert_eq!(sent.gist(), "415 media_type_unsupported", "{kind}");
        }
        let packed = [("content-type", "application/json"), ("content-encoding", "gzip")];
        let sent = robot.send_raw(Method::POST, "/mailboxes", Body::from(ann().to_string()), &packed).await;
        assert_eq!(sent.gist(), "415 media_type_unsupported");
    })
    .await;
}

#[tokio::test]
async fn ap_18_no_page_of_another_origin_gets_anything() {
    on_each_engine(async |app| {
        let (_, robot) = program(&app).await;
        for origin in [
            "null",
            "https://evil.example",
            "http://api.localhost:8080.evil.example",
            "http://admin.localhost:8080",
        ] {
            let headers = [("origin", origin)];
            let changed = robot.send(Method::POST, "/mailboxes", Some(ann()), &headers).await;
            assert_eq!(changed.gist(), "403 forged_request", "{origin}");
            let asked = [("origin", origin), ("access-control-request-method", "POST")];
            let preflight = robot.send(Method::OPTIONS, "/mailboxes", None, &asked).await;
            assert!(preflight.status >= 400, "{origin}");
            for seen in [changed, preflight, robot.send(Method::GET, "/mailboxes", None, &headers).await] {
                assert_eq!(seen.header("access-control-allow-origin"), "", "{origin}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_answer_says_how_many_requests_are_left() {
    on_each_engine(async |app| {
        let (_, robot) = program(&app).await;
        let first = robot.get("/mailboxes").await;
        assert!(first.header("ratelimit").starts_with("\"requests\";r="), "{:?}", first.headers);
        assert!(first.header("ratelimit-policy").starts_with("\"requests\";q=200;w="));
        let mut refused = None;
        for _ in 0..260 {
            let seen = robot.get("/mailboxes?limit=1").await;
            if seen.status == 429 {
                refused = Some(seen);
                break;
            }
        }
        let refused = refused.expect("the burst is over");
        assert_eq!(refused.gist(), "429 rate_limited");
        assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|wait| wait >= 1));
        assert!(refused.header("ratelimit").contains("r=0"));
    })
    .await;
}

#[tokio::test]
async fn whoever_has_no_credentials_learns_how_to_send_them() {
    on_each_engine(async |app| {
        app.staff().await;
        let stranger = app.stranger();
        let seen = stranger.get("/mailboxes").await;
        assert_eq!(seen.gist(), "401 credentials_missing");
        let challenges: Vec<_> = seen.headers.get_all("www-authenticate").iter().collect();
        assert_eq!(challenges.len(), 2);
        for authorization in
            ["Bearer", "Bearer x", "Bearer bwk_x", "Digest x", "Basic x", "Basic eA==", "Basic Og=="]
        {
            let seen = app.program(authorization).get("/mailboxes").await;
            assert_eq!(seen.status, 401, "{authorization}: {}", seen.text);
        }
        assert_eq!(stranger.get("/no-such-thing").await.gist(), "404 no_such_thing");
        let verb = stranger.send(Method::PUT, "/mailboxes", None, &[]).await;
        assert_eq!(verb.gist(), "405 method_not_allowed");
        assert!(verb.header("allow").contains("POST"));
        assert_eq!(stranger.get("/openapi.json").await.json["openapi"], "3.1.0");
    })
    .await;
}

#[tokio::test]
async fn a_query_is_read_strictly_and_a_made_up_cursor_refused() {
    on_each_engine(async |app| {
        let (_, robot) = program(&app).await;
        for query in [
            "sort=name",
            "limit=0",
            "limit=201",
            "limit=x",
            "limit=1&limit=2",
            "after=rubbish",
            "status=gone",
            "domain_id=7",
        ] {
            assert_eq!(
                robot.get(&format!("/mailboxes?{query}")).await.gist(),
                "400 query_invalid",
                "{query}"
            );
        }
        for name in ["ann", "bob", "cid"] {
            let mut body = ann();
            body["address"] = json!(format!("{name}@acme.test"));
            assert_eq!(robot.post("/mailboxes", body).await.status, 201);
        }
        let first = robot.get("/mailboxes?limit=2").await;
        assert_eq!(first.json["items"].as_array().map(Vec::len), Some(2));
        let next = first.json["next"].as_str().expect("there are more").to_owned();
        let second = robot.get(&format!("/mailboxes?limit=2&after={next}")).await;
        assert_eq!(second.json["items"][0]["address"], "cid@acme.test");
        assert_eq!(second.json["next"], Value::Null);
        let back = second.json["previous"].as_str().expect("there are some before").to_owned();
        let first_again = robot.get(&format!("/mailboxes?limit=2&before={back}")).await;
        assert_eq!(first_again.json["items"], first.json["items"]);
    })
    .await;
}

#[test]
fn the_description_is_whole() {
    let document: Value = serde_json::from_str(super::description()).expect("JSON");
    let mut ids = std::collections::BTreeSet::new();
    let mut count = 0;
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("operations").values() {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{id} twice");
            assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{id} says nothing");
            assert!(operation["tags"][0].is_string(), "{id} belongs nowhere");
            count += 1;
        }
    }
    assert_eq!(count, super::operations().len());
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap_or_default();
        assert!(!document["components"]["schemas"][name].is_null(), "{name} is not described");
    }
}
