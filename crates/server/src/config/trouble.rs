//! What is wrong with a configuration: the key, why, and what to write.

use std::fmt;

/// A mistake in the configuration file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// `http.listen`; empty if the file as a whole cannot be read.
    pub(super) key: String,
    line: Option<usize>,
    why: String,
}

/// An example of each key, for whoever got it wrong.
const EXAMPLES: &[(&str, &str)] = &[
    ("data_dir", "data_dir = \"/var/lib/bailiwick\""),
    ("database", "database = \"sqlite\", or \"postgres://bailiwick:PASSWORD@127.0.0.1/bailiwick\""),
    ("http", "[http], and below it listen = \"127.0.0.1:8080\""),
    ("http.listen", "listen = \"127.0.0.1:8080\""),
    ("http.tls_certificate", "tls_certificate = \"/etc/bailiwick/tls/fullchain.pem\""),
    ("http.tls_key", "tls_key = \"/etc/bailiwick/tls/key.pem\""),
    ("http.trusted_proxies", "trusted_proxies = [\"127.0.0.1\"]"),
    ("origins", "[origins], and below it staff, admin and mail"),
    ("origins.staff", "staff = \"https://staff.example.com\""),
    ("origins.admin", "admin = \"https://admin.example.com\""),
    ("origins.mail", "mail = \"https://mail.example.com\""),
    ("origins.api", "api = \"https://api.example.com\""),
    ("api.requests_per_minute", "requests_per_minute = 1200"),
    ("dns.resolver", "resolver = \"127.0.0.1:53\""),
    ("outgoing", "[outgoing], and below it from = \"no-reply@example.com\""),
    ("outgoing.from", "from = \"no-reply@example.com\""),
    ("outgoing.relay", "relay = \"127.0.0.1:25\""),
    ("billing_url", "billing_url = \"https://example.com/buy\""),
    ("mail.data_dir", "data_dir = \"/var/lib/bailiwick-mail\""),
    ("mail.run_dir", "run_dir = \"/run/bailiwick\""),
    ("mail.secrets_dir", "secrets_dir = \"/var/lib/bailiwick/secrets\""),
    ("mail.hostname", "hostname = \"mail.example.com\""),
    ("mail.passdb_url", "passdb_url = \"http://127.0.0.1:8091\""),
];

impl Trouble {
    pub(super) fn new(key: impl Into<String>, why: impl Into<String>) -> Self {
        Self { key: key.into(), line: None, why: why.into() }
    }

    /// From what the TOML reader found: where it stands tells the key.
    pub(super) fn of_toml(text: &str, error: &toml::de::Error) -> Self {
        let message = error.message();
        let at = error.span().map_or(0, |span| span.start);
        let (section, key, line) = place(text, at);
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`'));
        let (key, why) = match (missing, unknown) {
            (Some(field), _) => (join(&section, field), "is missing.".to_owned()),
            (_, Some((field, rest))) => {
                (join(&section, field), format!("is not a key here{}.", rest.trim_end()))
            }
            _ => (join(&section, &key), format!("cannot be read: {}.", without_value(message))),
        };
        Self { key, line: (missing.is_none()).then_some(line), why }
    }
}

/// `invalid type: string "…", expected …` repeats the value, which may be a secret.
fn without_value(message: &str) -> String {
    let value = message.split_once('"').and_then(|(head, rest)| Some((head, rest.rsplit_once('"')?.1)));
    value.map_or_else(|| message.to_owned(), |(head, tail)| format!("{}{tail}", head.trim_end()))
}

fn join(section: &str, key: &str) -> String {
    match (section, key) {
        ("", key) => key.to_owned(),
        (section, "") => section.to_owned(),
        (section, key) => format!("{section}.{key}"),
    }
}

/// Section, key and line number at an offset.
fn place(text: &str, at: usize) -> (String, String, usize) {
    let (mut section, mut key, mut number, mut start) = (String::new(), String::new(), 0, 0);
    for line in text.split_inclusive('\n') {
        number += 1;
        let trimmed = line.trim();
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            if !trimmed.contains('=') {
                name.trim_matches(['[', ' ']).clone_into(&mut section);
                key.clear();
            }
        } else if let Some((name, _)) = trimmed.split_once('=') {
            name.trim().trim_matches('"').clone_into(&mut key);
        }
        start += line.len();
        if at < start {
            break;
        }
    }
    (section, key, number)
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{} ", self.key)?;
        }
        f.write_str(&self.why)?;
        match EXAMPLES.iter().find(|(key, _)| *key == self.key) {
            Some((_, example)) => write!(f, " Write, for example: {example}"),
            None => Ok(()),
        }
    }
}
