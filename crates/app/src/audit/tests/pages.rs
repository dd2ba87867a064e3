//! The page of the history as people see it: filters, paging, the file, the proof, what was refused.

use std::time::Duration;

use bailiwick_base::authz::{Events, Section};
use bailiwick_base::db::sql;
use bailiwick_base::words::DomainId;

use super::root;
use crate::audit::Audit;
use crate::settings::Portal;
use crate::testkit::{Admin, Browser, Seen, TestApp, on_each_engine, path_of};

/// A main Admin with two domains and a user in each; everything is sealed.
async fn acme(app: &TestApp) -> (Admin, [DomainId; 2]) {
    let ann = app.main_admin("ann").await;
    let first = app.domain(&ann, "first.test").await;
    let second = app.domain(&ann, "second.test").await;
    app.mailbox(first, "sales").await;
    app.mailbox(second, "info").await;
    Audit::new(app.core().clone()).seal().await.expect("sealed");
    (ann, [first, second])
}

/// What happened, in the order of the page.
fn told(seen: &Seen) -> Vec<String> {
    assert_eq!(seen.status, 200, "{}", seen.words());
    let body = seen.body.split("<tbody").nth(1).unwrap_or_default();
    let body = body.split("</tbody>").next().unwrap_or_default();
    let cells = body.split("<th scope=\"row\"").skip(1);
    cells
        .filter_map(|cell| cell.split_once("<div>").and_then(|(_, rest)| rest.split_once('<')))
        .map(|(what, _)| what.trim().to_owned())
        .collect()
}

async fn found(browser: &Browser, query: &str) -> Vec<String> {
    told(&browser.get(&format!("/history?{query}")).await)
}

#[tokio::test]
async fn the_history_is_filtered_by_who_what_to_what_and_when() {
    on_each_engine(async |app: TestApp| {
        let (ann, _) = acme(&app).await;
        let browser = &ann.browser;
        let all = found(browser, "").await;
        assert!(all.len() > 6, "{all:?}");
        assert_eq!(
            found(browser, "action=mailbox.add").await,
            ["Added the user info@second.test", "Added the user sales@first.test"]
        );
        assert_eq!(
            found(browser, "object_kind=mailbox&object_id=Sales@first.test").await,
            ["Added the user sales@first.test"]
        );
        let by_name = found(browser, "object_id=first.test").await;
        assert!(by_name.contains(&"Verified the domain first.test".to_owned()), "{by_name:?}");
        assert!(!by_name.iter().any(|what| what.contains("second.test")), "{by_name:?}");
        let domains = found(browser, "object_kind=domain").await;
        assert!(domains.len() == 4 && domains.iter().all(|what| what.contains("domain")), "{domains:?}");
        assert_eq!(found(browser, "by=system").await, Vec::<String>::new());
        assert!(found(browser, "by=provider").await.contains(&"Added the tenant ann".to_owned()));
        let hers = found(browser, "actor=AN").await;
        assert!(hers.contains(&"Added the domain first.test".to_owned()), "{hers:?}");
        assert!(!hers.contains(&"Added the user sales@first.test".to_owned()), "the operator did that");
        assert_eq!(found(browser, "actor=nobody-of-this-name").await, Vec::<String>::new());
        app.wait(Duration::from_hours(48));
        assert_eq!(browser.get("/history").await.gist(), "303 /sign-in?next=%2Fhistory", "idle too long");
        app.sign_in(browser, "ann", crate::testkit::PASSWORD).await;
        assert_eq!(browser.fill("/domains/new", &[("domain", "third.test")]).await.status, 303);
        assert_eq!(found(browser, "from=2026-01-03&to=2026-01-03").await, ["Added the domain third.test"]);
        assert_eq!(found(browser, "to=2026-01-01").await, all);
        assert_eq!(found(browser, "from=2026-01-04").await, Vec::<String>::new());
        let wrong = browser.get("/history?from=soon").await;
        assert!(wrong.status == 422 && wrong.says("This is not a date"), "{}", wrong.words());
        for bad in ["action=coffee.brew", "by=root", "object_kind=X'", "colour=red"] {
            assert_eq!(browser.get(&format!("/history?{bad}")).await.status, 400, "{bad}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_gone_is_found_by_the_name_it_had() {
    on_each_engine(async |app: TestApp| {
        let (ann, [first, _]) = acme(&app).await;
        let bob = app.sub_admin(&ann, "bob").everything().sign_in().await;
        assert_eq!(bob.fill("/domains/new", &[("domain", "bobs.test")]).await.status, 303);
        let gone = app.mailbox(first, "gone").await;
        let path = format!("/mailboxes/{}/remove", gone.id);
        assert_eq!(ann.browser.fill(&path, &[("confirm", "gone@first.test")]).await.status, 303);
        assert_eq!(
            found(&ann.browser, "object_id=gone@first.test&object_kind=mailbox").await,
            ["Removed the user gone@first.test", "Added the user gone@first.test"]
        );
        let listed = ann.browser.get("/sub-admins?q=bob").await;
        let id = listed.between("href=\"/sub-admins/log_", "\"").expect("listed").to_owned();
        let path = format!("/sub-admins/log_{id}/remove");
        ann.browser.get(&path).await;
        let removed = ann.browser.post(&path, &[]).await;
        assert_eq!(removed.status, 303, "{}", removed.words());
        assert!(found(&ann.browser, "actor=bob").await.contains(&"Added the domain bobs.test".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_turned_keeps_the_filters() {
    on_each_engine(async |app: TestApp| {
        let (ann, _) = acme(&app).await;
        let sales = ann.browser.get("/mailboxes?q=sales").await;
        let id = sales.between("href=\"/mailboxes/mbx_", "\"").expect("listed").to_owned();
        for _ in 0..28 {
            for verb in ["disable", "enable"] {
                let done = ann.browser.post(&format!("/mailboxes/mbx_{id}/{verb}"), &[]).await;
                assert_eq!(done.status, 303, "{}", done.words());
            }
        }
        let query = format!("actor=ann&object_kind=mailbox&object_id=mbx_{id}");
        let first_page = ann.browser.get(&format!("/history?{query}")).await;
        assert_eq!(told(&first_page).len(), 50);
        let next = first_page
            .body
            .split("href=\"")
            .find(|rest| rest.starts_with("/history?actor=ann"))
            .expect("a next page");
        let next = next.split('"').next().unwrap_or_default().replace("&amp;", "&");
        assert!(next.contains("object_kind=mailbox") && next.contains("after="), "{next}");
        let second = ann.browser.get(&next).await;
        assert_eq!(told(&second).len(), 6, "only what the filters leave");
        assert!(second.body.contains("value=\"ann\""), "the form still shows them");
        let back = second.body.split("href=\"").find(|rest| rest.contains("before=")).expect("a page before");
        let back = back.split('"').next().unwrap_or_default().replace("&amp;", "&");
        assert_eq!(told(&ann.browser.get(&back).await), told(&first_page));
    })
    .await;
}

#[tokio::test]
async fn a_sub_admin_of_one_domain_sees_and_exports_the_rows_of_that_domain_only() {
    on_each_engine(async |app: TestApp| {
        let (ann, [first, second]) = acme(&app).await;
        let bob = app
            .sub_admin(&ann, "bob")
            .level(Section::History, 1)
            .level(Section::Domains, 1)
            .of(first)
            .sign_in()
            .await;
        let seen = bob.get("/history").await;
        let rows = told(&seen);
        assert!(rows.contains(&"Added the user sales@first.test".to_owned()), "{rows:?}");
        assert!(rows.iter().all(|what| what.contains("first.test")), "{rows:?}");
        assert!(!seen.says("second.test") && !seen.says("Added the tenant"), "{}", seen.words());
        assert!(!seen.says("Verify now") && !seen.says("Refused lately"), "{}", seen.words());
        assert!(seen.says("Last sealed"), "{}", seen.words());
        for query in [
            "object_id=info@second.test".to_owned(),
            "object_id=second.test".into(),
            format!("object_id={second}"),
        ] {
            assert_eq!(found(&bob, &query).await, Vec::<String>::new(), "{query}");
        }
        let file = bob.get("/history.csv").await;
        assert!(
            file.body.contains("sales@first.test") && !file.body.contains("second.test"),
            "{}",
            file.body
        );
        assert_eq!(bob.post("/history/verify", &[]).await.status, 403);
        assert!(bob.get(&format!("/domains/{first}")).await.says("Added the domain first.test"));
        let home = bob.get("/").await;
        assert!(home.says("All of Account History") && !home.says("second.test"), "{}", home.words());

        let carl = app.sub_admin(&ann, "carl").level(Section::Domains, 1).sign_in().await;
        for path in ["/history", "/history.csv"] {
            assert_eq!(carl.get(path).await.status, 403, "{path}");
        }
        assert_eq!(carl.post("/history/verify", &[]).await.status, 403);
        let domain = carl.get(&format!("/domains/{first}")).await;
        assert!(domain.status == 200 && !domain.says("Added the domain"), "{}", domain.words());
        assert!(!carl.get("/").await.says("Account History"));
    })
    .await;
}

#[tokio::test]
async fn each_thing_shows_its_own_history_and_leads_to_all_of_it() {
    on_each_engine(async |app: TestApp| {
        let (ann, [first, _]) = acme(&app).await;
        let staff = app.staff().await;
        assert_eq!(
            ann.browser
                .fill(
                    "/aliases/new",
                    &[("domain", &first.to_string()), ("alias", "shop"), ("targets", "sales@first.test")]
                )
                .await
                .status,
            303
        );
        let id = |seen: &Seen, noun: &str, prefix: &str| {
            let rest = seen.between(&format!("href=\"/{noun}/{prefix}_"), "\"").expect("listed");
            format!("{prefix}_{rest}")
        };
        let mailbox = id(&ann.browser.get("/mailboxes?q=sales").await, "mailboxes", "mbx");
        let alias = id(&ann.browser.get("/aliases?q=shop").await, "aliases", "als");
        for (browser, noun, kind, id, what) in [
            (&ann.browser, "domains", "domain", first.to_string(), "Verified the domain first.test"),
            (&ann.browser, "mailboxes", "mailbox", mailbox, "Added the user sales@first.test"),
            (&ann.browser, "aliases", "alias", alias, "Added the alias shop@first.test"),
            (&staff, "tenants", "tenant", ann.tenant.to_string(), "Added the tenant ann"),
        ] {
            let seen = browser.get(&format!("/{noun}/{id}")).await;
            assert!(seen.says(what), "{kind}: {}", seen.words());
            let all = format!("/history?object_kind={kind}&object_id={id}");
            assert!(seen.body.contains(&format!("href=\"{}\"", all.replace('&', "&amp;"))), "{kind}");
            assert!(told(&browser.get(&all).await).contains(&what.to_owned()), "{kind}");
        }
    })
    .await;
}

/// Reads a file as RFC 4180 says.
fn cells(file: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = file.chars().peekable();
    while let Some(character) = characters.next() {
        match (quoted, character) {
            (true, '"') if characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            (_, '"') => quoted = !quoted,
            (false, ',') => row.push(std::mem::take(&mut cell)),
            (false, '\r') => {}
            (false, '\n') => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (_, other) => cell.push(other),
        }
    }
    assert!(cell.is_empty() && row.is_empty() && !quoted, "the last line is whole");
    rows
}

#[tokio::test]
async fn the_file_has_what_the_filters_leave_and_no_formulas() {
    on_each_engine(async |app: TestApp| {
        let (ann, [first, _]) = acme(&app).await;
        let new = [
            ("username", "evil"),
            ("domain", &first.to_string()),
            ("name", "=HYPERLINK(\"http://evil.test\",\"x\")"),
            ("quota", "1"),
            ("how", "invite"),
            ("recovery", "evil@outside.example"),
            ("password", ""),
        ];
        let added = ann.browser.fill("/mailboxes/new", &new).await;
        assert_eq!(added.status, 303, "{}", added.words());
        let file = ann.browser.get("/history.csv?action=mailbox.add").await;
        assert_eq!(file.status, 200);
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(file.headers["content-disposition"], "attachment; filename=\"account-history.csv\"");
        let rows = cells(&file.body);
        assert_eq!(rows[0][..3], ["time", "entry", "who"]);
        assert!(!rows[0].contains(&"tenant".to_owned()), "a customer has one");
        assert_eq!(rows.len(), 4, "{rows:?}");
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{rows:?}");
        let at = |name: &str| rows[0].iter().position(|column| column == name).expect("a column");
        assert_eq!(rows[1][at("object")], "evil@first.test");
        assert!(rows[1][at("changes")].contains("=HYPERLINK(\"http://evil.test\",\"x\")"), "{:?}", rows[1]);
        let tenants = crate::tenants::Tenants::new(app.core().clone());
        tenants.suspend(&root(), ann.tenant, &"=1+1".parse().expect("a line")).await.expect("suspended");
        tenants.resume(&root(), ann.tenant).await.expect("resumed");
        let staff = app.staff().await;
        let file = staff.get("/history.csv?action=tenant.suspend").await;
        let rows = cells(&file.body);
        let at = |name: &str| rows[0].iter().position(|column| column == name).expect("a column");
        assert_eq!(rows[1][at("reason")], "'=1+1");
        assert_eq!(rows[1][at("tenant")], "ann");
        assert_eq!(rows[1][at("time")], "2026-01-01T00:00:00.000Z");
        for row in cells(&staff.get("/history.csv").await.body) {
            for cell in row {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_sees_the_whole_chain_may_have_it_proven_and_an_altered_row_is_found() {
    on_each_engine(async |app: TestApp| {
        let (ann, _) = acme(&app).await;
        let seen = ann.browser.get("/history").await;
        assert!(seen.says("Last sealed 2026-01-01 00:00:00 (UTC)"), "{}", seen.words());
        let sound = ann.browser.post("/history/verify", &[]).await;
        assert_eq!(sound.status, 200);
        assert!(sound.says("Nothing was changed"), "{}", sound.words());
        let sealed = sound.between("All ", " sealed entries").and_then(|n| n.parse::<usize>().ok());
        assert_eq!(sealed, Some(found(&ann.browser, "").await.len()));
        assert!(sound.says(&format!("Entry {} has the seal ", sealed.expect("a number"))), "{}", sound.words());

        let zoe = app.main_admin("zoe").await;
        let other = app.domain(&zoe, "zoe.test").await;
        app.mailbox(other, "zoe").await;
        Audit::new(app.core().clone()).seal().await.expect("sealed");
        let mut tx = app.core().write(&root()).await.expect("a transaction");
        let alter = "UPDATE audit_details SET detail = replace(detail, 'zoe@zoe.test', 'eve@zoe.test') WHERE detail LIKE '%zoe@zoe.test%'";
        assert!(tx.run(sql(alter)).await.expect("details can be altered") > 0);
        tx.commit(Events::none("altered by the test")).await.expect("durable");
        let bad = zoe.browser.post("/history/verify", &[]).await;
        assert!(bad.says("The history is not as it was written"), "{}", bad.words());
        assert!(bad.says("its detail was changed"), "{}", bad.words());
        let still = ann.browser.post("/history/verify", &[]).await;
        assert!(still.says("Nothing was changed"), "that is another chain: {}", still.words());
        let staff = app.staff().await;
        staff.get("/history").await;
        let all = staff.post("/history/verify", &[]).await;
        assert!(all.says("its detail was changed"), "{}", all.words());
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_is_counted_for_whoever_sees_the_whole_history() {
    on_each_engine(async |app: TestApp| {
        let (ann, [first, _]) = acme(&app).await;
        let zoe = app.main_admin("zoe").await;
        let bob = app.sub_admin(&ann, "bob").level(Section::Domains, 1).sign_in().await;
        bob.get("/").await;
        for _ in 0..3 {
            assert_eq!(
                bob.post(&format!("/domains/{first}/remove"), &[("confirm", "first.test")]).await.status,
                403
            );
        }
        assert_eq!(bob.get("/aliases").await.status, 403);
        app.core().flush_telemetry().await.expect("written");
        let seen = ann.browser.get("/history").await;
        assert!(
            seen.says("bob Removed the domain … Your access does not include this. 3 2026-01-01 00:00:00"),
            "{}",
            seen.words()
        );
        assert!(seen.says("Refused lately"), "{}", seen.words());
        assert!(!zoe.browser.get("/history").await.says("bob"), "that is another's");
        assert!(app.staff().await.get("/history").await.says("bob Removed the domain …"));
        app.wait(Duration::from_hours(8 * 24));
        app.sign_in(&ann.browser, "ann", crate::testkit::PASSWORD).await;
        let later = ann.browser.get("/history").await;
        assert!(later.says("Nobody was refused anything"), "{}", later.words());
    })
    .await;
}

#[tokio::test]
async fn staff_acting_as_an_admin_is_named_to_staff_and_is_the_provider_to_the_customer() {
    on_each_engine(async |app: TestApp| {
        let (ann, _) = acme(&app).await;
        let staff = app.staff().await;
        let path = format!("/tenants/{}/sign-in-as", ann.tenant);
        let login = staff.get(&path).await.between("<option value=\"", "\"").expect("a login").to_owned();
        let handed_over = staff.post(&path, &[("login", &login), ("reason", "request 17")]).await;
        assert_eq!(handed_over.status, 303, "{}", handed_over.words());
        let acting = app.browser(Portal::Admin);
        let link = path_of(&handed_over.location);
        acting.get(&link).await;
        assert_eq!(acting.post("/act", &[("token", link.trim_start_matches("/act/"))]).await.gist(), "303 /");
        assert_eq!(acting.fill("/domains/new", &[("domain", "helped.test")]).await.status, 303);

        let seen = ann.browser.get("/history?object_id=helped.test").await;
        assert!(seen.says("Your provider acting as ann Added the domain helped.test"), "{}", seen.words());
        assert!(seen.says("Reason: request 17") && !seen.says("owner"), "{}", seen.words());
        assert_eq!(
            found(&ann.browser, "actor=owner").await,
            Vec::<String>::new(),
            "a customer learns no names"
        );
        assert!(
            found(&ann.browser, "by=provider").await.contains(&"Added the domain helped.test".to_owned())
        );
        assert!(!ann.browser.get("/history.csv").await.body.contains("owner"));
        let seen = staff.get("/history?object_id=helped.test").await;
        assert!(seen.says("owner acting as ann 192.0.2.1"), "{}", seen.words());
        for actor in ["owner", "ann"] {
            let rows = found(&staff, &format!("actor={actor}&action=domain.add")).await;
            assert!(rows.contains(&"Added the domain helped.test".to_owned()), "{actor}: {rows:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_sub_admin_reads_that_sub_admins_were_changed_but_not_what_they_were_given_or_from_where() {
    on_each_engine(async |app| {
        let (admin, _) = acme(&app).await;
        let reads = app.sub_admin(&admin, "reads").level(Section::History, 1).sign_in().await;
        let other =
            app.sub_admin(&admin, "other").field("note", "under suspicion").from("198.51.100.0/24 Hideout");
        other.add().await;
        for path in ["/history", "/history.csv"] {
            let seen = reads.get(path).await;
            assert!(seen.body.contains("other"), "{}", seen.body);
            for secret in ["Hideout", "suspicion", "other@outside.example"] {
                assert!(!seen.body.contains(secret), "{path} tells {secret}");
            }
            assert!(admin.browser.get(path).await.body.contains("Hideout"));
        }
    })
    .await;
}
