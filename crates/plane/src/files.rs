//! Writing files so that a reader sees the old one or the new one, with owner and mode set before the name is.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid, chown};

use crate::PlaneError;

/// Who owns a file, and who may do what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Access {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) mode: u32,
}

impl Access {
    pub(crate) const fn root(mode: u32) -> Self {
        Self { uid: 0, gid: 0, mode }
    }
}

/// Writes a file beside its place, flushes it to disk, and renames it into place.
pub(crate) fn write(path: &Path, text: &[u8], access: Access) -> Result<(), PlaneError> {
    let beside = beside(path);
    write_new(&beside, text, access).and_then(|()| fs::rename(&beside, path)).map_err(PlaneError::file(path))
}

/// Writes a file only if none is there; says whether it did.
pub(crate) fn write_if_missing(path: &Path, text: &[u8], access: Access) -> Result<bool, PlaneError> {
    let beside = beside(path);
    let made = write_new(&beside, text, access).and_then(|()| match fs::hard_link(&beside, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    });
    let _ = fs::remove_file(&beside);
    made.map_err(PlaneError::file(path))
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    PathBuf::from(name)
}

fn write_new(path: &Path, text: &[u8], access: Access) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text)?;
    set_access(path, access)?;
    file.sync_all()
}

/// Makes a directory, and the missing ones above it, and gives it owner and mode even if it was there.
pub(crate) fn directory(path: &Path, access: Access) -> Result<(), PlaneError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o755);
    builder.create(path).and_then(|()| set_access(path, access)).map_err(PlaneError::file(path))
}

/// Sets owner and mode where they differ.
pub(crate) fn set_access(path: &Path, access: Access) -> io::Result<()> {
    let now = fs::symlink_metadata(path)?;
    if now.file_type().is_symlink() {
        return Err(io::Error::other("is a symbolic link, which is not followed here"));
    }
    if (now.uid(), now.gid()) != (access.uid, access.gid) {
        chown(path, Some(Uid::from_raw(access.uid)), Some(Gid::from_raw(access.gid)))?;
    }
    if now.mode() & 0o7777 != access.mode {
        fs::set_permissions(path, fs::Permissions::from_mode(access.mode))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mine(mode: u32) -> Access {
        Access { uid: Uid::effective().as_raw(), gid: Gid::effective().as_raw(), mode }
    }

    #[test]
    fn a_file_is_replaced_whole_and_with_its_mode() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("secret");
        write(&path, b"one", mine(0o644)).expect("first");
        write(&path, b"two", mine(0o400)).expect("second");
        assert_eq!(fs::read(&path).expect("read"), b"two");
        assert_eq!(fs::metadata(&path).expect("stat").mode() & 0o777, 0o400);
        assert_eq!(fs::read_dir(dir.path()).expect("list").count(), 1, "nothing is left beside it");
    }

    #[test]
    fn a_file_that_is_there_is_left_as_it_is() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("secret");
        assert!(write_if_missing(&path, b"one", mine(0o600)).expect("first"));
        assert!(!write_if_missing(&path, b"two", mine(0o600)).expect("second"));
        assert_eq!(fs::read(&path).expect("read"), b"one");
    }

    #[test]
    fn a_symbolic_link_is_given_to_nobody() {
        let dir = tempfile::tempdir().expect("dir");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("/etc/passwd", &link).expect("link");
        assert!(set_access(&link, mine(0o777)).is_err());
    }
}
