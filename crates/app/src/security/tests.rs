//! One's own login as its person sees it, in all three portals, and the way back in from the machine.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use bailiwick_base::Code;
use bailiwick_base::authz::{Caller, Realm, Target};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{ClientAddress, limits};

use super::{People, Person, PersonFilter};
use crate::settings::Portal;
use crate::testkit::{Admin, Browser, PASSWORD, Seen, TestApp, User, on_each_engine, path_of};

const OTHER: &str = "nimble cactus waltz harbour";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/// Signs in with a browser that says what it is.
async fn sign_in_as(browser: &Browser, name: &str, agent: &str) {
    let page = browser.get("/sign-in").await;
    let csrf = page.between("name=\"csrf\" value=\"", "\"").expect("a token");
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("csrf", csrf), ("username", name), ("password", PASSWORD)])
        .finish();
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("user-agent", agent)];
    let seen = browser.send(Method::POST, "/sign-in", Body::from(body), &headers).await;
    assert_eq!(seen.gist(), "303 /", "{}", seen.words());
}

/// A user of a tenant of its own, signed in to the User Panel.
async fn user(app: &TestApp, admin: &Admin, domain: &str, local: &str) -> User {
    let domain = app.domain(admin, domain).await;
    let user = app.mailbox(domain, local).await;
    app.sign_in(&user.browser, &user.address, PASSWORD).await;
    user
}

/// Where the first button on the page ends a session.
fn end_of_another(page: &Seen) -> String {
    let id = page.between("action=\"/security/sessions/ses_", "/end\"").expect("another session");
    format!("/security/sessions/ses_{id}/end")
}

/// A refusal without what differs from request to request.
fn told(seen: &Seen) -> (u16, String) {
    let number = seen.headers["x-request-id"].to_str().expect("a number");
    (seen.status, seen.body.replace(number, ""))
}

/// Letters about a subject: to whom.
async fn letters_about(app: &TestApp, subject: &str) -> Vec<String> {
    app.letters()
        .await
        .into_iter()
        .filter(|(_, about, _)| about.contains(subject))
        .map(|(to, _, _)| to)
        .collect()
}

/// Asks for another recovery address.
async fn ask(browser: &Browser, address: &str, present: &str) -> Seen {
    browser.fill("/security/recovery-address", &[("email", address), ("present", present)]).await
}

/// The path of the link that confirms it.
async fn confirmation(app: &TestApp, address: &str) -> String {
    let link = app.last_link_to(address).await;
    assert!(link.contains("/security/confirm-address/"), "{link}");
    path_of(&link)
}

#[tokio::test]
async fn se_12_one_sees_and_ends_ones_own_sessions_and_no_others() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let acme = app.main_admin("acme").await;
        let other = app.main_admin("other").await;
        let ann = user(&app, &acme, "acme.test", "ann").await;
        let bob = user(&app, &other, "other.test", "bob").await;
        app.sign_in(&staff.elsewhere([192, 0, 2, 8]), "owner", PASSWORD).await;
        for (mine, theirs, name) in
            [(&acme.browser, &other.browser, "other"), (&ann.browser, &bob.browser, bob.address.as_str())]
        {
            let second = theirs.elsewhere([192, 0, 2, 60]);
            app.sign_in(&second, name, PASSWORD).await;
            let end = end_of_another(&theirs.get("/security").await);
            let own = mine.get("/security").await;
            assert!(own.says("192.0.2.1") && !own.says("192.0.2.60"), "{}", own.words());
            assert!(!own.body.contains("/end\""), "there is only the one at hand");
            let foreign = mine.post(&end, &[]).await;
            let unknown = mine.post("/security/sessions/ses_7zz/end", &[]).await;
            assert_eq!(told(&foreign), told(&unknown));
            assert_eq!(foreign.status, 404);
            let of_staff = end_of_another(&staff.get("/security").await);
            assert_eq!(told(&mine.post(&of_staff, &[]).await), told(&unknown));
            assert_eq!(second.get("/security").await.status, 200, "nothing was ended");
            theirs.get("/security").await;
            assert_eq!(theirs.post(&end, &[]).await.gist(), "303 /security?done=session-ended");
            assert_eq!(second.get("/security").await.status, 303);
            assert_eq!(theirs.post(&end, &[]).await.status, 404, "it is gone");
            assert_eq!(app.history().await.last(), Some(&format!("{name} session.end {name}")));
        }
    })
    .await;
}

#[tokio::test]
async fn sessions_are_told_by_device_and_address_and_the_dead_are_left_out() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        app.wait(limits::SESSION_IDLE + Duration::from_secs(1));
        let first = app.browser(Portal::Admin);
        sign_in_as(&first, "acme", FIREFOX).await;
        let phone = first.elsewhere([192, 0, 2, 70]);
        sign_in_as(&phone, "acme", PHONE).await;
        let seen = first.get("/security").await;
        for words in ["Firefox on Linux This one", "Safari on iPhone 192.0.2.70", "2026-01-01 00:30:01"] {
            assert!(seen.says(words), "{words}: {}", seen.words());
        }
        assert_eq!(seen.words().matches("This one").count(), 1);
        assert!(!seen.says("Unknown device"), "the first session rested too long: {}", seen.words());
        assert_eq!(admin.browser.get("/").await.status, 303);
        assert!(seen.says("Last changed 2026-01-01 00:00:00 (UTC)"), "{}", seen.words());
        assert!(seen.says("admin.acme@outside.example"));
    })
    .await;
}

#[tokio::test]
async fn all_other_sessions_end_at_once_and_the_one_at_hand_goes_on() {
    on_each_engine(async |app| {
        let acme = app.main_admin("acme").await;
        let ann = user(&app, &acme, "acme.test", "ann").await;
        let staff = app.staff().await;
        for (browser, name) in [(&staff, "owner"), (&acme.browser, "acme"), (&ann.browser, "ann@acme.test")] {
            let others = [browser.elsewhere([192, 0, 2, 3]), browser.elsewhere([192, 0, 2, 4])];
            for other in &others {
                app.sign_in(other, name, PASSWORD).await;
            }
            browser.get("/security").await;
            let ended = browser.post("/security/sessions/end-others", &[]).await;
            assert_eq!(ended.gist(), "303 /security?done=sessions-ended");
            for other in &others {
                assert_eq!(other.get("/security").await.status, 303);
            }
            let seen = browser.get("/security").await;
            assert!(seen.status == 200 && !seen.says("End all others"), "{}", seen.words());
            assert_eq!(app.history().await.last(), Some(&format!("{name} session.end_others {name}")));
            let events = app.history().await.len();
            browser.post("/security/sessions/end-others", &[]).await;
            assert_eq!(app.history().await.len(), events, "there was none to end");
        }
    })
    .await;
}

/// Makes the session of an Admin that began last one in which staff acts.
const ACTED: &str = "UPDATE sessions SET parent_session_id = (SELECT MAX(id) FROM sessions WHERE realm = 'staff'), \
     reason = 'asked by phone', expires_at = created_at + 1800000 WHERE id = (SELECT MAX(id) FROM sessions WHERE realm = 'admin')";

#[tokio::test]
async fn whoever_acts_as_somebody_sees_and_changes_nothing_here_and_may_be_shown_out() {
    on_each_engine(async |app| {
        app.staff().await;
        let admin = app.main_admin("acme").await;
        let acting = admin.browser.elsewhere([203, 0, 113, 5]);
        app.sign_in(&acting, "acme", PASSWORD).await;
        let before = acting.get("/security").await;
        assert_eq!(before.status, 200);
        let end = end_of_another(&before);
        app.meddle(ACTED).await;
        let refused = acting.get("/security").await;
        assert!(refused.status == 403 && !refused.says("outside.example"), "{}", refused.words());
        assert_eq!(acting.get("/security/recovery-address").await.status, 403);
        acting.get("/").await;
        for (path, fields) in [
            (end.as_str(), &[][..]),
            ("/security/sessions/end-others", &[]),
            ("/security/recovery-address/again", &[]),
            ("/security/recovery-address/cancel", &[]),
            ("/security/recovery-address", &[("email", "x@evil.example"), ("present", PASSWORD)]),
        ] {
            assert_eq!(acting.post(path, fields).await.status, 403, "{path}");
        }
        let own = admin.browser.get("/security").await;
        assert!(own.says("Your provider acting as you Reason: asked by phone"), "{}", own.words());
        let sessions = own.between("id=\"sessions\"", "</section>").expect("the card");
        assert!(!sessions.contains("203.0.113.5"), "nothing of the provider's people: {sessions}");
        assert_eq!(
            admin.browser.post(&end_of_another(&own), &[]).await.gist(),
            "303 /security?done=session-ended"
        );
        assert_eq!(acting.get("/").await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn recent_sign_ins_tell_who_came_in_and_who_tried() {
    on_each_engine(async |app| {
        let acme = app.main_admin("acme").await;
        app.main_admin("other").await;
        let stranger = acme.browser.elsewhere([198, 51, 100, 9]);
        stranger.fill("/sign-in", &[("username", "acme"), ("password", "not the password")]).await;
        app.core().flush_telemetry().await.expect("written");
        let seen = acme.browser.get("/security").await;
        assert!(seen.says("Web 198.51.100.9 Wrong password"), "{}", seen.words());
        assert_eq!(seen.words().matches("Web 192.0.2.1 Signed in").count(), 1, "{}", seen.words());
    })
    .await;
}

#[tokio::test]
async fn a_new_recovery_address_counts_only_when_its_link_is_confirmed_by_whoever_asked() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let other = app.main_admin("other").await;
        let (former, new) = ("admin.acme@outside.example", "new@outside.example");
        assert_eq!(ask(&admin.browser, new, "wrong").await.status, 422);
        assert_eq!(ask(&admin.browser, "nowhere", PASSWORD).await.status, 422);
        assert_eq!(ask(&admin.browser, former, PASSWORD).await.status, 422, "it is that already");
        assert!(letters_about(&app, "recovery").await.is_empty(), "nobody was written to");
        assert_eq!(ask(&admin.browser, new, PASSWORD).await.gist(), "303 /security?done=confirmation-sent");
        assert_eq!(letters_about(&app, "Confirm this recovery address").await, [new]);
        assert_eq!(letters_about(&app, "Another recovery address").await, [former]);
        let path = confirmation(&app, new).await;
        let waiting = admin.browser.get("/security").await;
        assert!(waiting.says(&format!("Waiting for confirmation of {new}")), "{}", waiting.words());
        assert!(waiting.says(&format!("Recovery links go to {former}")));

        let nobody = app.browser(Portal::Admin);
        assert_eq!(nobody.get(&path).await.status, 303, "one must be signed in");
        assert_eq!(other.browser.get(&path).await.status, 404, "as the login it was made for");
        other.browser.get("/").await;
        assert_eq!(other.browser.post(&path, &[]).await.status, 404);
        let page = admin.browser.get(&path).await;
        assert!(page.says(&format!("recovery links for acme go to {new}")), "{}", page.words());
        assert!(admin.browser.get("/security").await.says(&format!("Recovery links go to {former}")));

        admin.browser.get(&path).await;
        assert_eq!(admin.browser.post(&path, &[]).await.gist(), "303 /security?done=recovery-changed");
        let after = admin.browser.get("/security").await;
        assert!(
            after.says(&format!("Recovery links go to {new}")) && !after.says("Waiting"),
            "{}",
            after.words()
        );
        assert_eq!(admin.browser.post(&path, &[]).await.status, 404, "once");
        assert_eq!(letters_about(&app, "is changed").await, [former]);
        let history = app.history().await;
        assert_eq!(
            history[history.len() - 2..],
            ["acme login.ask_recovery_address acme", "acme login.change_recovery_address acme"]
        );
        let visitor = app.browser(Portal::Admin);
        visitor.fill("/recover", &[("username", "acme")]).await;
        assert_eq!(letters_about(&app, "A new password").await, [new]);
    })
    .await;
}

#[tokio::test]
async fn an_15_a_confirmation_dies_by_a_newer_one_by_cancelling_by_time_and_by_a_new_password() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let browser = &admin.browser;
        ask(browser, "one@outside.example", PASSWORD).await;
        let first = confirmation(&app, "one@outside.example").await;
        ask(browser, "two@outside.example", PASSWORD).await;
        let second = confirmation(&app, "two@outside.example").await;
        assert_eq!(browser.post(&first, &[]).await.status, 404, "a newer one");
        browser.get("/security").await;
        let again = browser.post("/security/recovery-address/again", &[]).await;
        assert_eq!(again.gist(), "303 /security?done=confirmation-sent");
        let third = confirmation(&app, "two@outside.example").await;
        assert_eq!(browser.post(&second, &[]).await.status, 404, "sent again");
        let cancelled = browser.post("/security/recovery-address/cancel", &[]).await;
        assert_eq!(cancelled.gist(), "303 /security?done=recovery-cancelled");
        assert_eq!(browser.post(&third, &[]).await.status, 404, "cancelled");
        assert_eq!(browser.post("/security/recovery-address/again", &[]).await.status, 404, "nothing waits");

        app.wait(limits::GUESS_WINDOW + Duration::from_secs(1));
        app.sign_in(browser, "acme", PASSWORD).await;
        ask(browser, "late@outside.example", PASSWORD).await;
        let late = confirmation(&app, "late@outside.example").await;
        app.wait(limits::CONFIRMATION_LINK + Duration::from_secs(1));
        app.sign_in(browser, "acme", PASSWORD).await;
        browser.get("/security").await;
        assert_eq!(browser.post(&late, &[]).await.status, 404, "a day is over");
        ask(browser, "last@outside.example", PASSWORD).await;
        let last = confirmation(&app, "last@outside.example").await;
        let fields = [("present", PASSWORD), ("new", OTHER), ("repeated", OTHER)];
        assert_eq!(browser.fill("/password", &fields).await.status, 303);
        browser.get("/security").await;
        assert_eq!(browser.post(&last, &[]).await.status, 404, "a new password");
        assert!(browser.get("/security").await.says("admin.acme@outside.example"));
    })
    .await;
}

#[tokio::test]
async fn an_15_a_reset_link_to_the_former_address_dies_with_it_and_asking_for_one_kills_no_confirmation() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let new = "new@outside.example";
        ask(&admin.browser, new, PASSWORD).await;
        let confirm = confirmation(&app, new).await;
        let visitor = app.browser(Portal::Admin);
        visitor.fill("/recover", &[("username", "acme")]).await;
        let reset = path_of(&app.last_link_to("admin.acme@outside.example").await);
        assert!(reset.starts_with("/link/"), "{reset}");
        admin.browser.get("/security").await;
        assert_eq!(admin.browser.post(&confirm, &[]).await.status, 303, "strangers do not undo it");
        assert_eq!(visitor.fill(&reset, &[("new", OTHER), ("repeated", OTHER)]).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn staff_never_recovers_through_a_customers_domain_asked_early_or_late() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        assert_eq!(ask(&staff, "olga@acme.test", PASSWORD).await.status, 303, "nobody hosts it yet");
        let path = confirmation(&app, "olga@acme.test").await;
        app.domain(&admin, "acme.test").await;
        staff.get(&path).await;
        let late = staff.post(&path, &[]).await;
        assert!(late.status == 422 && late.says("cannot be used for recovery"), "{}", late.words());
        let early = ask(&staff, "owner@acme.test", PASSWORD).await;
        assert!(early.status == 422 && early.says("cannot be used for recovery"), "{}", early.words());
        assert!(staff.get("/security").await.says("Recovery links go to olga@outside.example"));
    })
    .await;
}

#[tokio::test]
async fn a_mailbox_is_not_its_own_way_back_and_is_told_of_another() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let ann = user(&app, &admin, "acme.test", "ann").await;
        for own in ["ann@acme.test", "Ann+back@acme.test"] {
            let seen = ask(&ann.browser, own, PASSWORD).await;
            assert!(seen.status == 422 && seen.says("own recovery address"), "{}", seen.words());
        }
        let form = admin.browser.get(&format!("/mailboxes/{}", ann.id)).await;
        let version = form.between("name=\"version\" value=\"", "\"").expect("a version").to_owned();
        assert_eq!(ask(&ann.browser, "ann@home.example", PASSWORD).await.status, 303);
        let told = ["ann@acme.test", "ann@outside.example"];
        assert_eq!(letters_about(&app, "Another recovery address").await, told);
        let path = confirmation(&app, "ann@home.example").await;
        ann.browser.get(&path).await;
        assert_eq!(ann.browser.post(&path, &[]).await.gist(), "303 /security?done=recovery-changed");
        assert_eq!(letters_about(&app, "is changed").await, told);
        let shown = admin.browser.get(&format!("/mailboxes/{}", ann.id)).await;
        assert!(shown.body.contains("ann@home.example"), "{}", shown.words());
        assert_ne!(
            shown.between("name=\"version\" value=\"", "\""),
            Some(version.as_str()),
            "a form with the former address is stale"
        );
    })
    .await;
}

#[tokio::test]
async fn an_address_gets_few_confirmations_an_hour_whoever_asks() {
    on_each_engine(async |app| {
        let acme = app.main_admin("acme").await;
        let other = app.main_admin("other").await;
        let victim = "victim@elsewhere.example";
        for _ in 0..limits::CONFIRMATION_MAILS_TO_ADDRESS {
            assert_eq!(ask(&acme.browser, victim, PASSWORD).await.status, 303);
        }
        assert_eq!(ask(&acme.browser, victim, PASSWORD).await.status, 429);
        assert_eq!(ask(&other.browser, victim, PASSWORD).await.status, 429);
        for n in limits::CONFIRMATION_MAILS_TO_ADDRESS..limits::CONFIRMATION_MAILS {
            let address = format!("victim{n}@elsewhere.example");
            assert_eq!(ask(&acme.browser, &address, PASSWORD).await.status, 303);
        }
        assert_eq!(ask(&acme.browser, "one.more@elsewhere.example", PASSWORD).await.status, 429);
        assert_eq!(letters_about(&app, "Confirm this").await.len(), 5);
        app.wait(limits::GUESS_WINDOW + Duration::from_secs(1));
        app.sign_in(&other.browser, "other", PASSWORD).await;
        assert_eq!(ask(&other.browser, victim, PASSWORD).await.status, 303, "an hour later");
    })
    .await;
}

#[tokio::test]
async fn guesses_of_the_present_password_are_counted_here_too() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        for _ in 0..limits::GUESSES_PER_PAIR {
            assert_eq!(ask(&admin.browser, "x@outside.example", "a wrong guess").await.status, 422);
        }
        assert_eq!(ask(&admin.browser, "x@outside.example", PASSWORD).await.status, 429);
    })
    .await;
}

#[tokio::test]
async fn a_sign_in_from_a_network_not_seen_lately_is_told_by_mail() {
    on_each_engine(async |app| {
        let acme = app.main_admin("acme").await;
        let ann = user(&app, &acme, "acme.test", "ann").await;
        let warned = async || letters_about(&app, "New sign-in").await;
        assert!(warned().await.is_empty(), "the first time is nothing new");
        sign_in_as(&acme.browser.elsewhere([192, 0, 2, 99]), "acme", FIREFOX).await;
        assert!(warned().await.is_empty(), "the same network");
        sign_in_as(&acme.browser.elsewhere([203, 0, 113, 1]), "acme", PHONE).await;
        assert_eq!(warned().await, ["admin.acme@outside.example"]);
        let link = app.last_link_to("admin.acme@outside.example").await;
        assert_eq!(link, "http://admin.localhost:8080/security");
        sign_in_as(&acme.browser.elsewhere([203, 0, 113, 2]), "acme", FIREFOX).await;
        assert_eq!(warned().await.len(), 1, "now it is known");
        for network in 1..=4 {
            sign_in_as(&acme.browser.elsewhere([198, 51, network, 1]), "acme", PHONE).await;
        }
        assert_eq!(warned().await.len(), 3, "no more than three an hour");

        sign_in_as(&ann.browser.elsewhere([203, 0, 113, 1]), "ann@acme.test", PHONE).await;
        assert_eq!(warned().await[3..], ["ann@acme.test", "ann@outside.example"]);
        app.wait(limits::KNOWN_NETWORK + Duration::from_secs(1));
        app.sign_in(&ann.browser, "ann@acme.test", PASSWORD).await;
        assert_eq!(warned().await.len(), 7, "after a long rest nothing is known any more");
    })
    .await;
}

#[tokio::test]
async fn se_16_no_token_stands_on_a_page_or_in_a_url() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let acme = app.main_admin("acme").await;
        let ann = user(&app, &acme, "acme.test", "ann").await;
        for (portal, browser) in
            [(Portal::Staff, &staff), (Portal::Admin, &acme.browser), (Portal::Mail, &ann.browser)]
        {
            ask(browser, "new@outside.example", PASSWORD).await;
            let link = app.last_link_to("new@outside.example").await;
            let one_time = link.rsplit('/').next().expect("a token").to_owned();
            let session = browser.cookies()[portal.cookie()].clone();
            let pages = crate::routes().into_iter().filter(|route| {
                route.portal == portal && route.method == Method::GET && !route.path.contains('{')
            });
            for route in pages {
                let seen = browser.get(route.path).await;
                for token in [&session, &one_time] {
                    assert!(!seen.body.contains(token.as_str()), "on {}", route.path);
                    assert!(!seen.location.contains(token.as_str()), "behind {}", route.path);
                }
                assert_eq!(seen.headers["referrer-policy"], "same-origin", "{}", route.path);
            }
        }
    })
    .await;
}

async fn person(app: &TestApp, realm: Realm, name: &str) -> Person {
    People::new(app.core().clone()).by_name(&app.operator(), realm, name).await.expect("there is one").0
}

#[tokio::test]
async fn people_are_listed_at_the_machine_and_for_nobody_else() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let acme = app.main_admin("acme").await;
        app.main_admin("other").await;
        let people = People::new(app.core().clone());
        let listed = async |realm: Realm, tenant| {
            let filter = PersonFilter { realm, tenant };
            let page = people.page(&app.operator(), &filter, &PageRequest::default()).await.expect("a page");
            let told = |(person, role): &(Person, Option<bailiwick_base::authz::Role>)| {
                format!("{} {}", person.name, role.map_or("-", |role| role.key()))
            };
            page.rows.iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(listed(Realm::Admin, None).await, ["acme main_admin", "other main_admin"]);
        assert_eq!(listed(Realm::Admin, Some(acme.tenant)).await, ["acme main_admin"]);
        assert_eq!(listed(Realm::Staff, None).await, ["owner staff_owner"]);
        assert_eq!(listed(Realm::Mailbox, None).await, Vec::<String>::new());
        let session = |browser: &Browser, portal: Portal| {
            let token: bailiwick_base::words::Token =
                browser.cookies()[portal.cookie()].parse().expect("a token");
            Caller::session(token.hash(), portal.realm(), ClientAddress::LOCAL)
        };
        let owner = session(&staff, Portal::Staff);
        let admin = session(&acme.browser, Portal::Admin);
        let id = person(&app, Realm::Admin, "other").await.id();
        for caller in [owner, admin, Caller::anonymous(ClientAddress::LOCAL)] {
            let filter = PersonFilter { realm: Realm::Admin, tenant: None };
            assert!(people.page(&caller, &filter, &PageRequest::default()).await.is_err());
            assert!(people.by_name(&caller, Realm::Staff, "owner").await.is_err());
            assert!(people.reset_link(&caller, id).await.is_err());
            assert!(people.disable(&caller, id).await.is_err());
        }
    })
    .await;
}

#[tokio::test]
async fn a_link_from_the_machine_is_the_way_back_without_a_recovery_address() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let people = People::new(app.core().clone());
        let owner = person(&app, Realm::Staff, " Owner ").await;
        let older = people.reset_link(&app.operator(), owner.id()).await.expect("a link");
        let link = people.reset_link(&app.operator(), owner.id()).await.expect("a link");
        assert!(link.starts_with("http://staff.localhost:8080/link/"), "{link}");
        let visitor = app.browser(Portal::Staff);
        let fields = [("new", OTHER), ("repeated", OTHER)];
        assert_eq!(visitor.fill(&path_of(&older), &fields).await.status, 404, "a newer one kills it");
        assert_eq!(visitor.fill(&path_of(&link), &fields).await.gist(), "303 /sign-in?done=password-set");
        assert_eq!(staff.get("/").await.status, 303, "what was open is ended");
        app.sign_in(&staff, "owner", OTHER).await;
        assert!(app.history().await.contains(&"root login.make_reset_link owner".to_owned()));
        assert!(app.letters().await.iter().all(|(_, _, link)| {
            link.as_ref().is_none_or(|sent| !sent.contains("staff.localhost:8080/link/"))
        }));
    })
    .await;
}

#[tokio::test]
async fn a_recovery_address_set_at_the_machine_is_told_to_the_former_one() {
    on_each_engine(async |app| {
        app.staff().await;
        let admin = app.main_admin("acme").await;
        app.domain(&admin, "acme.test").await;
        let people = People::new(app.core().clone());
        let (acme, owner) =
            (person(&app, Realm::Admin, "acme").await, person(&app, Realm::Staff, "owner").await);
        let visitor = app.browser(Portal::Admin);
        visitor.fill("/recover", &[("username", "acme")]).await;
        let reset = path_of(&app.last_link_to("admin.acme@outside.example").await);
        let new = "new@outside.example".parse().expect("an address");
        people.set_recovery_address(&app.operator(), acme.id(), &new).await.expect("set");
        people.set_recovery_address(&app.operator(), acme.id(), &new).await.expect("set already");
        assert_eq!(letters_about(&app, "is changed").await, ["admin.acme@outside.example"]);
        assert_eq!(visitor.fill(&reset, &[("new", OTHER), ("repeated", OTHER)]).await.status, 404);
        let hosted = "olga@acme.test".parse().expect("an address");
        let refused = people.set_recovery_address(&app.operator(), owner.id(), &hosted).await;
        assert_eq!(refused.expect_err("hosted here").code(), Code::RecoveryAddressHosted);
        people.set_recovery_address(&app.operator(), acme.id(), &hosted).await.expect("an Admin may");
        let set = app.history().await.into_iter().filter(|entry| entry.contains("set_recovery_address"));
        assert_eq!(set.collect::<Vec<_>>(), ["root login.set_recovery_address acme"; 2]);
    })
    .await;
}

#[tokio::test]
async fn a_login_is_closed_and_opened_from_the_machine_but_never_the_last_owners() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let admin = app.main_admin("acme").await;
        let people = People::new(app.core().clone());
        let (acme, owner) =
            (person(&app, Realm::Admin, "acme").await, person(&app, Realm::Staff, "owner").await);
        people.disable(&app.operator(), acme.id()).await.expect("disabled");
        assert!(person(&app, Realm::Admin, "acme").await.is_disabled());
        assert_eq!(admin.browser.get("/").await.status, 303, "its sessions are ended");
        let again = admin.browser.fill("/sign-in", &[("username", "acme"), ("password", PASSWORD)]).await;
        assert_eq!(again.status, 403);
        people.enable(&app.operator(), acme.id()).await.expect("enabled");
        app.sign_in(&admin.browser, "acme", PASSWORD).await;
        let last = people.disable(&app.operator(), owner.id()).await;
        assert_eq!(last.expect_err("the last one").code(), Code::LastStaffOwner);
        assert_eq!(staff.get("/").await.status, 200);
        let second = "INSERT INTO logins (realm, name, full_name, status, password, created_at) \
             SELECT realm, 'second', full_name, status, password, created_at FROM logins WHERE name = 'owner'";
        app.meddle(second).await;
        assert!(people.disable(&app.operator(), owner.id()).await.is_err(), "no owner yet");
        let grant = "INSERT INTO grants (login_id, role, scope_kind, scope_id, given_by_name, created_at) \
             SELECT id, 'staff_owner', 'everywhere', 0, 'root', 0 FROM logins WHERE name = 'second'";
        app.meddle(grant).await;
        people.disable(&app.operator(), owner.id()).await.expect("there is another");
        assert_eq!(staff.get("/").await.status, 303);
        let closed = app.history().await.into_iter().filter(|entry| entry.starts_with("root login."));
        assert_eq!(
            closed.collect::<Vec<_>>(),
            ["root login.disable acme", "root login.enable acme", "root login.disable owner"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_login_that_never_had_a_password_waits_for_one_again_when_it_is_opened() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let people = People::new(app.core().clone());
        let invited = "UPDATE logins SET password = NULL, status = 'invited' WHERE name = 'acme'";
        app.meddle(invited).await;
        let acme = person(&app, Realm::Admin, "acme").await;
        people.disable(&app.operator(), acme.id()).await.expect("disabled");
        people.enable(&app.operator(), acme.id()).await.expect("enabled");
        assert_eq!(person(&app, Realm::Admin, "acme").await.status, "invited");
        let link = people.reset_link(&app.operator(), acme.id()).await.expect("a link");
        assert_eq!(
            admin.browser.fill(&path_of(&link), &[("new", OTHER), ("repeated", OTHER)]).await.status,
            303
        );
        app.sign_in(&admin.browser, "acme", OTHER).await;
    })
    .await;
}
