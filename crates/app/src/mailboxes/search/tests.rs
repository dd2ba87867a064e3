use std::collections::BTreeMap;

use bailiwick_base::authz::{Caller, Realm};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{ClientAddress, DomainId, MailboxId, Storage, Token};

use super::Search;
use crate::mailboxes::{Changes, FirstPassword, ListFilter, Mailboxes, NewMailbox};
use crate::settings::Portal;
use crate::testkit::{Browser, TestApp, on_each_engine};

#[test]
fn what_is_typed_is_meant_as_a_beginning_if_it_ends_in_a_star_or_is_short() {
    let beginning = |text: &str| Search::Beginning(text.to_owned());
    assert_eq!(Search::of("  "), Search::Nothing);
    assert_eq!(Search::of("**"), Search::Nothing);
    assert_eq!(Search::of(" An "), beginning("an"));
    assert_eq!(Search::of("Ann*"), beginning("ann"));
    assert_eq!(Search::of("ann@acme*"), beginning("ann@acme"));
    assert_eq!(Search::of("ÄRÖ"), Search::Anywhere("ärö".to_owned()));
    assert_eq!(Search::of("äö"), beginning("äö"));
}

/// What is in the database, as a test remembers it: address and name.
type Known = BTreeMap<MailboxId, (String, String)>;

/// All pages of a search, forwards; each page is also what one comes back to from the next.
async fn found(app: &TestApp, caller: &Caller, filter: &ListFilter) -> Vec<MailboxId> {
    let mailboxes = Mailboxes::new(app.core().clone());
    let mut all = Vec::new();
    let mut request = PageRequest { rows: Some(3), ..PageRequest::default() };
    let mut before: Option<Vec<MailboxId>> = None;
    loop {
        let page = mailboxes.page(caller, filter, &request).await.expect("a page");
        let ids: Vec<MailboxId> = page.rows.iter().map(|listed| listed.mailbox.id).collect();
        if let Some(before) = before {
            let back = PageRequest { before: page.previous.clone(), rows: Some(3), ..PageRequest::default() };
            let back = mailboxes.page(caller, filter, &back).await.expect("the page before");
            let back: Vec<MailboxId> = back.rows.iter().map(|listed| listed.mailbox.id).collect();
            assert_eq!(back, before, "back from {request:?} of {filter:?}");
        }
        all.extend(&ids);
        let Some(next) = page.next else { return all };
        before = Some(ids);
        request = PageRequest { after: Some(next), rows: Some(3), ..PageRequest::default() };
    }
}

/// The same by looking at each.
fn naive(known: &Known, typed: &str, domain: Option<&str>) -> Vec<MailboxId> {
    let fits = |address: &str, name: &str| {
        let name = name.to_lowercase();
        match Search::of(typed) {
            Search::Nothing => true,
            Search::Beginning(text) => {
                address.starts_with(&text) || (!text.contains('@') && name.starts_with(&text))
            }
            Search::Anywhere(text) => address.contains(&text) || name.contains(&text),
        }
    };
    let inside = |address: &str| domain.is_none_or(|domain| address.ends_with(&format!("@{domain}")));
    let fitting = known.iter().filter(|(_, (address, name))| inside(address) && fits(address, name));
    fitting.map(|(id, _)| *id).collect()
}

async fn agrees(app: &TestApp, caller: &Caller, known: &Known, domains: &[(DomainId, &str)]) {
    for typed in [
        "",
        "a",
        "an",
        "ann",
        "ann*",
        "an*",
        "nn a",
        "a_b",
        "%an",
        "acme",
        "@acme.test",
        "ann@*",
        "ann@acme*",
        "ÄNN",
        "zz*",
        "nothing at all",
        "'\"*(",
        "anna anna anna",
    ] {
        for domain in [None].into_iter().chain(domains.iter().map(Some)) {
            let filter = ListFilter {
                search: typed.to_owned(),
                domain: domain.map(|(id, _)| *id),
                ..ListFilter::default()
            };
            let mut found = found(app, caller, &filter).await;
            let shown = found.len();
            found.sort_unstable_by_key(|id| id.0);
            found.dedup();
            assert_eq!(shown, found.len(), "nothing is shown twice: {typed:?}");
            assert_eq!(found, naive(known, typed, domain.map(|(_, name)| *name)), "{typed:?} in {domain:?}");
        }
    }
}

/// A made-up name out of few letters, so that much is found often.
fn text(state: &mut u64, words: &[&str]) -> String {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let at = usize::try_from(*state >> 33).unwrap_or(0);
    words[at % words.len()].to_owned()
}

async fn add(app: &TestApp, domain: DomainId, local: &str, name: &str) -> MailboxId {
    let new = NewMailbox {
        local: local.parse().expect("a local part"),
        name: name.parse().expect("a name"),
        quota: Storage::gb(1),
        kind: None,
        password: FirstPassword::Invitation(format!("{local}@outside.example").parse().expect("an address")),
    };
    Mailboxes::new(app.core().clone()).add(&app.operator(), domain, new).await.expect("added").id
}

async fn rename(app: &TestApp, id: MailboxId, name: &str) {
    let changes = Changes {
        version: None,
        name: Some(name.parse().expect("a name")),
        kind: None,
        quota: None,
        recovery: None,
    };
    Mailboxes::new(app.core().clone()).update(&app.operator(), id, &changes).await.expect("renamed");
}

/// Who is signed in at the Admin Panel.
fn caller(browser: &Browser) -> Caller {
    let cookie = browser.cookies().get(Portal::Admin.cookie()).cloned().expect("signed in");
    let token: Token = cookie.parse().expect("a token");
    Caller::session(token.hash(), Realm::Admin, ClientAddress::LOCAL)
}

const NAMES: [&str; 9] =
    ["Ann Anna", "ÄNN Ä", "ann", "Bo", "zz Top", "100%an", "a_b", "nanna ann a", "Anna Anna Anna"];

#[tokio::test]
async fn a_search_finds_what_looking_at_each_finds_whatever_was_done_before() {
    on_each_engine(async |app| {
        let (acme, other) = (app.main_admin("acme").await, app.main_admin("other").await);
        let domains = [
            (app.domain(&acme, "acme.test").await, "acme.test"),
            (app.domain(&acme, "annex.test").await, "annex.test"),
        ];
        let hidden = app.domain(&other, "ann.test").await;
        let mut everywhere = Known::new();
        for (local, name) in [("ann", "Ann Anna"), ("anna", "Bo"), ("zz", "annette")] {
            let id = add(&app, hidden, local, name).await;
            everywhere.insert(id, (format!("{local}@ann.test"), name.to_owned()));
        }
        let limited = app.sub_admin(&acme, "sub").everything().of(domains[1].0).sign_in().await;
        let mut state = 7;
        for step in 0..24 {
            let ours: Vec<MailboxId> = everywhere.keys().skip(3).copied().collect();
            let chosen = ours.get(step % ours.len().max(1)).copied();
            match (step % 4, chosen) {
                (2, Some(id)) => {
                    let name = text(&mut state, &NAMES);
                    rename(&app, id, &name).await;
                    everywhere.get_mut(&id).expect("known").1 = name;
                }
                (3, Some(id)) if step % 8 == 3 || ours.len() > 8 => {
                    let mailboxes = Mailboxes::new(app.core().clone());
                    mailboxes.remove(&app.operator(), id, None).await.expect("removed");
                    everywhere.remove(&id);
                }
                _ if ours.len() < 10 => {
                    let (domain, domain_name) = domains[step % 2];
                    let local = format!("{}{step}", text(&mut state, &["ann", "an.na", "a_b", "xann", "zz"]));
                    let name = text(&mut state, &NAMES);
                    let id = add(&app, domain, &local, &name).await;
                    everywhere.insert(id, (format!("{local}@{domain_name}"), name));
                }
                _ => {}
            }
            if step % 8 == 7 {
                let of = |ends: &[&str]| -> Known {
                    let inside = |address: &str| ends.iter().any(|end| address.ends_with(end));
                    everywhere.clone().into_iter().filter(|(_, (address, _))| inside(address)).collect()
                };
                agrees(&app, &app.operator(), &everywhere, &domains).await;
                agrees(&app, &caller(&acme.browser), &of(&["@acme.test", "@annex.test"]), &domains).await;
                agrees(&app, &caller(&limited), &of(&["@annex.test"]), &domains[1..]).await;
            }
        }
        let removed = acme
            .browser
            .fill(&format!("/domains/{}/remove", domains[0].0), &[("confirm", "acme.test")])
            .await;
        assert_eq!(removed.status, 303, "{}", removed.words());
        everywhere.retain(|_, (address, _)| !address.ends_with("@acme.test"));
        agrees(&app, &app.operator(), &everywhere, &domains[1..]).await;
        let orphaned = "DELETE FROM mailbox_search WHERE rowid NOT IN (SELECT id FROM mailboxes)";
        assert_eq!(app.try_statement(orphaned).await, Ok(0), "the index forgets what is removed");
    })
    .await;
}
