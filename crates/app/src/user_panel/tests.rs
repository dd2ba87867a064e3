//! The panel as a mailbox's user sees it.

use crate::testkit::{PASSWORD, TestApp, on_each_engine};

#[tokio::test]
async fn a_user_is_told_the_servers_and_their_own_address_and_nothing_else() {
    on_each_engine(async |app: TestApp| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme-mail.test").await;
        let ann = app.mailbox(domain, "ann").await;
        app.mailbox(domain, "bob").await;
        assert_eq!(ann.browser.get("/panel").await.gist(), "303 /sign-in?next=%2Fpanel");
        app.sign_in(&ann.browser, &ann.address, PASSWORD).await;
        assert_eq!(ann.browser.get("/").await.gist(), "303 /panel");
        let seen = ann.browser.get("/panel").await;
        assert_eq!(seen.status, 200);
        for told in [
            "ann@acme-mail.test",
            "mail.provider.example",
            "993",
            "995",
            "not measured yet, of 1 GB",
            "465",
            "587",
            "STARTTLS",
            "Thunderbird",
            "Outlook",
        ] {
            assert!(seen.says(told), "{told}: {}", seen.words());
        }
        for other in ["bob@", "Account History", "Users", "Domains", "Storage", "admin"] {
            assert!(!seen.says(other), "{other}: {}", seen.words());
        }
    })
    .await;
}
