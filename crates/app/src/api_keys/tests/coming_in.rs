//! What lets a program in, and what does not.

use std::time::Duration;

use axum::http::Method;
use bailiwick_base::authz::{Realm, Section, Target};
use bailiwick_base::words::limits;
use serde_json::json;

use super::{OTHER, api_sub_admin, bytes, key, log, path_of_first, secret};
use crate::security::People;
use crate::settings::Portal;
use crate::testkit::{PASSWORD, on_each_engine};

#[tokio::test]
async fn a_key_opens_the_api_and_says_whose_it_is() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let robot = key("Billing").level(Section::Users, 2).program(&app, &admin.browser).await;
        assert_eq!(robot.get("/mailboxes").await.gist(), "200");
        let me = robot.get("/me").await;
        assert_eq!(me.json["login"], "acme");
        assert_eq!(me.json["key"]["name"], "Billing");
        assert_eq!(
            me.json["may"],
            json!([{"permissions": ["mailbox.view", "mailbox.add"], "domain_id": null, "until": null}])
        );
        assert_eq!(robot.get("/domains").await.gist(), "403 not_permitted");
    })
    .await;
}

#[tokio::test]
async fn the_list_says_when_and_from_where_a_key_was_used_last() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let robot = key("Billing").level(Section::Users, 1).program(&app, &admin.browser).await;
        assert!(admin.browser.get("/api-keys").await.says("Active Never"));
        app.wait(Duration::from_mins(1));
        robot.get("/mailboxes").await;
        app.core().flush_telemetry().await.expect("telemetry is written");
        let page = admin.browser.get("/api-keys").await;
        assert!(page.says("2026-01-01 00:01:00 (UTC) from 192.0.2.1"), "{}", page.words());
        app.wait(Duration::from_secs(61));
        assert_eq!(robot.elsewhere([198, 51, 100, 7]).get("/mailboxes").await.status, 200);
        app.core().flush_telemetry().await.expect("telemetry is written");
        let page = admin.browser.get("/api-keys").await;
        assert!(page.says("2026-01-01 00:02:01 (UTC) from 198.51.100.7"), "{}", page.words());
    })
    .await;
}

#[tokio::test]
async fn ap_01_from_elsewhere_it_is_as_if_the_credentials_were_wrong_but_for_the_log() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        api_sub_admin(&app, &admin, "bill", 4).await;
        let bill = app.program_by_password("bill", PASSWORD);
        assert_eq!(bill.get("/mailboxes").await.gist(), "200");
        let there = [198, 51, 100, 7];
        let wrong = app.program_by_password("bill", OTHER).elsewhere(there).get("/mailboxes").await;
        assert_eq!(wrong.gist(), "401 wrong_credentials");
        let unknown = app.program_by_password("nobody", PASSWORD).elsewhere(there).get("/mailboxes").await;
        let elsewhere = bill.elsewhere(there).get("/mailboxes").await;
        assert_eq!(bytes(&elsewhere), bytes(&wrong));
        assert_eq!(bytes(&unknown), bytes(&wrong));
        let listed =
            key("Listed").level(Section::Users, 1).from("192.0.2.0/24").program(&app, &admin.browser).await;
        let by_key = listed.elsewhere(there).get("/mailboxes").await;
        assert_eq!(bytes(&by_key), bytes(&wrong));
        let no_key =
            app.program(format!("Bearer bwk_{}", "a".repeat(52))).elsewhere(there).get("/mailboxes").await;
        assert_eq!(bytes(&no_key), bytes(&wrong));
        let log = log(&app).await;
        let told: Vec<&str> = log.iter().map(|line| line.rsplit(' ').next().unwrap_or_default()).collect();
        assert_eq!(told, ["ok", "wrong", "wrong", "elsewhere", "elsewhere", "wrong"], "{log:?}");
        assert!(log.iter().all(|line| !line.contains("nobody") && !line.contains("bwk_")), "{log:?}");
    })
    .await;
}

#[tokio::test]
async fn ap_02_no_header_brings_a_program_elsewhere() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        api_sub_admin(&app, &admin, "bill", 4).await;
        let listed =
            key("Listed").level(Section::Users, 1).from("192.0.2.10").program(&app, &admin.browser).await;
        for program in [app.program_by_password("bill", PASSWORD).elsewhere([198, 51, 100, 7]), listed] {
            for name in ["x-forwarded-for", "x-real-ip", "cf-connecting-ip", "forwarded", "true-client-ip"] {
                let value = if name == "forwarded" { "for=192.0.2.10" } else { "192.0.2.10" };
                let asked = program.send(Method::GET, "/me", None, &[(name, value)]).await;
                assert!(asked.status == 401 || asked.status == 429, "{name}: {}", asked.gist());
            }
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_passwords_are_counted_and_a_good_one_from_there_goes_on_once_it_was_known() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        api_sub_admin(&app, &admin, "bill", 4).await;
        let wrong = app.program_by_password("bill", OTHER);
        for _ in 0..5 {
            assert_eq!(wrong.get("/me").await.gist(), "401 wrong_credentials");
        }
        assert_eq!(wrong.get("/me").await.gist(), "429 too_many_guesses");
        let right = app.program_by_password("bill", PASSWORD);
        assert_eq!(right.get("/me").await.gist(), "429 too_many_guesses");
        app.wait(limits::GUESS_WAIT);
        assert_eq!(right.get("/me").await.gist(), "200");
        for _ in 0..5 {
            assert_eq!(wrong.get("/me").await.gist(), "401 wrong_credentials", "the success reset the count");
        }
    })
    .await;
}

#[tokio::test]
async fn wrong_keys_are_counted_for_their_network_and_never_shut_out_a_good_one() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let good = key("Good").level(Section::Users, 1).program(&app, &admin.browser).await;
        let wrong = app.program(format!("Bearer bwk_{}", "b".repeat(52)));
        for _ in 0..5 {
            assert_eq!(wrong.get("/me").await.gist(), "401 wrong_credentials");
        }
        assert_eq!(wrong.get("/me").await.gist(), "429 too_many_guesses");
        assert_eq!(app.program("Bearer rubbish").get("/me").await.gist(), "429 too_many_guesses");
        assert_eq!(good.get("/me").await.gist(), "200");
        assert_eq!(log(&app).await.len(), 6, "what is refused unseen is not noted");
    })
    .await;
}

#[tokio::test]
async fn a_persons_password_is_answered_by_what_to_use_instead_once_it_is_right() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        app.sub_admin(&admin, "ann").level(Section::Users, 2).add().await;
        for name in ["acme", "ann", "ACME"] {
            assert_eq!(app.program_by_password(name, PASSWORD).get("/me").await.gist(), "403 api_needs_key");
            assert_eq!(app.program_by_password(name, OTHER).get("/me").await.gist(), "401 wrong_credentials");
        }
        app.staff().await;
        let staff = app.program_by_password("owner", PASSWORD).get("/me").await;
        assert_eq!(staff.gist(), "401 wrong_credentials", "staff has keys alone");
        assert!(log(&app).await.contains(&"ann needs_key".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn ap_06_an_api_sub_admins_password_and_a_key_open_nothing_but_the_api() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        app.mailbox(domain, "ann").await;
        api_sub_admin(&app, &admin, "bill", 4).await;
        let text = key("Billing").level(Section::Users, 2).make(&admin.browser).await;
        for portal in [Portal::Admin, Portal::Staff, Portal::Mail] {
            let browser = app.browser(portal);
            for (name, password) in [("bill", PASSWORD), ("acme", text.as_str()), ("bill", text.as_str())] {
                let seen = browser.fill("/sign-in", &[("username", name), ("password", password)]).await;
                assert_ne!(seen.gist(), "303 /", "{portal:?} {name}");
            }
            let bearer = format!("Bearer {text}");
            let headers = [("authorization", bearer.as_str())];
            let seen = browser.send(Method::GET, "/mailboxes", axum::body::Body::empty(), &headers).await;
            assert_ne!(seen.status, 200);
        }
        assert_eq!(app.program_by_password("ann@acme.test", PASSWORD).get("/me").await.status, 401);
        let as_password = app.program_by_password("bill", &text).get("/me").await;
        assert_eq!(as_password.gist(), "401 wrong_credentials");
        let in_query = app.stranger().get(&format!("/me?key={text}")).await;
        assert_eq!(in_query.status, 401);
    })
    .await;
}

#[tokio::test]
async fn ap_08_a_key_is_dead_at_the_next_request_whatever_it_died_of() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let make = async |name: &str| key(name).level(Section::Users, 1).program(&app, &admin.browser).await;
        let alive = async |of: &crate::testkit::Program| of.get("/mailboxes").await.gist();

        let removed = make("Removed").await;
        assert_eq!(alive(&removed).await, "200");
        let path = path_of_first(&admin.browser, "/api-keys").await;
        assert_eq!(
            admin.browser.fill(&format!("{path}/remove"), &[]).await.gist(),
            "303 /api-keys?done=key-removed"
        );
        assert_eq!(alive(&removed).await, "401 wrong_credentials");

        let old = make("Renewed").await;
        let path = path_of_first(&admin.browser, "/api-keys").await;
        let renewed = admin.browser.fill(&format!("{path}/renew"), &[("own_password", PASSWORD)]).await;
        let fresh = app.program(format!("Bearer {}", secret(&renewed)));
        assert_eq!(
            (alive(&old).await.as_str(), alive(&fresh).await.as_str()),
            ("401 wrong_credentials", "200")
        );

        let people = People::new(app.core().clone());
        let (acme, _) = people.by_name(&app.operator(), Realm::Admin, "acme").await.expect("acme");
        people.disable(&app.operator(), acme.id()).await.expect("disabled");
        assert_eq!(alive(&fresh).await, "401 wrong_credentials");
        assert!(log(&app).await.contains(&"acme closed".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn ap_08_what_an_api_sub_admin_loses_its_program_has_lost_at_the_next_request() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let id = api_sub_admin(&app, &admin, "bill", 2).await;
        let bill = app.program_by_password("bill", PASSWORD);
        let added = json!({"address": "a@acme.test", "name": "A", "quota_bytes": 1_000_000, "password": "vexing quilt mango"});
        assert_eq!(bill.post("/mailboxes", added.clone()).await.status, 201);
        app.meddle("UPDATE grants SET permissions = 'mailbox.view' WHERE role = 'sub_admin'").await;
        assert_eq!(bill.post("/mailboxes", added).await.gist(), "403 not_permitted");
        app.meddle("UPDATE grants SET expires_at = 1 WHERE role = 'sub_admin'").await;
        assert_eq!(bill.get("/mailboxes").await.gist(), "403 not_permitted");
        app.meddle("UPDATE login_networks SET network = '198.51.100.0/24'").await;
        assert_eq!(bill.get("/mailboxes").await.gist(), "401 wrong_credentials");
        app.meddle("DELETE FROM login_networks").await;
        assert_eq!(bill.elsewhere([198, 51, 100, 7]).get("/me").await.status, 401, "an empty list is no list");
        app.meddle("UPDATE logins SET networks_only = FALSE WHERE name = 'bill'").await;
        assert_eq!(bill.get("/me").await.status, 401, "without a list its access is off");
        assert_eq!(admin.browser.fill(&format!("/sub-admins/{id}/remove"), &[]).await.status, 303);
        assert_eq!(bill.elsewhere([203, 0, 113, 5]).get("/me").await.gist(), "401 wrong_credentials");
        assert!(domain.0 > 0);
    })
    .await;
}

#[tokio::test]
async fn a_key_expires_to_the_millisecond() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let robot = key("New year")
            .level(Section::Users, 1)
            .field("until", "2026-01-01")
            .program(&app, &admin.browser)
            .await;
        app.wait(Duration::from_millis(86_400_000 - 1));
        assert_eq!(robot.get("/mailboxes").await.gist(), "200");
        app.wait(Duration::from_millis(1));
        assert_eq!(robot.get("/mailboxes").await.gist(), "401 wrong_credentials");
        assert!(log(&app).await.contains(&"acme key_expired".to_owned()));
        app.sign_in(&admin.browser, "acme", PASSWORD).await;
        let page = admin.browser.get(&path_of_first(&admin.browser, "/api-keys").await).await;
        assert!(page.says("Its last day is over"), "{}", page.words());
    })
    .await;
}

#[tokio::test]
async fn se_03_a_new_password_stops_the_keys_of_a_login_until_they_are_renewed() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let other = app.main_admin("globex").await;
        let first = key("One").level(Section::Users, 1).program(&app, &admin.browser).await;
        let second = key("Two").level(Section::Users, 1).program(&app, &admin.browser).await;
        let theirs = key("One").level(Section::Users, 1).program(&app, &other.browser).await;
        let fields = [("present", PASSWORD), ("new", OTHER), ("repeated", OTHER)];
        assert_eq!(admin.browser.fill("/password", &fields).await.status, 303);
        for dead in [&first, &second] {
            assert_eq!(dead.get("/mailboxes").await.gist(), "401 wrong_credentials");
        }
        assert_eq!(theirs.get("/mailboxes").await.gist(), "200");
        let path = path_of_first(&admin.browser, "/api-keys").await;
        let page = admin.browser.get(&path).await;
        assert!(page.says("so the key was stopped"), "{}", page.words());
        let renewed = admin.browser.fill(&format!("{path}/renew"), &[("own_password", OTHER)]).await;
        let fresh = app.program(format!("Bearer {}", secret(&renewed)));
        assert_eq!(fresh.get("/mailboxes").await.gist(), "200");
        assert_eq!(second.get("/mailboxes").await.status, 401, "the old secret stays dead");
    })
    .await;
}

#[tokio::test]
async fn an_28_whoever_must_first_choose_a_password_comes_by_no_program() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        api_sub_admin(&app, &admin, "bill", 4).await;
        let robot = key("Billing").level(Section::Users, 1).program(&app, &admin.browser).await;
        app.meddle("UPDATE logins SET password_one_time = TRUE").await;
        assert_eq!(robot.get("/me").await.gist(), "401 wrong_credentials");
        assert_eq!(
            app.program_by_password("bill", PASSWORD).get("/me").await.gist(),
            "401 wrong_credentials"
        );
        app.meddle("UPDATE logins SET password_one_time = FALSE").await;
        app.meddle("UPDATE tenants SET status = 'suspended'").await;
        assert_eq!(robot.get("/me").await.gist(), "401 wrong_credentials");
        assert_eq!(
            app.program_by_password("bill", PASSWORD).get("/me").await.gist(),
            "401 wrong_credentials"
        );
        let log = log(&app).await;
        assert_eq!(log, ["acme closed", "bill password_change_due", "acme closed", "bill closed"]);
    })
    .await;
}

#[tokio::test]
async fn ap_05_no_program_changes_from_where_it_may_come() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let id = api_sub_admin(&app, &admin, "bill", 4).await;
        api_sub_admin(&app, &admin, "peer", 4).await;
        let path = format!("/sub-admins/{id}");
        let wider = json!({"networks": [{"network": "198.51.100.0/24", "description": ""}]});
        for name in ["bill", "peer"] {
            let program = app.program_by_password(name, PASSWORD);
            assert_eq!(program.patch(&path, wider.clone()).await.gist(), "403 not_permitted", "{name}");
        }
        assert_eq!(app.stranger().patch(&path, wider.clone()).await.status, 401);
        let owners =
            key("Owner's").level(Section::Users, 4).from("192.0.2.0/24").and("power", "sub_admin.manage");
        let robot = owners.program(&app, &admin.browser).await;
        let with_password = json!({"networks": wider["networks"], "own_password": PASSWORD});
        assert_eq!(robot.patch(&path, with_password).await.gist(), "403 not_by_program");
        assert_eq!(app.program_by_password("bill", PASSWORD).get("/me").await.gist(), "200");
    })
    .await;
}
