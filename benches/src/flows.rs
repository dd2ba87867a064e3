//! What is asked for over HTTP, as data: a request with places that are filled anew each time.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bailiwick_base::db::{Cursor, Value};
use bailiwick_base::words::{DomainId, MailboxId};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::dataset::{Entry, IN_DOMAIN, KNOWN, Loaded, PASSWORD};
use crate::http::{Http, header};
use crate::installation::Place;
use crate::pace::Client;
use crate::trouble::{Outcome, Trouble};

/// One thing that is asked over and over. `{n}` is a mailbox by chance, `{mailbox_id}` its
/// id, `{domain}` its domain's number, `{domain_id}` its
/// domain's id, `{after}` where a page after it begins, `{seq}` a number that comes once, `{seq_domain}` the domain that
/// numbers go round in, `{rare}` the middle of the mailbox' address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flow {
    /// Its name in the results.
    pub(crate) name: &'static str,
    /// The portal's or the API's host.
    pub(crate) host: &'static str,
    /// Who asks.
    pub(crate) by: By,
    /// `GET /mailboxes?limit=50`.
    pub(crate) line: &'static str,
    /// Sent with it; JSON for the API, a form for a portal.
    pub(crate) body: &'static str,
    /// The status that means it went well.
    pub(crate) status: u16,
    /// What the answer must hold.
    pub(crate) holds: &'static str,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The key of the large tenant's main Admin.
    LargeKey,
    /// The key of the small tenant's.
    SmallKey,
    /// The key of the Sub-Admin who sees some domains of the large tenant.
    LimitedKey,
    /// A browser that is signed in as the large tenant's main Admin.
    Page,
    /// A browser that signs in, each time as another mailbox' user.
    SignIn,
}

const GET: Flow =
    Flow { name: "", host: "api", by: By::LargeKey, line: "", body: "", status: 200, holds: "@dom" };

/// Everything that is asked for over HTTP.
pub(crate) const ALL: [Flow; 15] = [
    Flow { name: "list", line: "GET /api/v1/mailboxes?limit=50&domain_id={domain_id}", ..GET },
    Flow { name: "list_anywhere", line: "GET /api/v1/mailboxes?limit=50&after={after}", ..GET },
    Flow { name: "prefix", line: "GET /api/v1/mailboxes?limit=50&q=user{n}%40*", ..GET },
    Flow { name: "prefix_short", line: "GET /api/v1/mailboxes?limit=50&q=us", ..GET },
    Flow { name: "substring", line: "GET /api/v1/mailboxes?limit=50&q={rare}", ..GET },
    Flow { name: "substring_common", line: "GET /api/v1/mailboxes?limit=50&q=smith", holds: "Smith", ..GET },
    Flow { name: "substring_small", by: By::SmallKey, line: "GET /api/v1/mailboxes?limit=50&q=user", ..GET },
    Flow { name: "list_small", by: By::SmallKey, line: "GET /api/v1/mailboxes?limit=50", ..GET },
    Flow { name: "list_limited", by: By::LimitedKey, line: "GET /api/v1/mailboxes?limit=50", ..GET },
    Flow {
        name: "substring_limited",
        by: By::LimitedKey,
        line: "GET /api/v1/mailboxes?limit=50&q=user",
        ..GET
    },
    Flow {
        name: "create",
        line: "POST /api/v1/mailboxes",
        body: r#"{"address":"new{seq}@dom{seq_domain}.example","name":"New User","quota_bytes":1000000,"password":"vexing quilt mango orbit","one_time":false}"#,
        status: 201,
        holds: "new",
        ..GET
    },
    Flow {
        name: "change",
        line: "POST /api/v1/mailboxes/{mailbox_id}/enable",
        status: 204,
        holds: "",
        ..GET
    },
    Flow { name: "page", host: "admin", by: By::Page, line: "GET /mailboxes", ..GET },
    Flow { name: "page_search", host: "admin", by: By::Page, line: "GET /mailboxes?q={rare}", ..GET },
    Flow {
        name: "sign_in",
        host: "mail",
        by: By::SignIn,
        line: "POST /sign-in",
        body: "username=user{unseen}%40dom{unseen_domain}.example&password=vexing+quilt+mango+orbit",
        status: 303,
        holds: "",
    },
];

/// What fills the places, the same for all clients of a run.
#[derive(Debug)]
pub(crate) struct Filling {
    loaded: Loaded,
    counter: AtomicU64,
    /// Of the mailboxes that were signed in from here before: how many were used.
    seen: AtomicU64,
}

impl Filling {
    pub(crate) fn new(loaded: Loaded) -> Arc<Self> {
        Arc::new(Self { loaded, counter: AtomicU64::new(0), seen: AtomicU64::new(0) })
    }

    /// Mailboxes of the large tenant.
    pub(crate) fn mailboxes(&self) -> u64 {
        let domains = u64::try_from(self.loaded.domains.len()).unwrap_or(2).max(2);
        ((domains - 1) * u64::from(IN_DOMAIN)).min(u64::from(self.loaded.size))
    }

    /// A mailbox whose password was not checked lately, from the last backwards.
    pub(crate) fn unseen(&self) -> u64 {
        let most = u64::from(KNOWN.min(self.loaded.size));
        u64::from(self.loaded.size) - 1 - self.seen.fetch_add(1, Ordering::Relaxed) % most.max(1)
    }

    fn value(&self, place: &str, n: u64, unseen: u64, seq: u64) -> String {
        let domain = n / u64::from(IN_DOMAIN);
        let domain_id = usize::try_from(domain).ok().and_then(|at| self.loaded.domains.get(at)).copied();
        let domain_id = domain_id.unwrap_or_default();
        match place {
            "n" => n.to_string(),
            "mailbox_id" => MailboxId(i64::try_from(n).unwrap_or_default() + 1).to_string(),
            "domain" => domain.to_string(),
            "domain_id" => DomainId(domain_id).to_string(),
            "after" => {
                let local = format!("user{n}");
                Cursor::new(vec![domain_id.into(), Value::from(local), 0_i64.into()]).to_string()
            }
            "seq" => seq.to_string(),
            "seq_domain" => (seq % (self.mailboxes() / u64::from(IN_DOMAIN)).max(1)).to_string(),
            "unseen" => unseen.to_string(),
            "unseen_domain" => (unseen / u64::from(IN_DOMAIN)).to_string(),
            "rare" => format!("ser{n}%40"),
            _ => String::new(),
        }
    }

    /// Fills the places of a template.
    fn fill(&self, template: &str, chance: &mut Chance) -> String {
        let n = chance.below(self.mailboxes());
        let unseen = if template.contains("{unseen}") { self.unseen() } else { 0 };
        let seq = if template.contains("{seq}") { self.counter.fetch_add(1, Ordering::Relaxed) } else { 0 };
        let (mut filled, mut rest) = (String::with_capacity(template.len() + 64), template);
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            match after.split_once('}') {
                Some((place, after))
                    if place.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') =>
                {
                    filled.push_str(&self.value(place, n, unseen, seq));
                    rest = after;
                }
                _ => {
                    filled.push('{');
                    rest = after;
                }
            }
        }
        filled + rest
    }
}

/// Numbers by chance (xorshift), the same in each run.
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: usize) -> Self {
        Self(
            0x9E37_79B9_7F4A_7C15
                ^ (u64::try_from(seed).unwrap_or(1) + 1).wrapping_mul(0x2545_F491_4F6C_DD1D),
        )
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }
}

/// A client that goes through a flow.
#[derive(Debug)]
pub(crate) struct Visitor {
    http: Http,
    flow: Flow,
    filling: Arc<Filling>,
    /// Headers that are the same each time.
    head: String,
    /// What a form begins with.
    form: String,
    chance: Chance,
}

impl Visitor {
    /// Number `seed` of the clients of a flow.
    pub(crate) async fn new(flow: Flow, filling: &Arc<Filling>, place: &Place, seed: usize) -> Outcome<Self> {
        let loaded = &filling.loaded;
        let mut http = Http::new(place.address());
        let host = place.host(flow.host);
        let mut form = String::new();
        let credential = match flow.by {
            By::LargeKey => bearer(&loaded.large),
            By::SmallKey => bearer(&loaded.small),
            By::LimitedKey => bearer(&loaded.limited),
            By::Page => format!("Cookie: __Host-bw-admin={}\r\n", loaded.large.session),
            By::SignIn => {
                let page =
                    http.send(format!("GET /sign-in HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).await?;
                let body = String::from_utf8_lossy(page.body);
                let token =
                    body.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
                let token = token.ok_or_else(|| Trouble::new("the sign-in page has no token"))?;
                form = format!("csrf={token}&");
                let cookie = header(page.head, "set-cookie").and_then(|cookie| cookie.split(';').next());
                cookie.map_or_else(String::new, |cookie| format!("Cookie: {cookie}\r\n"))
            }
        };
        let kind = if flow.host == "api" { "application/json" } else { "application/x-www-form-urlencoded" };
        let head = format!("HTTP/1.1\r\nHost: {host}\r\n{credential}Content-Type: {kind}\r\n");
        Ok(Self { http, flow, filling: Arc::clone(filling), head, form, chance: Chance::new(seed) })
    }
}

fn bearer(entry: &Entry) -> String {
    format!("Authorization: Bearer {}\r\n", entry.key)
}

impl Client for Visitor {
    async fn ask(&mut self) -> Outcome {
        let line = self.filling.fill(self.flow.line, &mut self.chance);
        let mut request = format!("{line} {}", self.head);
        if self.flow.body.is_empty() {
            request.push_str("\r\n");
        } else {
            let body = self.form.clone() + &self.filling.fill(self.flow.body, &mut self.chance);
            let _ = write!(request, "Content-Length: {}\r\n\r\n{body}", body.len()); // a String takes everything
        }
        let answer = self.http.send(request.as_bytes()).await?;
        let held = self.flow.holds.as_bytes();
        let holds = held.is_empty() || answer.body.windows(held.len()).any(|window| window == held);
        if answer.status == self.flow.status && holds {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&answer.body[..answer.body.len().min(300)]).into_owned();
        Err(Trouble::new(format!("{line} answered {}: {said}", answer.status)))
    }
}

/// `user:password` as SASL PLAIN and HTTP Basic take it.
pub(crate) fn plain(n: u64) -> String {
    STANDARD.encode(format!("\0{}\0{PASSWORD}", address(n)))
}

/// The address of a mailbox.
pub(crate) fn address(n: u64) -> String {
    format!("user{n}@dom{}.example", n / u64::from(IN_DOMAIN))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn filling() -> Arc<Filling> {
        let entry = Entry { session: "s".into(), key: "k".into() };
        let loaded = Loaded {
            size: 300,
            large: entry.clone(),
            small: entry.clone(),
            limited: entry,
            domains: vec![11, 12, 13],
            took: Duration::ZERO,
            index_took: Duration::ZERO,
        };
        Filling::new(loaded)
    }

    #[test]
    fn places_are_filled_and_other_braces_stay() {
        let (filling, mut chance) = (filling(), Chance::new(0));
        let filled = filling.fill(r#"{"a":"new{seq}@dom{seq_domain}"} user{n} {domain_id}"#, &mut chance);
        assert!(filled.starts_with(r#"{"a":"new0@dom0"} user"#), "{filled}");
        assert!(filled.ends_with(" dom_b") || filled.ends_with(" dom_c"), "{filled}");
        assert!(filling.fill("{seq} {seq_domain}", &mut chance) == "1 1");
    }

    #[test]
    fn whoever_signs_in_was_not_seen_lately() {
        let filling = filling();
        let seen: std::collections::BTreeSet<u64> = (0..300).map(|_| filling.unseen()).collect();
        assert_eq!((seen.len(), seen.last()), (300, Some(&299)));
    }

    #[test]
    fn every_flow_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<&str> = ALL.iter().map(|flow| flow.name).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
