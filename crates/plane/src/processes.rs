//! Looking at processes through `/proc`, and ending whole groups of them.
//!
//! A process id alone proves nothing, since ids are used again: every signal here follows a look at what the
//! process is.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

/// A process that is alive: zombies are not listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    pub(crate) parent: i32,
    pub(crate) group: i32,
    /// The first 15 bytes of the program's name.
    pub(crate) name: String,
}

/// One process, if it lives.
pub(crate) fn process(pid: i32) -> Option<Process> {
    parse_stat(&fs::read(format!("/proc/{pid}/stat")).ok()?)
}

/// All processes that live.
pub(crate) fn processes() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(process)
        .collect()
}

/// The name stands in parentheses and may itself contain any of them, so the last one counts.
fn parse_stat(stat: &[u8]) -> Option<Process> {
    let stat = String::from_utf8_lossy(stat);
    let (pid, rest) = stat.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let mut fields = rest.split(' ');
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    let parent = fields.next()?.parse().ok()?;
    let group = fields.next()?.parse().ok()?;
    Some(Process { pid: pid.parse().ok()?, parent, group, name: name.to_owned() })
}

/// The program file a process runs.
pub(crate) fn program(pid: i32) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/exe")).ok()
}

/// The arguments a process was started with.
pub(crate) fn arguments(pid: i32) -> Vec<OsString> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    bytes.split(|&byte| byte == 0).map(|part| OsString::from_vec(part.to_vec())).collect()
}

/// Whether a process was started with this variable in its environment.
pub(crate) fn has_variable(pid: i32, name: &str, value: &Path) -> bool {
    let mut wanted = format!("{name}=").into_bytes();
    wanted.extend_from_slice(value.as_os_str().as_encoded_bytes());
    fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|all| all.split(|&byte| byte == 0).any(|one| one == wanted))
}

/// Members of a process group.
pub(crate) fn group_members(group: i32) -> Vec<i32> {
    processes().into_iter().filter(|process| process.group == group).map(|process| process.pid).collect()
}

/// Sends a signal to one process; one that is gone already is as good.
pub(crate) fn signal(pid: i32, signal: Signal) {
    if let Err(error) = kill(Pid::from_raw(pid), signal)
        && error != Errno::ESRCH
    {
        tracing::warn!(pid, %signal, %error, "a process could not be signalled");
    }
}

/// Signals what is left of a group. Groups 0 and 1 are never ours.
pub(crate) fn signal_group(group: i32, signal: Signal) {
    if group > 1 && !group_members(group).is_empty() {
        let _ = killpg(Pid::from_raw(group), signal);
    }
}

/// Kills what is left of a group at once.
pub(crate) fn kill_group(group: i32) {
    signal_group(group, Signal::SIGKILL);
}

/// Waits until a group is empty; kills the rest after the grace. Says who would not go even then.
pub(crate) async fn end_group(group: i32, grace: Duration) -> Result<(), Vec<i32>> {
    let start = Instant::now();
    while start.elapsed() < grace && !group_members(group).is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let killed = Instant::now();
    loop {
        let members = group_members(group);
        if members.is_empty() {
            return Ok(());
        }
        if killed.elapsed() > Duration::from_secs(5) {
            return Err(members);
        }
        kill_group(group);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Whether any process holds a file at or below a directory open. One that only stands there holds nothing: Dovecot
/// keeps its processes for other users and leaves them where the last session was.
pub(crate) fn holds_files_below(directory: &Path) -> bool {
    processes().iter().any(|process| {
        let open = fs::read_dir(format!("/proc/{}/fd", process.pid)).into_iter().flatten().flatten();
        open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|target| target.starts_with(directory))
    })
}

/// Who listens on a TCP port, such as `exim4 (process 123)`.
pub(crate) fn holder_of(address: SocketAddr) -> Option<String> {
    let mut inodes = HashSet::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = fs::read_to_string(table).unwrap_or_default();
        inodes.extend(text.lines().skip(1).filter_map(|line| listening_inode(line, address.port())));
    }
    let holds = |process: &Process| {
        let fds = fs::read_dir(format!("/proc/{}/fd", process.pid)).into_iter().flatten().flatten();
        fds.filter_map(|entry| fs::read_link(entry.path()).ok())
            .any(|target| inodes.contains(&*target.to_string_lossy()))
    };
    // The parent of several holders is the one to stop.
    let mut holders: Vec<_> = processes().into_iter().filter(holds).collect();
    holders.sort_by_key(|process| process.pid);
    let pids: HashSet<_> = holders.iter().map(|process| process.pid).collect();
    let top = holders.iter().find(|process| !pids.contains(&process.parent))?;
    Some(format!("{} (process {})", top.name, top.pid))
}

/// `socket:[123]` for a line of `/proc/net/tcp` that listens on the port.
fn listening_inode(line: &str, port: u16) -> Option<String> {
    let fields: Vec<_> = line.split_whitespace().collect();
    let local = u16::from_str_radix(fields.get(1)?.rsplit_once(':')?.1, 16).ok()?;
    (local == port && *fields.get(3)? == "0A")
        .then(|| fields.get(9).map(|inode| format!("socket:[{inode}]")))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_with_parentheses_does_not_mislead() {
        let process = parse_stat(b"12 (a) R 1 (b) S 7 9 9 0 -1").expect("parsed");
        assert_eq!(
            (process.pid, process.parent, process.group, process.name.as_str()),
            (12, 7, 9, "a) R 1 (b")
        );
    }

    #[test]
    fn a_zombie_is_not_alive() {
        assert_eq!(parse_stat(b"12 (smtpd) Z 7 9 9 0"), None);
    }

    #[test]
    fn we_find_ourselves_and_our_program() {
        let own = i32::try_from(std::process::id()).expect("pid");
        assert_eq!(process(own).expect("alive").pid, own);
        assert_eq!(program(own), std::env::current_exe().ok());
    }

    #[test]
    fn the_holder_of_a_port_is_named() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("bind");
        let holder = holder_of(listener.local_addr().expect("address")).expect("found");
        assert!(holder.contains(&format!("process {}", std::process::id())), "{holder}");
    }

    #[tokio::test]
    async fn a_group_that_ignores_everything_is_killed() {
        let mut child = tokio::process::Command::new("/bin/sh")
            .args(["-c", "trap '' TERM; while :; do sleep 0.05; done"])
            .process_group(0)
            .spawn()
            .expect("spawn");
        let group = i32::try_from(child.id().expect("id")).expect("pid");
        assert!(!group_members(group).is_empty());
        assert_eq!(end_group(group, Duration::from_millis(100)).await, Ok(()));
        child.wait().await.expect("wait");
        assert!(group_members(group).is_empty());
    }

    #[test]
    fn a_file_held_open_below_a_directory_is_seen() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().canonicalize().expect("path");
        assert!(!holds_files_below(&path));
        let _held = fs::File::create(path.join("x")).expect("file");
        assert!(holds_files_below(&path));
    }

    #[tokio::test]
    async fn who_only_stands_in_a_directory_holds_nothing_there() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().canonicalize().expect("path");
        let mut child = tokio::process::Command::new("/bin/sleep")
            .arg("60")
            .current_dir(&path)
            .kill_on_drop(true)
            .spawn()
            .expect("spawn");
        assert!(!holds_files_below(&path));
        child.kill().await.expect("ended");
    }

    proptest! {
        #[test]
        fn arbitrary_lines_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
            let _ = parse_stat(&bytes);
            let _ = listening_inode(&text, 25);
        }
    }
}
