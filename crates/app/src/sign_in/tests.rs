use std::time::Duration;

use bailiwick_base::words::limits;

use crate::settings::Portal;
use crate::sign_in::Signing;
use crate::testkit::{PASSWORD, on_each_engine, path_of};

const OTHER: &str = "nimble cactus waltz harbour";

#[tokio::test]
async fn an_31_there_is_no_default_account_and_set_up_works_once() {
    on_each_engine(async |app| {
        let visitor = app.browser(Portal::Staff);
        for (name, password) in [("admin", "admin"), ("root", ""), ("owner", PASSWORD)] {
            assert_eq!(
                visitor.fill("/sign-in", &[("username", name), ("password", password)]).await.status,
                401,
                "{name}"
            );
        }
        let signing = Signing::new(app.core().clone());
        let link = path_of(&signing.set_up_link(&app.operator()).await.expect("a link"));
        let newer = path_of(&signing.set_up_link(&app.operator()).await.expect("a newer link"));
        let fields = [
            ("username", "owner"),
            ("full_name", "Olga"),
            ("email", "olga@outside.example"),
            ("new", PASSWORD),
            ("repeated", PASSWORD),
        ];
        assert_eq!(visitor.fill(&link, &fields).await.status, 404, "a newer link kills the older");
        assert_eq!(visitor.fill(&newer, &fields).await.gist(), "303 /sign-in?done=set-up");
        assert_eq!(visitor.fill(&newer, &fields).await.status, 404, "used up");
        let again = signing.set_up_link(&app.operator()).await.expect_err("it is set up");
        assert_eq!(again.code().key(), "already_set_up");
    })
    .await;
}

#[tokio::test]
async fn se_01_se_11_signing_in_makes_a_new_cookie_of_its_own_kind() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let cookies = staff.cookies();
        assert!(cookies.contains_key("__Host-bw-staff"));
        let signed_in = staff
            .elsewhere([192, 0, 2, 9])
            .fill("/sign-in", &[("username", "owner"), ("password", PASSWORD)])
            .await;
        let cookie =
            signed_in.headers.get("set-cookie").and_then(|value| value.to_str().ok()).unwrap_or_default();
        for part in ["__Host-bw-staff=", "Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(cookie.contains(part), "{part} missing: {cookie}");
        }
        assert_ne!(
            cookies["__Host-bw-staff"],
            cookie.split(['=', ';']).nth(1).unwrap_or_default(),
            "each sign-in has its own"
        );
    })
    .await;
}

#[tokio::test]
async fn se_02_a_session_is_dead_after_signing_out() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let thief = staff.copy();
        assert_eq!(staff.get("/tenants").await.status, 200);
        assert_eq!(staff.post("/sign-out", &[]).await.gist(), "303 /sign-in?done=signed-out");
        assert_eq!(thief.get("/tenants").await.gist(), "303 /sign-in?next=%2Ftenants");
    })
    .await;
}

#[tokio::test]
async fn se_09_a_session_ends_when_it_rests_too_long_and_at_the_latest_after_half_a_day() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        app.wait(limits::SESSION_IDLE + Duration::from_secs(1));
        assert_eq!(staff.get("/").await.status, 303, "rested too long");
        app.sign_in(&staff, "owner", PASSWORD).await;
        for _ in 0..28 {
            app.wait(Duration::from_mins(25));
            assert_eq!(staff.get("/").await.status, 200, "it is used all the time");
            app.until_last_use_is_noted().await;
        }
        app.wait(Duration::from_mins(25));
        assert_eq!(staff.get("/").await.status, 303, "the absolute limit holds however busy it is");
    })
    .await;
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_are_answered_alike() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let visitor = admin.browser.elsewhere([198, 51, 100, 7]);
        let wrong = visitor.fill("/sign-in", &[("username", "acme"), ("password", "not the password")]).await;
        let nobody =
            visitor.fill("/sign-in", &[("username", "nobody"), ("password", "not the password")]).await;
        assert_eq!((wrong.status, nobody.status), (401, 401));
        let same = |seen: &crate::testkit::Seen| seen.body.replace("acme", "X").replace("nobody", "X");
        let without_token = |body: String| body.split("name=\"csrf\"").next().unwrap_or_default().to_owned();
        assert_eq!(without_token(same(&wrong)), without_token(same(&nobody)));
    })
    .await;
}

#[tokio::test]
async fn an_05_guessing_is_throttled_for_strangers_and_the_rightful_user_still_gets_in() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        for network in 0..20_u8 {
            let stranger = admin.browser.elsewhere([198, 51, network, 7]);
            stranger.fill("/sign-in", &[("username", "acme"), ("password", "wrong guess here")]).await;
        }
        let stranger = admin.browser.elsewhere([203, 0, 113, 7]);
        let seen = stranger.fill("/sign-in", &[("username", "acme"), ("password", PASSWORD)]).await;
        assert_eq!(seen.status, 429, "a network never seen is not even asked: {}", seen.words());
        let usual = admin.browser.elsewhere([192, 0, 2, 77]);
        assert_eq!(
            usual.fill("/sign-in", &[("username", "acme"), ("password", PASSWORD)]).await.status,
            303,
            "the usual network"
        );
        app.wait(limits::GUESS_WINDOW + Duration::from_secs(1));
        assert_eq!(
            stranger.fill("/sign-in", &[("username", "acme"), ("password", PASSWORD)]).await.status,
            303,
            "the window is over"
        );
    })
    .await;
}

#[tokio::test]
async fn an_13_a_reset_link_names_the_configured_origin_whatever_the_request_says() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let visitor = admin.browser.elsewhere([198, 51, 100, 7]);
        let evil = visitor
            .send(axum::http::Method::GET, "/recover", axum::body::Body::empty(), &[("host", "evil.example")])
            .await;
        assert_eq!(evil.status, 421, "an unknown host is refused");
        let asked = visitor.fill("/recover", &[("username", "acme")]).await;
        assert_eq!(asked.gist(), "303 /sign-in?done=recovery-sent");
        let link = app.last_link_to("admin.acme@outside.example").await;
        assert!(link.starts_with("http://admin.localhost:8080/link/"), "{link}");
        let nobody = visitor.fill("/recover", &[("username", "nobody")]).await;
        assert_eq!(nobody.gist(), asked.gist());
        assert_eq!(nobody.body, asked.body);
    })
    .await;
}

#[tokio::test]
async fn an_15_a_reset_link_works_once_and_not_after_a_newer_one_or_its_time() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let visitor = admin.browser.elsewhere([198, 51, 100, 7]);
        let set = [("new", OTHER), ("repeated", OTHER)];
        let link = async || {
            visitor.fill("/recover", &[("username", "acme")]).await;
            path_of(&app.last_link_to("admin.acme@outside.example").await)
        };
        let older = link().await;
        let newer = link().await;
        assert_eq!(visitor.fill(&older, &set).await.status, 404, "a newer one kills it");
        assert_eq!(visitor.get(&newer).await.status, 200, "opening changes nothing");
        assert_eq!(visitor.fill(&newer, &set).await.status, 303);
        assert_eq!(visitor.fill(&newer, &set).await.status, 404, "used up");
        let late = link().await;
        app.wait(limits::RESET_LINK + Duration::from_secs(1));
        assert_eq!(visitor.fill(&late, &set).await.status, 404, "expired");
    })
    .await;
}

#[tokio::test]
async fn in_02_an_invitation_works_until_its_last_second() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let invite = async |name: &str| {
            let to = format!("{name}@outside.example");
            let fields = [
                ("domain", domain.to_string()),
                ("username", name.to_owned()),
                ("name", name.to_owned()),
                ("quota", "1".to_owned()),
                ("how", "invite".to_owned()),
                ("recovery", to.clone()),
                ("password", String::new()),
            ];
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
            let added = admin.browser.fill("/mailboxes/new", &fields).await;
            assert_eq!(added.gist(), "303 /mailboxes?done=user-invited", "{}", added.words());
            path_of(&app.last_link_to(&to).await)
        };
        let (in_time, too_late) = (invite("ina").await, invite("late").await);
        let visitor = app.browser(Portal::Mail);
        app.wait(limits::INVITATION.saturating_sub(Duration::from_secs(1)));
        assert_eq!(visitor.fill(&in_time, &[("new", OTHER), ("repeated", OTHER)]).await.status, 303);
        app.wait(Duration::from_secs(2));
        assert_eq!(visitor.fill(&too_late, &[("new", OTHER), ("repeated", OTHER)]).await.status, 404);
    })
    .await;
}

#[tokio::test]
async fn an_18_changing_the_password_needs_the_present_one_and_se_03_ends_all_other_sessions() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let second = admin.browser.elsewhere([192, 0, 2, 50]);
        app.sign_in(&second, "acme", PASSWORD).await;
        let thief = admin.browser.copy();
        let change = async |present: &str, new: &str, repeated: &str| {
            admin
                .browser
                .fill("/password", &[("present", present), ("new", new), ("repeated", repeated)])
                .await
        };
        assert_eq!(change("", OTHER, OTHER).await.status, 422);
        assert_eq!(change("wrong present one", OTHER, OTHER).await.status, 422);
        assert_eq!(change(PASSWORD, "short", "short").await.status, 422);
        assert_eq!(change(PASSWORD, OTHER, "another one").await.status, 422);
        assert_eq!(admin.browser.post("/password", &[("new", OTHER), ("repeated", OTHER)]).await.status, 400);
        assert_eq!(second.get("/").await.status, 200, "nothing has changed so far");
        assert_eq!(change(PASSWORD, OTHER, OTHER).await.gist(), "303 /?done=password-changed");
        assert_eq!(admin.browser.get("/").await.status, 200, "the caller goes on with a new session");
        assert_eq!(second.get("/").await.status, 303);
        assert_eq!(thief.get("/").await.status, 303);
        assert_eq!(
            second.fill("/sign-in", &[("username", "acme"), ("password", PASSWORD)]).await.status,
            401
        );
        app.sign_in(&second, "acme", OTHER).await;
    })
    .await;
}

#[tokio::test]
async fn an_08_with_a_one_time_password_nothing_works_but_changing_it() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let user = app.mailbox(domain, "ann").await;
        let path = format!("/mailboxes/{}/password", user.id);
        let shown = admin.browser.fill(&path, &[("how", "one-time"), ("password", "")]).await;
        let words = shown.words();
        let once = words
            .split_whitespace()
            .find(|word| word.len() == 19 && word.matches('-').count() == 3)
            .expect("shown once");
        app.sign_in(&user.browser, &user.address, once).await;
        assert_eq!(user.browser.get("/panel").await.gist(), "303 /password");
        assert_eq!(user.browser.get("/").await.gist(), "303 /password");
        let changed =
            user.browser.fill("/password", &[("present", once), ("new", OTHER), ("repeated", OTHER)]).await;
        assert_eq!(changed.gist(), "303 /?done=password-changed", "{}", changed.words());
        assert_eq!(user.browser.get("/panel").await.status, 200);
        let told: Vec<String> = app
            .letters()
            .await
            .into_iter()
            .filter(|(_, subject, _)| subject.contains("one-time"))
            .map(|(to, _, _)| to)
            .collect();
        assert_eq!(
            told,
            ["ann@acme.test", "ann@outside.example", "admin.acme@outside.example"],
            "the user and the main Admin are told"
        );
    })
    .await;
}

#[tokio::test]
async fn wx_01_a_form_is_taken_only_from_the_page_and_browser_it_was_shown_in() {
    on_each_engine(async |app| {
        let staff = app.staff().await;
        let other = app.browser(Portal::Staff);
        staff.get("/tenants/new").await;
        let form =
            "name=x&types=typ_1&licences=1&storage=1&domains=1&username=abc&full_name=x&email=a@b.example";
        let send = async |headers: &[(&str, &str)], body: String| {
            let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
            all.extend(headers);
            staff
                .send(axum::http::Method::POST, "/tenants/new", axum::body::Body::from(body), &all)
                .await
                .status
        };
        assert_eq!(send(&[], form.to_owned()).await, 403, "no token");
        other.get("/sign-in").await;
        let foreign =
            other.get("/sign-in").await.between("name=\"csrf\" value=\"", "\"").expect("a token").to_owned();
        assert_eq!(send(&[], format!("csrf={foreign}&{form}")).await, 403, "another browser's token");
        let own = staff
            .get("/tenants/new")
            .await
            .between("name=\"csrf\" value=\"", "\"")
            .expect("a token")
            .to_owned();
        assert_eq!(
            send(&[("origin", "https://evil.example")], format!("csrf={own}&{form}")).await,
            403,
            "a foreign origin"
        );
        assert_eq!(send(&[("origin", "null")], format!("csrf={own}&{form}")).await, 403, "an opaque origin");
        assert_eq!(
            send(&[("sec-fetch-site", "cross-site")], format!("csrf={own}&{form}")).await,
            403,
            "cross-site"
        );
        assert_eq!(send(&[], format!("csrf={own}&{form}&tenant_id=1")).await, 400, "an unknown field");
        assert_eq!(send(&[], format!("csrf={own}&{form}&name=y")).await, 400, "a field twice");
        assert_eq!(
            send(
                &[("origin", "http://staff.localhost:8080"), ("sec-fetch-site", "same-origin")],
                format!("csrf={own}&{form}")
            )
            .await,
            303
        );
    })
    .await;
}

#[tokio::test]
async fn wx_11_every_answer_bears_the_security_headers() {
    on_each_engine(async |app| {
        let visitor = app.browser(Portal::Admin);
        for path in ["/sign-in", "/nowhere", "/tenants", "/health/live", "/assets/nothing.js"] {
            let seen = visitor.get(path).await;
            let header = |name: &str| {
                seen.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
            };
            assert!(header("content-security-policy").contains("default-src 'none'"), "{path}");
            assert!(header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
            assert_eq!(header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(header("cache-control"), "no-store", "{path}");
            assert_eq!(header("referrer-policy"), "same-origin", "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn ap_14_an_error_leaves_as_the_request_wants_it() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let get = async |path: &str, headers: &[(&str, &str)]| {
            admin.browser.send(axum::http::Method::GET, path, axum::body::Body::empty(), headers).await
        };
        let page = get("/mailboxes/mbx_7zz", &[("accept", "text/html")]).await;
        assert_eq!(page.status, 404);
        assert!(page.says("There is nothing here.") && page.body.starts_with("<!DOCTYPE html>"));
        let problem = get("/mailboxes/mbx_7zz", &[("accept", "application/json")]).await;
        assert_eq!(problem.headers["content-type"], "application/problem+json");
        let document: serde_json::Value = serde_json::from_str(&problem.body).expect("JSON");
        assert_eq!(
            (document["code"].as_str(), document["status"].as_i64()),
            (Some("no_such_thing"), Some(404))
        );
        assert!(document["request"].as_str().is_some_and(|number| number.len() == 16));
        let piece = get("/mailboxes/mbx_7zz", &[("hx-request", "true")]).await;
        assert!(piece.status == 404 && !piece.body.contains("<html"), "{}", piece.body);
        let malformed = get("/mailboxes/nobody", &[]).await;
        assert!(malformed.status == 404 && malformed.says("There is nothing here."));
        admin.browser.get("/").await;
        assert_eq!(admin.browser.post("/sign-out", &[]).await.status, 303);
        let signed_out = get("/mailboxes", &[("hx-request", "true")]).await;
        assert_eq!(signed_out.headers["hx-redirect"], "/sign-in?next=%2Fmailboxes");
    })
    .await;
}
