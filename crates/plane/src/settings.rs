//! What the operator sets for the mail plane, and where everything lies that follows from it.
//!
//! A value with a newline or another control character never reaches a configuration file: it is refused here.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::PlaneError;

/// A unix socket's path may have at most this many bytes on Linux, the closing zero not counted.
const MAX_SOCKET_PATH: usize = 107;

/// Settings of the mail plane.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaneSettings {
    /// Holds `postfix/`, `dovecot/`, `mail/`, `spool/` and `tls/`. All directories above it must be open (x) to everybody.
    pub data_dir: PathBuf,
    /// Holds the unix sockets; keep it short, such as `/run/bailiwick`.
    pub run_dir: PathBuf,
    /// Holds `passdb` and `doveadm`, one secret each; made if missing.
    pub secrets_dir: PathBuf,
    /// The name under which the servers greet, and which the certificate bears.
    pub hostname: String,
    /// Addresses to listen on for users and other servers.
    #[serde(default = "loopback")]
    pub listen: Vec<IpAddr>,
    /// Ports.
    #[serde(default)]
    pub ports: Ports,
    /// Where Dovecot's Lua script asks, such as `http://127.0.0.1:8091`. Loopback only.
    pub passdb_url: String,
    /// Certificate and key; without them a self-made certificate is used.
    pub tls: Option<TlsFiles>,
    /// Sends all mail for elsewhere to one host, and asks no DNS. For trying out, and behind a smart host.
    pub relay: Option<Relay>,
    /// Owner of all mail. Needs no entry in `/etc/passwd`.
    #[serde(default = "mail_id")]
    pub mail_uid: u32,
    /// Group of all mail.
    #[serde(default = "mail_id")]
    pub mail_gid: u32,
    /// The largest message taken, in bytes.
    #[serde(default = "message_size_limit")]
    pub message_size_limit: u64,
}

/// Ports of the listeners.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ports {
    /// Mail from other servers.
    pub smtp: u16,
    /// Submission, STARTTLS before sign-in.
    pub submission: u16,
    /// Submission, TLS from the first byte.
    pub submissions: u16,
    /// IMAP, STARTTLS before sign-in.
    pub imap: u16,
    /// IMAP, TLS from the first byte.
    pub imaps: u16,
    /// POP3, STLS before sign-in.
    pub pop3: u16,
    /// POP3, TLS from the first byte.
    pub pop3s: u16,
    /// Takes back mail that is sent on; on 127.0.0.1 whatever `listen` says.
    pub reinject: u16,
    /// Management of Dovecot; on 127.0.0.1 whatever `listen` says.
    pub doveadm: u16,
}

impl Default for Ports {
    fn default() -> Self {
        Self {
            smtp: 25,
            submission: 587,
            submissions: 465,
            imap: 143,
            imaps: 993,
            pop3: 110,
            pop3s: 995,
            reinject: 10_025,
            doveadm: 10_993,
        }
    }
}

/// A certificate chain and its key, both PEM.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The server's own certificate first.
    pub certificate: PathBuf,
    /// Readable by root only.
    pub key: PathBuf,
}

/// The next hop for all mail for elsewhere.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relay {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

fn loopback() -> Vec<IpAddr> {
    vec![IpAddr::from([127, 0, 0, 1])]
}

fn mail_id() -> u32 {
    5000
}

fn message_size_limit() -> u64 {
    50 * 1024 * 1024
}

/// A path of the layout below, by name.
macro_rules! places {
    ($($(#[$doc:meta])* $name:ident = $base:ident / $tail:literal;)*) => {
        $($(#[$doc])* pub fn $name(&self) -> PathBuf { self.$base.join($tail) })*
    };
}

impl PlaneSettings {
    places! {
        /// Rendered configuration of Postfix.
        postfix_etc_dir = data_dir / "postfix/etc";
        /// Postfix's queue.
        queue_dir = data_dir / "postfix/queue";
        /// Postfix's own state, owned by its user.
        postfix_data_dir = data_dir / "postfix/data";
        /// Rendered configuration of Dovecot.
        dovecot_etc_dir = data_dir / "dovecot/etc";
        /// Dovecot's internal sockets.
        dovecot_base_dir = data_dir / "dovecot/base";
        /// Dovecot's own state.
        dovecot_state_dir = data_dir / "dovecot/state";
        /// All mail.
        mail_dir = data_dir / "mail";
        /// Homes on their way out.
        trash_dir = data_dir / "mail/.trash";
        /// Log lines not yet acknowledged.
        spool_dir = data_dir / "spool";
        /// The self-made certificate.
        tls_dir = data_dir / "tls";
        /// Held while a mail plane runs on this data directory.
        lock_file = data_dir / "plane.lock";
        /// Where `serve` answers us.
        internal_socket = run_dir / "internal.sock";
        /// Where `serve` answers Postfix's maps.
        socketmap_socket = run_dir / "socketmap.sock";
        /// Where `serve` answers Postfix's policy questions.
        policy_socket = run_dir / "policy.sock";
        /// Where `serve` answers sign-ins at submission.
        sasl_socket = run_dir / "sasl.sock";
        /// Where `serve` takes what goes on to lists and outside addresses.
        forward_socket = run_dir / "forward.sock";
        /// Holds the socket below, for Dovecot's mail processes alone.
        usage_dir = run_dir / "usage";
        /// Where `serve` is told how much each mailbox holds.
        usage_socket = run_dir / "usage/dict.sock";
        /// Where Dovecot takes mail.
        lmtp_socket = run_dir / "lmtp.sock";
        /// Shared by `serve` and Dovecot's auth processes.
        passdb_secret = secrets_dir / "passdb";
        /// Key of Dovecot's management.
        doveadm_secret = secrets_dir / "doveadm";
    }

    /// The main configuration file of Dovecot.
    pub fn dovecot_conf(&self) -> PathBuf {
        self.dovecot_etc_dir().join("dovecot.conf")
    }

    /// Where Dovecot's management listens.
    pub fn doveadm_address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.ports.doveadm))
    }

    /// Every address that must be free before the start and must answer after it.
    pub fn listeners(&self) -> Vec<SocketAddr> {
        let Ports { smtp, submission, submissions, imap, imaps, pop3, pop3s, .. } = self.ports;
        let public = self.listen.iter().flat_map(move |&ip| {
            [smtp, submission, submissions, imap, imaps, pop3, pop3s].map(|port| SocketAddr::new(ip, port))
        });
        let private =
            [self.ports.reinject, self.ports.doveadm].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        public.chain(private).collect()
    }

    /// Checks everything that can be checked without touching the machine.
    pub fn validate(&self) -> Result<(), PlaneError> {
        for (name, path) in
            [("data_dir", &self.data_dir), ("run_dir", &self.run_dir), ("secrets_dir", &self.secrets_dir)]
        {
            check_path(name, path)?;
        }
        if let Some(tls) = &self.tls {
            check_path("tls.certificate", &tls.certificate)?;
            check_path("tls.key", &tls.key)?;
        }
        check_host("hostname", &self.hostname)?;
        if let Some(relay) = &self.relay {
            check_host("relay.host", &relay.host)?;
        }
        self.check_sockets()?;
        self.check_passdb_url()?;
        self.check_ports()?;
        if self.mail_uid == 0 || self.mail_gid == 0 {
            return Err(PlaneError::setting(
                "mail_uid",
                "and mail_gid must not be 0: mail never belongs to root",
            ));
        }
        if self.message_size_limit < 64 * 1024 || self.message_size_limit > 1024 * 1024 * 1024 {
            return Err(PlaneError::setting("message_size_limit", "must lie between 64 KiB and 1 GiB"));
        }
        Ok(())
    }

    fn check_sockets(&self) -> Result<(), PlaneError> {
        if self.usage_socket().as_os_str().len() > MAX_SOCKET_PATH {
            return Err(PlaneError::setting("run_dir", "is too long for a unix socket; try /run/bailiwick"));
        }
        // The longest name that Dovecot makes below its base directory has 40 bytes.
        if self.dovecot_base_dir().as_os_str().len() + 40 > MAX_SOCKET_PATH {
            return Err(PlaneError::setting(
                "data_dir",
                "is too long for Dovecot's unix sockets; at most 54 bytes",
            ));
        }
        Ok(())
    }

    fn check_passdb_url(&self) -> Result<(), PlaneError> {
        let rest = self.passdb_url.strip_prefix("http://").unwrap_or_default();
        let address = rest.split('/').next().unwrap_or_default();
        let loopback = address.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
        let plain = self.passdb_url.bytes().all(|b| b.is_ascii_alphanumeric() || b":/.[]-_".contains(&b));
        if loopback && plain {
            return Ok(());
        }
        Err(PlaneError::setting(
            "passdb_url",
            "must be http:// with a loopback address and a port: passwords pass there",
        ))
    }

    fn check_ports(&self) -> Result<(), PlaneError> {
        if self.listen.is_empty() || self.listen.len() > 64 {
            return Err(PlaneError::setting("listen", "must name between 1 and 64 addresses"));
        }
        let mut ports: Vec<_> = self.listeners();
        if ports.iter().any(|address| address.port() == 0) {
            return Err(PlaneError::setting("ports", "must not contain 0"));
        }
        ports.sort_unstable();
        if ports.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(PlaneError::setting(
                "ports",
                "must differ from each other, and no address may be listed twice",
            ));
        }
        Ok(())
    }
}

/// An absolute path of plain characters: it goes into formats where spaces, commas, braces, `$` and `%` mean something.
fn check_path(name: &'static str, path: &Path) -> Result<(), PlaneError> {
    let plain = path.to_str().is_some_and(|text| {
        text.len() > 1 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-+".contains(&b))
    });
    let walks = path.components().any(|part| matches!(part, std::path::Component::ParentDir));
    if path.is_absolute() && plain && !walks {
        return Ok(());
    }
    Err(PlaneError::setting(
        name,
        "must be an absolute path of letters, digits and . _ - + only, without `..`",
    ))
}

fn check_host(name: &'static str, host: &str) -> Result<(), PlaneError> {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if host.len() <= 253 && host.split('.').all(label) {
        return Ok(());
    }
    Err(PlaneError::setting(name, "must be a host name in ASCII, such as mail.example.com"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn sample() -> PlaneSettings {
        PlaneSettings {
            data_dir: "/var/lib/bailiwick".into(),
            run_dir: "/run/bailiwick".into(),
            secrets_dir: "/etc/bailiwick/secrets".into(),
            hostname: "mail.acme.test".into(),
            listen: vec!["0.0.0.0".parse().expect("address"), "::".parse().expect("address")],
            ports: Ports::default(),
            passdb_url: "http://127.0.0.1:8091".into(),
            tls: None,
            relay: None,
            mail_uid: 5000,
            mail_gid: 5000,
            message_size_limit: message_size_limit(),
        }
    }

    fn setting_at_fault(settings: &PlaneSettings) -> &'static str {
        match settings.validate() {
            Err(PlaneError::Setting { name, .. }) => name,
            other => panic!("expected a refused setting, got {other:?}"),
        }
    }

    #[test]
    fn ordinary_settings_are_accepted() {
        sample().validate().expect("valid");
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        let text = r#"{"data_dir":"/a","run_dir":"/b","secrets_dir":"/c","hostname":"h.test",
            "passdb_url":"http://127.0.0.1:1","auth_cache_size":1}"#;
        assert!(serde_json::from_str::<PlaneSettings>(text).is_err());
    }

    #[test]
    fn a_newline_in_the_host_name_is_refused() {
        let hostname = "a.test\nsmtpd_relay_restrictions = permit".into();
        assert_eq!(setting_at_fault(&PlaneSettings { hostname, ..sample() }), "hostname");
    }

    #[test]
    fn the_password_question_leaves_the_machine_under_no_setting() {
        for passdb_url in
            ["http://192.0.2.1:8091", "https://127.0.0.1:1", "http://127.0.0.1", "http://localhost:80"]
        {
            assert_eq!(
                setting_at_fault(&PlaneSettings { passdb_url: passdb_url.into(), ..sample() }),
                "passdb_url"
            );
        }
    }

    #[test]
    fn a_run_directory_too_long_for_a_socket_is_refused() {
        let run_dir = format!("/run/{}", "x".repeat(100)).into();
        assert_eq!(setting_at_fault(&PlaneSettings { run_dir, ..sample() }), "run_dir");
    }

    #[test]
    fn mail_never_belongs_to_root() {
        assert_eq!(setting_at_fault(&PlaneSettings { mail_uid: 0, ..sample() }), "mail_uid");
    }

    #[test]
    fn two_listeners_on_one_port_are_refused() {
        let ports = Ports { imap: 993, ..Ports::default() };
        assert_eq!(setting_at_fault(&PlaneSettings { ports, ..sample() }), "ports");
    }

    proptest! {
        #[test]
        fn whatever_passes_has_no_character_that_could_end_a_line(text in any::<String>()) {
            let settings = PlaneSettings {
                hostname: text.clone(),
                data_dir: format!("/{text}").into(),
                passdb_url: format!("http://127.0.0.1:80/{text}"),
                ..sample()
            };
            if settings.validate().is_ok() {
                let unfit = |c: char| c.is_control() || c.is_whitespace() || "{}$%,;#\"'<>".contains(c);
                prop_assert!(!text.chars().any(unfit));
            }
        }
    }
}
