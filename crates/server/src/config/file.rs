//! The file as it is written. Every key, its meaning and its default; `docs/manual/configuration.md` has the same.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use bailiwick_plane::PlaneSettings;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    /// Holds secret.key, serve.lock and, with SQLite, the data.
    #[serde(default = "data_dir")]
    pub(super) data_dir: PathBuf,
    /// `sqlite` or `postgres://user:password@host/name`.
    #[serde(default = "sqlite")]
    pub(super) database: String,
    #[serde(default)]
    pub(super) http: Http,
    pub(super) origins: Origins,
    #[serde(default)]
    pub(super) api: Api,
    #[serde(default)]
    pub(super) dns: Dns,
    pub(super) outgoing: Outgoing,
    /// Where more licences can be bought: an https URL, shown where a limit is reached.
    pub(super) billing_url: Option<String>,
    #[serde(default)]
    pub(super) history: History,
    /// Left out, the numbers are served nowhere.
    pub(super) metrics: Option<Metrics>,
    /// `text` or `json`; left out, text on a terminal and JSON elsewhere.
    pub(super) log_format: Option<LogFormat>,
    /// The mail plane; left out, there is none.
    pub(super) mail: Option<PlaneSettings>,
    pub(super) demo: Option<Demo>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Http {
    pub(super) listen: SocketAddr,
    pub(super) tls_certificate: Option<PathBuf>,
    pub(super) tls_key: Option<PathBuf>,
    pub(super) trusted_proxies: Vec<IpAddr>,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            tls_certificate: None,
            tls_key: None,
            trusted_proxies: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Origins {
    pub(super) staff: String,
    pub(super) admin: String,
    pub(super) mail: String,
    /// The JSON API; left out, it is not offered.
    pub(super) api: Option<String>,
}

/// The JSON API.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Api {
    /// What one key, or one API Sub-Admin's password, may ask a minute.
    pub(super) requests_per_minute: u32,
}

impl Default for Api {
    fn default() -> Self {
        Self { requests_per_minute: bailiwick_base::words::limits::API_REQUESTS }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Dns {
    /// Address and port of a name server; left out, the system's.
    pub(super) resolver: Option<SocketAddr>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outgoing {
    /// Sender of the mails Bailiwick itself writes.
    pub(super) from: String,
    /// `host:port`; left out, the mail plane's reinjection port.
    pub(super) relay: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct History {
    /// Where a signed file for each checkpoint is written.
    pub(super) checkpoint_dir: Option<PathBuf>,
    /// A program and its arguments that takes each checkpoint on standard input.
    pub(super) checkpoint_command: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Metrics {
    /// Address and port. Whoever reaches it reads the numbers; there is no password.
    pub(super) listen: SocketAddr,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 9464)) }
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line, for a collector.
    Json,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Demo {
    pub(super) publish_url: String,
    pub(super) outside_mail_url: String,
}

fn data_dir() -> PathBuf {
    PathBuf::from("/var/lib/bailiwick")
}

fn sqlite() -> String {
    "sqlite".to_owned()
}
