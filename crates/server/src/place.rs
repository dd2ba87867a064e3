//! The data directory: the key outside the database, the lock, and files that only their owner reads.
//!
//! What root makes here belongs to the directory's owner, so that `bailiwick setup` may come before the first
//! start of the service.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown};
use std::path::Path;

use bailiwick_base::words::{Keyring, Random};
use nix::unistd::Uid;

use crate::config::Config;
use crate::failure::{Failure, Outcome};

const KEY_BYTES: usize = 32;

/// Held by the one `serve` of a data directory; a killed one holds nothing.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Makes the data directory if it is missing.
pub(crate) fn make_data_dir(config: &Config) -> Outcome {
    let dir = &config.data_dir;
    if dir.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o755).create(dir).map_err(Failure::file(dir))
}

/// Takes the lock, or says that another program has it (FI-27).
pub(crate) fn lock(config: &Config) -> Outcome<Lock> {
    let path = config.lock_file();
    let file = create_private(&path, false)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(TryLockError::WouldBlock) => Err(Failure::new(format!(
            "Another `bailiwick serve` uses this data (it holds {}). Stop it first, or set another data_dir.",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(Failure::file(&path)(error)),
    }
}

/// Is a `serve` running on this data?
pub(crate) fn is_served(config: &Config) -> bool {
    File::open(config.lock_file())
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// SQLite gives its side files the mode of the file, so these must be there, and closed, before it opens them.
pub(crate) fn make_private_database(config: &Config) -> Outcome {
    config.sqlite_files().iter().try_for_each(|path| create_private(path, false).map(drop))
}

/// The key outside the database, made at the first start (K33).
pub(crate) fn load_or_make_key(config: &Config, random: &Random) -> Outcome<Keyring> {
    let path = config.secret_key();
    if !path.exists() {
        if let Some(data) = config.sqlite_files().iter().find(|path| has_content(path)) {
            return Err(Failure::new(format!(
                "{} is missing, but there is data in {}, part of which only that key opens. Restore it from your \
                 backup.",
                path.display(),
                data.display()
            )));
        }
        make_key(&path, random)?;
    }
    load_key(&path)
}

/// The key, refused when anybody but its owner can read it (FI-23).
pub(crate) fn load_key(path: &Path) -> Outcome<Keyring> {
    let file = File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Failure::new(format!(
            "{} is missing. `bailiwick setup` makes it, on an empty database.",
            path.display()
        )),
        _ => Failure::file(path)(error),
    })?;
    let mode = file.metadata().map_err(Failure::file(path))?.mode();
    if mode & 0o077 != 0 {
        return Err(Failure::new(format!(
            "{path} can be read by others than its owner (mode {:03o}). Run `chmod 600 {path}`; whoever could read \
             it may have copied it.",
            mode & 0o777,
            path = path.display(),
        )));
    }
    let mut bytes = Vec::with_capacity(KEY_BYTES + 1);
    file.take(KEY_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(Failure::file(path))?;
    let key = <[u8; KEY_BYTES]>::try_from(bytes).map_err(|_| {
        Failure::new(format!(
            "{} is not a key: it must have 32 bytes. Restore it from your backup.",
            path.display()
        ))
    })?;
    Ok(Keyring::new(key))
}

/// Written beside its place and linked into it: another program sees the whole key or none, and never two.
fn make_key(path: &Path, random: &Random) -> Outcome {
    let beside = path.with_extension(format!("key.{}.new", std::process::id()));
    let mut file = create_private(&beside, true)?;
    let key: [u8; KEY_BYTES] = random.bytes();
    let written = file.write_all(&key).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| match fs::hard_link(&beside, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = fs::remove_file(&beside);
    linked.and(removed).map_err(Failure::file(path))
}

fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.len() > 0)
}

/// Opens a file for its owner alone, making it if need be.
fn create_private(path: &Path, new: bool) -> Outcome<File> {
    let fail = Failure::file(path);
    let there = path.exists();
    let mut options = OpenOptions::new();
    options.append(true).mode(0o600);
    if new {
        options.create_new(true)
    } else {
        options.create(true)
    };
    let file = options.open(path).map_err(Failure::file(path))?;
    if !there
        && Uid::effective().is_root()
        && let Some(parent) = path.parent()
    {
        let owner = fs::metadata(parent).map_err(Failure::file(parent))?;
        fchown(&file, Some(owner.uid()), Some(owner.gid())).map_err(fail)?;
    }
    Ok(file)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    pub(crate) fn config_in(dir: &Path) -> Config {
        let file = dir.join("bailiwick.toml");
        let text = format!(
            "data_dir = {dir:?}\n[origins]\nstaff = \"http://staff.localhost:1\"\nadmin = \"http://admin.localhost:1\"\n\
             mail = \"http://mail.localhost:1\"\n[outgoing]\nfrom = \"no-reply@example.com\"\nrelay = \"127.0.0.1:1\"\n",
        );
        fs::write(&file, text).expect("written");
        Config::load(&file).expect("good")
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn a_key_is_made_once_and_for_its_owner_only() {
        let dir = tempfile::tempdir().expect("dir");
        let config = config_in(dir.path());
        let first = load_or_make_key(&config, &Random::System).expect("made").mac("test", b"x");
        assert_eq!(load_or_make_key(&config, &Random::System).expect("read").mac("test", b"x"), first);
        assert_eq!(mode(&config.secret_key()), 0o600);
        assert_eq!(fs::metadata(config.secret_key()).expect("there").len(), 32);
        let left = fs::read_dir(dir.path()).expect("list").count();
        assert_eq!(left, 2, "the configuration and the key, nothing beside");
    }

    #[test]
    fn fi_23_a_key_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().expect("dir");
        let config = config_in(dir.path());
        load_or_make_key(&config, &Random::System).expect("made");
        for bad in [0o604, 0o640, 0o660] {
            fs::set_permissions(config.secret_key(), fs::Permissions::from_mode(bad)).expect("mode");
            let text = load_or_make_key(&config, &Random::System).expect_err("open").to_string();
            assert!(text.contains("chmod 600"), "{text}");
        }
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        let dir = tempfile::tempdir().expect("dir");
        let config = config_in(dir.path());
        for length in [0, 31, 33] {
            let _ = fs::remove_file(config.secret_key());
            create_private(&config.secret_key(), true)
                .expect("made")
                .write_all(&vec![7; length])
                .expect("written");
            assert!(load_or_make_key(&config, &Random::System).is_err(), "{length}");
        }
    }

    #[test]
    fn fi_23_a_lost_key_is_not_replaced_while_there_is_data() {
        let dir = tempfile::tempdir().expect("dir");
        let config = config_in(dir.path());
        fs::write(dir.path().join("bailiwick.db"), "data").expect("written");
        let text = load_or_make_key(&config, &Random::System).expect_err("missing").to_string();
        assert!(text.contains("Restore it from your backup"), "{text}");
        assert!(!config.secret_key().exists());
    }

    #[test]
    fn fi_27_the_data_is_served_once() {
        let dir = tempfile::tempdir().expect("dir");
        let config = config_in(dir.path());
        assert!(!is_served(&config));
        let first = lock(&config).expect("free");
        assert!(is_served(&config));
        let text = lock(&config).expect_err("taken").to_string();
        assert!(text.starts_with("Another `bailiwick serve` uses this data"), "{text}");
        drop(first);
        lock(&config).expect("free again");
    }

    #[test]
    fn the_database_is_made_for_its_owner_only() {
        let dir = tempfile::tempdir().expect("dir");
        let config = config_in(dir.path());
        make_private_database(&config).expect("made");
        assert_eq!(config.sqlite_files().iter().map(|path| mode(path)).collect::<Vec<_>>(), [0o600, 0o600]);
    }
}
