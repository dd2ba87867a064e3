//! No secret gets into any log, whatever way it came and whatever happens on that way (AB-06, K29).

use bailiwick_tests::customer::{User, password_of};
use bailiwick_tests::installation::{Installation, Part, Run};
use bailiwick_tests::questions::wrong_password_of;

/// Forms that take secrets, each with the name of the field.
const FORMS: [(&str, &str, &str); 6] = [
    ("admin", "/sign-in", "password"),
    ("staff", "/sign-in", "password"),
    ("mail", "/sign-in", "password"),
    ("admin", "/recover", "username"),
    ("admin", "/password", "old"),
    ("mail", "/password", "new"),
];

#[tokio::test(flavor = "multi_thread")]
async fn ab_06_every_way_in_is_tried_with_marked_secrets_and_no_log_has_one_even_when_all_is_logged() {
    let house = Installation::start_with_log(Run::Answers, "debug,sqlx=info,hyper=info").await;
    let mut acme = house.customer("acme").await;
    let ann = house.user("ann@acme.test").await;
    let marked = |n: usize| {
        let secret = format!("MARKED-secret-{n}-vexing-quilt");
        house.secrets.add(&secret);
        secret
    };
    let mut n = 0;
    for (portal, path, field) in FORMS {
        n += 1;
        let secret = marked(n);
        let mut browser = house.browser(portal);
        browser.get("/sign-in").await;
        browser.post(path, &[(field, &secret), ("username", "acme-admin"), ("repeated", &secret)]).await;
    }
    // One-time links, as path, query and cookie; and what is no path at all.
    for path in ["/link/", "/set-up/", "/act/", "/security/confirm/", "/nowhere/"] {
        n += 1;
        let secret = marked(n);
        for portal in ["admin", "mail", "staff"] {
            let mut browser = house.browser(portal);
            browser.get(&format!("{path}{secret}")).await;
            browser.get(&format!("{path}?token={secret}")).await;
            browser.post(&format!("{path}{secret}"), &[("new", &secret), ("repeated", &secret)]).await;
        }
    }
    n += 1;
    let secret = marked(n);
    let fields = [
        ("domain", acme.domain_id.as_str()),
        ("username", "bob"),
        ("name", "Bob"),
        ("quota", "nonsense"),
        ("how", "password"),
        ("password", secret.as_str()),
    ];
    let domain_page = acme.admin.clone().get("/mailboxes/new").await;
    assert_eq!(domain_page.status, 200);
    acme.admin.post("/mailboxes/new", &fields).await;
    as_mail_programs_do(&house, &ann).await;
    while_it_fails(&house, &mut acme.admin, &ann).await;

    let log = house.log_text(Part::Serve);
    assert!(log.len() > 10_000, "much was logged");
    assert!(!log.contains("MARKED"), "{:?}", log.lines().find(|line| line.contains("MARKED")));
    for password in [password_of(&ann.address), password_of("acme-admin")] {
        assert!(!log.contains(&password), "{:?}", log.lines().find(|line| line.contains(&password)));
    }
    house.stop().await; // which looks for every secret in every file
}

async fn as_mail_programs_do(house: &Installation, ann: &User) {
    let marked = User { password: "MARKED-secret-sasl-vexing-quilt".to_owned(), ..ann.clone() };
    let nobody = User { address: "nobody@acme.test".to_owned(), ..marked.clone() };
    for user in [ann.clone(), marked, nobody, wrong_password_of(ann)] {
        house.ask_sasl(&user).await;
    }
}

/// The database fails under a change and a sign-in: what is logged then names the failure, not what was sent.
async fn while_it_fails(house: &Installation, admin: &mut bailiwick_tests::browser::Browser, ann: &User) {
    house.cannot_write(Part::Serve, true);
    let secret = "MARKED-secret-failing-vexing-quilt";
    house.secrets.add(secret);
    admin.get("/mailboxes/new").await;
    admin.post("/password", &[("old", secret), ("new", secret), ("repeated", secret)]).await;
    let mut browser = house.browser("mail");
    browser.get("/sign-in").await;
    browser.post("/sign-in", &[("username", &ann.address), ("password", &ann.password)]).await;
    browser.post("/sign-in", &[("username", &ann.address), ("password", secret)]).await;
    house.cannot_write(Part::Serve, false);
}
