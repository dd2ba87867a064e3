//! Everything that is done and checked before a mail server starts.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Gid, Group, Uid, User};

use crate::files::{self, Access};
use crate::homes::Homes;
use crate::processes;
use crate::programs::{DOVECONF, POSTFIX};
use crate::render::{PASSDB_SECRET_COPY, Rendered};
use crate::secrets::Secrets;
use crate::{PlaneError, PlaneSettings};

/// The users under which the servers' unprivileged processes run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Users {
    pub(crate) postfix: (u32, u32),
    pub(crate) dovecot: (u32, u32),
}

impl Users {
    pub(crate) fn find() -> Result<Self, PlaneError> {
        Ok(Self { postfix: ids("postfix")?, dovecot: ids("dovecot")? })
    }
}

fn ids(name: &'static str) -> Result<(u32, u32), PlaneError> {
    let missing = |what: &str| PlaneError::Program {
        name,
        why: format!("the {what} {name} is missing; install it again"),
    };
    let user = User::from_name(name).ok().flatten().ok_or_else(|| missing("user"))?;
    let group = Group::from_name(name).ok().flatten().ok_or_else(|| missing("group"))?;
    Ok((user.uid.as_raw(), group.gid.as_raw()))
}

/// Nothing here starts without root.
pub(crate) fn root() -> Result<(), PlaneError> {
    if Uid::effective().is_root() { Ok(()) } else { Err(PlaneError::NotRoot) }
}

/// Makes all directories with their owners and modes.
pub(crate) fn lay_out(settings: &PlaneSettings, users: Users) -> Result<(), PlaneError> {
    let (postfix, _) = users.postfix;
    let plain = Access::root(0o755);
    if !settings.data_dir.exists() {
        files::directory(&settings.data_dir, plain)?;
    }
    open_to_all("data_dir", &settings.data_dir)?;
    for parent in ["postfix", "dovecot"] {
        files::directory(&settings.data_dir.join(parent), plain)?;
    }
    for dir in [settings.postfix_etc_dir(), settings.queue_dir(), settings.dovecot_etc_dir()] {
        files::directory(&dir, plain)?;
    }
    for dir in [settings.dovecot_base_dir(), settings.dovecot_state_dir()] {
        files::directory(&dir, plain)?;
    }
    files::directory(&settings.postfix_data_dir(), Access { uid: postfix, gid: 0, mode: 0o755 })?;
    files::directory(&settings.spool_dir(), Access::root(0o700))?;
    run_dir(settings, users)?;
    Homes::new(settings).lay_out()
}

/// The sockets' directory gives its group to what is made in it, so `serve` need not know Postfix's group:
/// its sockets, once 0660, open to Postfix and to nobody else.
fn run_dir(settings: &PlaneSettings, users: Users) -> Result<(), PlaneError> {
    let dir = &settings.run_dir;
    if !dir.exists() {
        files::directory(dir, Access::root(0o755))?;
    }
    open_to_all("run_dir", dir)?;
    let fail = PlaneError::file(dir);
    let (_, group) = users.postfix;
    let owner = fs::metadata(dir).map_err(fail)?.uid();
    files::set_access(dir, Access { uid: owner, gid: group, mode: 0o2755 }).map_err(PlaneError::file(dir))?;
    for socket in [
        settings.socketmap_socket(),
        settings.policy_socket(),
        settings.sasl_socket(),
        settings.forward_socket(),
    ] {
        if let Ok(found) = fs::symlink_metadata(&socket) {
            let access = Access { uid: found.uid(), gid: group, mode: 0o660 };
            files::set_access(&socket, access).map_err(PlaneError::file(&socket))?;
        }
    }
    usage_dir(settings, owner)
}

/// The same for Dovecot's mail processes, which have the group of all mail and not that of Postfix.
fn usage_dir(settings: &PlaneSettings, owner: u32) -> Result<(), PlaneError> {
    let (dir, gid) = (settings.usage_dir(), settings.mail_gid);
    files::directory(&dir, Access { uid: owner, gid, mode: 0o2750 })?;
    let socket = settings.usage_socket();
    if let Ok(found) = fs::symlink_metadata(&socket) {
        let access = Access { uid: found.uid(), gid, mode: 0o660 };
        files::set_access(&socket, access).map_err(PlaneError::file(&socket))?;
    }
    Ok(())
}

/// The servers' own users must be able to pass through every directory above.
pub(crate) fn open_to_all(setting: &'static str, dir: &Path) -> Result<(), PlaneError> {
    for dir in dir.ancestors() {
        let mode = fs::metadata(dir).map_err(PlaneError::file(dir))?.permissions().mode();
        if mode & 0o001 == 0 {
            let why = format!(
                "cannot be used: {} is closed to the mail servers' users; chmod o+x it",
                dir.display()
            );
            return Err(PlaneError::setting(setting, why));
        }
    }
    Ok(())
}

/// Writes the rendered files and Dovecot's copy of the passdb secret.
///
/// The secret belongs to Dovecot's internal user alone, under which its auth processes run. Its group would be
/// one too many: the processes that handle mail are in it.
pub(crate) fn write_files(
    settings: &PlaneSettings,
    files: &Rendered,
    secrets: &Secrets,
    users: Users,
) -> Result<(), PlaneError> {
    let (etc, dovecot) = (settings.postfix_etc_dir(), settings.dovecot_etc_dir());
    let (uid, gid) = users.dovecot;
    let private = Access { uid, gid, mode: 0o400 };
    files::write(&etc.join("main.cf"), files.main_cf.as_bytes(), Access::root(0o644))?;
    files::write(&etc.join("master.cf"), files.master_cf.as_bytes(), Access::root(0o644))?;
    files::write(&settings.dovecot_conf(), files.dovecot_conf.as_bytes(), Access::root(0o600))?;
    files::write(&dovecot.join("auth.lua"), files.auth_lua.as_bytes(), private)?;
    files::write(&dovecot.join(PASSDB_SECRET_COPY), secrets.passdb.as_bytes(), private)
}

/// Lets both servers read their configuration. Postfix also makes its queue directories here.
pub(crate) fn check_configuration(settings: &PlaneSettings) -> Result<(), PlaneError> {
    let etc = settings.postfix_etc_dir();
    accepted("Postfix", Command::new(POSTFIX).arg("-c").arg(&etc).arg("check"))?;
    accepted(
        "Dovecot",
        Command::new(DOVECONF).arg("-c").arg(settings.dovecot_conf()).args(["-n", "-h", "base_dir"]),
    )
}

fn accepted(name: &'static str, command: &mut Command) -> Result<(), PlaneError> {
    let program = Path::new(command.get_program()).to_owned();
    let output = command.stdin(Stdio::null()).output().map_err(PlaneError::file(&program))?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if !output.status.success() {
        return Err(PlaneError::Refused { name, said });
    }
    if !said.is_empty() {
        tracing::warn!(server = name, "{said}");
    }
    Ok(())
}

/// Tries every address; the first that is taken is an error that names who holds it.
pub(crate) fn ports_free(settings: &PlaneSettings) -> Result<(), PlaneError> {
    settings.listeners().into_iter().try_for_each(port_free)
}

fn port_free(address: SocketAddr) -> Result<(), PlaneError> {
    match TcpListener::bind(address) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            Err(PlaneError::PortTaken { address, holder: processes::holder_of(address) })
        }
        Err(error) => Err(PlaneError::setting("listen", format!("cannot be used: {address}: {error}"))),
    }
}

/// The group that may read what Dovecot's auth processes read, for `doctor`.
pub(crate) fn gid_name(gid: u32) -> String {
    Group::from_gid(Gid::from_raw(gid)).ok().flatten().map_or_else(|| gid.to_string(), |group| group.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_an_error_that_names_the_holder() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let address = listener.local_addr().expect("address");
        let text = port_free(address).expect_err("taken").to_string();
        assert!(text.contains(&address.to_string()) && text.contains("(process "), "{text}");
        drop(listener);
        port_free(address).expect("free");
    }

    #[test]
    fn a_directory_below_a_closed_one_is_refused() {
        let dir = tempfile::tempdir().expect("dir");
        let inner = dir.path().join("inner");
        fs::create_dir(&inner).expect("inner");
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).expect("mode");
        assert!(open_to_all("data_dir", &inner).is_err());
    }
}
