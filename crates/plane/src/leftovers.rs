//! Ends mail servers that an earlier run of ours left behind when it was killed.
//!
//! A process is ours if it runs a program of Postfix or Dovecot *and* was started with our configuration: the
//! directory stands in the arguments of the first process and in the environment of Postfix's others. A
//! process that only bears a number from an old pid file is never touched.

use std::fs;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::processes;
use crate::programs::{DOVECOT, POSTFIX_MASTER};
use crate::{PlaneError, PlaneSettings};

/// How long a leftover may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// Ends what is left over, and removes the pid files and sockets that would mislead a new start.
pub(crate) async fn take_over(settings: &PlaneSettings) -> Result<(), PlaneError> {
    let groups = groups(settings);
    for &group in &groups {
        tracing::warn!(group, "ending a mail server that an earlier run left behind");
        processes::signal(group, Signal::SIGTERM);
    }
    for group in groups {
        processes::end_group(group, GRACE).await.map_err(|pids| PlaneError::Leftover { pids })?;
    }
    let stale = [
        settings.dovecot_base_dir().join("master.pid"),
        settings.dovecot_base_dir().join("anvil-auth-penalty"),
        settings.lmtp_socket(),
    ];
    stale
        .iter()
        .filter(|path| fs::symlink_metadata(path).is_ok())
        .try_for_each(|path| fs::remove_file(path).map_err(PlaneError::file(path)))
}

/// Process groups in which something of ours lives. Each of our servers leads a group of its own.
fn groups(settings: &PlaneSettings) -> Vec<i32> {
    let own_group = nix::unistd::getpgrp().as_raw();
    let mut groups: Vec<_> = processes::processes()
        .into_iter()
        .filter(|process| process.group > 1 && process.group != own_group && is_ours(settings, process.pid))
        .map(|process| process.group)
        .collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

fn is_ours(settings: &PlaneSettings, pid: i32) -> bool {
    let Some(program) = processes::program(pid) else { return false };
    let postfix = settings.postfix_etc_dir();
    if program == Path::new(POSTFIX_MASTER) {
        return names(pid, &postfix);
    }
    if program.starts_with("/usr/lib/postfix") {
        return processes::has_variable(pid, "MAIL_CONFIG", &postfix);
    }
    if program == Path::new(DOVECOT) {
        return names(pid, &settings.dovecot_conf());
    }
    program.starts_with("/usr/lib/dovecot") && in_base_dir(pid, &settings.dovecot_base_dir())
}

fn names(pid: i32, path: &Path) -> bool {
    processes::arguments(pid).iter().any(|argument| Path::new(argument) == path)
}

/// Dovecot's processes have its base directory in their environment or stand in it.
fn in_base_dir(pid: i32, base: &Path) -> bool {
    fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(base))
        || processes::has_variable(pid, "CONFIG_FILE", &base.join("config"))
}
