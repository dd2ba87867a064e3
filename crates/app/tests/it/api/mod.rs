//! The operations of the API as programs see them, slice by slice.

mod access;
mod addresses;
mod aliases;
mod domains;
mod history;
mod usage;

use axum::http::Method;
use bailiwick_app::testkit::{Admin, Program, Spoken, TestApp};
use bailiwick_base::words::DomainId;
use serde_json::Value;

/// Two customers, each with a program of its main Admin's.
struct Two {
    acme: Admin,
    program: Program,
    other: Admin,
    stranger: Program,
}

async fn two(app: &TestApp) -> Two {
    let (acme, other) = (app.main_admin("acme").await, app.main_admin("other").await);
    let program = app.key(&acme.browser, "Billing").await;
    let stranger = app.key(&other.browser, "Billing").await;
    Two { acme, program, other, stranger }
}

/// A customer with a verified domain, and a program of its main Admin's.
async fn one(app: &TestApp) -> (Admin, DomainId, Program) {
    let acme = app.main_admin("acme").await;
    let domain = app.domain(&acme, "acme.test").await;
    let program = app.key(&acme.browser, "Billing").await;
    (acme, domain, program)
}

/// The answer without what differs from request to request.
fn body_of(answer: &Spoken) -> String {
    answer.text.replace(answer.json["request"].as_str().unwrap_or("-"), "…")
}

/// What is another's is answered like what there never was, byte for byte (HZ-01).
async fn as_if_it_never_was(program: &Program, method: Method, foreign: &str, unknown: &str, body: Value) {
    let foreign_answer = program.send(method.clone(), foreign, Some(body.clone()), &[]).await;
    let unknown_answer = program.send(method.clone(), unknown, Some(body), &[]).await;
    assert_eq!(foreign_answer.gist(), "404 no_such_thing", "{method} {foreign}");
    assert_eq!(unknown_answer.gist(), "404 no_such_thing", "{method} {unknown}");
    assert_eq!(body_of(&foreign_answer), body_of(&unknown_answer), "{method} {foreign}");
}

/// Refused for want of this permission, with the reason.
fn assert_lacks(answer: &Spoken, permission: &str) {
    assert_eq!(answer.gist(), "403 not_permitted", "{}", answer.text);
    assert_eq!(answer.json["explanation"]["needs"], permission, "{}", answer.text);
    assert_eq!(answer.json["explanation"]["why"], "not_included", "{}", answer.text);
}

/// Sent twice with one key, a request is answered the same twice; the first answer.
async fn twice(program: &Program, path: &str, body: &Value) -> Spoken {
    let headers = [("idempotency-key", "order-1027")];
    let first = program.send(Method::POST, path, Some(body.clone()), &headers).await;
    let again = program.send(Method::POST, path, Some(body.clone()), &headers).await;
    assert_eq!((first.status, &first.text), (again.status, &again.text), "{path}");
    for header in ["location", "etag"] {
        assert_eq!(first.header(header), again.header(header), "{path}");
    }
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    first
}

/// What was done to an object, newest first: `action with key`.
async fn done_to(program: &Program, object: &str) -> Vec<String> {
    let listed = program.get(&format!("/history?object={object}")).await;
    assert_eq!(listed.status, 200, "{}", listed.text);
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let entries = listed.json["items"].as_array().expect("a list").iter();
    entries.map(|entry| format!("{} with {}", text(&entry["action"]), text(&entry["key"]))).collect()
}
