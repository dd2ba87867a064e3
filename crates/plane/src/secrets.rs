//! The two secrets of the mail plane: one that lets Dovecot ask `serve`, one that lets us manage Dovecot.
//!
//! Whoever comes first, `serve` or the mail plane, makes them; the other reads what is there.

use std::fs;
use std::path::Path;

use crate::clock::random_hex;
use crate::files::{self, Access};
use crate::{PlaneError, PlaneSettings};

/// Reads a secret, or makes one of 256 bits. Two programs that do this at once end up with the same.
pub fn load_or_make(path: &Path) -> Result<String, PlaneError> {
    if !path.exists() {
        if let Some(parent) = path.parent().filter(|parent| !parent.exists()) {
            files::directory(parent, Access { mode: 0o700, ..own() })?;
        }
        let secret = random_hex::<32>()?;
        files::write_if_missing(path, secret.as_bytes(), Access { mode: 0o600, ..own() })?;
    }
    let text = fs::read_to_string(path).map_err(PlaneError::file(path))?;
    let secret = text.trim();
    let sound = (32..=256).contains(&secret.len()) && secret.bytes().all(|b| b.is_ascii_alphanumeric());
    if sound {
        return Ok(secret.to_owned());
    }
    let why =
        format!("has an unusable secret in {}: 32 to 256 letters and digits are wanted", path.display());
    Err(PlaneError::setting("secrets_dir", why))
}

fn own() -> Access {
    Access {
        uid: nix::unistd::Uid::effective().as_raw(),
        gid: nix::unistd::Gid::effective().as_raw(),
        mode: 0o600,
    }
}

/// Both secrets of one mail plane.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub(crate) passdb: String,
    pub(crate) doveadm: String,
}

impl Secrets {
    pub(crate) fn load_or_make(settings: &PlaneSettings) -> Result<Self, PlaneError> {
        Ok(Self {
            passdb: load_or_make(&settings.passdb_secret())?,
            doveadm: load_or_make(&settings.doveadm_secret())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_secret_is_made_once_and_for_the_owner_only() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("secrets/passdb");
        let first = load_or_make(&path).expect("made");
        assert_eq!(first.len(), 64);
        assert_eq!(load_or_make(&path).expect("read"), first);
        assert_eq!(fs::metadata(&path).expect("stat").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_short_or_broken_secret_is_refused() {
        let dir = tempfile::tempdir().expect("dir");
        for text in ["", "short", "0123456789abcdef0123456789abcdef\nx = y"] {
            let path = dir.path().join("secret");
            fs::write(&path, text).expect("write");
            assert!(load_or_make(&path).is_err(), "{text:?}");
        }
    }
}
