//! What is used of what was bought.

use bailiwick_app::testkit::on_each_engine;
use bailiwick_base::authz::Section;
use serde_json::{Value, json};

use super::one;

#[tokio::test]
async fn the_usage_is_told_with_its_limits_to_whoever_works_for_the_whole_tenant() {
    on_each_engine(async |app| {
        let (acme, domain, program) = one(&app).await;
        app.mailbox(domain, "ann").await;
        let usage = program.get("/usage").await;
        assert_eq!(usage.status, 200, "{}", usage.text);
        for (member, value) in [
            ("name", json!("acme")),
            ("users", json!(1)),
            ("storage_used_bytes", json!(1_000_000_000_i64)),
            ("max_storage_bytes", json!(100_000_000_000_i64)),
            ("domains_used", json!(1)),
            ("max_domains", json!(5)),
        ] {
            assert_eq!(usage.json[member], value, "{member}");
        }
        let licence = &usage.json["licences"][0];
        assert_eq!((&licence["licensed"], &licence["used"]), (&json!(10), &json!(1)), "{}", usage.text);

        app.domain(&acme, "other.test").await;
        let limited = app.sub_admin(&acme, "limited").level(Section::Users, 1).of(domain).sign_in().await;
        let part = app.key(&limited, "Reader").await.get("/usage").await;
        for member in ["licences", "max_storage_bytes", "max_domains"] {
            assert_eq!(part.json[member], Value::Null, "{member}: {}", part.text);
        }
        assert_eq!((&part.json["users"], &part.json["domains_used"]), (&json!(1), &json!(1)));

        let staff = app.key(&app.staff().await, "Watch").await;
        assert_eq!(staff.get("/usage").await.gist(), "404 no_such_thing", "staff works for no tenant");
    })
    .await;
}
