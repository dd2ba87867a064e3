//! The first pages as people see them.

use bailiwick_base::words::Storage;

use crate::tenants::{Licences, Limits, NewTenant, Tenants};
use crate::testkit::{TestApp, on_each_engine};

#[tokio::test]
async fn an_admin_is_told_which_domains_wait_and_what_is_nearly_used() {
    on_each_engine(async |app: TestApp| {
        let ann = app.main_admin("acme").await;
        let bob = app.main_admin("zebra").await;
        assert!(!ann.browser.get("/").await.says("waiting for its proof"));
        assert_eq!(ann.browser.fill("/domains/new", &[("domain", "acme-mail.test")]).await.status, 303);
        let seen = ann.browser.get("/").await;
        assert!(seen.says("acme-mail.test is waiting for its proof"), "{}", seen.words());
        assert!(seen.says("found by 2026-01-02 00:00:00 (UTC)"), "{}", seen.words());
        assert!(!bob.browser.get("/").await.says("acme-mail.test"), "that is another's");

        let domain = app.domain(&bob, "zebra-mail.test").await;
        for number in 0..9 {
            app.mailbox(domain, &format!("user{number}")).await;
        }
        assert!(
            !bob.browser.get("/").await.says("users are in use"),
            "nine of ten are not more than nine tenths"
        );
        app.mailbox(domain, "last").await;
        let seen = bob.browser.get("/").await;
        assert!(seen.says("10 of 10 users are in use"), "{}", seen.words());
        assert!(seen.body.contains("https://billing.provider.example/"));
    })
    .await;
}

#[tokio::test]
async fn staff_sees_how_many_tenants_there_are_and_the_history_of_all() {
    on_each_engine(async |app: TestApp| {
        let tenants = Tenants::new(app.core().clone());
        for name in ["acme", "beta", "zebra"] {
            let new = NewTenant {
                name: name.parse().expect("a name"),
                limits: Limits { users: Licences::OfFirst(1), storage: Storage::gb(1), domains: 1 },
                admin_name: format!("admin-{name}"),
                admin_full_name: "Ann".parse().expect("a name"),
                admin_address: "ann@outside.example".parse().expect("an address"),
            };
            let tenant = tenants.create(&app.operator(), &new).await.expect("a tenant");
            if name == "zebra" {
                let reason = "unpaid".parse().expect("a line");
                tenants.suspend(&app.operator(), tenant.id, &reason).await.expect("suspended");
            }
        }
        let seen = app.staff().await.get("/").await;
        assert!(seen.says("Active tenants 2"), "{}", seen.words());
        assert!(seen.says("Suspended tenants 1"), "{}", seen.words());
        assert!(
            seen.says("Added the tenant acme") && seen.says("Suspended the tenant zebra"),
            "{}",
            seen.words()
        );
    })
    .await;
}
