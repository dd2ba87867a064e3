//! What an import may be at most.

use bytes::Bytes;
use http_body_util::channel::Channel;

use super::*;

/// Sends a file that goes on and on: its beginning, and so many pieces.
async fn send_endless(browser: &Browser, beginning: &str, piece: Bytes, pieces: usize) -> Seen {
    let page = browser.get("/imports/new?kind=users").await;
    let token = page.between("name=\"csrf\" value=\"", "\"").unwrap_or_default().to_owned();
    let head = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nusers\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"long.csv\"\r\n\r\n{beginning}"
    );
    let (mut sender, body) = Channel::<Bytes, std::io::Error>::new(2);
    tokio::spawn(async move {
        let mut sent = sender.send_data(Bytes::from(head)).await.is_ok();
        for _ in 0..pieces {
            sent = sent && sender.send_data(piece.clone()).await.is_ok();
        }
        let _ = sender.send_data(Bytes::from_static(b"\r\n--edge--\r\n")).await;
    });
    let form = [("content-type", "multipart/form-data; boundary=edge")];
    browser.send(Method::POST, "/imports/new", Body::new(body), &form).await
}

#[tokio::test]
async fn rx_10_files_that_are_too_much_are_refused_in_words_and_leave_nothing() {
    on_each_engine(async |app: TestApp| {
        let (admin, _) = acme(&app).await;
        let wide = format!("a@acme.test,{},1,,,,\n", "A".repeat(4_980));
        let megabyte = |text: &str| Bytes::from(text.repeat(1_000_000 / text.len()));
        let large = send_endless(&admin.browser, &format!("{USERS}\n"), megabyte(&wide), 200).await;
        assert!(large.status == 422 && large.says("This file is too large"), "{}", large.words());
        let one_line = send_endless(&admin.browser, &format!("{USERS}\n"), megabyte("x"), 100).await;
        assert!(one_line.status == 422 && one_line.says("This file is too large"), "{}", one_line.words());
        let rows = send_endless(&admin.browser, &format!("{USERS}\n"), megabyte(",,,x,,,\n"), 9).await;
        assert!(rows.status == 422 && rows.says("This file has too many rows"), "{}", rows.words());
        let utf16 = send(&admin.browser, "users", b"\xFF\xFEa\0d\0".to_vec()).await;
        assert!(utf16.status == 422 && utf16.says("This is not text in UTF-8"), "{}", utf16.words());
        let empty = send(&admin.browser, "users", "").await;
        assert!(empty.status == 422 && empty.says("There is nothing to import"), "{}", empty.words());
        assert_eq!(count(&app, "SELECT count(*) FROM imports").await, 0);
        assert_eq!(count(&app, "SELECT count(*) FROM import_rows").await, 0);
    })
    .await;
}

#[tokio::test]
async fn rx_10_what_is_wrong_with_a_row_is_said_of_that_row() {
    on_each_engine(async |app: TestApp| {
        let (admin, _) = acme(&app).await;
        let long = "x".repeat(100_000);
        let file = [
            format!("\u{FEFF}{USERS}\n").into_bytes(),
            b"a\xFF@acme.test,A,1,a@outside.example,,,\n".to_vec(),
            b"b\0@acme.test,B,1,b@outside.example,,,\n".to_vec(),
            format!("{long},C,1,c@outside.example,,,\n").into_bytes(),
            b"d@acme.test,D\n".to_vec(),
            b"e@acme.test,E,1,e@outside.example,,,\n".to_vec(),
        ]
        .concat();
        let id = checked(&app, &admin.browser, "users", file).await;
        let wrong = ["2 import_not_text", "3 import_not_text", "4 import_row_too_long", "5 import_row_cells"];
        assert_eq!(errors(&app, id).await, wrong);
        assert_eq!(told(&app, id).await, "checked: 1 good, 4 wrong, 0 done, 0 failed");
        let page = admin.browser.get(&format!("/imports/{id}?rows=errors")).await;
        assert!(page.says("This row has 2 cells, and the first row 7"), "{}", page.words());
        assert!(!page.says("e@acme.test"), "only errors");
        let errors = admin.browser.get(&format!("/imports/{id}/errors.csv")).await;
        assert_eq!(errors.body.lines().count(), 5, "{}", errors.body);
    })
    .await;
}

#[tokio::test]
async fn a_tenant_has_few_imports_that_are_not_at_their_end() {
    on_each_engine(async |app: TestApp| {
        let (admin, _) = acme(&app).await;
        let first = sent(&admin.browser, "users", many(1)).await;
        for _ in 1..5 {
            sent(&admin.browser, "users", many(1)).await;
        }
        let refused = send(&admin.browser, "users", many(1)).await;
        assert!(
            refused.status == 409 && refused.says("5 imports that are not finished"),
            "{}",
            refused.words()
        );
        work(&app).await;
        assert_eq!(post(&admin.browser, first, "remove").await.status, 303);
        assert_eq!(send(&admin.browser, "users", many(1)).await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn invitations_are_bounded_by_the_day_and_by_the_address() {
    on_each_engine(async |app: TestApp| {
        let (admin, _) = acme(&app).await;
        let row = |number: usize| format!("u{number}@acme.test,U,1,same@outside.example,,,\n");
        let file = format!("{USERS}\n{}", (0..32).map(row).collect::<String>());
        let id = checked(&app, &admin.browser, "users", file).await;
        post(&admin.browser, id, "start").await;
        work(&app).await;
        assert_eq!(told(&app, id).await, "done: 32 good, 0 wrong, 30 done, 2 failed");
        assert_eq!(errors(&app, id).await, ["32 too_many_mails", "33 too_many_mails"]);
        assert_eq!(count(&app, "SELECT CAST(sum(used) AS BIGINT) FROM licences").await, 30);
        app.meddle("UPDATE imports SET invitations = 25000").await;
        let id = checked(&app, &admin.browser, "users", many(1)).await;
        let refused = post(&admin.browser, id, "start").await;
        assert!(refused.status == 409 && refused.says("So many invitations"), "{}", refused.words());
        app.wait(std::time::Duration::from_hours(25));
        app.sign_in(&admin.browser, "acme", PASSWORD).await;
        assert_eq!(post(&admin.browser, id, "start").await.status, 303);
    })
    .await;
}
