//! The Account History.

use axum::http::Method;
use bailiwick_app::testkit::on_each_engine;
use bailiwick_base::authz::Section;
use serde_json::{Value, json};

use super::{assert_lacks, one, two};

/// What entries say: `who action object`.
fn told(list: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let entry = |entry: &Value| {
        let who = entry["actor"]["name"].as_str().or(entry["actor"]["kind"].as_str()).unwrap_or("-");
        format!("{who} {} {}", text(&entry["action"]), text(&entry["object"]["name"]))
    };
    list["items"].as_array().expect("a list").iter().map(entry).collect()
}

#[tokio::test]
async fn an_entry_tells_who_what_before_after_and_by_which_key() {
    on_each_engine(async |app| {
        let (_, domain, program) = one(&app).await;
        let path = format!("/domains/{domain}");
        assert_eq!(program.patch(&path, json!({"time_zone": "Asia/Tokyo"})).await.status, 200);
        let listed = program.get("/history?limit=1").await;
        let entry = &listed.json["items"][0];
        for (member, value) in [
            ("action", json!("domain.update")),
            ("actor", json!({"kind": "admin", "name": "acme"})),
            ("acting", Value::Null),
            ("key", json!("Billing")),
            ("address", json!("192.0.2.1")),
            ("at", json!("2026-01-01T00:00:00.000Z")),
            ("domain_id", json!(domain.to_string())),
            ("object", json!({"kind": "domain", "id": domain.to_string(), "name": "acme.test"})),
            ("before", json!({"time_zone": "UTC"})),
            ("after", json!({"time_zone": "Asia/Tokyo"})),
            ("reason", Value::Null),
            ("state", json!("told")),
            ("text", json!("Changed the domain acme.test")),
        ] {
            assert_eq!(entry[member], value, "{member}: {entry}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_history_is_narrowed_by_each_filter_and_read_page_by_page() {
    on_each_engine(async |app| {
        let (_, domain, program) = one(&app).await;
        app.mailbox(domain, "ann").await;
        app.wait(std::time::Duration::from_hours(48));
        let new = json!({"address": "sales@acme.test", "targets": ["ann@elsewhere.example"]});
        let alias = program.post("/aliases", new).await.id();
        let ask = async |query: &str| {
            let listed = program.get(&format!("/history?{query}")).await;
            assert_eq!(listed.status, 200, "{query}: {}", listed.text);
            told(&listed.json)
        };
        assert_eq!(ask(&format!("object={alias}")).await, ["acme alias.add sales@acme.test"]);
        assert_eq!(ask("object=ann@acme.test").await, ["provider mailbox.add ann@acme.test"]);
        assert_eq!(ask("action=domain.verify").await, ["acme domain.verify acme.test"]);
        assert_eq!(ask("object_kind=alias").await, ["acme alias.add sales@acme.test"]);
        assert_eq!(ask("by=provider&object_kind=mailbox").await, ["provider mailbox.add ann@acme.test"]);
        assert_eq!(ask("actor=acme&action=alias.add").await, ["acme alias.add sales@acme.test"]);
        assert_eq!(ask("from=2026-01-02T12:00:00Z").await, ["acme alias.add sales@acme.test"]);
        assert_eq!(
            ask("from=2026-01-02T14:00:00%2B02:00&to=2026-01-03T00:00:00Z").await,
            Vec::<String>::new()
        );
        assert_eq!(ask("to=2026-01-02T12:00:00Z&object_kind=alias").await, Vec::<String>::new());
        assert_eq!(ask("actor=nobody").await, Vec::<String>::new());

        let all = ask("limit=200").await;
        let (mut read, mut next) = (Vec::new(), String::new());
        loop {
            let page = program.get(&format!("/history?limit=2{next}")).await;
            read.extend(told(&page.json));
            match page.json["next"].as_str() {
                Some(cursor) => next = format!("&after={cursor}"),
                None => break,
            }
        }
        assert_eq!(read, all);
        for query in [
            "action=coffee.brew",
            "action=history.seal",
            "by=root",
            "object_kind=x'--",
            "from=2026-01-01",
            "to=soon",
            "q=x",
            "limit=201",
            "after=x",
        ] {
            let refused = program.get(&format!("/history?{query}")).await;
            assert_eq!(refused.gist(), "400 query_invalid", "{query}");
        }
        let long = "x".repeat(401);
        assert_eq!(program.get(&format!("/history?actor={long}")).await.gist(), "400 query_invalid");
    })
    .await;
}

#[tokio::test]
async fn a_history_is_its_tenants_own_and_for_whoever_may_see_it() {
    on_each_engine(async |app| {
        let two = two(&app).await;
        let domain = app.domain(&two.acme, "acme.test").await;
        let about = format!("/history?object={domain}");
        assert_eq!(two.stranger.get(&about).await.json["items"], json!([]));
        let users = app.sub_admin(&two.acme, "users").level(Section::Users, 1).sign_in().await;
        let users = app.key(&users, "Reader").await;
        assert_lacks(&users.get(&about).await, "history.view");
        assert_lacks(&users.post("/history/verify", Value::Null).await, "history.view");
        assert_lacks(&users.get("/history/refusals").await, "history.view");
        let staff = app.key(&app.staff().await, "Watch").await;
        let seen = staff.get(&about).await;
        assert_eq!(told(&seen.json), ["acme domain.verify acme.test", "acme domain.add acme.test"]);
        assert_eq!(seen.json["items"][0]["tenant_id"], two.acme.tenant.to_string());
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_is_counted_for_whoever_sees_the_whole_history() {
    on_each_engine(async |app| {
        let two = two(&app).await;
        let domain = app.domain(&two.acme, "acme.test").await;
        let users = app.sub_admin(&two.acme, "users").level(Section::Users, 1).sign_in().await;
        let users = app.key(&users, "Reader").await;
        for _ in 0..3 {
            assert_lacks(&users.delete(&format!("/domains/{domain}")).await, "domain.remove");
        }
        app.core().flush_telemetry().await.expect("it is written");
        let refused = two.program.get("/history/refusals").await;
        assert_eq!(
            refused.json["items"],
            json!([{
                "login": "users",
                "action": "domain.remove",
                "code": "not_permitted",
                "count": 3,
                "last_at": "2026-01-01T00:00:00.000Z",
            }])
        );
        assert_eq!(two.stranger.get("/history/refusals").await.json["items"], json!([]));
        let limited =
            app.sub_admin(&two.acme, "limited").level(Section::History, 1).of(domain).sign_in().await;
        let limited = app.key(&limited, "Reader").await;
        let refused = limited.get("/history/refusals").await;
        assert_eq!(
            (refused.gist().as_str(), &refused.json["explanation"]["why"]),
            ("403 not_permitted", &json!("elsewhere"))
        );
    })
    .await;
}

#[tokio::test]
async fn the_history_is_proven_for_a_program() {
    on_each_engine(async |app| {
        let (acme, _, program) = one(&app).await;
        bailiwick_app::audit::Audit::new(app.core().clone()).seal().await.expect("sealed");
        let proof = program.post("/history/verify", Value::Null).await;
        assert_eq!(proof.status, 200, "{}", proof.text);
        assert_eq!((&proof.json["sound"], &proof.json["complete"]), (&json!(true), &json!(true)));
        assert_eq!(proof.json["heads"][0]["tenant_id"], acme.tenant.to_string());
        assert_eq!(proof.json["heads"][0]["hash"].as_str().map(str::len), Some(64));
        let again = program.send(Method::POST, "/history/verify", None, &[("idempotency-key", "k")]).await;
        assert_eq!(again.json["sound"], json!(true));
    })
    .await;
}
