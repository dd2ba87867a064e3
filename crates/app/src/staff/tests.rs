//! Owners and the provider's people, on the pages.

use std::time::Duration;

use crate::settings::Portal;
use crate::testkit::{Browser, PASSWORD, Seen, TestApp, on_each_engine, path_of};

/// Adds somebody through the page; where the browser is led.
async fn add(owner: &Browser, name: &str, role: &str, until: &str) -> Seen {
    let email = format!("{name}@outside.example");
    let fields = [
        ("username", name),
        ("full_name", name),
        ("email", &email),
        ("role", role),
        ("until", until),
        ("note", "hired in January"),
    ];
    owner.fill("/staff/new", &fields).await
}

/// The page of somebody who was added.
fn page_of(added: &Seen) -> String {
    assert_eq!(added.status, 303, "{}", added.words());
    added.location.split('?').next().unwrap_or_default().to_owned()
}

/// Somebody who was added, has chosen a password and signed in: the page about them and their browser.
async fn colleague(app: &TestApp, owner: &Browser, name: &str, role: &str, until: &str) -> (String, Browser) {
    let page = page_of(&add(owner, name, role, until).await);
    let browser = app.browser(Portal::Staff);
    let link = app.last_link_to(&format!("{name}@outside.example")).await;
    let set = browser.fill(&path_of(&link), &[("new", PASSWORD), ("repeated", PASSWORD)]).await;
    assert_eq!(set.status, 303, "{}", set.words());
    app.sign_in(&browser, name, PASSWORD).await;
    (page, browser)
}

/// Sends the form of somebody, as the page has it now, with another role and end.
async fn change(owner: &Browser, page: &str, role: &str, until: &str) -> Seen {
    let shown = owner.get(page).await;
    let version = shown.between("name=\"version\" value=\"", "\"").unwrap_or("1").to_owned();
    owner.post(page, &[("role", role), ("until", until), ("note", "changed"), ("version", &version)]).await
}

#[tokio::test]
async fn an_owner_adds_somebody_who_comes_in_by_invitation_and_may_what_the_role_says() {
    on_each_engine(async |app| {
        let owner = app.staff().await;
        let (page, sam) = colleague(&app, &owner, "sam", "staff_support", "").await;
        assert_eq!(sam.get("/tenants").await.status, 200);
        assert_eq!(sam.get("/tenants/new").await.status, 403);
        assert_eq!(sam.get("/staff").await.status, 403, "the staff is the owners' affair");
        assert_eq!(sam.post("/staff/new", &[]).await.status, 403);
        assert!(!sam.get("/").await.body.contains("href=\"/staff\""));

        assert_eq!(change(&owner, &page, "staff_manager", "").await.status, 303);
        assert_eq!(sam.get("/tenants/new").await.status, 200, "a role holds from the next request on");
        assert_eq!(change(&owner, &page, "staff_auditor", "").await.status, 303);
        assert_eq!(sam.get("/tenants/new").await.status, 403);

        app.core().flush_telemetry().await.expect("written");
        let list = owner.get("/staff").await;
        assert!(list.says("sam Auditor Active"), "{}", list.words());
        assert!(list.says("owner Owner Active"), "{}", list.words());
        assert!(owner.get("/staff?q=SAM").await.says("sam"));
        assert!(owner.get("/staff?q=nobody").await.says("Nothing found"));
        let history = app.history().await;
        for told in ["owner staff.add sam", "owner staff.update sam"] {
            assert!(history.contains(&told.to_owned()), "{told}: {history:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_about_staff_takes_nothing_that_does_not_fit() {
    on_each_engine(async |app| {
        let owner = app.staff().await;
        let admin = app.main_admin("acme").await;
        app.domain(&admin, "acme.test").await;
        let hosted = [
            ("username", "sam"),
            ("full_name", "Sam"),
            ("email", "sam@acme.test"),
            ("role", "staff_support"),
            ("until", ""),
            ("note", ""),
        ];
        let refused = owner.fill("/staff/new", &hosted).await;
        assert_eq!(refused.status, 422);
        assert!(refused.says("This address cannot be used for recovery"), "{}", refused.words());
        for role in ["main_admin", "operator", "system", "root", ""] {
            assert_eq!(add(&owner, "sam", role, "").await.status, 400, "{role}");
        }
        assert!(add(&owner, "sam", "staff_support", "2025-12-31").await.says("This day is over"));
        assert!(add(&owner, "sam", "staff_support", "tomorrow").await.says("This is not a date"));
        assert!(add(&owner, "owner", "staff_support", "").await.says("This username is taken"));
        let page = page_of(&add(&owner, "sam", "staff_support", "").await);
        let stale = [("role", "staff_auditor"), ("until", ""), ("note", ""), ("version", "7")];
        assert_eq!(owner.fill(&page, &stale).await.status, 412);
    })
    .await;
}

#[tokio::test]
async fn access_with_an_end_is_over_at_the_end_of_that_day() {
    on_each_engine(async |app| {
        let owner = app.staff().await;
        let (page, sam) = colleague(&app, &owner, "sam", "staff_support", "2026-01-01").await;
        assert!(owner.get(&page).await.body.contains("value=\"2026-01-01\""));
        app.wait(Duration::from_hours(11));
        app.sign_in(&sam, "sam", PASSWORD).await;
        assert_eq!(sam.get("/tenants").await.status, 200);
        app.wait(Duration::from_hours(13));
        app.sign_in(&sam, "sam", PASSWORD).await;
        assert_eq!(sam.get("/tenants").await.status, 403, "nothing is left but one's own login");
        app.sign_in(&owner, "owner", PASSWORD).await;
        assert!(owner.get("/staff").await.says("Access ended"));
    })
    .await;
}

#[tokio::test]
async fn k15_whoever_is_disabled_or_removed_is_out_at_once_with_what_was_begun_from_there() {
    on_each_engine(async |app| {
        let owner = app.staff().await;
        let admin = app.main_admin("acme").await;
        let (page, sam) = colleague(&app, &owner, "sam", "staff_support", "").await;
        let path = format!("/tenants/{}/sign-in-as", admin.tenant);
        let acting = async || {
            let shown = sam.get(&path).await;
            let login = shown.between("<option value=\"", "\"").expect("a login").to_owned();
            let to = path_of(&sam.post(&path, &[("login", &login), ("reason", "help")]).await.location);
            let browser = app.browser(Portal::Admin);
            browser.get(&to).await;
            let entered = browser.post("/act", &[("token", to.trim_start_matches("/act/"))]).await;
            assert_eq!(entered.gist(), "303 /");
            assert_eq!(browser.get("/").await.status, 200);
            browser
        };

        let as_admin = acting().await;
        owner.get(&page).await;
        assert_eq!(owner.post(&format!("{page}/disable"), &[]).await.status, 303);
        assert_eq!(sam.get("/").await.status, 303);
        assert_eq!(as_admin.get("/").await.status, 303);
        let closed = sam.fill("/sign-in", &[("username", "sam"), ("password", PASSWORD)]).await;
        assert_eq!(closed.status, 403);
        owner.get(&page).await;
        assert_eq!(owner.post(&format!("{page}/enable"), &[]).await.status, 303);
        app.sign_in(&sam, "sam", PASSWORD).await;

        let as_admin = acting().await;
        let wrong = owner.fill(&format!("{page}/remove"), &[("confirm", "pam")]).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(as_admin.get("/").await.status, 200);
        assert_eq!(owner.fill(&format!("{page}/remove"), &[("confirm", "sam")]).await.status, 303);
        assert_eq!(sam.get("/").await.status, 303);
        assert_eq!(as_admin.get("/").await.status, 303);
        assert_eq!(owner.get(&page).await.status, 404);
        let history = app.history().await;
        for told in ["owner staff.disable sam", "owner staff.enable sam", "owner staff.remove sam"] {
            assert!(history.contains(&told.to_owned()), "{told}: {history:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_sent_again_until_it_is_followed() {
    on_each_engine(async |app| {
        let owner = app.staff().await;
        let page = page_of(&add(&owner, "sam", "staff_support", "").await);
        let first = app.last_link_to("sam@outside.example").await;
        owner.get(&page).await;
        assert_eq!(owner.post(&format!("{page}/invite"), &[]).await.status, 303);
        let second = app.last_link_to("sam@outside.example").await;
        let sam = app.browser(Portal::Staff);
        let fields = [("new", PASSWORD), ("repeated", PASSWORD)];
        assert_eq!(sam.fill(&path_of(&first), &fields).await.status, 404, "the newer one kills it");

        owner.get(&page).await;
        assert_eq!(owner.post(&format!("{page}/disable"), &[]).await.status, 303);
        assert_eq!(sam.fill(&path_of(&second), &fields).await.status, 404, "and so does closing the way in");
        owner.get(&page).await;
        assert_eq!(owner.post(&format!("{page}/enable"), &[]).await.status, 303);
        let third = app.last_link_to("sam@outside.example").await;
        assert_eq!(sam.fill(&path_of(&third), &fields).await.status, 303);
        app.sign_in(&sam, "sam", PASSWORD).await;
        owner.get(&page).await;
        assert_eq!(owner.post(&format!("{page}/invite"), &[]).await.status, 412);
    })
    .await;
}

#[tokio::test]
async fn nobody_changes_their_own_access() {
    on_each_engine(async |app| {
        let owner = app.staff().await;
        let (_, _) = colleague(&app, &owner, "ada", "staff_owner", "").await;
        let list = owner.get("/staff?q=owner").await;
        let page = list.between("href=\"/staff/log_", "\"").expect("a link").to_owned();
        let page = format!("/staff/log_{page}");
        assert!(owner.get(&page).await.says("This is you"));
        assert_eq!(change(&owner, &page, "staff_owner", "2030-01-01").await.status, 403);
        for act in ["disable", "enable", "invite"] {
            owner.get(&page).await;
            assert_eq!(owner.post(&format!("{page}/{act}"), &[]).await.status, 403, "{act}");
        }
        assert_eq!(owner.fill(&format!("{page}/remove"), &[("confirm", "owner")]).await.status, 403);
        assert_eq!(owner.get("/staff").await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn k27_an_owner_who_can_always_sign_in_remains() {
    on_each_engine(async |app| {
        let owner = app.staff().await;
        let (_, eva) = colleague(&app, &owner, "eva", "staff_owner", "2026-06-30").await;
        let invited = page_of(&add(&owner, "ida", "staff_owner", "").await);
        let list = eva.get("/staff?q=owner").await;
        let page = format!("/staff/log_{}", list.between("href=\"/staff/log_", "\"").expect("a link"));
        let is_kept = |seen: Seen| {
            assert_eq!(seen.status, 409, "{}", seen.words());
            assert!(seen.says("This is the last owner"), "{}", seen.words());
        };
        is_kept(change(&eva, &page, "staff_manager", "").await);
        is_kept(change(&eva, &page, "staff_owner", "2026-06-30").await);
        eva.get(&page).await;
        is_kept(eva.post(&format!("{page}/disable"), &[]).await);
        is_kept(eva.fill(&format!("{page}/remove"), &[("confirm", "owner")]).await);

        let ida = app.browser(Portal::Staff);
        let link = path_of(&app.last_link_to("ida@outside.example").await);
        assert_eq!(ida.fill(&link, &[("new", PASSWORD), ("repeated", PASSWORD)]).await.status, 303);
        assert_eq!(change(&eva, &page, "staff_manager", "").await.status, 303, "now there is another");
        is_kept(change(&eva, &invited, "staff_support", "").await);
        assert_eq!(owner.get("/staff").await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn k27_of_two_owners_who_take_each_others_power_at_once_one_remains() {
    on_each_engine(async |app| {
        let owner = app.staff().await;
        let (of_ada, ada) = colleague(&app, &owner, "ada", "staff_owner", "").await;
        let list = ada.get("/staff?q=owner").await;
        let of_owner = format!("/staff/log_{}", list.between("href=\"/staff/log_", "\"").expect("a link"));
        for _ in 0..5 {
            let (first, second) = tokio::join!(
                change(&owner, &of_ada, "staff_auditor", ""),
                change(&ada, &of_owner, "staff_auditor", "")
            );
            let done = [&first, &second].into_iter().filter(|seen| seen.status == 303).count();
            assert_eq!(done, 1, "{} {}", first.words(), second.words());
            app.meddle("UPDATE grants SET role = 'staff_owner' WHERE role = 'staff_auditor'").await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_somebody_gave_is_listed_and_stays_when_they_go() {
    on_each_engine(async |app| {
        let owner = app.staff().await;
        let (leaver, olga) = colleague(&app, &owner, "olga", "staff_owner", "").await;
        let (_, sam) = colleague(&app, &olga, "sam", "staff_support", "").await;
        for page in [leaver.clone(), format!("{leaver}/remove")] {
            let shown = owner.get(&page).await;
            assert!(
                shown.says("Access this person gave") && shown.says("sam · Support"),
                "{}",
                shown.words()
            );
        }
        assert_eq!(owner.fill(&format!("{leaver}/remove"), &[("confirm", "olga")]).await.status, 303);
        assert_eq!(sam.get("/tenants").await.status, 200);
    })
    .await;
}
