//! Refusals, and the pages that explain access, as people see them.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use bailiwick_base::authz::{Held, Permission, PermissionSet, Profile, Realm, Scope, Section, Why};
use bailiwick_base::db::{Query, sql};
use bailiwick_base::words::{DomainId, LoginId, TenantId, Timestamp};
use bailiwick_base::{Code, Error};

use super::{Explanations, Question, why};
use crate::settings::Portal;
use crate::testkit::{Admin, Browser, PASSWORD, Seen, TestApp, on_each_engine};

/// A Sub-Admin as it stands in the database, with the password of its main Admin; not signed in.
async fn sub_admin(app: &TestApp, admin: &Admin, name: &str) -> LoginId {
    let mut tx = app.core().db().write(&app.operator()).await.expect("a transaction");
    let login = sql(
        "INSERT INTO logins (realm, name, full_name, tenant_id, status, password, password_at, recovery_address, created_at) \
         SELECT 'admin', $, '', tenant_id, 'active', password, password_at, $, created_at FROM logins \
         WHERE realm = 'admin' AND name = $ RETURNING id",
    )
    .bind(name)
    .bind(format!("{name}@outside.example"))
    .bind(admin.name.as_str());
    let (id,): (LoginId,) = tx.one(login).await.expect("a login");
    tx.commit(bailiwick_base::authz::Events::none("a test's Sub-Admin")).await.expect("committed");
    id
}

/// Gives it something, as the main Admin.
async fn grant(
    app: &TestApp,
    (admin, login): (&Admin, LoginId),
    permissions: PermissionSet,
    scope: Scope,
    until: Option<Timestamp>,
) {
    let mut tx = app.core().db().write(&app.operator()).await.expect("a transaction");
    let (kind, id) = scope.to_stored();
    let now = tx.now();
    let statement = sql(
        "INSERT INTO grants (login_id, role, permissions, scope_kind, scope_id, tenant_id, given_by_name, note, created_at, expires_at) \
         VALUES ($, 'sub_admin', $, $, $, $, $, 'for the tests', $, $)",
    )
    .bind(login)
    .bind(permissions.to_stored())
    .bind(kind)
    .bind(id)
    .bind(admin.tenant)
    .bind(admin.name.as_str())
    .bind(now)
    .bind(until);
    tx.run(statement).await.expect("given");
    tx.commit(bailiwick_base::authz::Events::none("a test's grant")).await.expect("committed");
}

async fn signed_in(app: &TestApp, name: &str) -> Browser {
    let browser = app.browser(Portal::Admin);
    app.sign_in(&browser, name, PASSWORD).await;
    browser
}

fn users(level: usize) -> PermissionSet {
    Section::Users.level(level).expect("a level")
}

/// A tenant with two domains and the Sub-Admin bob.
struct House {
    acme: Admin,
    one: DomainId,
    two: DomainId,
    bob: LoginId,
}

async fn house(app: &TestApp) -> House {
    let acme = app.main_admin("acme").await;
    let one = app.domain(&acme, "one.test").await;
    let two = app.domain(&acme, "two.test").await;
    let bob = sub_admin(app, &acme, "bob").await;
    House { acme, one, two, bob }
}

/// The words of the card of a refusal, from its title to its link.
fn told(seen: &Seen) -> String {
    let words = seen.words();
    let start = words.find("Your access does not include this.").expect("a refusal");
    let words = &words[start..];
    let words = words
        .strip_prefix("Your access does not include this. · Bailiwick")
        .map_or(words, |rest| &rest[rest.find("Your access does not include this.").unwrap_or_default()..]);
    words[..words.find("Go to the start page").expect("a link back")].trim().to_owned()
}

#[tokio::test]
async fn ve_03_a_refusal_says_what_was_needed_what_is_held_and_who_can_help() {
    on_each_engine(async |app| {
        let House { acme, one, bob, .. } = house(&app).await;
        let carol = sub_admin(&app, &acme, "carol").await;
        grant(&app, (&acme, carol), users(5), Scope::Tenant(acme.tenant), None).await;
        grant(&app, (&acme, bob), users(2), Scope::Domain(one), None).await;
        let bob = signed_in(&app, "bob").await;
        let refused = bob.get("/aliases").await;
        assert_eq!(refused.status, 403);
        assert_eq!(
            told(&refused),
            "Your access does not include this. To do this you need: see aliases (Aliases 1, View). \
             What is missing Nothing that was given includes it. What you have Users 2 (View, Add) \
             for one.test, given by acme on 2026-01-01 00:00:00 (UTC) Who can help Ask acme, who gave \
             you your access, or the main Admin."
        );
        for other in ["carol", "two.test", "Users 5"] {
            assert!(!refused.body.contains(other), "{other}: only one's own grants are told");
        }
        let unknown = bob.get("/aliases/als_7zz").await;
        assert_eq!(told(&unknown), told(&refused), "the section and every id alike");
    })
    .await;
}

#[tokio::test]
async fn the_problem_document_explains_a_refusal() {
    on_each_engine(async |app| {
        let House { acme, one, bob, .. } = house(&app).await;
        let until = app.clock().now().after(Duration::from_hours(48));
        grant(&app, (&acme, bob), users(2), Scope::Domain(one), Some(until)).await;
        let bob = signed_in(&app, "bob").await;
        let refused =
            bob.send(Method::GET, "/domains", Body::empty(), &[("accept", "application/problem+json")]).await;
        assert_eq!(refused.status, 403);
        let document: serde_json::Value = serde_json::from_str(&refused.body).expect("JSON");
        assert_eq!(document["code"], "not_permitted");
        let held = serde_json::json!({
            "access": ["Users 2 (View, Add)"],
            "domain_id": one.to_string(),
            "from": "acme",
            "note": null,
            "over": false,
            "permissions": ["mailbox.view", "mailbox.add"],
            "role": "sub_admin",
            "scope": "domain",
            "scope_name": "one.test",
            "since": "2026-01-01T00:00:00.000Z",
            "until": "2026-01-03T00:00:00.000Z",
        });
        let expected = serde_json::json!({
            "needs": "domain.view",
            "needs_in_words": "see domains",
            "why": "not_included",
            "why_in_words": "Nothing that was given includes it.",
            "held": [held],
        });
        assert_eq!(document["explanation"], expected);
    })
    .await;
}

#[tokio::test]
async fn a_piece_of_a_page_is_refused_in_one_sentence() {
    on_each_engine(async |app| {
        let House { acme, bob, .. } = house(&app).await;
        grant(&app, (&acme, bob), users(1), Scope::Tenant(acme.tenant), None).await;
        let bob = signed_in(&app, "bob").await;
        let refused = bob.send(Method::GET, "/domains", Body::empty(), &[("hx-request", "true")]).await;
        assert_eq!(refused.status, 403);
        assert_eq!(
            refused.words(),
            "Your access does not include this. To do this you need: see domains (Domains 1, View)."
        );
    })
    .await;
}

#[tokio::test]
async fn what_is_missing_is_told_by_its_kind() {
    on_each_engine(async |app| {
        let House { acme, one, two, bob } = house(&app).await;
        let whole = Scope::Tenant(acme.tenant);
        let soon = app.clock().now().after(Duration::from_hours(1));
        grant(&app, (&acme, bob), users(1), whole, None).await;
        grant(&app, (&acme, bob), users(3), Scope::Domain(one), None).await;
        grant(&app, (&acme, bob), users(4), Scope::Domain(two), Some(soon)).await;
        let (ann, pat) = (app.mailbox(one, "ann").await, app.mailbox(two, "pat").await);
        app.wait(Duration::from_hours(2));
        let bob = signed_in(&app, "bob").await;
        let disable = async |user: &crate::testkit::User| {
            bob.get("/access").await;
            bob.post(&format!("/mailboxes/{}/disable", user.id), &[]).await
        };
        assert_eq!(disable(&ann).await.status, 303);
        let ended = disable(&pat).await;
        assert_eq!(ended.status, 403);
        assert!(ended.says("It was given, and ended on 2026-01-01 01:00:00 (UTC)."), "{}", ended.words());
        let domain_only = sub_admin(&app, &acme, "dan").await;
        grant(&app, (&acme, domain_only), users(1), whole, None).await;
        grant(&app, (&acme, domain_only), users(3), Scope::Domain(one), None).await;
        let dan = signed_in(&app, "dan").await;
        dan.get("/access").await;
        let elsewhere = dan.post(&format!("/mailboxes/{}/disable", pat.id), &[]).await;
        assert_eq!(elsewhere.status, 403);
        assert!(elsewhere.says("It is given for one.test only."), "{}", elsewhere.words());
    })
    .await;
}

#[tokio::test]
async fn everybody_sees_their_own_access_and_a_sub_admin_nobody_elses() {
    on_each_engine(async |app| {
        let House { acme, one, bob: id, .. } = house(&app).await;
        let soon = app.clock().now().after(Duration::from_hours(1));
        grant(&app, (&acme, id), users(2), Scope::Domain(one), None).await;
        grant(&app, (&acme, id), Profile::Auditor.permissions(), Scope::Domain(one), Some(soon)).await;
        app.wait(Duration::from_hours(2));
        let bob = signed_in(&app, "bob").await;
        let own = bob.get("/access").await;
        assert_eq!(own.status, 200);
        for said in [
            "Your access Sub-Admin",
            "Users 2 (View, Add)",
            "for one.test",
            "given by acme on 2026-01-01 00:00:00 (UTC)",
            "Ended ended on 2026-01-01 01:00:00 (UTC)",
            "Users 2 – Add for one.test",
            "Account History No access",
            "View (included) Add (included) Update (not included)",
            "manage Sub-Admins (not included)",
            "any network",
        ] {
            assert!(own.says(said), "{said}: {}", own.words());
        }
        assert!(!own.says("for the tests"), "notes are the giver's");
        assert!(!own.body.contains("/access/who"));

        app.sign_in(&acme.browser, "acme", PASSWORD).await;
        let seen = acme.browser.get(&format!("/access/{id}")).await;
        assert!(seen.says("What bob can do") && seen.says("for the tests"), "{}", seen.words());
        assert!(acme.browser.get("/access").await.says("Everything, as the main Admin"));

        let mut refusals = Vec::new();
        for path in [format!("/access/{id}"), "/access/log_7zz".to_owned(), "/access/who".to_owned()] {
            let refused = bob.get(&path).await;
            assert_eq!(refused.status, 403, "{path}");
            refusals.push(told(&refused));
        }
        refusals.dedup();
        assert_eq!(refusals.len(), 1, "{refusals:?}");
    })
    .await;
}

#[tokio::test]
async fn hz_01_logins_and_things_of_another_tenant_are_as_unknown_ones() {
    on_each_engine(async |app| {
        let House { acme, .. } = house(&app).await;
        let zebra = app.main_admin("zebra").await;
        let domain = app.domain(&zebra, "zebra.test").await;
        app.mailbox(domain, "zoe").await;
        let foreign = sub_admin(&app, &zebra, "zack").await;
        let gist = async |path: &str| {
            let seen = acme.browser.get(path).await;
            (seen.status, seen.words().split(" Request ").next().unwrap_or_default().to_owned())
        };
        assert_eq!(gist(&format!("/access/{foreign}")).await, gist("/access/log_7zz").await);
        assert_eq!(gist(&format!("/access/{foreign}")).await.0, 404);
        let what_if = async |id: &str| gist(&format!("/access/what-if?login={id}")).await;
        assert_eq!(what_if(&foreign.to_string()).await, what_if("log_7zz").await);
        for (foreign, unknown) in [
            ("zebra.test", "nobody.test"),
            ("zoe@zebra.test", "zoe@nobody.test"),
            ("zoe@zebra.test", "zoe@one.test"),
        ] {
            let ask = async |object: &str| {
                gist(&format!("/access/who?action=mailbox.update&object={object}")).await
            };
            let (one, other) = (ask(foreign).await, ask(unknown).await);
            assert_eq!(one.0, 422, "{}", one.1);
            assert_eq!(one, other, "{foreign} and {unknown}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_main_admin_learns_who_can_do_something_and_by_which_grant() {
    on_each_engine(async |app| {
        app.staff().await;
        let House { acme, one, two, bob } = house(&app).await;
        grant(&app, (&acme, bob), users(3), Scope::Domain(one), None).await;
        sub_admin(&app, &acme, "carol").await;
        app.mailbox(one, "ann").await;
        app.mailbox(two, "pat").await;
        let ask = async |object: &str| {
            let path = format!("/access/who?action=mailbox.update&object={object}");
            let seen = acme.browser.get(&path).await;
            assert_eq!(seen.status, 200, "{}", seen.words());
            let words = seen.words();
            let start = words.find("Who can change a user’s name and quota").expect("an answer");
            words[start..].to_owned()
        };
        let here = ask("ann@one.test").await;
        assert_eq!(
            here,
            "Who can change a user’s name and quota: ann@one.test It begins at: Users 3, Update. Who \
             can do something Name Answer Because of acme Can Everything, as the main Admin for all \
             domains, given by the provider on 2026-01-01 00:00:00 (UTC) bob Can Users 3 (View, Add, \
             Update) for one.test, given by acme on 2026-01-01 00:00:00 (UTC) 1 login can’t Who can \
             do something Name Answer Because of carol Can’t Nothing was given. 1 of your provider’s \
             people could do it by signing in as the main Admin. It would stand in the Account \
             History."
        );
        let there = ask("pat@two.test").await;
        let apart = there.find("2 logins can’t").expect("those who can't are told apart");
        assert!(there[apart..].contains("bob Can’t It is given for one.test only."), "{there}");
        let anywhere = ask("").await;
        assert!(anywhere.contains("bob In part It is given for one.test only."), "{anywhere}");
        let never = acme.browser.get("/access/who?action=mailbox.set_password").await;
        assert!(never.says("Your provider can’t do it"), "{}", never.words());
        let unknown = acme.browser.get("/access/who?action=mailbox.open").await;
        assert_eq!(unknown.status, 422);
    })
    .await;
}

#[tokio::test]
async fn k3_who_reaches_somebody_above_is_told_apart() {
    on_each_engine(async |app| {
        let House { acme, one, bob, .. } = house(&app).await;
        grant(&app, (&acme, bob), users(5), Scope::Tenant(acme.tenant), None).await;
        let ann = app.mailbox(one, "ann").await;
        let mut tx = app.core().db().write(&app.operator()).await.expect("a transaction");
        tx.run(sql("UPDATE logins SET recovery_address = 'ann@one.test' WHERE name = 'acme'"))
            .await
            .expect("set");
        tx.commit(bailiwick_base::authz::Events::none("a test's recovery address")).await.expect("committed");
        let seen = acme.browser.get("/access/who?action=mailbox.remove&object=ann@one.test").await;
        assert!(seen.says("acme Can Everything, as the main Admin"), "{}", seen.words());
        assert!(
            seen.says(
                "bob Can’t Mail for the recovery of somebody of the same or a higher rank passes through it."
            ),
            "{}",
            seen.words()
        );
        let bob = signed_in(&app, "bob").await;
        let path = format!("/mailboxes/{}/remove", ann.id);
        let refused = bob.fill(&path, &[("confirm", "ann@one.test")]).await;
        assert_eq!(refused.status, 403);
        assert!(refused.says("This reaches somebody above you."), "{}", refused.words());
        assert!(!refused.says("main Admin’s"), "whom it reaches is not said: {}", refused.words());
    })
    .await;
}

#[tokio::test]
async fn ve_01_what_the_page_says_is_what_a_request_meets() {
    on_each_engine(async |app| {
        let House { acme, one, two, bob } = house(&app).await;
        let at = [(one, app.mailbox(one, "ann").await), (two, app.mailbox(two, "pat").await)];
        let soon = app.clock().now().after(Duration::from_hours(1));
        let whole = Scope::Tenant(acme.tenant);
        let people = [
            ("bob", bob, vec![(users(1), whole, None), (users(3), Scope::Domain(one), None)]),
            (
                "dan",
                sub_admin(&app, &acme, "dan").await,
                vec![(users(4), whole, Some(soon)), (users(1), whole, None)],
            ),
            ("eve", sub_admin(&app, &acme, "eve").await, vec![(users(3), Scope::Domain(two), None)]),
            (
                "fay",
                sub_admin(&app, &acme, "fay").await,
                vec![(Profile::HelpDesk.permissions(), whole, None)],
            ),
        ];
        for (_, login, grants) in &people {
            for (set, scope, until) in grants {
                grant(&app, (&acme, *login), *set, *scope, *until).await;
            }
        }
        app.wait(Duration::from_hours(2));
        let explanations = Explanations::new(app.core().clone());
        let mut said = Vec::new();
        for (name, ..) in &people {
            let browser = signed_in(&app, name).await;
            for (_, user) in &at {
                browser.get("/access").await;
                let met = browser.post(&format!("/mailboxes/{}/enable", user.id), &[]).await;
                let question = Question::parse("mailbox.enable", &user.address).expect("a question");
                let answer = explanations
                    .why(&app.operator(), (Realm::Admin, *name), &question)
                    .await
                    .expect("an answer");
                assert_eq!(answer.may, met.status == 303, "{name} {}: {}", user.address, met.words());
                said.push(format!("{name} {}: {}", user.address, why(&answer.explanation)));
            }
        }
        let expected = [
            "bob ann@one.test: It is given.",
            "bob pat@two.test: It is given for one.test only.",
            "dan ann@one.test: It was given, and ended on 2026-01-01 01:00:00 (UTC).",
            "dan pat@two.test: It was given, and ended on 2026-01-01 01:00:00 (UTC).",
            "eve ann@one.test: It is given for two.test only.",
            "eve pat@two.test: It is given.",
            "fay ann@one.test: Nothing that was given includes it.",
            "fay pat@two.test: Nothing that was given includes it.",
        ];
        assert_eq!(said, expected);
    })
    .await;
}

#[tokio::test]
async fn a_change_is_tried_without_being_made() {
    on_each_engine(async |app| {
        let House { acme, one, bob, .. } = house(&app).await;
        grant(&app, (&acme, bob), users(2), Scope::Domain(one), None).await;
        let before = app.history().await;
        let seen = acme.browser.get(&format!("/access/what-if?login={bob}&profile=auditor&users=3")).await;
        assert_eq!(seen.status, 200, "{}", seen.words());
        let words = seen.words();
        let start = words.find("What would change for bob").expect("an answer");
        assert_eq!(
            &words[start..],
            "What would change for bob Could do then Account History: see the Account History for \
             one.test Users: change users for one.test Users: send users a link to set a new password \
             for one.test Domains: see domains for one.test Aliases: see aliases for one.test"
        );
        assert!(!seen.body.contains(">acme</option>"), "nobody changes the main Admin's access");
        let same = acme.browser.get(&format!("/access/what-if?login={bob}&users=2")).await;
        assert!(same.says("Nothing would change."), "{}", same.words());
        let wrong = acme.browser.get(&format!("/access/what-if?login={bob}&users=6")).await;
        assert_eq!(wrong.status, 400, "VE-09: {}", wrong.words());
        assert_eq!(app.history().await, before);
        let bob = signed_in(&app, "bob").await;
        assert_eq!(bob.get("/aliases").await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_disabled_login_can_do_nothing_whatever_it_was_given() {
    on_each_engine(async |app| {
        let House { acme, bob, .. } = house(&app).await;
        grant(&app, (&acme, bob), users(5), Scope::Tenant(acme.tenant), None).await;
        let mut tx = app.core().db().write(&app.operator()).await.expect("a transaction");
        tx.run(sql("UPDATE logins SET status = 'disabled' WHERE name = 'bob'")).await.expect("disabled");
        tx.commit(bailiwick_base::authz::Events::none("a test's disabling")).await.expect("committed");
        let explanations = Explanations::new(app.core().clone());
        let question = Question::parse("mailbox.update", "").expect("a question");
        let answer =
            explanations.why(&app.operator(), (Realm::Admin, "bob"), &question).await.expect("an answer");
        assert_eq!((answer.may, answer.explanation.why), (false, Why::Granted));
        let seen = acme.browser.get(&format!("/access/{bob}")).await;
        assert!(seen.says("This login can’t sign in."), "{}", seen.words());
    })
    .await;
}

#[tokio::test]
async fn the_operator_asks_about_staff_and_mistyped_names() {
    on_each_engine(async |app| {
        app.staff().await;
        let House { acme, .. } = house(&app).await;
        let explanations = Explanations::new(app.core().clone());
        let ask = async |realm: Realm, login: &str, action: &str, object: &str| {
            let question = Question::parse(action, object)?;
            explanations.why(&app.operator(), (realm, login), &question).await.map(|answer| answer.may)
        };
        let code = |answer: Result<bool, Error>| answer.map_err(|error| (error.code(), error.to_string()));
        assert_eq!(code(ask(Realm::Staff, "owner", "tenant.suspend", "acme").await), Ok(true));
        assert_eq!(code(ask(Realm::Staff, "OWNER", "mailbox.add", "one.test").await), Ok(false));
        assert_eq!(
            code(ask(Realm::Admin, "acme", "mailbox.add", &acme.tenant.to_string()).await).map_err(|e| e.0),
            Err(Code::ObjectUnknown)
        );
        assert_eq!(code(ask(Realm::Admin, "acme", "tenant.suspend", "acme").await), Ok(false));
        let (unknown, text) = code(ask(Realm::Admin, "bbo", "mailbox.add", "").await).expect_err("unknown");
        assert_eq!(unknown, Code::LoginUnknown);
        assert!(text.contains("Nearly called so: bob."), "{text}");
        assert_eq!(
            code(ask(Realm::Admin, "owner", "mailbox.add", "").await).map_err(|error| error.0),
            Err(Code::LoginUnknown),
            "realms join nothing"
        );
    })
    .await;
}

#[test]
fn held_is_told_without_the_note() {
    let held = Held {
        role: bailiwick_base::authz::Role::SubAdmin,
        permissions: PermissionSet::of(&[Permission::MailboxView]),
        scope: Scope::Tenant(TenantId(1)),
        scope_name: None,
        giver: Some("acme".to_owned()),
        since: None,
        until: None,
        note: "a private remark".to_owned(),
        over: false,
    };
    let explanation = bailiwick_base::authz::Explanation {
        needs: Permission::LogView,
        why: Why::NotIncluded,
        held: vec![held],
    };
    assert!(!super::document(&explanation).to_string().contains("private"));
    assert!(!super::on_page(&explanation).into_string().contains("private"));
}
