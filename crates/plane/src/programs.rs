//! The mail servers' programs as Debian 12 installs them, and the versions that were tried.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::PlaneError;

pub(crate) const POSTFIX: &str = "/usr/sbin/postfix";
pub(crate) const POSTCONF: &str = "/usr/sbin/postconf";
pub(crate) const POSTFIX_MASTER: &str = "/usr/lib/postfix/sbin/master";
pub(crate) const DOVECOT: &str = "/usr/sbin/dovecot";
pub(crate) const DOVECONF: &str = "/usr/bin/doveconf";
const DOVECOT_IMAP: &str = "/usr/lib/dovecot/imap";
const DOVECOT_POP3: &str = "/usr/lib/dovecot/pop3";
const DOVECOT_LMTP: &str = "/usr/lib/dovecot/lmtp";
const DOVECOT_LUA: &str = "/usr/lib/dovecot/modules/auth/libauthdb_lua.so";

/// What to install, for messages.
pub const PACKAGES: &str = "postfix dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-auth-lua";

/// Versions of the installed servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// Such as `3.7.11`.
    pub postfix: String,
    /// Such as `2.3.19.1`.
    pub dovecot: String,
}

/// Looks for every program needed and asks the versions; refuses what was never tried.
pub(crate) fn versions() -> Result<Versions, PlaneError> {
    for (name, path) in [
        ("postfix", POSTFIX),
        ("postfix", POSTFIX_MASTER),
        ("dovecot", DOVECOT),
        ("dovecot-imapd", DOVECOT_IMAP),
        ("dovecot-pop3d", DOVECOT_POP3),
        ("dovecot-lmtpd", DOVECOT_LMTP),
        ("dovecot-auth-lua", DOVECOT_LUA),
    ] {
        if !Path::new(path).exists() {
            let why =
                format!("{path} is missing; install it: apt-get install --no-install-recommends {PACKAGES}");
            return Err(PlaneError::Program { name, why });
        }
    }
    let postfix = first_line("postfix", POSTCONF, &["-h", "-d", "mail_version"])?;
    let dovecot = first_line("dovecot", DOVECOT, &["--version"])?;
    let dovecot = dovecot.split(' ').next().unwrap_or_default().to_owned();
    supported("postfix", &postfix, &[3, 7], 11)?;
    supported("dovecot", &dovecot, &[2, 3], 19)?;
    Ok(Versions { postfix, dovecot })
}

/// The line of development must be the one tried, and the patch level at least that.
fn supported(name: &'static str, version: &str, line: &[u32], patch: u32) -> Result<(), PlaneError> {
    let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    if parts.starts_with(line) && parts.get(line.len()).is_some_and(|&found| found >= patch) {
        return Ok(());
    }
    let why = format!(
        "version {version} was never tried; wanted is {}.{} from {patch} on, as in Debian 12",
        line[0], line[1]
    );
    Err(PlaneError::Program { name, why })
}

fn first_line(name: &'static str, program: &str, arguments: &[&str]) -> Result<String, PlaneError> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(PlaneError::file(Path::new(program)))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().next().map(str::trim) {
        Some(line) if !line.is_empty() => Ok(line.to_owned()),
        _ => Err(PlaneError::Program { name, why: format!("{program} did not tell its version") }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_versions_of_debian_12_are_taken() {
        assert!(supported("postfix", "3.7.11", &[3, 7], 11).is_ok());
        assert!(supported("postfix", "3.7.12", &[3, 7], 11).is_ok());
        assert!(supported("dovecot", "2.3.19.1", &[2, 3], 19).is_ok());
        for version in ["3.7.10", "3.8.11", "3.10.1", "4.7.11", "", "3.7", "x.7.11", "3.7.-1"] {
            assert!(supported("postfix", version, &[3, 7], 11).is_err(), "{version}");
        }
    }
}
