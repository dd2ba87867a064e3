//! Turns settings into the configuration files of Postfix and Dovecot.
//!
//! The templates in `deploy/` are complete files with `[[name]]` for a value, and sections `#@each listen` and
//! `#@if relay`, closed by `#@end`. A name that no value fills, or a value with a control character, is an
//! error: a half-filled file is never written.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

use crate::lint;
use crate::{PlaneError, PlaneSettings};

const MAIN_CF: &str = concat!(
    include_str!("../../../deploy/postfix/main.cf"),
    include_str!("../../../deploy/postfix/debian12.cf")
);
const MASTER_CF: &str = include_str!("../../../deploy/postfix/master.cf");
const DOVECOT_CONF: &str = concat!(
    include_str!("../../../deploy/dovecot/dovecot.conf"),
    include_str!("../../../deploy/dovecot/debian12.conf")
);

/// Follows the script that asks `serve`.
const TLS_ONLY: &str = include_str!("../../../deploy/dovecot/tls_only.lua");

/// Where certificate and key lie, whoever made them.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The chain, PEM.
    pub chain: std::path::PathBuf,
    /// The key, PEM.
    pub key: std::path::PathBuf,
}

/// The finished files.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Postfix's parameters.
    pub main_cf: String,
    /// Postfix's services.
    pub master_cf: String,
    /// All of Dovecot.
    pub dovecot_conf: String,
    /// How Dovecot asks whether a password is right.
    pub auth_lua: String,
}

/// Renders all files from checked settings, and lints what came out.
pub fn render(
    settings: &PlaneSettings,
    certificate: &Certificate,
    doveadm_key: &str,
) -> Result<Rendered, PlaneError> {
    settings.validate()?;
    let values = values(settings, certificate, doveadm_key)?;
    let secret = settings.dovecot_etc_dir().join(PASSDB_SECRET_COPY);
    let rendered = Rendered {
        main_cf: fill(MAIN_CF, settings, &values)?,
        master_cf: fill(MASTER_CF, settings, &values)?,
        dovecot_conf: fill(DOVECOT_CONF, settings, &values)?,
        auth_lua: bailiwick_mail::lua_auth::script(&settings.passdb_url, &secret.to_string_lossy())
            .map(|script| script + TLS_ONLY)
            .map_err(|error| PlaneError::setting("passdb_url", format!("cannot be used: {error}")))?,
    };
    let flaws = lint::lint(&rendered);
    if flaws.is_empty() { Ok(rendered) } else { Err(PlaneError::Unsafe(flaws)) }
}

/// The copy of the passdb secret that Dovecot's auth processes read, beside `dovecot.conf`.
pub(crate) const PASSDB_SECRET_COPY: &str = "passdb.secret";

type Values = BTreeMap<&'static str, String>;

fn values(
    settings: &PlaneSettings,
    certificate: &Certificate,
    doveadm_key: &str,
) -> Result<Values, PlaneError> {
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let listen_list: Vec<_> = settings.listen.iter().map(ToString::to_string).collect();
    let mut values = Values::from([
        ("queue_dir", path(&settings.queue_dir())),
        ("postfix_data_dir", path(&settings.postfix_data_dir())),
        ("dovecot_etc_dir", path(&settings.dovecot_etc_dir())),
        ("dovecot_base_dir", path(&settings.dovecot_base_dir())),
        ("dovecot_state_dir", path(&settings.dovecot_state_dir())),
        ("run_dir", path(&settings.run_dir)),
        ("usage_socket", path(&settings.usage_socket())),
        ("hostname", settings.hostname.clone()),
        ("inet_interfaces", inet_interfaces(&settings.listen)),
        ("inet_protocols", inet_protocols(&settings.listen).to_owned()),
        ("listen_list", listen_list.join(", ")),
        ("message_size_limit", settings.message_size_limit.to_string()),
        ("tls_certificate", path(&certificate.chain)),
        ("tls_key", path(&certificate.key)),
        ("mail_uid", settings.mail_uid.to_string()),
        ("mail_gid", settings.mail_gid.to_string()),
        ("doveadm_key", doveadm_key.to_owned()),
        ("port_smtp", settings.ports.smtp.to_string()),
        ("port_submission", settings.ports.submission.to_string()),
        ("port_submissions", settings.ports.submissions.to_string()),
        ("port_imap", settings.ports.imap.to_string()),
        ("port_imaps", settings.ports.imaps.to_string()),
        ("port_pop3", settings.ports.pop3.to_string()),
        ("port_pop3s", settings.ports.pop3s.to_string()),
        ("port_reinject", settings.ports.reinject.to_string()),
        ("port_doveadm", settings.ports.doveadm.to_string()),
    ]);
    if let Some(relay) = &settings.relay {
        values.insert("relay", format!("[{}]:{}", relay.host, relay.port));
    }
    match values.iter().find(|(_, value)| value.chars().any(char::is_control)) {
        Some((name, _)) => Err(PlaneError::setting(name, "must not contain control characters")),
        None => Ok(values),
    }
}

/// Postfix takes mail to any of its own addresses only if it knows them; a wildcard means all.
fn inet_interfaces(listen: &[IpAddr]) -> String {
    if listen.iter().any(IpAddr::is_unspecified) {
        return "all".to_owned();
    }
    let mut names: Vec<_> = listen.iter().map(ToString::to_string).collect();
    let loopback = IpAddr::from([127, 0, 0, 1]).to_string();
    if !names.contains(&loopback) {
        names.push(loopback);
    }
    names.join(", ")
}

fn inet_protocols(listen: &[IpAddr]) -> &'static str {
    if listen.iter().any(IpAddr::is_ipv6) { "all" } else { "ipv4" }
}

/// Postfix writes an IPv6 address in brackets.
fn listen_name(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}

fn fill(template: &str, settings: &PlaneSettings, values: &Values) -> Result<String, PlaneError> {
    let mut out = String::with_capacity(template.len() * 2);
    let mut lines = template.lines();
    while let Some(line) = lines.next() {
        match line.strip_prefix("#@") {
            None => fill_line(&mut out, line, values, None)?,
            Some(section) => {
                let body: Vec<_> = lines.by_ref().take_while(|line| *line != "#@end").collect();
                fill_section(&mut out, section, &body, settings, values)?;
            }
        }
    }
    Ok(out)
}

fn fill_section(
    out: &mut String,
    section: &str,
    body: &[&str],
    settings: &PlaneSettings,
    values: &Values,
) -> Result<(), PlaneError> {
    let rounds: Vec<Option<String>> = match section {
        "each listen" => settings.listen.iter().map(|&ip| Some(listen_name(ip))).collect(),
        "if relay" => settings.relay.iter().map(|_| None).collect(),
        _ => return Err(PlaneError::setting("template", format!("has an unknown section: {section}"))),
    };
    for listen in &rounds {
        for line in body {
            fill_line(out, line, values, listen.as_deref())?;
        }
    }
    Ok(())
}

fn fill_line(out: &mut String, line: &str, values: &Values, listen: Option<&str>) -> Result<(), PlaneError> {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("[[") {
        let (name, after) = after
            .split_once("]]")
            .ok_or_else(|| PlaneError::setting("template", format!("has an open placeholder: {line}")))?;
        let value = match name {
            "listen" => listen,
            _ => values.get(name).map(String::as_str),
        };
        let value = value
            .ok_or_else(|| PlaneError::setting("template", format!("asks for an unknown value: {name}")))?;
        out.push_str(before);
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    out.push('\n');
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::settings::Relay;
    use crate::settings::tests::sample;

    pub(crate) fn rendered(settings: &PlaneSettings) -> Result<Rendered, PlaneError> {
        let certificate = Certificate { chain: "/t/chain.pem".into(), key: "/t/key.pem".into() };
        render(settings, &certificate, "00112233")
    }

    #[test]
    fn every_placeholder_is_filled_with_and_without_a_relay() {
        let relay = Some(Relay { host: "127.0.0.1".into(), port: 2525 });
        for settings in [sample(), PlaneSettings { relay, ..sample() }] {
            let files = rendered(&settings).expect("renders");
            for text in [&files.main_cf, &files.master_cf, &files.dovecot_conf] {
                assert!(!text.contains("[[") && !text.contains("#@"), "{text}");
            }
            assert_eq!(files.main_cf.contains("smtp_dns_support_level"), settings.relay.is_some());
        }
    }

    #[test]
    fn each_address_gets_its_three_listeners() {
        let files = rendered(&sample()).expect("renders");
        for start in [
            "0.0.0.0:25 inet",
            "0.0.0.0:587 inet",
            "0.0.0.0:465 inet",
            "[::]:25 inet",
            "127.0.0.1:10025 inet",
        ] {
            assert_eq!(files.master_cf.lines().filter(|line| line.starts_with(start)).count(), 1, "{start}");
        }
    }

    /// What `serve` answers about recipients reckons with the same tenth.
    #[test]
    fn a_delivery_may_exceed_a_quota_by_a_tenth_and_usage_is_told() {
        let conf = rendered(&sample()).expect("renders").dovecot_conf;
        for line in [
            "mail_plugins = quota quota_clone",
            "quota_grace = 10%%",
            "quota_clone_dict = proxy:/run/bailiwick/usage/dict.sock:quota",
        ] {
            assert_eq!(conf.lines().filter(|found| found.trim() == line).count(), 1, "{line}");
        }
    }

    #[test]
    fn a_control_character_reaches_no_file() {
        let certificate =
            Certificate { chain: "/t/chain.pem\nmynetworks = 0.0.0.0/0".into(), key: "/k".into() };
        assert!(matches!(render(&sample(), &certificate, "00"), Err(PlaneError::Setting { .. })));
    }

    #[test]
    fn an_unknown_placeholder_is_an_error() {
        let values = Values::new();
        assert!(fill("a = [[nothing]]\n", &sample(), &values).is_err());
        assert!(fill("#@if rain\nx\n#@end\n", &sample(), &values).is_err());
        assert!(fill("a = [[open\n", &sample(), &values).is_err());
    }
}
