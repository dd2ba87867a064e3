//! Unix sockets with the mode and group they need, made where nothing answers yet.

use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener as StdListener, UnixStream};
use std::path::{Path, PathBuf};

use bailiwick_plane::PlaneSettings;
use nix::unistd::{Gid, Group, chown};
use tokio::net::{TcpListener, UnixListener};

use crate::failure::{Failure, Outcome};

/// Every socket of ours.
pub(super) fn all(settings: &PlaneSettings) -> [PathBuf; 6] {
    [
        settings.socketmap_socket(),
        settings.policy_socket(),
        settings.sasl_socket(),
        settings.forward_socket(),
        settings.usage_socket(),
        settings.internal_socket(),
    ]
}

/// Makes the sockets' directories if they are missing.
pub(super) fn make_run_dir(settings: &PlaneSettings) -> Outcome {
    let dir = settings.usage_dir();
    fs::DirBuilder::new().recursive(true).mode(0o755).create(&dir).map_err(Failure::file(&dir))
}

/// A socket for Postfix's processes and nobody else: 0660, Postfix's group. Where we may not give it that group, the
/// mail plane does, or the directory already has (its set-group-id bit).
pub(super) fn for_postfix(path: &Path) -> Outcome<UnixListener> {
    for_group(path, Group::from_name("postfix").ok().flatten().map(|group| group.gid))
}

/// The same for Dovecot's mail processes, by the group of all mail.
pub(super) fn for_mail(path: &Path, mail_gid: u32) -> Outcome<UnixListener> {
    for_group(path, Some(Gid::from_raw(mail_gid)))
}

fn for_group(path: &Path, group: Option<Gid>) -> Outcome<UnixListener> {
    let listener = listen(path, 0o660)?;
    if group.is_some_and(|group| chown(path, None, Some(group)).is_err()) {
        tracing::debug!(socket = %path.display(), "the mail plane has to give this socket to its group");
    }
    Ok(listener)
}

/// A socket for our own user, and root.
pub(super) fn private(path: &Path) -> Outcome<UnixListener> {
    listen(path, 0o600)
}

/// Bound under a name of its own, closed to others, and moved into place when its mode is right.
fn listen(path: &Path, mode: u32) -> Outcome<UnixListener> {
    remove_stale(path)?;
    let fail = |error| Failure::file(path)(error);
    let beside = path.with_extension("new");
    let _ = fs::remove_file(&beside); // left by a start that was killed
    let listener = StdListener::bind(&beside).map_err(fail)?;
    let placed = fs::set_permissions(&beside, fs::Permissions::from_mode(mode))
        .and_then(|()| fs::rename(&beside, path))
        .and_then(|()| listener.set_nonblocking(true));
    placed.map_err(fail)?;
    UnixListener::from_std(listener).map_err(fail)
}

fn remove_stale(path: &Path) -> Outcome {
    let found = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found.map_err(Failure::file(path))?,
    };
    if !found.file_type().is_socket() {
        return Err(Failure::new(format!("{} is in the way: it is not a socket. Move it.", path.display())));
    }
    if UnixStream::connect(path).is_ok() {
        return Err(Failure::new(format!(
            "Another program answers at {}. Stop it, or set another mail.run_dir.",
            path.display()
        )));
    }
    fs::remove_file(path).map_err(Failure::file(path))
}

/// The loopback port on which Dovecot asks.
pub(super) fn loopback(address: Option<SocketAddr>) -> Outcome<TcpListener> {
    let address = address.ok_or_else(|| Failure::new("mail.passdb_url has no address and port."))?;
    let fail = |error| {
        Failure::new(format!("{address} (mail.passdb_url) cannot be used: {error}. Set another port there."))
    };
    let listener = std::net::TcpListener::bind(address).map_err(fail)?;
    listener.set_nonblocking(true).map_err(fail)?;
    TcpListener::from_std(listener).map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_socket_has_its_mode_and_replaces_a_stale_one_only() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("x.sock");
        let first = for_postfix(&path).expect("free");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o660);
        let text = private(&path).expect_err("in use").to_string();
        assert!(text.starts_with("Another program answers"), "{text}");
        drop(first);
        let _second = private(&path).expect("stale");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).expect("list").count(), 1);
    }

    #[tokio::test]
    async fn a_file_in_the_way_is_left_alone() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("x.sock");
        fs::write(&path, "precious").expect("written");
        assert!(private(&path).is_err());
        assert_eq!(fs::read(&path).expect("there"), b"precious");
    }
}
