//! Numbers as a collector reads them.

use crate::metrics::Watch;
use crate::settings::Portal;
use crate::testkit::{PASSWORD, on_each_engine};

/// The value of the line that begins so.
fn value(text: &str, series: &str) -> Option<i64> {
    text.lines().find_map(|line| line.strip_prefix(series)?.trim().parse().ok())
}

#[tokio::test]
async fn requests_sign_ins_and_what_waits_are_told_by_route_and_word_and_never_by_person() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let user = app.mailbox(domain, "ann").await;
        let page = admin.browser.get(&format!("/mailboxes/{}", user.id)).await;
        assert_eq!(page.status, 200, "{}", page.words());
        let wrong = app.browser(Portal::Admin);
        wrong.fill("/sign-in", &[("username", "acme"), ("password", "not this one at all")]).await;
        assert_eq!(wrong.get("/nothing/here").await.status, 404);
        let text = Watch::new(app.core().clone()).text().await.expect("the numbers");

        let told = |series: &str| value(&text, series).unwrap_or_else(|| panic!("{series} in\n{text}"));
        let route =
            r#"bailiwick_requests_total{portal="admin",method="GET",route="/mailboxes/{id}",status="200"}"#;
        assert_eq!(told(route), 1);
        let nothing = r#"bailiwick_requests_total{portal="admin",method="GET",route="none",status="404"}"#;
        assert_eq!(told(nothing), 1);
        let took = r#"bailiwick_request_duration_seconds_count{portal="admin",route="/mailboxes/{id}"}"#;
        assert_eq!(told(took), 1);
        assert_eq!(told(r#"bailiwick_sign_ins_total{way="web",realm="admin",result="wrong"}"#), 1);
        assert!(told(r#"bailiwick_sign_ins_total{way="web",realm="admin",result="ok"}"#) >= 1);
        assert_eq!(told("bailiwick_requests_in_flight"), 0);
        assert_eq!(told("bailiwick_database_up"), 1);
        assert!(told(r#"bailiwick_jobs{kind="send_mail",state="queued"}"#) >= 1);
        assert!(told("bailiwick_history_unsealed") > 0, "nothing seals in this test");
        assert!(told("bailiwick_process_resident_memory_bytes") > 1_000_000);
        assert!(text.contains("bailiwick_build_info{version=\""), "{text}");
        assert!(text.ends_with("# EOF\n"));
        for person in
            ["acme", "ann", &user.id.to_string(), &user.address, PASSWORD, "127.0.0.1", "outside.example"]
        {
            assert!(!text.contains(person), "{person} in\n{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn ve_25_no_portal_serves_the_numbers() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let staff = app.staff().await;
        for browser in [&admin.browser, &staff, &app.browser(Portal::Mail)] {
            assert_eq!(browser.get("/metrics").await.status, 404);
        }
    })
    .await;
}

#[tokio::test]
async fn a_method_nobody_knows_makes_no_series_of_its_own() {
    on_each_engine(async |app| {
        let metrics = app.core().metrics();
        for method in ["BREW", "WHEN", "GET"] {
            let method = axum::http::Method::from_bytes(method.as_bytes()).expect("a method");
            metrics.request().answered("admin", &method, "/", 405);
        }
        let text = Watch::new(app.core().clone()).text().await.expect("the numbers");
        let series = r#"bailiwick_requests_total{portal="admin",method="other",route="/",status="405"}"#;
        assert_eq!(value(&text, series), Some(2), "{text}");
    })
    .await;
}

#[tokio::test]
async fn a_question_that_is_given_up_counts_as_one_that_took_too_long() {
    on_each_engine(async |app| {
        drop(app.core().metrics().asked("policy"));
        let text = Watch::new(app.core().clone()).text().await.expect("the numbers");
        let series = r#"bailiwick_mail_answers_total{question="policy",result="timeout"}"#;
        assert_eq!(value(&text, series), Some(1), "{text}");
    })
    .await;
}
