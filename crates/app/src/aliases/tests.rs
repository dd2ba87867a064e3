use bailiwick_base::db::{Query, sql};
use bailiwick_base::words::{DomainId, limits};

use crate::testkit::{Admin, Seen, TestApp, on_each_engine};

async fn add(admin: &Admin, domain: DomainId, alias: &str, targets: &str) -> Seen {
    let domain = domain.to_string();
    let form = [("domain", domain.as_str()), ("alias", alias), ("targets", targets)];
    admin.browser.fill("/aliases/new", &form).await
}

/// Adds an alias, which must succeed; its path.
async fn added(admin: &Admin, domain: DomainId, alias: &str, targets: &str) -> String {
    let seen = add(admin, domain, alias, targets).await;
    assert_eq!(seen.gist(), "303 /aliases?done=alias-added", "{}", seen.words());
    let list = admin.browser.get(&format!("/aliases?q={alias}@")).await;
    let id = list.between("href=\"/aliases/als_", "\"").expect("the alias is listed");
    format!("/aliases/als_{id}")
}

async fn retarget(admin: &Admin, path: &str, targets: &str) -> Seen {
    let page = admin.browser.get(path).await;
    let version = page.between("name=\"version\" value=\"", "\"").expect("the version").to_owned();
    admin.browser.post(path, &[("targets", targets), ("version", &version)]).await
}

async fn remove(admin: &Admin, path: &str) -> Seen {
    admin.browser.fill(&format!("{path}/remove"), &[]).await
}

async fn target_rows(app: &TestApp) -> Vec<(i64, String)> {
    let mut tx = app.core().db().read(&app.operator()).await.expect("a transaction");
    tx.all(sql("SELECT id, address FROM alias_targets ORDER BY position, id")).await.expect("rows")
}

#[tokio::test]
async fn an_alias_leads_to_people_here_and_elsewhere() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        assert!(admin.browser.get("/aliases").await.says("There is no verified domain yet."));
        let domain = app.domain(&admin, "acme.test").await;
        app.mailbox(domain, "ann").await;
        let path = added(
            &admin,
            domain,
            "Sales",
            "Ann@ACME.test\r\nann@acme.test\nann+news@acme.test\nb@x.example\nc@x.example",
        )
        .await;
        let list = admin.browser.get("/aliases").await;
        assert!(
            list.says("sales@acme.test ann@acme.test, ann+news@acme.test, b@x.example and 1 more"),
            "{}",
            list.words()
        );
        assert_eq!(retarget(&admin, &path, "c@x.example").await.gist(), format!("303 {path}?done=saved"));
        let history = app.history().await;
        assert!(history.contains(&"acme alias.add sales@acme.test".to_owned()), "{history:?}");
        assert!(history.contains(&"acme alias.update sales@acme.test".to_owned()), "{history:?}");
        assert_eq!(remove(&admin, &path).await.gist(), "303 /aliases?done=alias-removed");
        assert!(admin.browser.get("/aliases").await.says("No aliases yet"));
    })
    .await;
}

#[tokio::test]
async fn mp_19_a_user_and_an_alias_never_have_the_same_address() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        app.mailbox(domain, "user").await;
        added(&admin, domain, "alias", "x@outside.example").await;
        for (name, kind) in
            [("user", "a user"), ("USER", "a user"), ("alias", "an alias"), ("Alias", "an alias")]
        {
            let refused = add(&admin, domain, name, "x@outside.example").await;
            assert_eq!(refused.status, 409, "{name}");
            let words = format!("User already exists. {}@acme.test is already {kind}.", name.to_lowercase());
            assert!(refused.says(&words), "{name}: {}", refused.words());
        }
        let id = domain.to_string();
        let user = [
            ("domain", id.as_str()),
            ("username", "ALIAS"),
            ("name", "A"),
            ("quota", "1"),
            ("how", "invite"),
            ("recovery", "a@outside.example"),
            ("password", ""),
        ];
        let refused = admin.browser.fill("/mailboxes/new", &user).await;
        assert_eq!(refused.status, 409);
        assert!(refused.says("alias@acme.test is already an alias."), "{}", refused.words());
    })
    .await;
}

#[tokio::test]
async fn cc_05_of_two_who_claim_an_address_at_once_exactly_one_has_it() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let id = domain.to_string();
        admin.browser.get("/aliases/new").await;
        for round in 0..5 {
            let name = format!("x{round}");
            let alias = [("domain", id.as_str()), ("alias", name.as_str()), ("targets", "x@outside.example")];
            let user = [
                ("domain", id.as_str()),
                ("username", name.as_str()),
                ("name", "X"),
                ("quota", "1"),
                ("how", "invite"),
                ("recovery", "x@outside.example"),
                ("password", ""),
            ];
            let second = admin.browser.copy();
            let (one, other) = tokio::join!(
                admin.browser.post("/aliases/new", &alias),
                second.post("/mailboxes/new", &user),
            );
            let mut statuses = [one.status, other.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [303, 409], "{}\n{}", one.words(), other.words());
        }
    })
    .await;
}

#[tokio::test]
async fn hz_04_an_alias_in_another_tenants_domain_is_refused_as_if_there_were_no_such_domain() {
    on_each_engine(async |app| {
        let (acme, umbrella) = (app.main_admin("acme").await, app.main_admin("umbrella").await);
        let theirs = app.domain(&umbrella, "umbrella.test").await;
        app.domain(&acme, "acme.test").await;
        assert_eq!(add(&acme, theirs, "spy", "x@outside.example").await.status, 404);
        let path = added(&umbrella, theirs, "info", "x@outside.example").await;
        acme.browser.get("/aliases/new").await;
        assert_eq!(
            acme.browser.post(&path, &[("targets", "x@evil.example"), ("version", "1")]).await.status,
            404
        );
        assert_eq!(acme.browser.post(&format!("{path}/remove"), &[]).await.status, 404);
        assert_eq!(acme.browser.get(&path).await.status, 404);
        assert!(!acme.browser.get("/aliases").await.says("umbrella.test"));
    })
    .await;
}

#[tokio::test]
async fn hz_11_a_target_on_another_tenants_domain_is_like_one_anywhere_else() {
    on_each_engine(async |app| {
        let (acme, umbrella) = (app.main_admin("acme").await, app.main_admin("umbrella").await);
        let mine = app.domain(&acme, "acme.test").await;
        let theirs = app.domain(&umbrella, "umbrella.test").await;
        app.mailbox(theirs, "real").await;
        added(&acme, mine, "one", "real@umbrella.test").await;
        added(&acme, mine, "two", "unreal@umbrella.test").await;
        added(&umbrella, theirs, "back", "one@acme.test").await;
        assert_eq!(
            target_rows(&app).await.len(),
            3,
            "and what leads back through another tenant is outside mail"
        );
    })
    .await;
}

#[tokio::test]
async fn a_target_on_the_tenants_own_domain_must_exist() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let refused = add(&admin, domain, "sales", "x@outside.example\nann@acme.test").await;
        assert_eq!(refused.status, 422);
        assert!(refused.says("ann@acme.test does not exist."), "{}", refused.words());
        added(&admin, domain, "sales", "postmaster@acme.test").await;
        for (targets, words) in [
            (" \n", "An alias needs at least one target."),
            ("ann", "This is not an e-mail address."),
            (many(limits::ALIAS_TARGETS + 1).as_str(), "An alias may have at most 100 targets."),
        ] {
            let refused = add(&admin, domain, "other", targets).await;
            assert_eq!(refused.status, 422, "{targets}");
            assert!(refused.says(words), "{}", refused.words());
        }
        added(&admin, domain, "other", &many(limits::ALIAS_TARGETS)).await;
    })
    .await;
}

fn many(targets: usize) -> String {
    let targets: Vec<String> = (0..targets).map(|number| format!("u{number}@outside.example")).collect();
    targets.join("\n")
}

#[tokio::test]
async fn mp_21_names_the_mail_system_needs_are_allowed_and_odd_ones_refused() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        for name in ["postmaster", "abuse", "catch-all"] {
            added(&admin, domain, name, "x@outside.example").await;
        }
        let long = "a".repeat(65);
        for name in ["mailer-daemon", "alice+x", ".alice", "-alice", long.as_str(), "a@b", ""] {
            let refused = add(&admin, domain, name, "x@outside.example").await;
            assert_eq!(refused.status, 422, "{name}");
            assert!(refused.says("This username cannot be used."), "{name}: {}", refused.words());
        }
    })
    .await;
}

#[tokio::test]
async fn mp_22_loops_and_chains_of_more_than_ten_aliases_are_refused() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let refused = add(&admin, domain, "a1", "a1@acme.test").await;
        assert_eq!(refused.status, 422);
        assert!(refused.says("This alias would lead back to itself."), "{}", refused.words());

        let first = added(&admin, domain, "a1", "x@outside.example").await;
        for number in 2..=10 {
            added(&admin, domain, &format!("a{number}"), &format!("a{}@acme.test", number - 1)).await;
        }
        assert_eq!(add(&admin, domain, "a11", "a10@acme.test").await.status, 422, "an eleventh above ten");
        assert_eq!(retarget(&admin, &first, "a10@acme.test").await.status, 422, "round to its beginning");
        let other = added(&admin, domain, "other", "y@outside.example").await;
        assert_eq!(retarget(&admin, &first, "other@acme.test").await.status, 422, "an eleventh below ten");
        assert_eq!(retarget(&admin, &other, "a1@acme.test").await.status, 303, "two are no chain");
    })
    .await;
}

#[tokio::test]
async fn editing_keeps_the_rows_of_targets_that_stay() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let path = added(&admin, domain, "sales", "a@x.example\nb@x.example\nc@x.example").await;
        let before = target_rows(&app).await;
        assert_eq!(retarget(&admin, &path, "c@x.example\nb@x.example\nd@x.example").await.status, 303);
        let after = target_rows(&app).await;
        let names: Vec<&str> = after.iter().map(|(_, address)| address.as_str()).collect();
        assert_eq!(names, ["c@x.example", "b@x.example", "d@x.example"]);
        assert_eq!((after[0].0, after[1].0), (before[2].0, before[1].0));
        assert!(!before.iter().any(|(id, _)| *id == after[2].0), "a new target has a new row");
        let stale = admin.browser.post(&path, &[("targets", "e@x.example"), ("version", "1")]).await;
        assert_eq!(stale.status, 412, "{}", stale.words());
    })
    .await;
}

#[tokio::test]
async fn k18_a_removed_address_rests_until_it_is_released_and_nothing_leads_to_it() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let ann = added(&admin, domain, "ann", "x@outside.example").await;
        added(&admin, domain, "team", "ann@acme.test\nann+news@acme.test").await;
        assert_eq!(remove(&admin, &ann).await.status, 303);
        assert!(admin.browser.get("/aliases").await.says("team@acme.test Leads nowhere"));

        let refused = add(&admin, domain, "ann", "y@outside.example").await;
        assert_eq!(refused.status, 409);
        assert!(refused.says("ann@acme.test rests until 2026-01-31 00:00:00"), "{}", refused.words());
        let resting = admin.browser.get("/aliases/resting").await;
        assert!(resting.says("ann@acme.test 2026-01-31 00:00:00 UTC Release"), "{}", resting.words());
        let id = resting.between("/aliases/resting/", "/release").expect("a button").to_owned();
        let path = format!("/aliases/resting/{id}/release");

        let stranger = app.main_admin("umbrella").await;
        stranger.browser.get("/aliases/resting").await;
        stranger.browser.get("/domains/new").await;
        assert_eq!(stranger.browser.post(&path, &[]).await.status, 404);
        admin.browser.get("/aliases/resting").await;
        assert_eq!(admin.browser.post(&path, &[]).await.gist(), "303 /aliases/resting?done=address-released");
        assert!(admin.browser.get("/aliases/resting").await.says("No address rests"));
        added(&admin, domain, "ann", "y@outside.example").await;
        let history = app.history().await;
        assert!(history.contains(&"acme address.release ann@acme.test".to_owned()), "{history:?}");
    })
    .await;
}

#[tokio::test]
async fn k18_an_address_is_free_when_its_rest_is_over_and_not_a_moment_before() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let ann = added(&admin, domain, "ann", "x@outside.example").await;
        assert_eq!(remove(&admin, &ann).await.status, 303);
        app.wait(limits::ADDRESS_REST.saturating_sub(std::time::Duration::from_secs(1)));
        app.sign_in(&admin.browser, &admin.name, crate::testkit::PASSWORD).await;
        assert_eq!(add(&admin, domain, "ann", "y@outside.example").await.status, 409);
        app.wait(std::time::Duration::from_secs(1));
        added(&admin, domain, "ann", "y@outside.example").await;
        assert!(admin.browser.get("/aliases/resting").await.says("No address rests"));
    })
    .await;
}

#[tokio::test]
async fn aliases_are_paged_searched_by_prefix_and_filtered_by_domain() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await;
        let other = app.domain(&admin, "other.test").await;
        let aliases = super::Aliases::new(app.core().clone());
        let target = ["x@outside.example".parse().expect("an address")];
        for number in 0..=limits::PAGE {
            let name = format!("a{number:02}").parse().expect("a name");
            aliases.add(&app.operator(), domain, &name, &target).await.expect("an alias");
        }
        added(&admin, other, "zoe", "x@outside.example").await;
        let first = admin.browser.get("/aliases").await;
        assert!(first.says("50 shown") && first.says("a00@acme.test") && !first.says("a50@acme.test"));
        let next = first.between("href=\"/aliases?after=", "\"").expect("a next page").to_owned();
        let second = admin.browser.get(&format!("/aliases?after={next}")).await;
        assert!(second.says("a50@acme.test") && second.says("zoe@other.test"), "{}", second.words());
        let found = admin.browser.get("/aliases?q=A5").await;
        assert!(found.says("a50@acme.test") && !found.says("a05@acme.test"), "{}", found.words());
        assert!(admin.browser.get("/aliases?q=_50").await.says("Nothing found"), "no wildcards");
        let filtered = admin.browser.get(&format!("/aliases?domain={other}")).await;
        assert!(filtered.says("zoe@other.test") && !filtered.says("a00@acme.test"));
        assert!(admin.browser.get("/aliases?domain=x").await.says("Nothing found"), "no domain is called so");
    })
    .await;
}
