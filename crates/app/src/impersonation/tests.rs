//! Acting as an Admin, from the staff pages to the Admin Panel and back.

use std::time::Duration;

use bailiwick_base::db::{Query, sql};

use super::Impersonations;
use crate::settings::Portal;
use crate::testkit::{Admin, Browser, PASSWORD, Seen, TestApp, on_each_engine, path_of};

/// The staff page on which it begins, and the address it leads to.
async fn hand_over(staff: &Browser, admin: &Admin, reason: &str) -> Seen {
    let path = format!("/tenants/{}/sign-in-as", admin.tenant);
    let page = staff.get(&path).await;
    let login = page.between("<option value=\"", "\"").expect("a login to choose").to_owned();
    staff.post(&path, &[("login", &login), ("reason", reason)]).await
}

/// Brings a token to the Admin Panel, as its page does.
async fn bring(browser: &Browser, address: &str) -> Seen {
    let path = path_of(address);
    if !browser.get(&path).await.body.contains("name=\"csrf\"") {
        browser.get("/sign-in").await; // a thief's own form will do
    }
    browser.post("/act", &[("token", path.trim_start_matches("/act/"))]).await
}

/// A browser at the Admin Panel in which staff acts as the main Admin.
async fn acting(app: &TestApp, staff: &Browser, admin: &Admin) -> Browser {
    let handed_over = hand_over(staff, admin, "request 17").await;
    assert_eq!(handed_over.status, 303, "{}", handed_over.words());
    let browser = app.browser(Portal::Admin);
    assert_eq!(bring(&browser, &handed_over.location).await.gist(), "303 /");
    assert_eq!(browser.get("/").await.status, 200);
    browser
}

/// `action actor real reason`, oldest first.
async fn both_names(app: &TestApp) -> Vec<String> {
    let mut tx = app.core().db().read(&app.operator()).await.expect("a transaction");
    let rows: Vec<(String, String)> = tx
        .all(sql("SELECT e.action, d.detail FROM audit_events e JOIN audit_details d ON d.event_id = e.id \
             WHERE e.action LIKE 'impersonation.%' OR e.action = 'tenant.impersonate' OR e.real_login_id IS NOT NULL ORDER BY e.id"))
        .await
        .expect("the history is read");
    rows.into_iter()
        .map(|(action, detail)| {
            let detail: serde_json::Value = serde_json::from_str(&detail).expect("a detail");
            let word = |name: &str| detail[name].as_str().unwrap_or("-").to_owned();
            format!("{action} {} {} {}", word("actor"), word("real"), word("reason"))
        })
        .collect()
}

fn is_out(seen: &Seen) -> bool {
    seen.status == 303 && seen.location.starts_with("/sign-in")
}

#[tokio::test]
async fn staff_acts_as_a_main_admin_and_everything_names_both() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let handed_over = hand_over(&staff, &admin, "request 17").await;
        assert_eq!(handed_over.status, 303, "{}", handed_over.words());
        assert!(
            handed_over.location.starts_with("http://admin.localhost:8080/act/"),
            "{}",
            handed_over.location
        );

        let browser = app.browser(Portal::Admin);
        let page = browser.get(&path_of(&handed_over.location)).await;
        assert!(page.says("Admin of acme") && page.says("request 17"), "{}", page.words());
        assert!(page.body.contains("data-handover"), "the page goes on by itself where it can");
        assert!(!browser.cookies().contains_key("__Host-bw-admin"), "opening the page changes nothing");
        assert_eq!(bring(&browser, &handed_over.location).await.gist(), "303 /");

        let home = browser.get("/").await;
        assert!(home.says("owner (you), acting as Admin of acme of acme"), "{}", home.words());
        assert!(home.says("Reason: request 17 · 30 minutes left Leave"), "{}", home.words());
        app.wait(Duration::from_secs(61));
        assert!(browser.get("/domains").await.says("29 minutes left"), "the bar stands on every page");
        assert_eq!(browser.fill("/domains/new", &[("domain", "acme.test")]).await.status, 303);

        let left = browser.post("/leave", &[]).await;
        assert_eq!(
            left.gist(),
            format!("303 http://staff.localhost:8080/tenants/{}?done=acting-left", admin.tenant)
        );
        assert!(
            staff.get(&format!("/tenants/{}?done=acting-left", admin.tenant)).await.says("yourself again")
        );
        assert_eq!(
            both_names(&app).await,
            [
                "tenant.impersonate owner - request 17",
                "impersonation.begin acme owner request 17",
                "domain.add acme owner request 17",
                "impersonation.leave acme owner request 17",
            ]
        );
        assert_eq!(admin.browser.get("/").await.status, 200, "the Admin's own session is left alone");
    })
    .await;
}

#[tokio::test]
async fn se_14_after_leaving_the_session_that_was_acted_with_is_dead() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let browser = acting(&app, &staff, &admin).await;
        let thief = browser.copy();
        assert_eq!(thief.get("/").await.status, 200);
        assert_eq!(browser.post("/leave", &[]).await.status, 303);
        assert!(!browser.cookies().contains_key("__Host-bw-admin"));
        assert!(is_out(&thief.get("/").await), "the old cookie is worth nothing");
        assert!(is_out(&thief.post("/leave", &[]).await));
        assert_eq!(staff.get("/").await.status, 200);
        admin.browser.get("/").await;
        assert_eq!(
            admin.browser.post("/leave", &[]).await.status,
            404,
            "whoever is oneself has nothing to leave"
        );
    })
    .await;
}

#[tokio::test]
async fn dg_39_a_reason_is_demanded_and_the_limit_stands_whatever_is_done() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        for reason in ["", "   "] {
            let refused = hand_over(&staff, &admin, reason).await;
            assert_eq!(refused.status, 422, "{}", refused.words());
            assert!(refused.says("This must be filled in"), "{}", refused.words());
        }
        assert_eq!(hand_over(&staff, &admin, &"x".repeat(201)).await.status, 422);
        assert_eq!(hand_over(&staff, &admin, "a\u{202E}b").await.status, 422);
        assert!(both_names(&app).await.is_empty());

        let browser = acting(&app, &staff, &admin).await;
        for _ in 0..5 {
            app.wait(Duration::from_mins(5));
            assert_eq!(browser.get("/").await.status, 200);
        }
        app.wait(Duration::from_secs(5 * 60 - 1));
        let last = browser.get("/").await;
        assert!(last.says("one minute left"), "{}", last.words());
        app.wait(Duration::from_secs(1));
        assert!(is_out(&browser.get("/").await));

        let impersonations = Impersonations::new(app.core().clone());
        assert_eq!(impersonations.end_over().await.expect("it is ended"), 1);
        assert_eq!(impersonations.end_over().await.expect("nothing is left"), 0);
        assert_eq!(
            both_names(&app).await.last().expect("an event"),
            "impersonation.time_out end impersonations - -"
        );
        app.sign_in(&staff, "owner", PASSWORD).await;
        let history = staff.get("/").await;
        assert!(history.says("The time of acting as acme was over"), "{}", history.words());
    })
    .await;
}

#[tokio::test]
async fn a_token_is_good_once_and_for_half_a_minute() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let used = hand_over(&staff, &admin, "request 17").await.location;
        let first = app.browser(Portal::Admin);
        assert_eq!(bring(&first, &used).await.gist(), "303 /");
        let second = app.browser(Portal::Admin);
        assert!(second.get(&path_of(&used)).await.says("This way in is closed"));
        assert_eq!(bring(&second, &used).await.status, 404);
        assert!(is_out(&second.get("/").await));

        let slow = hand_over(&staff, &admin, "request 17").await.location;
        app.wait(Duration::from_secs(29));
        assert!(second.get(&path_of(&slow)).await.says("You are about to act as somebody else"));
        app.wait(Duration::from_secs(1));
        assert_eq!(bring(&second, &slow).await.status, 404);

        let older = hand_over(&staff, &admin, "request 17").await.location;
        let newer = hand_over(&staff, &admin, "request 18").await.location;
        assert_eq!(bring(&second, &older).await.status, 404, "a newer one kills it");
        assert_eq!(bring(&second, &newer).await.gist(), "303 /");
        assert!(is_out(&first.get("/").await), "one session acts as one other at a time");

        let token = path_of(&hand_over(&staff, &admin, "request 19").await.location);
        let as_link = token.replace("/act/", "/link/");
        let misused = second.fill(&as_link, &[("new", PASSWORD), ("repeated", PASSWORD)]).await;
        assert_eq!(misused.status, 404, "it sets no password");
    })
    .await;
}

#[tokio::test]
async fn k15_acting_ends_with_the_session_and_the_rights_it_came_from() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let browser = acting(&app, &staff, &admin).await;
        let waiting = hand_over(&staff, &admin, "request 18").await.location;

        app.meddle("UPDATE grants SET role = 'staff_auditor' WHERE role = 'staff_owner'").await;
        assert!(is_out(&browser.get("/").await), "who may not act any more is out at the next request");
        assert_eq!(bring(&app.browser(Portal::Admin), &waiting).await.status, 404, "nor comes in");
        app.meddle("UPDATE grants SET role = 'staff_owner' WHERE role = 'staff_auditor'").await;
        assert_eq!(browser.get("/").await.status, 200);

        let waiting = hand_over(&staff, &admin, "request 19").await.location;
        staff.get("/").await;
        assert_eq!(staff.post("/sign-out", &[]).await.status, 303);
        assert!(is_out(&browser.get("/").await), "it ends with the session it came from");
        assert_eq!(bring(&app.browser(Portal::Admin), &waiting).await.status, 404);
        let impersonations = Impersonations::new(app.core().clone());
        assert_eq!(impersonations.end_over().await.expect("it is ended"), 1);
        assert_eq!(
            both_names(&app).await.last().expect("an event"),
            "impersonation.close end impersonations - -"
        );

        app.sign_in(&staff, "owner", PASSWORD).await;
        let browser = acting(&app, &staff, &admin).await;
        let path = format!("/tenants/{}", admin.tenant);
        staff.get(&path).await;
        assert_eq!(staff.post(&format!("{path}/suspend"), &[("reason", "unpaid")]).await.status, 303);
        assert!(is_out(&browser.get("/").await));
        let refused = hand_over(&staff, &admin, "request 20").await;
        assert_eq!(refused.status, 409);
        assert!(refused.says("Nobody can sign in as this Admin"), "{}", refused.words());
    })
    .await;
}

#[tokio::test]
async fn k17_what_is_the_persons_own_is_off_limits_while_acting() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let browser = acting(&app, &staff, &admin).await;
        let fields =
            [("present", PASSWORD), ("new", "another good one 17"), ("repeated", "another good one 17")];
        let refused = browser.fill("/password", &fields).await;
        assert_eq!(refused.status, 403);
        assert!(refused.says("while acting as somebody else"), "{}", refused.words());
        assert!(!browser.get("/").await.body.contains("href=\"/password\""));
        app.sign_in(&app.browser(Portal::Admin), "acme", PASSWORD).await;

        let mut own = Vec::new();
        for _ in 0..20 {
            let session = app.browser(Portal::Admin);
            app.sign_in(&session, "acme", PASSWORD).await;
            own.push(session);
        }
        assert_eq!(browser.get("/").await.status, 200, "the Admin's own sign-ins don't end it");
        let other = acting(&app, &staff, &admin).await;
        assert_eq!(own[0].get("/").await.status, 200, "nor does it end one of theirs");
        assert_eq!(other.get("/").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn hz_01_nobody_acts_as_a_login_through_another_tenant_or_without_the_permission() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let acme = app.main_admin("acme").await;
        let zebra = app.main_admin("zebra").await;
        let page = staff.get(&format!("/tenants/{}/sign-in-as", acme.tenant)).await;
        let login = page.between("<option value=\"", "\"").expect("a login").to_owned();
        let through = format!("/tenants/{}/sign-in-as", zebra.tenant);
        for login in [login.as_str(), "log_7zz", "x", ""] {
            assert_eq!(
                staff.post(&through, &[("login", login), ("reason", "why")]).await.status,
                404,
                "{login}"
            );
        }
        app.meddle("UPDATE grants SET role = 'staff_auditor' WHERE role = 'staff_owner'").await;
        assert_eq!(staff.get(&through).await.status, 403);
        let path = format!("/tenants/{}/sign-in-as", acme.tenant);
        assert_eq!(staff.post(&path, &[("login", &login), ("reason", "why")]).await.status, 403);
        assert!(!staff.get(&format!("/tenants/{}", acme.tenant)).await.body.contains("sign-in-as"));
    })
    .await;
}

#[tokio::test]
async fn a_token_is_good_only_where_it_was_asked_for() {
    on_each_engine(async |app| {
        let (staff, admin) = (app.staff().await, app.main_admin("acme").await);
        let handed_over = hand_over(&staff, &admin, "request 17").await;
        let elsewhere = app.browser(Portal::Admin).elsewhere([203, 0, 113, 9]);
        assert_ne!(bring(&elsewhere, &handed_over.location).await.status, 303);
        let here = app.browser(Portal::Admin);
        assert_eq!(bring(&here, &handed_over.location).await.gist(), "303 /", "and it was not taken");
    })
    .await;
}
