//! The script itself, with its two settings filled in.

use super::{PASSDB_PATH, SECRET_HEADER, USERDB_PATH};
use std::fmt;

const TEMPLATE: &str = include_str!("auth.lua");

/// Why there is no script for these settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptError {
    /// The URL is not `http://` with an address of this machine's loopback, a port, and a plain path.
    Url,
    /// The path of the secret is not absolute, or holds control characters.
    SecretFile,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Url => "the URL for Dovecot's script is not a plain loopback http URL",
            Self::SecretFile => "the path of the script's secret is not an absolute path",
        })
    }
}

impl std::error::Error for ScriptError {}

/// The text of the Lua script for Dovecot's passdb and userdb.
///
/// `url` is what the paths are appended to, for example `http://127.0.0.1:4380/dovecot`: passwords go there
/// in clear text, so it has to be on this machine. The secret (32 or more of `A-Za-z0-9_-`, on the first line) is
/// read when the script is loaded, by Dovecot's internal user, and is not part of the text; the file must be
/// readable by that user alone.
///
/// To be used with `blocking=yes`. One attempt of two seconds for each question: Dovecot 2.3 names these settings
/// `…_msecs` and ignores names it does not know, under which a request would wait for a minute.
pub fn script(url: &str, secret_file_path: &str) -> Result<String, ScriptError> {
    if !is_loopback(url) {
        return Err(ScriptError::Url);
    }
    if !secret_file_path.starts_with('/') || secret_file_path.contains(char::is_control) {
        return Err(ScriptError::SecretFile);
    }
    // The paths last: nothing that came from outside is looked through for placeholders.
    Ok(TEMPLATE
        .replace("@SECRET_HEADER@", SECRET_HEADER)
        .replace("@PASSDB_PATH@", PASSDB_PATH)
        .replace("@USERDB_PATH@", USERDB_PATH)
        .replace("@URL@", &literal(url))
        .replace("@SECRET_FILE@", &literal(secret_file_path)))
}

/// A Lua string literal: letters, digits and a few marks as they are, every other octet as `\ddd`.
fn literal(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/:._-[]".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('\\');
            out.extend([byte / 100, byte / 10 % 10, byte % 10].map(|digit| char::from(b'0' + digit)));
        }
    }
    out.push('"');
    out
}

fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let loopback = authority.parse::<std::net::SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.');
    loopback && path.bytes().all(plain) && !path.ends_with('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        script("http://127.0.0.1:4380/dovecot", "/var/lib/bailiwick/lua.secret").unwrap()
    }

    #[test]
    fn the_settings_are_filled_in_and_no_placeholder_is_left() {
        let text = text();
        assert!(text.contains("local URL = \"http://127.0.0.1:4380/dovecot\"\n"));
        assert!(text.contains("local SECRET_FILE = \"/var/lib/bailiwick/lua.secret\"\n"));
        assert!(text.contains("request:add_header(\"X-Bailiwick-Secret\", secret)"));
        assert!(!text.contains("@URL") && !text.contains("@SECRET") && !text.contains("DB_PATH@"));
    }

    #[test]
    fn it_has_every_function_dovecot_calls() {
        for name in [
            "script_init()",
            "auth_password_verify(req, password)",
            "auth_passdb_lookup(req)",
            "auth_userdb_lookup(req)",
            "auth_userdb_iterate()",
        ] {
            assert!(text().contains(&format!("\nfunction {name}\n")), "{name}");
        }
    }

    #[test]
    fn it_asks_once_and_for_two_seconds() {
        assert!(text().contains(" request_timeout_msecs = 2000,"));
        assert!(text().contains(" max_attempts = 1,"));
        // 2.3 would ignore this name in silence.
        assert!(!text().contains(" timeout = "));
    }

    #[test]
    fn only_a_plain_loopback_url_is_taken() {
        for url in [
            "https://127.0.0.1:1",
            "http://192.0.2.1:1/x",
            "http://localhost:1",
            "http://127.0.0.1/x",
            "http://u:p@127.0.0.1:1",
            "http://127.0.0.1:1/a?b",
            "http://127.0.0.1:1/",
            "",
        ] {
            assert_eq!(script(url, "/s"), Err(ScriptError::Url), "{url}");
        }
        assert!(script("http://[::1]:4380", "/s").is_ok());
        assert_eq!(script("http://127.0.0.1:1", "s"), Err(ScriptError::SecretFile));
    }

    #[test]
    fn a_path_cannot_leave_its_literal() {
        let text = script("http://127.0.0.1:1", "/x\" .. os.exit() --@URL@\\").unwrap();
        assert!(text.contains(r#""/x\034\032..\032os.exit\040\041\032--\064URL\064\092""#));
    }
}
