//! Where the demonstration's data lies.
//!
//! Postfix and Dovecot run as users of their own and must pass every folder above their data, which they can't below
//! a private home; so the data lies below /var/tmp unless somebody names another place.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Longest path of the folder for unix sockets: their own names need the rest of the 107 bytes.
const MAX_RUN: usize = 70;

/// Data and sockets; what is not kept is removed when dropped.
#[derive(Debug)]
pub struct Place {
    /// Database, mail, logs.
    pub data: PathBuf,
    /// Unix sockets.
    pub run: PathBuf,
    /// Whether the data stays.
    pub kept: bool,
    _temporary: Vec<TempDir>,
}

impl Place {
    /// In this folder, which stays, or in a fresh one. A folder that holds something else is taken only if `sure`.
    pub fn new(folder: Option<&Path>, sure: bool) -> io::Result<Self> {
        let mut temporary = Vec::new();
        let data = match folder {
            Some(folder) => kept(folder, sure)?,
            None => fresh("bw-", &mut temporary)?,
        };
        let run = data.join("run");
        let run = if run.as_os_str().len() > MAX_RUN {
            fresh("bw-run-", &mut temporary)?
        } else {
            fs::create_dir_all(&run)?;
            open_to_all(&run)?;
            run
        };
        Ok(Self { data, run, kept: folder.is_some(), _temporary: temporary })
    }

    /// The configuration file.
    pub fn config(&self) -> PathBuf {
        self.data.join("bailiwick.toml")
    }
}

fn kept(folder: &Path, sure: bool) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let folder = folder.canonicalize()?;
    let ours = folder.join("bailiwick.toml").exists() || fs::read_dir(&folder)?.next().is_none();
    if !ours && !sure {
        let text = format!("{} holds other things; --yes uses it all the same", folder.display());
        return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, text));
    }
    Ok(folder)
}

fn fresh(prefix: &str, temporary: &mut Vec<TempDir>) -> io::Result<PathBuf> {
    let folder = tempfile::Builder::new().prefix(prefix).tempdir_in("/var/tmp")?;
    open_to_all(folder.path())?;
    let path = folder.path().to_owned();
    temporary.push(folder);
    Ok(path)
}

/// To pass through and list; what lies inside has modes of its own.
fn open_to_all(folder: &Path) -> io::Result<()> {
    fs::set_permissions(folder, Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::Place;

    #[test]
    fn a_fresh_place_can_be_passed_by_others_and_goes_at_the_end() {
        let place = Place::new(None, false).unwrap();
        let data = place.data.clone();
        assert!(data.starts_with("/var/tmp") && place.run.is_dir() && !place.kept);
        assert_eq!(data.metadata().unwrap().permissions().mode() & 0o777, 0o755);
        drop(place);
        assert!(!data.exists());
    }

    #[test]
    fn a_named_place_stays_and_is_found_again_but_another_folder_is_not_taken_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let mine = folder.path().join("mine");
        let place = Place::new(Some(&mine), false).unwrap();
        std::fs::write(place.config(), "").unwrap();
        drop(place);
        assert!(Place::new(Some(&mine), false).unwrap().kept);
        std::fs::write(folder.path().join("thesis.txt"), "").unwrap();
        assert!(Place::new(Some(folder.path()), false).is_err());
        assert!(Place::new(Some(folder.path()), true).is_ok());
    }

    #[test]
    fn sockets_lie_elsewhere_when_the_path_is_too_long_for_them() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(Some(&folder.path().join("x".repeat(80))), false).unwrap();
        assert!(place.run.starts_with("/var/tmp") && place.run.as_os_str().len() < 70);
    }
}
