//! From the invitation to the removal; what ends at once, and what ends by itself.

use std::time::Duration;

use bailiwick_base::authz::{Permission, Section};
use bailiwick_base::db::sql;
use bailiwick_base::words::limits;

use super::{OTHER, save, send, try_to_add};
use crate::Portal;
use crate::testkit::{PASSWORD, on_each_engine, path_of};

#[tokio::test]
async fn an_invited_sub_admin_chooses_a_password_nobody_else_ever_knows() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let ann = app.sub_admin(&admin, "ann").level(Section::Users, 1);
        let added = try_to_add(&admin, &ann, &[("how", "invite"), ("password", "")]).await;
        assert_eq!(added.gist(), "303 /sub-admins?done=sub-admin-invited", "{}", added.words());
        let list = admin.browser.get("/sub-admins").await;
        assert!(list.says("Users 1 All domains Invited"), "{}", list.words());
        let id = list.between("/sub-admins/log_", "\"").expect("it is listed");
        let path = format!("/sub-admins/log_{id}");
        let first = path_of(&app.last_link_to("ann@outside.example").await);
        let again = admin.browser.post(&format!("{path}/invite"), &[]).await;
        assert_eq!(again.gist(), format!("303 {path}?done=sub-admin-link-sent"));
        let newer = path_of(&app.last_link_to("ann@outside.example").await);
        let visitor = app.browser(Portal::Admin);
        let chosen = [("new", OTHER), ("repeated", OTHER)];
        assert_eq!(visitor.fill(&first, &chosen).await.status, 404, "a newer link kills the older");
        assert_eq!(visitor.fill(&newer, &chosen).await.status, 303);
        app.sign_in(&visitor, "ann", OTHER).await;
        assert_eq!(visitor.get("/mailboxes").await.status, 200);
        assert!(admin.browser.get("/sub-admins").await.says("Users 1 All domains Active"));
        assert_eq!(
            app.history().await.into_iter().filter(|event| event.contains("sub_admin.")).collect::<Vec<_>>(),
            ["acme sub_admin.add ann", "acme sub_admin.invite ann"]
        );
    })
    .await;
}

#[tokio::test]
async fn se_05_a_removed_sub_admin_is_refused_at_the_next_request() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let new = app.sub_admin(&admin, "ann").everything();
        let id = new.add().await;
        let ann = app.browser(Portal::Admin);
        app.sign_in(&ann, "ann", PASSWORD).await;
        let bob = app.sub_admin(&admin, "bob").level(Section::History, 1).sign_in().await;
        let path = format!("/sub-admins/{id}/remove");
        let asked = admin.browser.get(&path).await;
        assert!(asked.says("Remove ann?"), "{}", asked.words());
        assert_eq!(ann.get("/mailboxes").await.status, 200, "looking at the question removes nobody");
        assert_eq!(admin.browser.post(&path, &[]).await.gist(), "303 /sub-admins?done=sub-admin-removed");
        assert_eq!(ann.get("/mailboxes").await.status, 303, "signed out");
        let again = ann.fill("/sign-in", &[("username", "ann"), ("password", PASSWORD)]).await;
        assert_eq!(again.status, 401);
        assert_eq!(admin.browser.get(&format!("/sub-admins/{id}")).await.status, 404);
        assert_eq!(
            app.try_statement("DELETE FROM grants WHERE login_id NOT IN (SELECT id FROM logins)").await,
            Ok(0),
            "no grant is left"
        );
        let history = bob.get("/history").await;
        assert!(history.says("Removed the Sub-Admin ann"), "{}", history.words());
        // The name is free again, and opens nothing of what its last holder had.
        let newer = app.sub_admin(&admin, "ann").level(Section::Aliases, 1).sign_in().await;
        assert_eq!(newer.get("/mailboxes").await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn se_06_a_level_lowered_while_a_form_is_open_refuses_the_form() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let user = app.mailbox(domain, "sales").await;
        let new = app.sub_admin(&admin, "ann").level(Section::Users, 5);
        let id = new.add().await;
        let ann = app.browser(Portal::Admin);
        app.sign_in(&ann, "ann", PASSWORD).await;
        let path = format!("/mailboxes/{}", user.id);
        assert_eq!(ann.get(&path).await.status, 200, "the form is open");
        let lowered = save(&admin, id, &app.sub_admin(&admin, "ann").level(Section::Users, 1)).await;
        assert_eq!(lowered.gist(), "303 /sub-admins?done=sub-admin-updated", "{}", lowered.words());
        let before = app.history().await.len();
        let sent = ann.post(&path, &[("name", "Mine"), ("quota", "1"), ("version", "1")]).await;
        assert_eq!(sent.status, 403);
        assert_eq!(app.history().await.len(), before, "nothing is written");
        assert!(!admin.browser.get(&path).await.says("Mine"));
        assert_eq!(ann.get(&path).await.status, 200, "it may still look");
    })
    .await;
}

#[tokio::test]
async fn access_with_a_last_day_is_dead_to_the_second() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        app.sub_admin(&admin, "ann").level(Section::Users, 1).until("2026-01-01").add().await;
        app.wait(Duration::from_hours(24) - Duration::from_secs(1));
        let late = app.browser(Portal::Admin);
        app.sign_in(&late, "ann", PASSWORD).await;
        assert_eq!(late.get("/mailboxes").await.status, 200, "a second before midnight (UTC)");
        app.wait(Duration::from_secs(1));
        assert_eq!(late.get("/mailboxes").await.status, 403, "at midnight");
        app.sign_in(&admin.browser, "acme", PASSWORD).await;
        let list = admin.browser.get("/sub-admins").await;
        assert!(list.says("Expired 2026-01-01"), "{}", list.words());
        for (day, field) in [
            ("2026-01-01", "This day is over"),
            ("2026-02-30", "This is not a date"),
            ("soon", "This is not a date"),
        ] {
            let refused = try_to_add(&admin, &app.sub_admin(&admin, "bob").until(day), &[]).await;
            assert_eq!(refused.status, 422, "{day}");
            assert!(refused.says(field), "{day}: {}", refused.words());
        }
    })
    .await;
}

#[tokio::test]
async fn a_blank_password_keeps_the_old_one_and_a_new_one_is_entered_twice_and_ends_everything() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let new = app.sub_admin(&admin, "ann").level(Section::Users, 1);
        let id = new.add().await;
        let ann = app.browser(Portal::Admin);
        app.sign_in(&ann, "ann", PASSWORD).await;
        let raised = app.sub_admin(&admin, "ann").level(Section::Users, 2);
        assert_eq!(save(&admin, id, &raised).await.status, 303);
        assert_eq!(ann.get("/mailboxes/new").await.status, 200, "neither password nor session has changed");
        app.sign_in(&app.browser(Portal::Admin), "ann", PASSWORD).await;

        let review = send(&admin, id, &raised, &[("password", OTHER)]).await;
        assert!(review.says("New password, again"), "{}", review.words());
        assert!(!review.body.contains(OTHER), "a password never stands in a page");
        let mark = review.between("name=\"password_mark\" value=\"", "\"").expect("a mark").to_owned();
        for wrong in ["", "another cactus waltz harbour"] {
            let differs =
                send(&admin, id, &raised, &[("step", "save"), ("password", wrong), ("password_mark", &mark)])
                    .await;
            assert_eq!(differs.status, 422, "{wrong}");
            assert!(differs.says("The two passwords are not the same"), "{}", differs.words());
        }
        assert_eq!(ann.get("/mailboxes").await.status, 200);
        let saved =
            send(&admin, id, &raised, &[("step", "save"), ("password", OTHER), ("password_mark", &mark)])
                .await;
        assert_eq!(saved.status, 303, "{}", saved.words());
        assert_eq!(ann.get("/mailboxes").await.status, 303, "everything open has ended");
        assert_eq!(ann.fill("/sign-in", &[("username", "ann"), ("password", PASSWORD)]).await.status, 401);
        app.sign_in(&ann, "ann", OTHER).await;
        let guessable = send(&admin, id, &raised, &[("password", "password12")]).await;
        assert_eq!(guessable.status, 422, "{}", guessable.words());
    })
    .await;
}

#[tokio::test]
async fn a_new_address_takes_the_invitation_along_and_kills_the_one_before() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let ann = app.sub_admin(&admin, "ann").level(Section::Users, 1);
        assert_eq!(try_to_add(&admin, &ann, &[("how", "invite"), ("password", "")]).await.status, 303);
        let list = admin.browser.get("/sub-admins").await;
        let id = list.between("/sub-admins/log_", "\"").expect("it is listed").to_owned();
        let id = format!("log_{id}").parse().expect("an id");
        let old = path_of(&app.last_link_to("ann@outside.example").await);
        let moved =
            app.sub_admin(&admin, "ann").level(Section::Users, 1).field("email", "ann@elsewhere.example");
        assert_eq!(save(&admin, id, &moved).await.status, 303);
        let visitor = app.browser(Portal::Admin);
        let chosen = [("new", OTHER), ("repeated", OTHER)];
        assert_eq!(visitor.fill(&old, &chosen).await.status, 404);
        let newer = path_of(&app.last_link_to("ann@elsewhere.example").await);
        assert_eq!(visitor.fill(&newer, &chosen).await.status, 303);
        app.sign_in(&visitor, "ann", OTHER).await;
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_chosen_yet_is_kept_and_so_is_a_custom_set() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let new = app.sub_admin(&admin, "ann").permissions(&[Permission::MailboxSendResetLink]);
        let id = new.add().await;
        let list = admin.browser.get("/sub-admins").await;
        assert!(list.says("Users custom"), "{}", list.words());
        let page = admin.browser.get(&format!("/sub-admins/{id}")).await;
        assert!(page.says("Custom View, Send reset links"), "{}", page.words());
        assert!(page.body.contains("value=\"users:custom\" selected"), "it is the chosen entry");
        let mut tx = app.core().db().write(&app.operator()).await.expect("a transaction");
        let given =
            sql("UPDATE grants SET permissions = permissions || ' list.view list.add' WHERE login_id = $")
                .bind(id);
        assert_eq!(tx.run(given).await.expect("given by a later release"), 1);
        tx.commit(bailiwick_base::authz::Events::none("a test")).await.expect("committed");

        let custom = app.sub_admin(&admin, "ann").level(Section::Aliases, 1);
        let levels = [
            ("level", "history:0"),
            ("level", "users:custom"),
            ("level", "domains:0"),
            ("level", "aliases:1"),
        ];
        let more: Vec<(&str, &str)> = levels.into_iter().chain([("step", "save")]).collect();
        let saved = send(&admin, id, &custom, &more).await;
        assert_eq!(saved.status, 303, "{}", saved.words());
        let list = admin.browser.get("/sub-admins").await;
        assert!(list.says("Users custom · Aliases 1 · Lists 2"), "{}", list.words());
        let none = app.sub_admin(&admin, "ann");
        assert_eq!(save(&admin, id, &none).await.status, 303);
        assert!(admin.browser.get("/sub-admins").await.says("ann of the tests Lists 2 All domains"));
        let custom_of_a_level = send(&admin, id, &custom, &more).await;
        assert_eq!(custom_of_a_level.status, 422, "there is nothing custom to keep");
    })
    .await;
}

#[tokio::test]
async fn grants_that_stay_as_they_are_keep_their_giver_and_their_day() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let (one, two) = (app.domain(&admin, "one.test").await, app.domain(&admin, "two.test").await);
        let new = app.sub_admin(&admin, "ann").level(Section::Users, 1).of(one);
        let id = new.add().await;
        app.wait(limits::SESSION_TOUCH);
        let wider = app.sub_admin(&admin, "ann").level(Section::Users, 1).of(one).of(two);
        assert_eq!(save(&admin, id, &wider).await.status, 303);
        let shown =
            super::super::SubAdmins::new(app.core().clone()).get(&app.operator(), id).await.expect("there");
        let days: Vec<(String, i64)> = shown
            .sub_admin
            .grants
            .iter()
            .map(|given| {
                (
                    given.domain.clone().map(|(_, name)| name).unwrap_or_default(),
                    given.since.0 - 1_767_225_600_000,
                )
            })
            .collect();
        assert_eq!(days, [("one.test".to_owned(), 0), ("two.test".to_owned(), 60_000)]);
        assert!(admin.browser.get("/sub-admins").await.says("one.test, two.test Active"));
    })
    .await;
}
