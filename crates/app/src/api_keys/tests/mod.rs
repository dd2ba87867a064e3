//! API keys and API Sub-Admins: over pages as people make them, over HTTP as programs use them.

mod coming_in;
mod managing;
mod reach;

use bailiwick_base::authz::Section;
use bailiwick_base::db::{Query, sql};
use bailiwick_base::words::LoginId;

use crate::sub_admins::BUILT;
use crate::testkit::{Admin, Browser, PASSWORD, Program, Seen, Spoken, TestApp};

/// Another password.
const OTHER: &str = "nimble cactus waltz harbour";

/// The form of a key: nothing carried, everywhere, from everywhere, for good, until told otherwise.
#[derive(Debug, Clone)]
struct NewKey {
    levels: Vec<(Section, usize)>,
    fields: Vec<(&'static str, String)>,
}

fn key(name: &str) -> NewKey {
    let fields = [
        ("name", name),
        ("rights", "levels"),
        ("limited", "no"),
        ("until", ""),
        ("networks", ""),
        ("from", "anywhere"),
        ("own_password", PASSWORD),
    ];
    NewKey { levels: Vec::new(), fields: fields.map(|(name, value)| (name, value.to_owned())).into() }
}

impl NewKey {
    fn level(mut self, section: Section, level: usize) -> Self {
        self.levels.push((section, level));
        self
    }

    /// A field in the place of the one there was.
    fn field(mut self, name: &'static str, value: impl ToString) -> Self {
        self.fields.retain(|(other, _)| *other != name);
        self.and(name, value)
    }

    /// One more field of a name.
    #[expect(clippy::needless_pass_by_value, reason = "ids are given by value, as to `field`")]
    fn and(mut self, name: &'static str, value: impl ToString) -> Self {
        self.fields.push((name, value.to_string()));
        self
    }

    fn from(self, networks: &str) -> Self {
        self.field("networks", networks).field("from", "listed")
    }

    async fn send(&self, browser: &Browser, path: &str) -> Seen {
        let level = |section: &Section| {
            let level = self.levels.iter().find(|(other, _)| other == section).map_or(0, |(_, level)| *level);
            ("level", format!("{}:{level}", section.key()))
        };
        let all: Vec<(&str, String)> = self.fields.iter().cloned().chain(BUILT.iter().map(level)).collect();
        let pairs: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.fill(path, &pairs).await
    }

    /// Makes it, which must succeed: its secret.
    async fn make(&self, browser: &Browser) -> String {
        secret(&self.send(browser, "/api-keys/new").await)
    }

    /// Makes it: a program that uses it.
    async fn program(&self, app: &TestApp, browser: &Browser) -> Program {
        app.program(format!("Bearer {}", self.make(browser).await))
    }
}

/// The secret on the one page on which it stands.
fn secret(seen: &Seen) -> String {
    assert_eq!(seen.status, 200, "{}", seen.words());
    let begins = seen.body.find("bwk_").expect("a key is shown");
    seen.body[begins..begins + 56].to_owned()
}

/// Where the first key of a list leads.
async fn path_of_first(browser: &Browser, list: &str) -> String {
    let seen = browser.get(list).await;
    let id = seen.between("href=\"/api-keys/key_", "\"").expect("a key is listed");
    format!("/api-keys/key_{id}")
}

/// An API Sub-Admin of the tests' network, with this level for users.
async fn api_sub_admin(app: &TestApp, admin: &Admin, name: &str, users: usize) -> LoginId {
    let new = app.sub_admin(admin, name).level(Section::Users, users).from("192.0.2.0/24 Here");
    new.field("api", "yes").field("api_purpose", "Billing").field("own_password", PASSWORD).add().await
}

/// The log of sign-ins by the API so far: `name result`.
async fn log(app: &TestApp) -> Vec<String> {
    app.core().flush_telemetry().await.expect("telemetry is written");
    let mut tx = app.core().db().read_telemetry().await.expect("a transaction");
    let rows: Vec<(String, String)> = tx
        .all(sql("SELECT name, result FROM sign_ins WHERE protocol = 'api' ORDER BY id"))
        .await
        .expect("the log is read");
    rows.into_iter().map(|(name, result)| format!("{name} {result}")).collect()
}

/// An answer without what names the single request.
fn bytes(spoken: &Spoken) -> String {
    let number = spoken.json["request"].as_str().unwrap_or_default();
    let mut headers: Vec<String> = spoken
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or_default()))
        .filter(|line| !line.starts_with("ratelimit") && !line.starts_with("x-request"))
        .collect();
    headers.sort();
    format!("{} {headers:?} {}", spoken.status, spoken.text).replace(number, "-")
}
