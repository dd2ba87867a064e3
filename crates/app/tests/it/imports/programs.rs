//! Imports and changes of several mailboxes by programs.

use bailiwick_base::authz::{Permission, PermissionSet};
use serde_json::json;

use super::*;
use bailiwick_app::testkit::Program;

async fn upload(program: &Program, path: &str, file: String) -> bailiwick_app::testkit::Spoken {
    program.send_raw(Method::POST, path, Body::from(file), &[("content-type", "text/csv")]).await
}

#[tokio::test]
async fn a_program_sends_a_file_and_starts_it_with_no_more_than_its_key_has() {
    on_each_engine(async |app: TestApp| {
        let (admin, domain) = acme(&app).await;
        let adds = PermissionSet::of(&[Permission::MailboxView, Permission::MailboxAdd]);
        let robot = app.key_with(&admin.browser, "adds", adds).await;
        let views = PermissionSet::of(&[Permission::MailboxView]);
        let viewer = app.key_with(&admin.browser, "views", views).await;
        assert_eq!(upload(&viewer, "/mailbox-imports", many(1)).await.status, 403);
        assert_eq!(
            upload(&robot, "/alias-imports", "address,targets\na@acme.test,b@x.test\n".into()).await.status,
            403
        );
        let json = robot.post("/mailbox-imports", json!({})).await;
        assert_eq!(json.status, 415, "{}", json.text);

        let file = format!("{}last@acme.test,Last,1,,vexing quilt mango,no,\n", many(2));
        let sent = upload(&robot, "/mailbox-imports?file_name=people.csv", file).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
        let id: ImportId = sent.json["id"].as_str().expect("an id").parse().expect("an import's id");
        work(&app).await;
        assert_eq!(errors(&app, id).await, ["4 not_permitted"], "the key does not carry what its login has");
        let rows = robot.get(&format!("/imports/{id}/rows?only_errors=true")).await;
        assert_eq!(
            (&rows.json["items"][0]["number"], &rows.json["items"][0]["code"]),
            (&json!(4), &json!("not_permitted"))
        );
        assert_eq!(robot.post(&format!("/imports/{id}/start"), json!(null)).await.status, 204);
        app.meddle("UPDATE api_keys SET stopped_at = 1 WHERE name = 'adds'").await;
        work(&app).await;
        assert_eq!(told(&app, id).await, "paused wrong_credentials: 2 good, 1 wrong, 0 done, 0 failed");
        app.meddle("UPDATE api_keys SET stopped_at = NULL WHERE name = 'adds'").await;
        assert_eq!(robot.post(&format!("/imports/{id}/start"), json!(null)).await.status, 204);
        work(&app).await;
        let done = robot.get(&format!("/imports/{id}")).await;
        assert_eq!((&done.json["state"], &done.json["done"]), (&json!("done"), &json!(2)), "{}", done.text);

        let ann = app.mailbox(domain, "ann").await;
        let all = app.key(&admin.browser, "all").await;
        let chosen = json!({"mailboxes": [ann.id]});
        assert_eq!(robot.post("/mailboxes/disable", chosen.clone()).await.status, 403);
        assert_eq!(all.post("/mailboxes/disable", chosen.clone()).await.status, 204);
        assert_eq!(count(&app, "SELECT count(*) FROM mailboxes WHERE status = 'disabled'").await, 1);
        let foreign = json!({"mailboxes": [ann.id, "mbx_7zz"]});
        assert_eq!(all.post("/mailboxes/remove", foreign).await.status, 404);
        let changed = json!({"mailboxes": [ann.id], "quota_bytes": 2_000_000_000_i64});
        assert_eq!(all.post("/mailboxes/change", changed).await.status, 204);
        assert_eq!(all.post("/mailboxes/remove", chosen).await.status, 204);
        assert_eq!(count(&app, "SELECT count(*) FROM mailboxes").await, 2);
    })
    .await;
}
