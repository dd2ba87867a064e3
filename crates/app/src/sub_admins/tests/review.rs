//! The page between the form and its saving.

use bailiwick_base::authz::Section;

use super::{save, send, send_old};
use crate::testkit::on_each_engine;

#[tokio::test]
async fn what_would_change_is_shown_and_nothing_is_written_before_it_is_confirmed() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let (one, two) = (app.domain(&admin, "one.test").await, app.domain(&admin, "two.test").await);
        for (domain, local) in [(one, "a"), (one, "b"), (two, "c")] {
            app.mailbox(domain, local).await;
        }
        let id = app
            .sub_admin(&admin, "ann")
            .level(Section::Users, 2)
            .level(Section::Aliases, 1)
            .of(one)
            .add()
            .await;
        let before = app.history().await;
        let form = app
            .sub_admin(&admin, "ann")
            .level(Section::Users, 3)
            .of(two)
            .until("2026-06-30")
            .field("note", "Covers for Bob")
            .from("192.0.2.0/24 Office");
        let review = send(&admin, id, &form, &[]).await;
        assert_eq!(review.status, 200, "{}", review.words());
        for words in [
            "Gains Users: Update, Send reset links",
            "Loses Aliases: View",
            "Domains added two.test",
            "Domains taken away one.test",
            "Last day No end 2026-06-30",
            "Note nothing Covers for Bob",
            "Networks everywhere 192.0.2.0/24 Office",
            "Reaches 1 user instead of 2.",
        ] {
            assert!(review.says(words), "{words}: {}", review.words());
        }
        assert_eq!(app.history().await, before, "nothing is written");
        assert!(admin.browser.get("/sub-admins").await.says("Users 2 · Aliases 1 one.test"));
        let back = send(&admin, id, &form, &[("step", "back")]).await;
        assert!(back.status == 200 && back.body.contains("Covers for Bob"), "what was typed is kept");
        assert_eq!(app.history().await, before);
        assert_eq!(save(&admin, id, &form).await.gist(), "303 /sub-admins?done=sub-admin-updated");
        assert!(admin.browser.get("/sub-admins").await.says("Users 3 two.test"));
        let page = admin.browser.get(&format!("/sub-admins/{id}")).await;
        for kept in [
            "value=\"2026-06-30\"",
            "value=\"Covers for Bob\"",
            "192.0.2.0/24 Office",
            "value=\"users:3\" selected",
        ] {
            assert!(page.body.contains(kept), "{kept}");
        }
        assert!(send(&admin, id, &form, &[]).await.says("Nothing would change for ann."));
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_with_an_old_version_sees_what_stands_now_and_writes_nothing() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let id = app.sub_admin(&admin, "ann").level(Section::Users, 1).add().await;
        let old = admin.browser.get(&format!("/sub-admins/{id}")).await;
        let old = old.between("name=\"version\" value=\"", "\"").expect("a version").to_owned();
        let other = app.sub_admin(&admin, "ann").level(Section::Users, 4);
        assert_eq!(save(&admin, id, &other).await.status, 303);
        let before = app.history().await;
        let mine = app.sub_admin(&admin, "ann").level(Section::Users, 2);
        for step in [&[][..], &[("step", "save")]] {
            let stale = send_old(&admin, id, &mine, &old, step).await;
            assert_eq!(stale.status, 412, "{}", stale.words());
            assert!(stale.says("Loses Users: Update, Send reset links, Remove"), "{}", stale.words());
        }
        assert_eq!(app.history().await, before);
        assert!(admin.browser.get("/sub-admins").await.says("Users 4"));
        let shown = send_old(&admin, id, &mine, &old, &[]).await;
        let newer =
            shown.between("name=\"version\" value=\"", "\"").expect("the version there is now").to_owned();
        assert_ne!(newer, old);
        assert_eq!(
            send_old(&admin, id, &mine, &newer, &[("step", "save")]).await.status,
            303,
            "seen and confirmed"
        );
    })
    .await;
}
