//! An import refuses what the form refuses, and nobody reaches another's.

use bailiwick_base::authz::Permission;

use super::*;

#[tokio::test]
async fn ve_04_an_import_refuses_what_the_form_refuses() {
    on_each_engine(async |app: TestApp| {
        let (admin, domain) = acme(&app).await;
        app.domain(&admin, "second.test").await;
        let viewer = app.sub_admin(&admin, "viewer").level(Section::Users, 1).sign_in().await;
        for path in
            ["/imports", "/imports/new?kind=users", "/imports/template.csv?kind=users", "/imports/imp_7zz"]
        {
            assert_eq!(viewer.get(path).await.status, 403, "{path}");
        }
        assert_eq!(send(&viewer, "users", many(1)).await.status, 403);

        let adder = app.sub_admin(&admin, "adder").level(Section::Users, 2).of(domain).sign_in().await;
        assert_eq!(adder.get("/imports/new?kind=aliases").await.status, 403);
        assert_eq!(send(&adder, "aliases", "address,targets\na@acme.test,b@x.test\n").await.status, 403);
        let file = format!(
            "{USERS}\na@acme.test,A,1,a@outside.example,,,\nb@second.test,B,1,b@outside.example,,,\n\
             c@acme.test,C,1,,vexing quilt mango,no,\nd@acme.test,D,1,d@outside.example,,,disabled\n"
        );
        let id = checked(&app, &adder, "users", file).await;
        let refused = ["3 domain_unknown address", "4 not_permitted", "5 not_permitted"];
        assert_eq!(errors(&app, id).await, refused);
        let form = |domain: &str, local: &str| {
            vec![
                ("domain", domain.to_owned()),
                ("username", local.to_owned()),
                ("name", "N".to_owned()),
                ("quota", "1".to_owned()),
                ("how", "password".to_owned()),
                ("recovery", String::new()),
                ("password", "vexing quilt mango".to_owned()),
            ]
        };
        let by_hand = form("second.test", "b");
        let by_hand: Vec<(&str, &str)> =
            by_hand.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let seen = adder.fill("/mailboxes/new", &by_hand).await;
        assert!(matches!(seen.status, 404 | 422), "{}", seen.words());
        let by_hand = form(&domain.to_string(), "c");
        let by_hand: Vec<(&str, &str)> =
            by_hand.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(adder.fill("/mailboxes/new", &by_hand).await.status, 403, "a password that stays");
        assert_eq!(post(&adder, id, "start").await.status, 303);
        work(&app).await;
        assert_eq!(told(&app, id).await, "done: 1 good, 3 wrong, 1 done, 0 failed");
    })
    .await;
}

#[tokio::test]
async fn ve_23_no_column_sets_what_only_the_provider_sets() {
    on_each_engine(async |app: TestApp| {
        let (admin, _) = acme(&app).await;
        for column in ["unlimited", "licensed", "tenant_id", "id", "password_hash"] {
            let file = format!("address,name,quota_gb,{column}\na@acme.test,A,1,1\n");
            let seen = send(&admin.browser, "users", file).await;
            assert_eq!(seen.status, 422, "{column}: {}", seen.words());
            assert!(seen.says("There is no column called"), "{}", seen.words());
        }
        assert_eq!(count(&app, "SELECT count(*) FROM imports").await, 0, "nothing is left of a refused file");
    })
    .await;
}

#[tokio::test]
async fn an_address_that_would_take_over_somebody_above_is_refused_by_row() {
    on_each_engine(async |app: TestApp| {
        let (admin, domain) = acme(&app).await;
        app.sub_admin(&admin, "boss")
            .field("email", "boss@acme.test")
            .permissions(&[Permission::MailboxView])
            .add()
            .await;
        let adder = app.sub_admin(&admin, "adder").level(Section::Users, 2).of(domain).sign_in().await;
        let file = format!(
            "{USERS}\nboss@acme.test,B,1,b@outside.example,,,\nann@acme.test,A,1,a@outside.example,,,\n"
        );
        let id = checked(&app, &adder, "users", file).await;
        assert_eq!(errors(&app, id).await, ["2 outranked"]);
    })
    .await;
}

#[tokio::test]
async fn hz_01_nobody_sees_or_touches_the_import_of_another() {
    on_each_engine(async |app: TestApp| {
        let (admin, domain) = acme(&app).await;
        let id = checked(&app, &admin.browser, "users", many(1)).await;
        let adder = app.sub_admin(&admin, "adder").level(Section::Users, 2).of(domain).sign_in().await;
        let other = app.main_admin("other").await;
        for browser in [&adder, &other.browser] {
            for path in [
                format!("/imports/{id}"),
                format!("/imports/{id}/progress"),
                format!("/imports/{id}/errors.csv"),
            ] {
                assert_eq!(browser.get(&path).await.status, 404, "{path}");
            }
            for verb in ["start", "cancel", "remove"] {
                browser.get("/").await;
                assert_eq!(browser.post(&format!("/imports/{id}/{verb}"), &[]).await.status, 404, "{verb}");
            }
            assert!(!browser.get("/imports").await.says("people.csv"));
        }
        assert_eq!(told(&app, id).await, "checked: 1 good, 0 wrong, 0 done, 0 failed");
        assert_eq!(post(&admin.browser, id, "remove").await.gist(), "303 /imports?done=import-removed");
        assert_eq!(count(&app, "SELECT count(*) FROM import_rows").await, 0);
    })
    .await;
}

#[tokio::test]
async fn wx_04_a_file_without_the_token_of_its_page_is_refused() {
    on_each_engine(async |app: TestApp| {
        let (admin, _) = acme(&app).await;
        let body = "--edge\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nusers\r\n\
                    --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\naddress,name,quota_gb\r\n\
                    --edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nx\r\n--edge--\r\n";
        let form = [("content-type", "multipart/form-data; boundary=edge")];
        let seen = admin.browser.send(Method::POST, "/imports/new", Body::from(body), &form).await;
        assert_eq!(seen.status, 403, "{}", seen.words());
        assert_eq!(count(&app, "SELECT count(*) FROM imports").await, 0);
    })
    .await;
}
