//! The machine's clock is set by an hour or ten years, and back (FI-15, K19): nothing that was over comes back, nothing lasts
//! for ever, nothing stands still, and the history keeps its order.

use std::time::Duration;

use bailiwick_base::authz::{Caller, Events};
use bailiwick_base::db::sql;
use bailiwick_base::words::{Timestamp, limits};

use crate::audit::Audit;
use crate::jobs;
use crate::settings::Portal;
use crate::sign_in::Signing;
use crate::testkit::{Admin, Browser, PASSWORD, TestApp, on_each_engine, path_of};

const HOUR: Duration = Duration::from_hours(1);
const TEN_YEARS: Duration = Duration::from_hours(10 * 365 * 24);

/// What housekeeping does each minute.
async fn a_minute_of_housekeeping(app: &TestApp) {
    Signing::new(app.core().clone()).sweep().await.expect("swept");
}

fn back_to(app: &TestApp, then: Timestamp) {
    app.clock().set(then);
}

async fn is_signed_in(admin: &Admin) -> bool {
    admin.browser.get("/mailboxes").await.status == 200
}

#[tokio::test]
async fn fi_15_a_session_that_was_over_stays_over_when_the_clock_is_set_back() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let then = app.clock().now();
        assert!(is_signed_in(&admin).await);
        app.wait(HOUR);
        a_minute_of_housekeeping(&app).await;
        assert!(!is_signed_in(&admin).await, "it rested for too long");
        back_to(&app, then);
        assert!(!is_signed_in(&admin).await, "it does not come back");
        app.sign_in(&admin.browser, "acme", PASSWORD).await;
        assert!(is_signed_in(&admin).await);
    })
    .await;
}

#[tokio::test]
async fn fi_15_people_go_on_working_when_the_clock_is_set_right_by_an_hour_and_their_sessions_still_end() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let then = app.clock().now();
        back_to(&app, then.before(HOUR));
        assert!(is_signed_in(&admin).await);
        app.until_last_use_is_noted().await;
        app.wait(limits::SESSION_IDLE + Duration::from_secs(1));
        assert!(!is_signed_in(&admin).await, "it rests no longer than ever, by the clock of now");
    })
    .await;
}

#[tokio::test]
async fn fi_15_a_session_and_a_link_made_while_the_clock_was_ten_years_ahead_count_for_nothing_afterwards() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let then = app.clock().now();
        app.wait(TEN_YEARS);
        app.sign_in(&admin.browser, "acme", PASSWORD).await;
        assert!(is_signed_in(&admin).await);
        let asking = app.browser(Portal::Admin);
        asking.fill("/recover", &[("username", "acme")]).await;
        let link = path_of(&app.last_link_to("admin.acme@outside.example").await);
        back_to(&app, then);
        assert!(!is_signed_in(&admin).await, "it would be good for ten years");
        assert_eq!(follow(&asking, &link).await, 404, "so would the link");
        a_minute_of_housekeeping(&app).await;
        back_to(&app, then.after(TEN_YEARS));
        assert!(!is_signed_in(&admin).await, "nor does it wait for its time");
        assert_eq!(follow(&asking, &link).await, 404);
        back_to(&app, then);
        app.sign_in(&admin.browser, "acme", PASSWORD).await;
        assert!(is_signed_in(&admin).await);
    })
    .await;
}

#[tokio::test]
async fn fi_15_an_expired_link_stays_expired() {
    on_each_engine(async |app| {
        app.main_admin("acme").await;
        let asking = app.browser(Portal::Admin);
        asking.fill("/recover", &[("username", "acme")]).await;
        let link = path_of(&app.last_link_to("admin.acme@outside.example").await);
        let then = app.clock().now();
        app.wait(limits::RESET_LINK + Duration::from_secs(1));
        a_minute_of_housekeeping(&app).await;
        back_to(&app, then);
        assert_eq!(follow(&asking, &link).await, 404);
        asking.fill("/recover", &[("username", "acme")]).await;
        let link = path_of(&app.last_link_to("admin.acme@outside.example").await);
        assert_eq!(follow(&asking, &link).await, 303, "a new one is good");
    })
    .await;
}

/// Sets a password by a link; the status.
async fn follow(browser: &Browser, link: &str) -> u16 {
    let password = "another vexing quilt mango";
    browser.fill(link, &[("new", password), ("repeated", password)]).await.status
}

/// Guesses until told to wait; how many it took.
async fn guesses_until_told_to_wait(app: &TestApp) -> usize {
    let guessing = app.browser(Portal::Admin);
    for n in 1..=10 {
        let seen =
            guessing.fill("/sign-in", &[("username", "acme"), ("password", "not this one at all")]).await;
        if seen.status == 429 {
            return n;
        }
    }
    panic!("nobody is told to wait");
}

#[tokio::test]
async fn fi_15_limits_on_guessing_neither_vanish_nor_freeze() {
    on_each_engine(async |app| {
        app.main_admin("acme").await;
        let then = app.clock().now();
        for ahead in [HOUR, TEN_YEARS] {
            back_to(&app, then.after(ahead));
            let tries = guesses_until_told_to_wait(&app).await;
            assert!(tries <= 7, "{tries}");
            back_to(&app, then);
            // Not frozen: the person comes in within the longest wait there is.
            app.wait(limits::GUESS_WAIT_MOST + Duration::from_secs(1));
            let browser = app.browser(Portal::Admin);
            app.sign_in(&browser, "acme", PASSWORD).await;
            // Not gone: whoever guesses on is told to wait as soon as ever.
            let tries = guesses_until_told_to_wait(&app).await;
            assert!(tries <= 7, "{tries}");
            app.wait(limits::GUESS_WINDOW);
            a_minute_of_housekeeping(&app).await;
            back_to(&app, then);
        }
    })
    .await;
}

#[tokio::test]
async fn fi_15_leases_and_jobs_from_ten_years_ahead_hold_nobody_up() {
    on_each_engine(async |app: TestApp| {
        let take = async |holder: &str| {
            let mut tx = app.core().write(&Caller::system("tests")).await.expect("a transaction");
            let lasting = Duration::from_secs(10);
            let taken = jobs::take_lease(&mut tx, "test", holder, lasting).await.expect("asked");
            tx.commit(Events::none("a lease of a test")).await.expect("durable");
            taken
        };
        let then = app.clock().now();
        for ahead in [HOUR, TEN_YEARS] {
            back_to(&app, then.after(ahead));
            assert!(take("one").await);
            back_to(&app, then);
            assert!(take("two").await, "whoever held it may be gone");
            assert!(!take("one").await, "and it holds again");
            app.wait(Duration::from_secs(11));
        }
        // A job left, lent or put off then is done now.
        back_to(&app, then.after(TEN_YEARS));
        let mut tx = app.core().write(&Caller::system("tests")).await.expect("a transaction");
        let job = jobs::disconnect(&tx, bailiwick_base::words::MailboxId(7), "ann@acme.example");
        tx.enqueue(job).await.expect("queued");
        tx.commit(Events::none("left by a test")).await.expect("durable");
        back_to(&app, then);
        assert_eq!(leased(&app).await, 1);
        assert_eq!(leased(&app).await, 0, "it is lent");
        app.meddle("UPDATE outbox SET leased_until = leased_until + 315360000000").await;
        assert_eq!(leased(&app).await, 1);
    })
    .await;
}

async fn leased(app: &TestApp) -> usize {
    let request = bailiwick_mail::internal::LeaseRequest { holder: "plane".into(), max: 10, wait_ms: 0 };
    jobs::Jobs::new(app.core().clone()).lease(&request).await.expect("an answer").jobs.len()
}

#[tokio::test]
async fn fi_15_the_history_keeps_the_order_in_which_things_were_done() {
    on_each_engine(async |app| {
        let audit = Audit::new(app.core().clone());
        let then = app.clock().now();
        app.main_admin("first").await;
        back_to(&app, then.after(TEN_YEARS));
        app.main_admin("second").await;
        audit.seal().await.expect("sealed");
        back_to(&app, then.before(HOUR));
        app.main_admin("third").await;
        audit.seal().await.expect("sealed");
        let told = app.history().await;
        let created: Vec<&str> = told
            .iter()
            .filter_map(|line| line.split_once("tenant.create ").map(|(_, name)| name))
            .collect();
        assert_eq!(created, ["first", "second", "third"]);
        let found = audit.verify(&app.operator()).await.expect("the proof runs");
        assert!(found.is_sound(), "{:?}", found.faults);
        assert_eq!(found.unsealed, 0);
        let mut tx = app.core().read(&app.operator()).await.expect("a transaction");
        let out_of_order: Vec<(i64,)> = bailiwick_base::db::Query::all(
            &mut tx,
            sql("SELECT a.event_id FROM audit_seals a JOIN audit_seals b ON a.chain = b.chain AND a.seq < b.seq WHERE a.event_id > b.event_id"),
        )
        .await
        .expect("read");
        assert_eq!(out_of_order, []);
    })
    .await;
}
