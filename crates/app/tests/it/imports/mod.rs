//! Imports as people and programs begin them, and as the worker carries them out.

mod bounds;
mod going_on;
mod paths;
mod programs;

use axum::body::Body;
use axum::http::{HeaderValue, Method};
use bailiwick_app::Portal;
use bailiwick_app::imports::Imports;
use bailiwick_app::testkit::{Admin, Browser, PASSWORD, Seen, TestApp, on_each_engine};
use bailiwick_base::authz::Section;
use bailiwick_base::words::{DomainId, ImportId};

const USERS: &str = "address,name,quota_gb,recovery_address,password,one_time,status";

/// Sends a file as the page's form does.
async fn send(browser: &Browser, kind: &str, file: impl Into<Vec<u8>>) -> Seen {
    let page = browser.get("/imports").await;
    let token = page.between("name=\"csrf\" value=\"", "\"").unwrap_or_default().to_owned();
    let head = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"people.csv\"\r\nContent-Type: text/csv\r\n\r\n"
    );
    let body = [head.into_bytes(), file.into(), b"\r\n--edge--\r\n".to_vec()].concat();
    let form = [("content-type", "multipart/form-data; boundary=edge")];
    browser.send(Method::POST, "/imports/new", Body::from(body), &form).await
}

/// The import a file became.
async fn sent(browser: &Browser, kind: &str, file: impl Into<Vec<u8>>) -> ImportId {
    let seen = send(browser, kind, file).await;
    assert_eq!(seen.status, 303, "{}", seen.words());
    seen.location.rsplit('/').next().unwrap_or_default().parse().expect("an import's id")
}

/// Works until nothing is left to do.
async fn work(app: &TestApp) {
    let imports = Imports::new(app.core().clone());
    while imports.work().await.expect("the worker works") {}
}

/// A file that is sent and checked.
async fn checked(app: &TestApp, browser: &Browser, kind: &str, file: impl Into<Vec<u8>>) -> ImportId {
    let id = sent(browser, kind, file).await;
    work(app).await;
    id
}

async fn post(browser: &Browser, id: ImportId, verb: &str) -> Seen {
    let path = format!("/imports/{id}");
    browser.get(&path).await;
    browser.post(&format!("{path}/{verb}"), &[]).await
}

/// How far an import has come, past all pages.
async fn told(app: &TestApp, id: ImportId) -> String {
    let all = app
        .texts(
            "SELECT CAST(id AS TEXT) || ' ' || trim(state || ' ' || error_code) || ': ' || rows_good || ' good, ' || rows_wrong || \
             ' wrong, ' || rows_done || ' done, ' || rows_failed || ' failed' FROM imports",
        )
        .await;
    let number = format!("{} ", id.0);
    all.iter().find_map(|told| told.strip_prefix(&number)).expect("it is there").to_owned()
}

/// What is wrong with each row, past all pages: `3 user_already_exists address`.
async fn errors(app: &TestApp, id: ImportId) -> Vec<String> {
    let all = app
        .texts(
            "SELECT CAST(import_id AS TEXT) || ' ' || trim(CAST(number AS TEXT) || ' ' || error_code || ' ' || error_field) \
             FROM import_rows WHERE error_code <> '' ORDER BY import_id, number",
        )
        .await;
    let number = format!("{} ", id.0);
    all.iter().filter_map(|told| told.strip_prefix(&number)).map(str::to_owned).collect()
}

async fn count(app: &TestApp, statement: &'static str) -> i64 {
    app.number(statement).await
}

/// A tenant with room for many users.
async fn acme(app: &TestApp) -> (Admin, DomainId) {
    let admin = app.main_admin("acme").await;
    let domain = app.domain(&admin, "acme.test").await;
    app.meddle("UPDATE licences SET licensed = 20000 WHERE licensed > 0").await;
    app.meddle("UPDATE tenants SET max_storage = 100000000000000").await;
    (admin, domain)
}

/// A file of so many users who are invited.
fn many(count: usize) -> String {
    let row =
        |number: usize| format!("user{number}@acme.test,User {number},1,user{number}@outside.example,,,\n");
    format!("{USERS}\n{}", (0..count).map(row).collect::<String>())
}

#[tokio::test]
async fn a_file_is_checked_first_and_carried_out_when_its_sender_says_so() {
    on_each_engine(async |app: TestApp| {
        let (admin, _) = acme(&app).await;
        let file = format!(
            "{USERS}\nann@acme.test,Ann,2,ann@outside.example,,,\nBob@ACME.test,Bob,1,,vexing quilt mango,,\n\
             ann@acme.test,Again,1,x@outside.example,,,\ncarl@other.test,Carl,1,c@outside.example,,,\n\
             dora@acme.test,Dora,1,,,,\neve@acme.test,Eve,1,e@outside.example,password123,,\n\
             fred@acme.test,Fred,1,,vexing quilt mango,no,disabled\n"
        );
        let id = sent(&admin.browser, "users", file).await;
        assert_eq!(told(&app, id).await, "checking: 0 good, 0 wrong, 0 done, 0 failed");
        work(&app).await;
        assert_eq!(told(&app, id).await, "checked: 3 good, 4 wrong, 0 done, 0 failed");
        let wrong = [
            "4 import_row_twice address",
            "5 domain_unknown address",
            "6 password_or_invite recovery_address",
            "7 password_too_common password",
        ];
        assert_eq!(errors(&app, id).await, wrong);
        assert_eq!(count(&app, "SELECT count(*) FROM mailboxes").await, 0, "nothing is changed yet");
        let page = admin.browser.get(&format!("/imports/{id}")).await;
        assert!(page.says("3 rows can be imported"), "{}", page.words());
        assert!(page.says("One user gets an invitation"), "{}", page.words());
        assert_eq!(count(&app, "SELECT count(*) FROM import_rows WHERE sealed IS NOT NULL").await, 2);

        assert_eq!(post(&admin.browser, id, "start").await.gist(), format!("303 /imports/{id}"));
        let bar = admin.browser.get(&format!("/imports/{id}/progress")).await;
        assert!(bar.body.contains("hx-get") && bar.says("0 of 3"), "{}", bar.body);
        work(&app).await;
        assert_eq!(told(&app, id).await, "done: 3 good, 4 wrong, 3 done, 0 failed");
        assert_eq!(count(&app, "SELECT count(*) FROM import_rows WHERE sealed IS NOT NULL").await, 0);
        let refreshed = admin.browser.get(&format!("/imports/{id}/progress")).await;
        assert_eq!(refreshed.headers.get("hx-refresh").map(HeaderValue::as_bytes), Some(&b"true"[..]));
        let history = app.history().await;
        let tail: Vec<&str> = history.iter().rev().take(7).rev().map(String::as_str).collect();
        assert_eq!(
            tail,
            [
                "acme import.upload people.csv",
                "acme import.start people.csv",
                "acme mailbox.add ann@acme.test",
                "acme mailbox.add bob@acme.test",
                "acme mailbox.add fred@acme.test",
                "acme mailbox.disable fred@acme.test",
                "acme import.carry_out people.csv",
            ]
        );
        let invited: Vec<String> = app.letters().await.into_iter().skip(1).map(|(to, _, _)| to).collect();
        assert_eq!(invited, ["ann@outside.example"]);
        assert_eq!(count(&app, "SELECT users_used FROM domains").await, 3);
        assert_eq!(count(&app, "SELECT storage_used FROM tenants").await, 4_000_000_000);
        assert_eq!(count(&app, "SELECT CAST(sum(used) AS BIGINT) FROM licences").await, 3);
        assert_eq!(count(&app, "SELECT count(*) FROM mailboxes WHERE status = 'disabled'").await, 1);
        let bob = app.browser(Portal::Mail);
        app.sign_in(&bob, "bob@acme.test", "vexing quilt mango").await;
        assert_eq!(bob.get("/panel").await.gist(), "303 /password", "it must be changed first");
    })
    .await;
}

#[tokio::test]
async fn aliases_are_imported_alike() {
    on_each_engine(async |app: TestApp| {
        let (admin, domain) = acme(&app).await;
        app.mailbox(domain, "ann").await;
        let file = "targets;address\nann@acme.test x@outside.example;sales@acme.test\nnobody@acme.test;info@acme.test\n\
                    info@acme.test;info@acme.test\nann@acme.test;ann@acme.test\n";
        let id = checked(&app, &admin.browser, "aliases", file).await;
        assert_eq!(
            errors(&app, id).await,
            ["3 alias_target_missing targets", "4 import_row_twice address", "5 user_already_exists address"]
        );
        post(&admin.browser, id, "start").await;
        work(&app).await;
        assert_eq!(told(&app, id).await, "done: 1 good, 3 wrong, 1 done, 0 failed");
        assert_eq!(count(&app, "SELECT aliases_used FROM domains").await, 1);
        let exported = admin.browser.get("/aliases.csv").await;
        assert_eq!(
            exported.body,
            "\"address\",\"targets\"\r\n\"sales@acme.test\",\"ann@acme.test x@outside.example\"\r\n"
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_exported_can_be_imported_and_computes_nothing() {
    on_each_engine(async |app: TestApp| {
        let (admin, domain) = acme(&app).await;
        let file = format!("{USERS}\nann@acme.test,'=cmd|' /C calc'!A0,0.5,ann@outside.example,,,\nbob@acme.test,' ＝1+1,1,b@outside.example,,,disabled\n");
        let id = checked(&app, &admin.browser, "users", file).await;
        post(&admin.browser, id, "start").await;
        work(&app).await;
        let exported = admin.browser.get("/mailboxes.csv").await;
        let lines: Vec<&str> = exported.body.lines().collect();
        assert_eq!(lines.len(), 3, "{}", exported.body);
        assert!(lines[1].starts_with("\"ann@acme.test\",\"'=cmd|' /C calc'!A0\",\"0.5\","), "{}", lines[1]);
        assert!(lines[1].contains("\"ann@outside.example\"") && lines[1].ends_with("\"active\""), "{}", lines[1]);
        assert!(lines[2].contains("＝1+1") && lines[2].ends_with("\"disabled\""), "{}", lines[2]);
        let other = app.main_admin("other").await;
        app.domain(&other, "other.test").await;
        let copy = exported.body.replace("@acme.test", "@other.test");
        let id = checked(&app, &other.browser, "users", copy).await;
        assert_eq!(told(&app, id).await, "checked: 2 good, 0 wrong, 0 done, 0 failed", "{:?}", errors(&app, id).await);
        post(&other.browser, id, "start").await;
        work(&app).await;
        let again = other.browser.get("/mailboxes.csv").await;
        assert_eq!(again.body.replace("@other.test", "@acme.test"), exported.body);
        // Where recovery links go is for whoever may change it.
        let viewer = app.sub_admin(&admin, "viewer").level(Section::Users, 1).of(domain).sign_in().await;
        let seen = viewer.get("/mailboxes.csv?q=ann").await;
        assert_eq!(seen.body.lines().count(), 2, "what the filter shows: {}", seen.body);
        assert!(!seen.body.contains("ann@outside.example"), "{}", seen.body);
    })
    .await;
}
