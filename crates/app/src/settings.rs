//! What an installation is told about itself: where its portals are, how mail programs reach it, who it asks.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use bailiwick_base::authz::Realm;
use bailiwick_base::words::{DomainName, EmailAddress};

/// The portals that exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Portal {
    /// The provider's back office.
    Staff,
    /// Where a tenant is administered.
    Admin,
    /// Where a mailbox user looks after the mailbox.
    Mail,
}

impl Portal {
    /// Every portal.
    pub const ALL: [Portal; 3] = [Portal::Staff, Portal::Admin, Portal::Mail];

    /// Whose credentials it takes.
    pub const fn realm(self) -> Realm {
        match self {
            Portal::Staff => Realm::Staff,
            Portal::Admin => Realm::Admin,
            Portal::Mail => Realm::Mailbox,
        }
    }

    /// The portal of a realm.
    pub const fn of(realm: Realm) -> Self {
        match realm {
            Realm::Staff => Portal::Staff,
            Realm::Admin => Portal::Admin,
            Realm::Mailbox => Portal::Mail,
        }
    }

    /// Its session cookie: bound to the origin by its prefix, one per realm (SE-11).
    pub const fn cookie(self) -> &'static str {
        match self {
            Portal::Staff => "__Host-bw-staff",
            Portal::Admin => "__Host-bw-admin",
            Portal::Mail => "__Host-bw-mail",
        }
    }

    /// Its name in texts: `portal-admin`.
    pub const fn key(self) -> &'static str {
        match self {
            Portal::Staff => "staff",
            Portal::Admin => "admin",
            Portal::Mail => "mail",
        }
    }
}

/// Where the portals are: `https://admin.example.com`, without a slash at the end (K14).
#[derive(Debug, Clone)]
pub struct Origins {
    /// The back office.
    pub staff: String,
    /// The Admin Panel.
    pub admin: String,
    /// User Panel and Webmail.
    pub mail: String,
    /// The JSON API; none where it is not offered.
    pub api: Option<String>,
}

impl Origins {
    /// The origin of a portal.
    pub fn of(&self, portal: Portal) -> &str {
        match portal {
            Portal::Staff => &self.staff,
            Portal::Admin => &self.admin,
            Portal::Mail => &self.mail,
        }
    }

    /// Was a request with this `Host` sent to the API?
    pub fn is_api(&self, host: &str) -> bool {
        self.api.as_deref().is_some_and(|api| authority(api).eq_ignore_ascii_case(host))
    }

    /// The portal a request was sent to, by its `Host`.
    pub fn by_host(&self, host: &str) -> Option<Portal> {
        Portal::ALL.into_iter().find(|portal| authority(self.of(*portal)).eq_ignore_ascii_case(host))
    }
}

/// `admin.example.com:8080` of `http://admin.example.com:8080`.
fn authority(origin: &str) -> &str {
    origin.split_once("://").map_or(origin, |(_, authority)| authority)
}

/// How a mail program reaches the servers, as the User Panel explains it.
#[derive(Debug, Clone)]
pub struct MailProgram {
    /// Host name of both servers.
    pub host: String,
    /// IMAP with TLS from the start.
    pub imaps: u16,
    /// POP3 with TLS from the start.
    pub pop3s: u16,
    /// Submission with TLS from the start.
    pub submissions: u16,
    /// Submission with STARTTLS.
    pub submission: u16,
    /// Where mail from outside comes in (MX).
    pub smtp: u16,
}

/// Where mail lies, as the mail servers are told.
#[derive(Debug, Clone)]
pub struct MailStore {
    /// The folder above all mailboxes' homes.
    pub root: String,
    /// Owner of the mail processes and files.
    pub uid: u32,
    /// Their group.
    pub gid: u32,
    /// The LMTP socket that takes what an alias sends outside.
    pub forward_socket: String,
}

/// Links the demonstration adds.
#[derive(Debug, Clone)]
pub struct DemoLinks {
    /// Takes `name`, `value` and `back` and publishes a TXT record.
    pub publish_url: String,
    /// Shows mail that left for outside.
    pub outside_mail_url: String,
}

/// Where checkpoints of the history are kept: out of reach of whoever owns the database (P15). At least one of both.
#[derive(Debug, Clone)]
pub struct KeptCheckpoints {
    /// A file for each is written into this directory.
    pub directory: Option<PathBuf>,
    /// A program and its arguments that takes each on standard input.
    pub command: Option<Vec<String>>,
}

/// What an installation is told about itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the portals are.
    pub origins: Origins,
    /// Proxies whose `X-Forwarded-For` counts (K13).
    pub trusted_proxies: Vec<IpAddr>,
    /// Whom to ask about TXT records; none means the system's resolver.
    pub resolver: Option<SocketAddr>,
    /// Sender of the mails Bailiwick itself writes.
    pub from: EmailAddress,
    /// Where mails of our own are handed over: the mail plane's reinjection port, or a smart host.
    pub outgoing: SocketAddr,
    /// How mail programs reach the servers; none where there is no mail plane.
    pub mail_program: Option<MailProgram>,
    /// Where mail lies; none where there is no mail plane.
    pub mail_store: Option<MailStore>,
    /// Where more licences can be bought; shown where a limit is reached.
    pub billing_url: Option<String>,
    /// Requests to the API that one credential may make a minute.
    pub api_requests: u32,
    /// Domains of the installation itself (its host name, its sender), which nobody may claim.
    pub own_domains: Vec<DomainName>,
    /// Where checkpoints of the history are kept; none are made without it.
    pub checkpoints: Option<KeptCheckpoints>,
    /// The demonstration's links.
    pub demo: Option<DemoLinks>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portal_is_known_by_its_exact_host() {
        let origins = Origins {
            staff: "http://staff.localhost:8080".into(),
            admin: "http://admin.localhost:8080".into(),
            mail: "https://mail.example.com".into(),
            api: Some("https://api.example.com".into()),
        };
        assert!(origins.is_api("api.example.com") && !origins.is_api("mail.example.com"));
        assert_eq!(origins.by_host("admin.localhost:8080"), Some(Portal::Admin));
        assert_eq!(origins.by_host("MAIL.example.com"), Some(Portal::Mail));
        for host in [
            "admin.localhost",
            "admin.localhost:8081",
            "evil.example",
            "",
            "admin.localhost:8080.evil.example",
        ] {
            assert_eq!(origins.by_host(host), None, "{host}");
        }
    }
}
