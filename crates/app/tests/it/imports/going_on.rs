//! Imports that stop and go on.

use std::time::Duration;

use super::*;

#[tokio::test]
async fn cc_18_an_import_that_was_cancelled_goes_on_and_does_no_row_twice() {
    on_each_engine(async |app: TestApp| {
        let (admin, domain) = acme(&app).await;
        let id = checked(&app, &admin.browser, "users", many(1_100)).await;
        post(&admin.browser, id, "start").await;
        let imports = Imports::new(app.core().clone());
        assert!(imports.work().await.expect("a first transaction"));
        assert_eq!(told(&app, id).await, "running: 1100 good, 0 wrong, 500 done, 0 failed");
        assert_eq!(post(&admin.browser, id, "cancel").await.status, 303);
        assert!(!imports.work().await.expect("nothing to do"), "it is cancelled");
        // Meanwhile somebody adds one of its users by hand, and removes one that was done.
        app.mailbox(domain, "user900").await;
        assert_eq!(count(&app, "SELECT count(*) FROM mailboxes").await, 501);
        assert_eq!(post(&admin.browser, id, "start").await.status, 303);
        work(&app).await;
        assert_eq!(told(&app, id).await, "done: 1100 good, 0 wrong, 1099 done, 1 failed");
        assert_eq!(errors(&app, id).await, ["902 user_already_exists address"]);
        assert_eq!(count(&app, "SELECT count(*) FROM mailboxes").await, 1_100);
        assert_eq!(
            count(&app, "SELECT count(*) FROM (SELECT address FROM mailboxes GROUP BY address) a").await,
            1_100
        );
        assert_eq!(count(&app, "SELECT users_used FROM domains").await, 1_100);
        assert_eq!(count(&app, "SELECT CAST(sum(used) AS BIGINT) FROM licences").await, 1_100);
        assert_eq!(count(&app, "SELECT storage_used FROM tenants").await, 1_100 * 1_000_000_000);
        let added = app.history().await.iter().filter(|entry| entry.contains(" mailbox.add user")).count();
        assert_eq!(added, 1_100, "one event for each");
        assert_eq!(app.letters().await.len(), 1_099 + 1, "one invitation for each row that was done");
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_died_holds_an_import_for_a_minute_and_what_it_did_not_commit_is_done_by_the_next() {
    on_each_engine(async |app: TestApp| {
        let (admin, _) = acme(&app).await;
        let id = checked(&app, &admin.browser, "users", many(3)).await;
        post(&admin.browser, id, "start").await;
        app.meddle("UPDATE imports SET lease = 'of the dead', leased_until = 1767225660000").await;
        let imports = Imports::new(app.core().clone());
        let now = app.clock().now();
        app.wait(Duration::from_millis(u64::try_from(1_767_225_660_000 - now.0).expect("later") - 1));
        assert!(!imports.work().await.expect("nothing to do"), "it is lent");
        app.wait(Duration::from_millis(1));
        work(&app).await;
        assert_eq!(told(&app, id).await, "done: 3 good, 0 wrong, 3 done, 0 failed");
    })
    .await;
}

#[tokio::test]
async fn a_right_that_is_taken_away_stops_the_import_and_giving_it_back_lets_it_go_on() {
    on_each_engine(async |app: TestApp| {
        let (admin, domain) = acme(&app).await;
        let holder = app.sub_admin(&admin, "sue").level(Section::Users, 2).of(domain).sign_in().await;
        let id = checked(&app, &holder, "users", many(2)).await;
        assert_eq!(post(&holder, id, "start").await.status, 303);
        app.meddle("UPDATE grants SET permissions = 'mailbox.view' WHERE role = 'sub_admin'").await;
        work(&app).await;
        assert_eq!(told(&app, id).await, "paused not_permitted: 2 good, 0 wrong, 0 done, 0 failed");
        assert_eq!(count(&app, "SELECT count(*) FROM mailboxes").await, 0);
        app.meddle("UPDATE grants SET permissions = 'mailbox.view mailbox.add' WHERE role = 'sub_admin'")
            .await;
        let page = holder.get(&format!("/imports/{id}")).await;
        assert!(page.says("The import has stopped"), "{}", page.words());
        app.meddle("UPDATE logins SET status = 'disabled' WHERE name = 'sue'").await;
        app.meddle("UPDATE imports SET state = 'running'").await;
        work(&app).await;
        assert_eq!(told(&app, id).await, "paused sign_in_closed: 2 good, 0 wrong, 0 done, 0 failed");
        app.meddle("UPDATE logins SET status = 'active' WHERE name = 'sue'").await;
        assert_eq!(post(&holder, id, "start").await.status, 303);
        work(&app).await;
        assert_eq!(told(&app, id).await, "done: 2 good, 0 wrong, 2 done, 0 failed");
        let system = app.history().await.into_iter().filter(|entry| entry.contains("import.work")).count();
        assert_eq!(system, 2, "the history says that it stopped");
    })
    .await;
}

#[tokio::test]
async fn an_import_never_exceeds_what_was_bought_and_goes_on_when_more_is_bought() {
    on_each_engine(async |app: TestApp| {
        let admin = app.main_admin("acme").await;
        app.domain(&admin, "acme.test").await;
        let id = checked(&app, &admin.browser, "users", many(11)).await;
        let page = admin.browser.get(&format!("/imports/{id}")).await;
        assert!(page.says("Maximum number of users allowed has been reached"), "{}", page.words());
        let refused = post(&admin.browser, id, "start").await;
        assert_eq!(refused.status, 409, "{}", refused.words());
        assert_eq!(count(&app, "SELECT count(*) FROM mailboxes").await, 0);
        app.meddle("UPDATE licences SET licensed = 11 WHERE licensed > 0").await;
        assert_eq!(post(&admin.browser, id, "start").await.status, 303);
        // Somebody else takes licences meanwhile.
        app.meddle("UPDATE licences SET licensed = 7 WHERE licensed > 0").await;
        work(&app).await;
        assert_eq!(told(&app, id).await, "paused user_limit_reached: 11 good, 0 wrong, 7 done, 0 failed");
        assert_eq!(count(&app, "SELECT CAST(sum(used) AS BIGINT) FROM licences").await, 7);
        app.meddle("UPDATE licences SET licensed = 11 WHERE licensed > 0").await;
        post(&admin.browser, id, "start").await;
        work(&app).await;
        assert_eq!(told(&app, id).await, "done: 11 good, 0 wrong, 11 done, 0 failed");
    })
    .await;
}

#[tokio::test]
async fn what_nobody_starts_is_forgotten_with_its_passwords() {
    on_each_engine(async |app: TestApp| {
        let (admin, _) = acme(&app).await;
        let file = format!("{USERS}\nann@acme.test,Ann,1,,vexing quilt mango,,\n");
        checked(&app, &admin.browser, "users", file).await;
        let imports = Imports::new(app.core().clone());
        imports.forget_old().await.expect("tidied");
        assert_eq!(count(&app, "SELECT count(*) FROM import_rows").await, 1);
        app.wait(Duration::from_hours(49));
        imports.forget_old().await.expect("tidied");
        assert_eq!(count(&app, "SELECT count(*) FROM imports").await, 0);
        assert_eq!(count(&app, "SELECT count(*) FROM import_rows").await, 0);
    })
    .await;
}

/// How long it takes is printed; a soak of what the others show at small size.
#[tokio::test]
#[ignore = "takes minutes; run by hand with --run-ignored"]
async fn ten_thousand_users_are_imported_in_one_go() {
    on_each_engine(async |app: TestApp| {
        let (admin, _) = acme(&app).await;
        let began = std::time::Instant::now();
        let id = sent(&admin.browser, "users", many(10_000)).await;
        let read = began.elapsed();
        let began = std::time::Instant::now();
        work(&app).await;
        let checked = began.elapsed();
        let began = std::time::Instant::now();
        assert_eq!(post(&admin.browser, id, "start").await.status, 303);
        work(&app).await;
        eprintln!("read {read:?}, checked {checked:?}, carried out {:?}", began.elapsed());
        assert_eq!(told(&app, id).await, "done: 10000 good, 0 wrong, 10000 done, 0 failed");
        assert_eq!(count(&app, "SELECT CAST(sum(used) AS BIGINT) FROM licences").await, 10_000);
    })
    .await;
}
