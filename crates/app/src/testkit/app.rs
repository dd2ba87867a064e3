//! An installation under test, and its people.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use bailiwick_base::authz::{Caller, Events};
use bailiwick_base::db::{Db, Ground, Location, Query, sql};
use bailiwick_base::words::{Clock, DomainId, Keyring, MailboxId, Random, Storage, TenantId, Timestamp};
use bailiwick_demo::dns::Dns;
use bailiwick_mail::dict::{Answer, Update};

use super::Browser;
use crate::Core;
use crate::mail_policy::MailPolicy;
use crate::mailboxes::{FirstPassword, Mailboxes, NewMailbox};
use crate::settings::{MailProgram, MailStore, Origins, Portal, Settings};
use crate::sign_in::Signing;
use crate::tenants::{Licences, Limits, NewTenant, Tenants};

/// The password people in tests have.
pub const PASSWORD: &str = "vexing quilt mango orbit";

/// When tests begin: 2026-01-01 00:00:00 UTC.
const BEGINNING: Timestamp = Timestamp(1_767_225_600_000);

/// An installation under test. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TestApp(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    core: Core,
    router: Router,
    clock: Clock,
    dns: Dns,
}

/// A main Admin at the Admin Panel, signed in.
#[derive(Debug, Clone)]
pub struct Admin {
    /// The tenant.
    pub tenant: TenantId,
    /// The name it signs in with.
    pub name: String,
    /// Its browser.
    pub browser: Browser,
}

/// A mailbox and its user's browser, not signed in.
#[derive(Debug, Clone)]
pub struct User {
    /// The mailbox.
    pub id: MailboxId,
    /// Its address.
    pub address: String,
    /// Its user's browser at the User Panel.
    pub browser: Browser,
}

impl TestApp {
    pub(super) async fn start(location: &Location) -> Self {
        let clock = Clock::set_to(BEGINNING);
        let ground = Ground {
            clock: clock.clone(),
            random: Random::Seeded(Arc::new(AtomicU64::new(7))),
            keys: Keyring::new([42; 32]),
        };
        let dns = Dns::start().await.expect("a name server");
        let db = Db::open(location, ground).await.expect("the database opens");
        let core = Core::new(db, settings(dns.addr()));
        Self(Arc::new(Inner { router: crate::router(core.clone()), core, clock, dns }))
    }

    /// What services are made of.
    pub fn core(&self) -> &Core {
        &self.0.core
    }

    /// The clock, which stands until it is moved.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Moves the clock.
    pub fn wait(&self, duration: Duration) {
        self.0.clock.advance(duration);
    }

    /// The name servers.
    pub fn dns(&self) -> &Dns {
        &self.0.dns
    }

    /// The schema as the engine describes it.
    pub async fn describe_schema(&self) -> Vec<bailiwick_base::db::SchemaColumn> {
        self.core().db().describe_schema().await.expect("the schema is described")
    }

    /// Runs a statement as the application's own role, past all stores: rows changed, or the refusal.
    pub async fn try_statement(&self, statement: &'static str) -> Result<u64, String> {
        let mut tx = self.core().db().write(&self.operator()).await.expect("a transaction");
        tx.run(sql(statement)).await.map_err(|error| format!("{:?}", error.inside()))
    }

    /// The texts of a statement with one column, past all stores.
    pub async fn texts(&self, statement: &'static str) -> Vec<String> {
        let mut tx = self.core().db().read(&self.operator()).await.expect("a transaction");
        let rows: Vec<(String,)> = tx.all(sql(statement)).await.expect("the statement is answered");
        rows.into_iter().map(|(text,)| text).collect()
    }

    /// The number a statement answers, past all stores.
    pub async fn number(&self, statement: &'static str) -> i64 {
        let mut tx = self.core().db().read(&self.operator()).await.expect("a transaction");
        let (number,): (i64,) = tx.one(sql(statement)).await.expect("the statement is answered");
        number
    }

    /// Changes rows past all stores, and keeps it so: what somebody with the database in hand would do.
    pub async fn meddle(&self, statement: &'static str) {
        let mut tx = self.core().db().write(&self.operator()).await.expect("a transaction");
        tx.run(sql(statement)).await.expect("the statement runs");
        tx.commit(Events::none("a test meddles")).await.expect("it is kept");
    }

    /// Whoever is root on the machine.
    pub fn operator(&self) -> Caller {
        Caller::operator("root")
    }

    /// A browser at a portal, not signed in.
    pub fn browser(&self, portal: Portal) -> Browser {
        Browser::new(self.0.router.clone(), self.core().settings().origins.of(portal))
    }

    /// A connection to the API's host.
    pub(super) fn api_browser(&self) -> Browser {
        let origin = self.core().settings().origins.api.clone().unwrap_or_default();
        Browser::new(self.0.router.clone(), &origin)
    }

    /// The first member of staff, signed in.
    pub async fn staff(&self) -> Browser {
        self.staff_at("olga@outside.example").await
    }

    /// The same with a recovery address of its own choice.
    pub async fn staff_at(&self, recovery: &str) -> Browser {
        let link =
            Signing::new(self.core().clone()).set_up_link(&self.operator()).await.expect("a set-up link");
        let browser = self.browser(Portal::Staff);
        let path = path_of(&link);
        let fields = [
            ("username", "owner"),
            ("full_name", "Olga Owner"),
            ("email", recovery),
            ("new", PASSWORD),
            ("repeated", PASSWORD),
        ];
        assert_eq!(browser.fill(&path, &fields).await.gist(), "303 /sign-in?done=set-up");
        self.sign_in(&browser, "owner", PASSWORD).await;
        browser
    }

    /// Signs in, which must succeed.
    pub async fn sign_in(&self, browser: &Browser, name: &str, password: &str) {
        let seen = browser.fill("/sign-in", &[("username", name), ("password", password)]).await;
        assert_eq!(seen.gist(), "303 /", "{}", seen.words());
    }

    /// A tenant with its main Admin, who has followed the invitation and signed in. Ten users, 100 GB, five domains.
    pub async fn main_admin(&self, name: &str) -> Admin {
        self.main_admin_at(name, &format!("admin.{name}@outside.example")).await
    }

    /// The same with a recovery address of its own choice.
    pub async fn main_admin_at(&self, name: &str, recovery: &str) -> Admin {
        let new = NewTenant {
            name: name.parse().expect("a name"),
            limits: Limits { users: Licences::OfFirst(10), storage: Storage::gb(100), domains: 5 },
            admin_name: name.to_owned(),
            admin_full_name: format!("Admin of {name}").parse().expect("a name"),
            admin_address: recovery.parse().expect("an address"),
        };
        let tenant =
            Tenants::new(self.core().clone()).create(&self.operator(), &new).await.expect("a tenant");
        let browser = self.browser(Portal::Admin);
        let link = self.last_link_to(&new.admin_address.to_string()).await;
        let seen = browser.fill(&path_of(&link), &[("new", PASSWORD), ("repeated", PASSWORD)]).await;
        assert_eq!(seen.gist(), "303 /sign-in?done=password-set", "{}", seen.words());
        self.sign_in(&browser, name, PASSWORD).await;
        Admin { tenant: tenant.id, name: name.to_owned(), browser }
    }

    /// A domain of a main Admin, published and verified through the pages.
    pub async fn domain(&self, admin: &Admin, name: &str) -> DomainId {
        let added = admin.browser.fill("/domains/new", &[("domain", name)]).await;
        assert_eq!(added.status, 303, "{}", added.words());
        let path = added.location.split('?').next().unwrap_or_default().to_owned();
        let page = admin.browser.get(&path).await;
        let proof = page
            .words()
            .split_whitespace()
            .find(|word| word.starts_with("bailiwick-verification="))
            .expect("the proof is shown")
            .to_owned();
        self.dns().publish_txt(&format!("_bailiwick.{name}"), &proof).expect("published");
        let verified = admin.browser.post(&format!("{path}/verify"), &[]).await;
        assert_eq!(verified.status, 303, "{}", verified.words());
        path.rsplit('/').next().unwrap_or_default().parse().expect("a domain's id")
    }

    /// A mailbox whose user has the tests' password.
    pub async fn mailbox(&self, domain: DomainId, local: &str) -> User {
        let new = NewMailbox {
            local: local.parse().expect("a local part"),
            name: format!("{local} of the tests").parse().expect("a name"),
            quota: Storage::gb(1),
            kind: None,
            password: FirstPassword::Given {
                password: PASSWORD.parse().expect("short enough"),
                one_time: false,
                recovery: Some(format!("{local}@outside.example").parse().expect("an address")),
            },
        };
        let mailbox =
            Mailboxes::new(self.core().clone()).add(&self.operator(), domain, new).await.expect("a mailbox");
        User { id: mailbox.id, address: mailbox.address, browser: self.browser(Portal::Mail) }
    }

    /// A mailbox holds so much mail from now on, as Dovecot would say it.
    pub async fn hold(&self, address: &str, bytes: u64) {
        let update = Update { id: 1, user: address.to_owned(), storage: Some(bytes), messages: Some(1) };
        let answer = MailPolicy::new(self.core().clone()).usage(&update).await;
        assert_eq!(answer, Answer::Ok, "{address}");
    }

    /// Waits until the use of a session just now is noted, which happens behind the answer.
    pub async fn until_last_use_is_noted(&self) {
        let now = self.clock().now();
        for _ in 0..500 {
            let mut tx = self.core().db().read(&self.operator()).await.expect("a transaction");
            let noted: Option<(Timestamp,)> = tx
                .optional(sql("SELECT last_seen_at FROM sessions WHERE last_seen_at = $ LIMIT 1").bind(now))
                .await
                .expect("the sessions are read");
            if noted.is_some() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the last use of a session was not noted");
    }

    /// The letters that wait to be sent: to whom, subject, link.
    pub async fn letters(&self) -> Vec<(String, String, Option<String>)> {
        let mut tx = self.core().db().read(&self.operator()).await.expect("a transaction");
        let rows: Vec<(Vec<u8>,)> = tx
            .all(sql("SELECT payload FROM outbox WHERE kind = 'send_mail' ORDER BY id"))
            .await
            .expect("the outbox is read");
        crate::emails::waiting_letters(
            &self.core().ground().keys,
            rows.into_iter().map(|(payload,)| payload).collect(),
        )
    }

    /// The link of the last letter to an address.
    pub async fn last_link_to(&self, address: &str) -> String {
        let letters = self.letters().await;
        letters
            .into_iter()
            .rev()
            .find(|(to, _, _)| to == address)
            .and_then(|(_, _, link)| link)
            .expect("a letter with a link")
    }

    /// Kinds of jobs that wait for the mail servers, in order.
    pub async fn mail_jobs(&self) -> Vec<String> {
        let mut tx = self.core().db().read(&self.operator()).await.expect("a transaction");
        let rows: Vec<(String,)> = tx
            .all(sql("SELECT kind FROM outbox WHERE kind <> 'send_mail' AND state = 'queued' ORDER BY id"))
            .await
            .expect("the outbox is read");
        rows.into_iter().map(|(kind,)| kind).collect()
    }

    /// The audit events so far, oldest first: `actor action object`.
    pub async fn history(&self) -> Vec<String> {
        let mut tx = self.core().db().read(&self.operator()).await.expect("a transaction");
        let rows: Vec<(String, String)> = tx
            .all(sql("SELECT e.action, d.detail FROM audit_events e JOIN audit_details d ON d.event_id = e.id ORDER BY e.id"))
            .await
            .expect("the history is read");
        let told = |(action, detail): (String, String)| {
            let detail: serde_json::Value = serde_json::from_str(&detail).unwrap_or_default();
            format!(
                "{} {action} {}",
                detail["actor"].as_str().unwrap_or_default(),
                detail["object"].as_str().unwrap_or_default()
            )
        };
        rows.into_iter().map(told).collect()
    }
}

/// The path of a link, for the browser that knows the host.
pub fn path_of(link: &str) -> String {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    rest.find('/').map_or("/", |at| &rest[at..]).to_owned()
}

fn settings(dns: SocketAddr) -> Settings {
    Settings {
        origins: Origins {
            staff: "http://staff.localhost:8080".into(),
            admin: "http://admin.localhost:8080".into(),
            mail: "http://mail.localhost:8080".into(),
            api: Some("http://api.localhost:8080".into()),
        },
        trusted_proxies: Vec::new(),
        resolver: Some(dns),
        from: "bailiwick@provider.example".parse().expect("an address"),
        outgoing: SocketAddr::from(([127, 0, 0, 1], 9)),
        mail_program: Some(MailProgram {
            host: "mail.provider.example".into(),
            imaps: 993,
            pop3s: 995,
            submissions: 465,
            submission: 587,
            smtp: 25,
        }),
        mail_store: Some(MailStore {
            root: "/var/lib/bailiwick/mail".into(),
            uid: 5000,
            gid: 5000,
            forward_socket: "/run/bailiwick/forward.sock".into(),
        }),
        billing_url: Some("https://billing.provider.example/".into()),
        api_requests: bailiwick_base::words::limits::API_REQUESTS,
        own_domains: vec!["provider.example".parse().expect("a domain")],
        checkpoints: None,
        demo: None,
    }
}
