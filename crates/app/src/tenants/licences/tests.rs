//! Licences, types and storage under many at once, and who may set them.

use bailiwick_base::Code;
use bailiwick_base::authz::Section;
use bailiwick_base::words::{DomainId, MailboxTypeId, Storage};

use crate::mailbox_types::{MailboxTypes, Terms};
use crate::mailboxes::{Changes, FirstPassword, Mailbox, Mailboxes, NewMailbox};
use crate::tenants::{Licence, Licences, Limits, Tenants};
use crate::testkit::{Admin, Browser, Seen, TestApp, on_each_engine};

const GB: i64 = Storage::GB;

/// A type that the installation offers besides "Standard".
async fn offer(app: &TestApp, name: &str, max_quota: Option<Storage>, position: i64) -> MailboxTypeId {
    let terms = Terms { name: name.parse().expect("a name"), max_quota, position };
    MailboxTypes::new(app.core().clone()).add(&app.operator(), &terms).await.expect("a type").id
}

/// Says how many users of each type a tenant may have.
async fn license(app: &TestApp, admin: &Admin, licences: &[(MailboxTypeId, i64)]) {
    let tenants = Tenants::new(app.core().clone());
    let tenant = tenants.get(&app.operator(), admin.tenant).await.expect("a tenant");
    let name = tenant.name.parse().expect("a name");
    let limits = Limits {
        users: Licences::Of(licences.to_vec()),
        storage: tenant.max_storage,
        domains: tenant.max_domains,
    };
    tenants.update(&app.operator(), tenant.id, tenant.version, &name, &limits).await.expect("licences");
}

/// Two types, "Basic" with at most 5 GB a user and "Enhanced", of which a new tenant has so many licences; of
/// "Standard" it has none.
async fn two_types(app: &TestApp, basic: i64, enhanced: i64) -> (Admin, DomainId, [MailboxTypeId; 2]) {
    let admin = app.main_admin("acme").await;
    let domain = app.domain(&admin, "acme.test").await;
    let kinds = [offer(app, "Basic", Some(Storage::gb(5)), 1).await, offer(app, "Enhanced", None, 2).await];
    license(app, &admin, &[(MailboxTypeId(1), 0), (kinds[0], basic), (kinds[1], enhanced)]).await;
    (admin, domain, kinds)
}

async fn add(
    app: &TestApp,
    domain: DomainId,
    local: &str,
    kind: Option<MailboxTypeId>,
    bytes: i64,
) -> Result<Mailbox, bailiwick_base::Error> {
    let new = NewMailbox {
        local: local.parse().expect("a local part"),
        name: "Some User".parse().expect("a name"),
        quota: Storage::bytes(bytes),
        kind,
        password: FirstPassword::Invitation(format!("{local}@outside.example").parse().expect("an address")),
    };
    Mailboxes::new(app.core().clone()).add(&app.operator(), domain, new).await
}

/// The tenant's licences; the counters must be what is really there.
async fn licences(app: &TestApp, admin: &Admin) -> Vec<Licence> {
    let wrong = app
        .try_statement(
            "UPDATE licences SET used = used WHERE used <> \
             (SELECT count(*) FROM mailboxes m WHERE m.tenant_id = licences.tenant_id AND m.type_id = licences.type_id)",
        )
        .await;
    assert_eq!(wrong, Ok(0), "a counter is not what is there");
    Tenants::new(app.core().clone()).licences(&app.operator(), admin.tenant).await.expect("licences")
}

fn new_user<'f>(
    domain: &'f str,
    username: &'f str,
    kind: &'f str,
    quota: &'f str,
) -> [(&'f str, &'f str); 8] {
    [
        ("domain", domain),
        ("username", username),
        ("name", "Some User"),
        ("kind", kind),
        ("quota", quota),
        ("how", "invite"),
        ("recovery", "user@outside.example"),
        ("password", ""),
    ]
}

/// Sends a user's form with the version the page has now.
async fn edit(browser: &Browser, mailbox: &Mailbox, kind: &str, quota: &str) -> Seen {
    let path = format!("/mailboxes/{}", mailbox.id);
    let page = browser.get(&path).await;
    let version = page.between("name=\"version\" value=\"", "\"").unwrap_or("1").to_owned();
    let fields = [
        ("name", "Some User"),
        ("kind", kind),
        ("quota", quota),
        ("version", version.as_str()),
        ("recovery", "user@outside.example"),
    ];
    browser.post(&path, &fields).await
}

#[tokio::test]
async fn an_admin_chooses_the_type_and_changes_it_within_what_was_bought() {
    on_each_engine(async |app| {
        let (admin, domain, [basic, enhanced]) = two_types(&app, 2, 1).await;
        let (domain, browser) = (domain.to_string(), &admin.browser);
        let page = browser.get("/mailboxes/new").await;
        assert!(page.says("Basic (2 of 2 left, at most 5 GB)"), "{}", page.words());
        assert!(page.says("Enhanced (1 of 1 left)") && !page.says("Standard"), "{}", page.words());

        let large = browser.post("/mailboxes/new", &new_user(&domain, "ann", &basic.to_string(), "6")).await;
        assert_eq!(large.status, 422);
        assert!(large.says("A user of the type Basic can have at most 5 GB"), "{}", large.words());
        for (name, kind) in [("ann", basic), ("bob", enhanced)] {
            let added =
                browser.fill("/mailboxes/new", &new_user(&domain, name, &kind.to_string(), "5")).await;
            assert_eq!(added.status, 303, "{}", added.words());
        }
        let full =
            browser.fill("/mailboxes/new", &new_user(&domain, "carl", &enhanced.to_string(), "1")).await;
        assert_eq!(full.status, 409);
        assert!(full.says("1 of 1 mailboxes of the type Enhanced are used"), "{}", full.words());
        assert!(full.body.contains("https://billing.provider.example/"), "where to buy more");

        let list = browser.get("/mailboxes").await;
        assert!(list.says("Basic 1 / 2 Enhanced 1 / 1"), "a meter for each type: {}", list.words());
        let only = browser.get(&format!("/mailboxes?kind={enhanced}")).await;
        assert!(only.says("bob@acme.test") && !only.says("ann@acme.test"), "{}", only.words());
        assert_eq!(browser.get("/mailboxes?kind=rubbish").await.status, 422);

        let mailboxes = Mailboxes::new(app.core().clone());
        let bob = "bob@acme.test".parse().expect("an address");
        let bob = mailboxes.by_address(&app.operator(), &bob).await.expect("bob");
        let down = edit(browser, &bob, &basic.to_string(), "8").await;
        assert_eq!(down.status, 422, "its quota is too large for the smaller type: {}", down.words());
        assert_eq!(edit(browser, &bob, &basic.to_string(), "3").await.status, 303);
        let ann = "ann@acme.test".parse().expect("an address");
        let ann = mailboxes.by_address(&app.operator(), &ann).await.expect("ann");
        assert_eq!(edit(browser, &ann, &enhanced.to_string(), "20").await.status, 303);
        let used: Vec<i64> = licences(&app, &admin).await.iter().map(|licence| licence.used).collect();
        assert_eq!(used, [1, 1]);
        let history = browser.get("/history").await;
        assert!(history.says("Account type: Enhanced → Basic"), "{}", history.words());
    })
    .await;
}

#[tokio::test]
async fn whoever_chooses_no_type_gets_the_first_with_a_licence_left() {
    on_each_engine(async |app| {
        let (_, domain, [basic, enhanced]) = two_types(&app, 1, 1).await;
        assert_eq!(add(&app, domain, "one", None, GB).await.expect("added").kind, basic);
        assert_eq!(add(&app, domain, "two", None, GB).await.expect("added").kind, enhanced);
        let error = add(&app, domain, "three", None, GB).await.expect_err("nothing is left");
        assert_eq!(error.code(), Code::UserLimitReached);
        let unknown = add(&app, domain, "four", Some(MailboxTypeId(1)), GB).await.expect_err("not licensed");
        assert_eq!((unknown.code(), unknown.field()), (Code::MailboxTypeUnknown, Some("kind")));
    })
    .await;
}

#[tokio::test]
async fn who_is_limited_to_a_domain_reads_the_types_and_no_figures_of_the_tenant() {
    on_each_engine(async |app| {
        let (admin, domain, _) = two_types(&app, 7, 3).await;
        let helper = app.sub_admin(&admin, "helper").level(Section::Users, 4).of(domain).sign_in().await;
        let page = helper.get("/mailboxes/new").await;
        assert!(page.says("Basic (at most 5 GB)") && page.says("Enhanced"), "{}", page.words());
        assert!(!page.says("of 7 left") && !page.says("/ 7"), "{}", page.words());
    })
    .await;
}

#[tokio::test]
async fn staff_sets_licences_by_type_and_never_below_what_is_used() {
    on_each_engine(async |app| {
        let (admin, domain, [basic, enhanced]) = two_types(&app, 3, 1).await;
        add(&app, domain, "one", Some(basic), GB).await.expect("added");
        add(&app, domain, "two", Some(basic), GB).await.expect("added");
        let staff = app.staff().await;
        let path = format!("/tenants/{}", admin.tenant);
        let save = async |basic_licences: &str, enhanced_licences: &str| {
            let page = staff.get(&path).await;
            let version = page.between("name=\"version\" value=\"", "\"").expect("a version").to_owned();
            let (basic, enhanced) = (basic.to_string(), enhanced.to_string());
            let fields = [
                ("name", "acme"),
                ("types", basic.as_str()),
                ("licences", basic_licences),
                ("types", enhanced.as_str()),
                ("licences", enhanced_licences),
                ("storage", "100"),
                ("domains", "5"),
                ("version", version.as_str()),
            ];
            staff.post(&path, &fields).await
        };
        let below = save("1", "4").await;
        assert_eq!(below.status, 422);
        assert!(below.says("2 users are of the type Basic"), "{}", below.words());
        let had: Vec<i64> = licences(&app, &admin).await.iter().map(|licence| licence.licensed).collect();
        assert_eq!(had, [3, 1], "nothing of it was saved");
        assert_eq!(save("x", "4").await.status, 422);
        assert_eq!(save("2", "4").await.status, 303);
        let page = staff.get(&path).await;
        assert!(page.says("Basic 2 / 2 Enhanced 0 / 4"), "{}", page.words());
        assert!(
            page.says("Users by type: Basic: 3, Enhanced: 1 → Basic: 2, Enhanced: 4"),
            "{}",
            page.words()
        );
    })
    .await;
}

#[tokio::test]
async fn ve_23_a_main_admin_never_raises_what_it_may_have() {
    on_each_engine(async |app| {
        let (admin, domain, [basic, _]) = two_types(&app, 1, 1).await;
        let before = licences(&app, &admin).await;
        let (domain, basic) = (domain.to_string(), basic.to_string());
        let tenant = admin.tenant.to_string();
        let browser = &admin.browser;
        browser.get("/mailboxes/new").await;
        for more in [
            ("licences", "100"),
            ("licensed", "100"),
            ("types", basic.as_str()),
            ("max_users", "100"),
            ("unlimited", "yes"),
            ("tenant_id", tenant.as_str()),
        ] {
            let fields: Vec<_> = new_user(&domain, "ann", &basic, "1").into_iter().chain([more]).collect();
            let refused = browser.post("/mailboxes/new", &fields).await;
            assert_eq!(refused.status, 400, "{more:?}: {}", refused.words());
        }
        for path in [format!("/tenants/{tenant}"), "/user-types/new".into(), format!("/user-types/{basic}")] {
            let fields = [("name", "acme"), ("types", basic.as_str()), ("licences", "100"), ("version", "1")];
            assert_eq!(browser.post(&path, &fields).await.status, 404, "{path} is no page of this portal");
        }
        assert_eq!(licences(&app, &admin).await, before);
    })
    .await;
}

#[tokio::test]
async fn cc_01_p10_users_added_at_once_take_exactly_the_licences_that_are_left() {
    on_each_engine(async |app| {
        let (admin, domain, [basic, enhanced]) = two_types(&app, 10, 3).await;
        for number in 0..9 {
            add(&app, domain, &format!("user{number}"), Some(basic), GB).await.expect("added");
        }
        admin.browser.get("/mailboxes/new").await;
        let adds: Vec<_> = (0..64)
            .map(|number| {
                let (browser, domain) = (admin.browser.copy(), domain.to_string());
                // Half of them choose "Basic", the others take what comes first.
                let kind = if number % 2 == 0 { basic.to_string() } else { String::new() };
                tokio::spawn(async move {
                    let username = format!("racer{number}");
                    browser.post("/mailboxes/new", &new_user(&domain, &username, &kind, "1")).await.status
                })
            })
            .collect();
        let mut added = 0;
        for add in adds {
            match add.await.expect("no panic") {
                303 => added += 1,
                409 => {}
                other => panic!("answered {other}"),
            }
        }
        assert_eq!(added, 4, "one of Basic, three of Enhanced");
        let had = licences(&app, &admin).await;
        assert_eq!([had[0].used, had[1].used], [10, 3]);
        assert_eq!((had[0].kind, had[1].kind), (basic, enhanced));
    })
    .await;
}

#[tokio::test]
async fn cc_03_raises_at_once_never_assign_more_storage_than_was_bought() {
    on_each_engine(async |app| {
        let (admin, domain, [_, enhanced]) = two_types(&app, 0, 20).await;
        let mut mailboxes = Vec::new();
        for number in 0..20 {
            // 90 of 100 GB.
            mailboxes
                .push(add(&app, domain, &format!("user{number}"), Some(enhanced), 9 * GB / 2).await.expect("ok"));
        }
        let running: Vec<_> = mailboxes
            .into_iter()
            .map(|mailbox| {
                let browser = admin.browser.copy();
                tokio::spawn(async move {
                    let fields = [("name", "Some User"), ("quota", "9.5"), ("version", "1")];
                    browser.get(&format!("/mailboxes/{}", mailbox.id)).await;
                    let answer = browser.post(&format!("/mailboxes/{}", mailbox.id), &fields).await;
                    (answer.status, answer.words())
                })
            })
            .collect();
        let mut raised = 0;
        for raise in running {
            match raise.await.expect("no panic") {
                (303, _) => raised += 1,
                (409, words) => assert!(words.contains("are left to assign"), "{words}"),
                (other, words) => panic!("answered {other}: {words}"),
            }
        }
        assert_eq!(raised, 2, "10 GB were left for raises of 5 GB");
        let tenant = Tenants::new(app.core().clone()).get(&app.operator(), admin.tenant).await.expect("there");
        assert_eq!(tenant.storage_used, Storage::gb(100));
        let unequal = app
            .try_statement(
                "UPDATE tenants SET storage_used = storage_used WHERE storage_used <> (SELECT sum(m.quota) FROM mailboxes m)",
            )
            .await;
        assert_eq!(unequal, Ok(0));
    })
    .await;
}

#[tokio::test]
async fn cc_05_of_a_user_and_an_alias_at_one_address_at_once_just_one_is_made() {
    on_each_engine(async |app| {
        let admin = app.main_admin("acme").await;
        let domain = app.domain(&admin, "acme.test").await.to_string();
        admin.browser.get("/mailboxes/new").await;
        for round in 0..5 {
            let local = format!("x{round}");
            let alias = [("domain", domain.as_str()), ("alias", &local), ("targets", "y@outside.example")];
            let user = new_user(&domain, &local, "", "1");
            let (first, second) = (admin.browser.copy(), admin.browser.copy());
            let (user, alias) =
                tokio::join!(first.post("/mailboxes/new", &user), second.post("/aliases/new", &alias));
            let mut both = [user.status, alias.status];
            both.sort_unstable();
            assert_eq!(both, [303, 409], "{} {}", user.words(), alias.words());
        }
        let used: i64 = licences(&app, &admin).await.iter().map(|licence| licence.used).sum();
        let list = admin.browser.get("/mailboxes").await;
        assert!(list.says(&format!("{used} shown")), "a refused user takes no licence: {}", list.words());
    })
    .await;
}

#[tokio::test]
async fn p10_types_changed_in_both_directions_at_once_never_exceed_a_licence() {
    on_each_engine(async |app| {
        let (admin, domain, [basic, enhanced]) = two_types(&app, 10, 6).await;
        let mut planned = Vec::new();
        for number in 0..12 {
            let (from, to) = if number % 3 == 2 { (enhanced, basic) } else { (basic, enhanced) };
            let mailbox = add(&app, domain, &format!("user{number}"), Some(from), GB).await.expect("added");
            planned.push((mailbox, to));
        }
        admin.browser.get("/mailboxes").await;
        let running: Vec<_> = planned
            .into_iter()
            .map(|(mailbox, to)| {
                let browser = admin.browser.copy();
                tokio::spawn(async move { edit(&browser, &mailbox, &to.to_string(), "1").await })
            })
            .collect();
        let mut changed = 0;
        for answer in running {
            let answer = answer.await.expect("no panic");
            assert!(matches!(answer.status, 303 | 409), "{} {}", answer.status, answer.words());
            changed += i32::from(answer.status == 303);
        }
        // Eight are Basic with two to spare, four Enhanced with two to spare: some fit at once, whoever comes first.
        assert!(changed >= 4, "{changed}");
        let had = licences(&app, &admin).await;
        assert_eq!(had.iter().map(|licence| licence.used).sum::<i64>(), 12);
        assert!(had.iter().all(|licence| licence.used <= licence.licensed), "{had:?}");
    })
    .await;
}

#[tokio::test]
async fn cc_11_users_added_and_changed_while_their_domain_is_removed_leave_no_licence_taken() {
    on_each_engine(async |app| {
        let (admin, _, [basic, enhanced]) = two_types(&app, 20, 20).await;
        for round in 0..3 {
            let name = format!("r{round}.test");
            let id = app.domain(&admin, &name).await;
            let there = add(&app, id, "there", Some(basic), GB).await.expect("added");
            admin.browser.get("/mailboxes/new").await;
            let adding: Vec<_> = (0..8)
                .map(|number| {
                    let (browser, domain) = (admin.browser.copy(), id.to_string());
                    tokio::spawn(async move {
                        let username = format!("u{number}");
                        browser.post("/mailboxes/new", &new_user(&domain, &username, "", "1")).await.status
                    })
                })
                .collect();
            let changes = Changes { kind: Some(enhanced), ..Changes::default() };
            let (mailboxes, operator) = (Mailboxes::new(app.core().clone()), app.operator());
            let update = tokio::spawn(async move { mailboxes.update(&operator, there.id, &changes).await });
            let confirm = [("confirm", name.as_str())];
            let removed = admin.browser.copy().post(&format!("/domains/{id}/remove"), &confirm).await;
            assert_eq!(removed.status, 303, "{}", removed.words());
            for add in adding {
                let status = add.await.expect("no panic");
                assert!(matches!(status, 303 | 404), "{status}");
            }
            drop(update.await.expect("no panic"));
            let left = licences(&app, &admin).await;
            assert!(left.iter().all(|licence| licence.used == 0), "round {round}: {left:?}");
        }
        assert_eq!(app.try_statement("DELETE FROM mailboxes").await, Ok(0), "no orphan");
    })
    .await;
}

#[tokio::test]
async fn a_single_thing_is_changed_and_the_rest_stays() {
    on_each_engine(async |app| {
        let (_, domain, [basic, enhanced]) = two_types(&app, 1, 1).await;
        let ann = add(&app, domain, "ann", Some(basic), 5 * GB).await.expect("added");
        let mailboxes = Mailboxes::new(app.core().clone());
        let change = async |changes: Changes| mailboxes.update(&app.operator(), ann.id, &changes).await;
        let name = "Ann Other".parse().expect("a name");
        change(Changes { name: Some(name), ..Changes::default() }).await.expect("renamed");
        change(Changes { kind: Some(enhanced), ..Changes::default() }).await.expect("upgraded");
        change(Changes { quota: Some(Storage::gb(7)), ..Changes::default() }).await.expect("raised");
        let now = mailboxes.get(&app.operator(), ann.id).await.expect("there").mailbox;
        assert_eq!((now.name.as_str(), now.type_name.as_str()), ("Ann Other", "Enhanced"));
        assert_eq!((now.quota, now.version), (Storage::gb(7), 4));
        let stale = change(Changes { version: Some(1), ..Changes::default() }).await;
        assert_eq!(stale.expect_err("an older version").code(), Code::ChangedMeanwhile);
        let down = change(Changes { kind: Some(basic), ..Changes::default() }).await;
        assert_eq!(down.expect_err("7 GB are too many for it").code(), Code::QuotaAboveType);
    })
    .await;
}

#[tokio::test]
async fn a_quota_below_what_the_mailbox_holds_is_refused_with_the_figure() {
    on_each_engine(async |app| {
        let (admin, domain, [_, enhanced]) = two_types(&app, 0, 1).await;
        let ann = add(&app, domain, "ann", Some(enhanced), 5 * GB).await.expect("added");
        app.hold(&ann.address, 3_200_000_000).await;
        let small = edit(&admin.browser, &ann, "", "3").await;
        assert_eq!(small.status, 422);
        assert!(small.says("In use: 3.2 GB."), "{}", small.words());
        assert_eq!(edit(&admin.browser, &ann, "", "3.2").await.status, 303);
    })
    .await;
}

#[test]
fn a_quota_may_be_as_large_as_the_type_allows_and_no_larger() {
    let licence =
        |max_quota| Licence { kind: MailboxTypeId(1), name: "Basic".into(), max_quota, licensed: 1, used: 3 };
    assert_eq!(licence(None).left(), 0, "never fewer than none");
    assert!(licence(None).must_allow(Storage::gb(1_000_000)).is_ok());
    assert!(licence(Some(Storage::gb(5))).must_allow(Storage::gb(5)).is_ok());
    let refused = licence(Some(Storage::gb(5))).must_allow(Storage::bytes(5_000_000_001));
    assert_eq!(refused.expect_err("larger").code(), Code::QuotaAboveType);
}
