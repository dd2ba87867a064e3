//! Resting addresses.

use axum::http::Method;
use bailiwick_app::testkit::on_each_engine;
use bailiwick_base::authz::Section;
use serde_json::{Value, json};

use super::{as_if_it_never_was, assert_lacks, done_to, two};

#[tokio::test]
async fn an_address_that_rests_is_listed_and_released_by_the_main_admin_alone() {
    on_each_engine(async |app| {
        let two = two(&app).await;
        let domain = app.domain(&two.acme, "acme.test").await;
        let new = json!({"address": "sales@acme.test", "targets": ["ann@elsewhere.example"]});
        let alias = two.program.post("/aliases", new.clone()).await.id();
        assert_eq!(two.program.delete(&format!("/aliases/{alias}")).await.status, 204);
        let again = two.program.post("/aliases", new.clone()).await;
        assert_eq!((again.gist().as_str(), &again.json["field"]), ("409 address_resting", &json!("address")));

        let listed = two.program.get("/resting-addresses").await;
        let resting = listed.json["items"][0].clone();
        assert_eq!(
            listed.json["items"],
            json!([{
                "id": resting["id"],
                "address": "sales@acme.test",
                "domain_id": domain.to_string(),
                "rests_until": "2026-01-31T00:00:00.000Z",
            }])
        );
        let id = resting["id"].as_str().expect("an id");
        let (path, unknown) =
            (format!("/resting-addresses/{id}/release"), "/resting-addresses/adr_7zz/release");
        let helper = app.sub_admin(&two.acme, "helper").level(Section::Aliases, 4).sign_in().await;
        let helper = app.key(&helper, "Helper").await;
        assert_eq!(helper.get("/resting-addresses").await.json, listed.json);
        assert_lacks(&helper.post(&path, Value::Null).await, "address.release");
        as_if_it_never_was(&two.stranger, Method::POST, &path, unknown, Value::Null).await;
        assert_eq!(two.stranger.get("/resting-addresses").await.json["items"], json!([]));

        assert_eq!(two.program.post(&path, Value::Null).await.status, 204);
        assert_eq!(two.program.post(&path, Value::Null).await.gist(), "404 no_such_thing");
        assert_eq!(two.program.get("/resting-addresses").await.json["items"], json!([]));
        assert_eq!(done_to(&two.program, id).await, ["address.release with Billing"]);
        assert_eq!(two.program.post("/aliases", new).await.status, 201);
    })
    .await;
}
