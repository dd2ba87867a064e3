//! Types of users on staff's pages.

use bailiwick_base::words::MailboxTypeId;

use crate::testkit::{Browser, Seen, on_each_engine};

async fn add(staff: &Browser, name: &str, quota: &str) -> Seen {
    staff.fill("/user-types/new", &[("name", name), ("quota", quota), ("position", "2")]).await
}

/// The page of a type that was added.
fn page_of(added: &Seen) -> String {
    assert_eq!(added.status, 303, "{}", added.words());
    added.location.split('?').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn staff_adds_changes_withdraws_and_offers_a_type() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let page = page_of(&add(&staff, "Enhanced", "").await);
        let list = staff.get("/user-types").await;
        assert!(list.says("Standard") && list.says("Enhanced"), "{}", list.words());

        let fields = |version: &'static str| {
            [("name", "Enhanced Plus"), ("quota", "50"), ("position", "3"), ("version", version)]
        };
        assert_eq!(staff.fill(&page, &fields("1")).await.status, 303);
        let stale = staff.fill(&page, &fields("1")).await;
        assert_eq!(stale.status, 412, "the form was filled from an older version");
        assert!(staff.get("/user-types").await.says("Enhanced Plus Offered 50 GB"));

        staff.get(&page).await;
        assert_eq!(staff.post(&format!("{page}/withdraw"), &[]).await.status, 303);
        assert!(staff.get(&page).await.says("Withdrawn"));
        assert!(!staff.get("/tenants/new").await.says("Enhanced Plus"), "no new tenant gets it");
        assert_eq!(staff.post(&format!("{page}/offer"), &[]).await.status, 303);
        assert!(staff.get("/tenants/new").await.says("Enhanced Plus"));
        let history = app.history().await;
        for told in [
            "owner mailbox_type.add Enhanced",
            "owner mailbox_type.update Enhanced",
            "owner mailbox_type.withdraw Enhanced Plus",
            "owner mailbox_type.offer Enhanced Plus",
        ] {
            assert!(history.contains(&told.to_owned()), "{told}: {history:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_type_has_a_name_of_its_own_whatever_the_case() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        for (name, quota, status) in [
            ("STANDARD", "", 409),
            (" standard ", "", 409),
            ("", "", 422),
            ("Large", "0", 422),
            ("Large", "many", 422),
            ("Large", "0.5", 303),
            (&"x".repeat(41), "", 422),
        ] {
            let added = add(&staff, name, quota).await;
            assert_eq!(added.status, status, "{name} {quota}: {}", added.words());
        }
    })
    .await;
}

#[tokio::test]
async fn licences_of_a_withdrawn_type_are_kept_or_lowered_and_never_raised() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        app.domain(&admin, "acme.test").await;
        let standard = MailboxTypeId(1).to_string();
        staff.get(&format!("/user-types/{standard}")).await;
        assert_eq!(staff.post(&format!("/user-types/{standard}/withdraw"), &[]).await.status, 303);
        let path = format!("/tenants/{}", admin.tenant);
        let save = async |number: &str| {
            let page = staff.get(&path).await;
            assert!(page.says("Withdrawn: can be kept or lowered."), "{}", page.words());
            let version = page.between("name=\"version\" value=\"", "\"").expect("a version").to_owned();
            let fields = [
                ("name", "acme"),
                ("types", standard.as_str()),
                ("licences", number),
                ("storage", "100"),
                ("domains", "5"),
                ("version", version.as_str()),
            ];
            staff.post(&path, &fields).await
        };
        let raised = save("11").await;
        assert_eq!(raised.status, 422);
        assert!(raised.says("Standard is no longer offered."), "{}", raised.words());
        assert_eq!(save("10").await.status, 303);
        assert_eq!(save("4").await.status, 303);
        assert_eq!(save("10").await.status, 422, "what was given up is gone");
        assert!(admin.browser.get("/mailboxes/new").await.says("Standard (4 of 4 left)"), "it is still used");
    })
    .await;
}

#[tokio::test]
async fn whoever_only_looks_after_tenants_sees_the_types_and_changes_none() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        app.meddle("UPDATE grants SET role = 'staff_support' WHERE role = 'staff_owner'").await;
        let page = format!("/user-types/{}", MailboxTypeId(1));
        assert!(staff.get("/user-types").await.says("Standard"));
        let shown = staff.get(&page).await;
        assert!(shown.status == 200 && !shown.says("Withdraw user type"), "{}", shown.words());
        assert_eq!(add(&staff, "Mine", "").await.status, 403);
        for path in [page.clone(), format!("{page}/withdraw"), format!("{page}/offer")] {
            assert_eq!(staff.post(&path, &[]).await.status, 403, "{path}");
        }
    })
    .await;
}
