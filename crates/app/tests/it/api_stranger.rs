//! Every operation of the API is asked for by nobody, by strangers and by those who hold nothing of it (K1, K5, P11, P12).

use axum::http::Method;
use bailiwick_app::Access;
use bailiwick_app::api::{Operation, operations};
use bailiwick_app::testkit::{Program, Spoken, TestApp, on_each_engine};
use bailiwick_base::authz::{Permission, PermissionSet};
use serde_json::{Value, json};

/// A path with ids that name nothing.
fn filled(path: &str) -> String {
    let filled = path
        .replace("/tenants/{id}", "/tenants/ten_7zz")
        .replace("/tasks/{id}", "/tasks/tsk_7zz")
        .replace("/mailboxes/{id}", "/mailboxes/mbx_7zz")
        .replace("/user-types/{id}", "/user-types/typ_7zz")
        .replace("/imports/{id}", "/imports/imp_7zz")
        .replace("/domains/{id}", "/domains/dom_7zz")
        .replace("/aliases/{id}", "/aliases/als_7zz")
        .replace("/resting-addresses/{id}", "/resting-addresses/adr_7zz")
        .replace("/api-keys/{id}", "/api-keys/key_7zz")
        .replace("{login}", "log_7zz")
        .replace("{id}", "log_7zz");
    assert!(!filled.contains('{'), "the stranger test does not know {path}");
    filled
}

/// A body that is good for the operation, made from its description: so that nothing but the right is missing.
fn body(operation: &Operation) -> Option<Value> {
    let document: Value = serde_json::from_str(bailiwick_app::api::description()).expect("JSON");
    let method = operation.method.as_str().to_lowercase();
    let schema =
        &document["paths"][&operation.path][method]["requestBody"]["content"]["application/json"]["schema"];
    (!schema.is_null()).then(|| sample(&document, schema))
}

fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        return sample(document, &document["components"]["schemas"][name]);
    }
    for example in [&schema["example"], &schema["examples"][0], &schema["default"], &schema["enum"][0]] {
        if !example.is_null() {
            return example.clone();
        }
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("object");
    match kind {
        "array" => json!([]),
        "integer" => json!(1),
        "boolean" => json!(false),
        "string" => json!("ann"),
        _ => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            required.map(|name| (name.to_owned(), sample(document, &schema["properties"][name]))).collect()
        }
    }
}

async fn ask(program: &Program, operation: &Operation) -> Spoken {
    program.send(operation.method.clone(), &filled(&operation.path), body(operation), &[]).await
}

fn named(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}

fn needed(access: Access) -> Vec<Permission> {
    match access {
        Access::Holding(permission) => vec![permission],
        Access::HoldingAny(permissions) => permissions.to_vec(),
        Access::Anybody | Access::SignedIn => Vec::new(),
    }
}

#[tokio::test]
async fn ve_01_nobody_gets_anything_from_the_api() {
    on_each_engine(async |app| {
        app.staff().await;
        let stranger = app.stranger();
        for operation in operations() {
            let seen = ask(&stranger, &operation).await;
            assert_eq!(seen.gist(), "401 credentials_missing", "{}", named(&operation));
        }
    })
    .await;
}

/// Those who hold one permission each, and the view of its section that comes with it.
async fn holders(app: &TestApp) -> Vec<(Permission, Program, Vec<String>)> {
    let admin = app.main_admin("acme").await;
    let staff = app.staff().await;
    let mut holders = Vec::new();
    for operation in operations() {
        for permission in needed(operation.access) {
            if holders.iter().any(|(held, _, _)| *held == permission) {
                continue;
            }
            let set = PermissionSet::of(&[permission]);
            let name = format!("only {}", permission.key());
            let whose = if app.can_carry(&admin.browser, permission).await { &admin.browser } else { &staff };
            let program = app.key_with(whose, &name, set).await;
            let me = program.get("/me").await;
            let grants = me.json["may"].as_array().expect("what it may").iter();
            let all = grants.flat_map(|grant| grant["permissions"].as_array().expect("permissions"));
            let all = all.map(|key| key.as_str().unwrap_or_default().to_owned()).collect();
            holders.push((permission, program, all));
        }
    }
    holders
}

#[tokio::test]
async fn ve_01_each_operation_is_open_to_who_holds_what_it_declares_and_to_nobody_else() {
    on_each_engine(async |app| {
        let holders = holders(&app).await;
        for operation in operations() {
            let needed = needed(operation.access);
            if needed.is_empty() {
                continue;
            }
            for (held, program, all) in &holders {
                let seen = ask(program, &operation).await;
                let what = format!("{} by a holder of {}: {}", named(&operation), held.key(), seen.text);
                if needed.iter().any(|one| all.iter().any(|key| key == one.key())) {
                    // The way in is open; what of the thing may be done is decided with it in hand.
                    assert_ne!(seen.status, 401, "{what}");
                    let refused =
                        seen.status == 403 && seen.json["explanation"]["needs"] == json!(held.key());
                    assert!(!refused, "{what}");
                } else {
                    assert_eq!(seen.status, 403, "{what}");
                    assert!(seen.json["explanation"]["needs"].is_string(), "{what}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn hz_02_what_does_not_exist_is_not_found_by_whoever_may_look() {
    on_each_engine(async |app| {
        let staff = app.key(&app.staff().await, "All").await;
        let admin = app.key(&app.main_admin("acme").await.browser, "All").await;
        let with_id = operations().into_iter().filter(|operation| operation.path.contains('{'));
        for operation in with_id {
            let seen = [ask(&staff, &operation).await, ask(&admin, &operation).await];
            let gists: Vec<String> = seen.iter().map(Spoken::gist).collect();
            assert!(
                gists.iter().any(|gist| gist == "404 no_such_thing"),
                "{}: {gists:?} {}",
                named(&operation),
                seen[1].text
            );
            assert!(
                seen.iter().all(|seen| matches!(seen.status, 404 | 403)),
                "{}: {gists:?}",
                named(&operation)
            );
        }
    })
    .await;
}

#[tokio::test]
async fn ap_14_no_answer_tells_what_is_inside() {
    on_each_engine(async |app| {
        let admin = app.key(&app.main_admin("acme").await.browser, "All").await;
        for operation in operations() {
            let path = filled(&operation.path);
            let wrong = json!({"'; DROP TABLE mailboxes; --": 1});
            let verb = operation.method.clone();
            let broken =
                admin.send(verb, &path, Some(wrong).filter(|_| operation.method != Method::GET), &[]).await;
            for word in ["SELECT ", "INSERT ", "sqlx", "/home", "src/", "panicked", ".rs:"] {
                assert!(!broken.text.contains(word), "{}: {}", named(&operation), broken.text);
            }
            if broken.status >= 400 {
                assert_eq!(
                    broken.header("content-type"),
                    "application/problem+json",
                    "{}",
                    named(&operation)
                );
                assert_eq!(broken.json["request"], broken.header("x-request-id"), "{}", named(&operation));
                assert_eq!(broken.json["status"], broken.status, "{}", named(&operation));
            }
        }
    })
    .await;
}
