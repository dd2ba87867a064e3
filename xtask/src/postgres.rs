//! A private PostgreSQL for the tests: a free port of 127.0.0.1, a password, data below /var/tmp.
//!
//! It is not built to survive a power cut (`fsync=off`). A guard of a few lines of shell holds it: when the pipe to
//! this task closes, however the task ended, the guard stops the server and removes the data.

use std::fs::{self, DirBuilder};
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::{Failure, While};
use crate::{progress, root, workspace};

/// `$1` the folder, `$2…` the server. Reading ends when the other end of the pipe is closed.
const GUARD: &str = "
folder=$1; shift
trap '' INT TERM HUP
\"$@\" </dev/null >\"$folder/log\" 2>&1 &
server=$!
cat >/dev/null
kill -INT \"$server\" 2>/dev/null
( sleep 10; kill -KILL \"$server\" ) 2>/dev/null &
killer=$!
wait \"$server\" 2>/dev/null
kill -KILL \"$killer\" 2>/dev/null
rm -rf \"$folder\"
";
/// Accounts it may run as when this task is root, which PostgreSQL refuses to be.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];
const START: Duration = Duration::from_secs(30);

/// How well the data is kept.
pub(crate) enum Kept {
    /// Not beyond a power cut: for tests.
    Lightly,
    /// As an operator's would be: for measuring.
    Safely,
    /// The same, with each `fsync` taking longer by a preloaded library.
    Slowly { library: PathBuf, microseconds: u64 },
}

impl Kept {
    fn settings(&self) -> &'static [&'static str] {
        match self {
            Self::Lightly => &["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
            Self::Safely | Self::Slowly { .. } => &["wal_sync_method=fdatasync", "max_wal_size=4GB"],
        }
    }

    /// Variables of the server's environment.
    fn environment(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Slowly { library, microseconds } => vec![
                ("LD_PRELOAD", library.to_string_lossy().into_owned()),
                ("FSYNC_DELAY_US", microseconds.to_string()),
            ],
            Self::Lightly | Self::Safely => Vec::new(),
        }
    }
}

/// The running server; stopped and removed when dropped.
pub(crate) struct Postgres {
    guard: Child,
    /// Holds `data` and its log.
    pub(crate) folder: PathBuf,
    /// `postgres://…`, with the right to create databases.
    pub(crate) url: String,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        let _ = self.guard.wait(); // the guard cleans up by itself
    }
}

/// The folder with `initdb` and `postgres`, the newest version's.
pub(crate) fn programs() -> Option<PathBuf> {
    newest(Path::new("/usr/lib/postgresql")).or_else(|| {
        let initdb = workspace::program("initdb")?.canonicalize().ok()?;
        initdb.parent().filter(|folder| workspace::is_program(&folder.join("postgres"))).map(Path::to_owned)
    })
}

fn newest(folder: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(folder).ok()?.filter_map(|entry| {
        let path = entry.ok()?.path();
        let version: u32 = path.file_name()?.to_str()?.parse().ok()?;
        let programs = path.join("bin");
        let complete = ["initdb", "postgres", "pg_isready"]
            .iter()
            .all(|name| workspace::is_program(&programs.join(name)));
        complete.then_some((version, programs))
    });
    versions.max().map(|(_, programs)| programs)
}

/// Starts one for tests.
pub(crate) fn start() -> Result<Postgres, Failure> {
    start_with(&Kept::Lightly)
}

/// Starts one. Another program may take the free port at the wrong moment, so it is tried again.
pub(crate) fn start_with(kept: &Kept) -> Result<Postgres, Failure> {
    let programs =
        programs().ok_or_else(|| Failure::new("PostgreSQL is missing: /usr/lib/postgresql/*/bin/initdb."))?;
    let step = progress::step("A private PostgreSQL");
    let mut tries = 0;
    let postgres = loop {
        tries += 1;
        match start_once(&programs, kept) {
            Err(_) if tries < 3 => {}
            other => break other?,
        }
    };
    step.done();
    Ok(postgres)
}

fn start_once(programs: &Path, kept: &Kept) -> Result<Postgres, Failure> {
    let account = if root::am_i() { Some(account()?) } else { None };
    let folder = PathBuf::from(format!("/var/tmp/bw-pg-{}", random()));
    DirBuilder::new().mode(0o700).create(&folder).or_fail(folder.display())?;
    let password = random() + &random();
    let prepared = prepare(programs, &folder, account, &password);
    if prepared.is_err() {
        let _ = fs::remove_dir_all(&folder); // the first failure is the one to tell
    }
    prepared?;
    let port = free_port()?;
    let mut server = as_account(account, &programs.join("postgres"));
    server.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string()]);
    let always = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=300",
        "shared_buffers=128MB",
    ];
    for setting in always.iter().chain(kept.settings()) {
        server.args(["-c", setting]);
    }
    let mut guard = Command::new("sh");
    guard.args(["-c", GUARD, "guard"]).arg(&folder);
    guard.arg("env").args(kept.environment().iter().map(|(name, value)| format!("{name}={value}")));
    guard.arg(server.get_program()).args(server.get_args());
    guard.current_dir("/").process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let url = format!("postgres://bailiwick:{password}@127.0.0.1:{port}/postgres");
    let mut postgres = Postgres { guard: guard.spawn().or_fail("sh")?, folder: folder.clone(), url };
    wait_until_ready(programs, port, &folder, &mut postgres)?;
    Ok(postgres)
}

/// Makes the cluster. The password keeps other people of this machine out of it.
fn prepare(programs: &Path, folder: &Path, account: Option<&str>, password: &str) -> Result<(), Failure> {
    let secret = folder.join("password");
    fs::write(&secret, password).or_fail(secret.display())?;
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).or_fail(secret.display())?;
    if let Some(account) = account {
        let owner = format!("{account}:");
        let mut chown = Command::new("chown");
        chown.arg("-R").arg(owner).arg(folder);
        progress::quietly("chown", &mut chown)?;
    }
    let mut initdb = as_account(account, &programs.join("initdb"));
    initdb.arg("-D").arg(folder.join("data")).arg("--pwfile").arg(&secret);
    initdb.args(["-U", "bailiwick", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"]);
    progress::quietly("initdb", initdb.current_dir("/").env("LC_ALL", "C"))?;
    Ok(())
}

fn wait_until_ready(
    programs: &Path,
    port: u16,
    folder: &Path,
    postgres: &mut Postgres,
) -> Result<(), Failure> {
    let since = Instant::now();
    while since.elapsed() < START {
        let mut ready = Command::new(programs.join("pg_isready"));
        ready.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
        if ready.status().or_fail("pg_isready")?.success() && folder.join("data/postmaster.pid").exists() {
            return Ok(());
        }
        if postgres.guard.try_wait().or_fail("sh")?.is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    Err(Failure::new(format!("{log}\nPostgreSQL did not start; its log is above.")))
}

fn account() -> Result<&'static str, Failure> {
    let users = fs::read_to_string("/etc/passwd").or_fail("/etc/passwd")?;
    let known = |account: &&str| users.lines().any(|line| line.split(':').next() == Some(account));
    let found = ACCOUNTS.into_iter().find(known);
    found.ok_or_else(|| {
        Failure::new("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`.")
    })
}

fn as_account(account: Option<&str>, program: &Path) -> Command {
    let Some(account) = account else { return Command::new(program) };
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid", account, "--regid"])
        .arg(group(account))
        .args(["--clear-groups", "--"])
        .arg(program);
    command
}

/// The account's primary group, by number.
fn group(account: &str) -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let line = users.lines().find(|line| line.split(':').next() == Some(account));
    line.and_then(|line| line.split(':').nth(3)).unwrap_or("65534").to_owned()
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).or_fail("a free port")?;
    Ok(listener.local_addr().or_fail("a free port")?.port())
}

/// 16 hexadecimal digits that nobody can foresee (the keys of the hash come from the system).
fn random() -> String {
    format!("{:016x}", RandomState::new().hash_one(std::process::id()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::newest;
    use crate::workspace::scratch::Scratch;

    #[test]
    fn the_newest_version_with_all_its_programs_is_taken() {
        let scratch = Scratch::new();
        for (version, programs) in [("9", 3), ("15", 3), ("16", 2), ("old", 3)] {
            for name in &["initdb", "postgres", "pg_isready"][..programs] {
                let file = scratch.write(&format!("{version}/bin/{name}"), "");
                fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        assert_eq!(newest(&scratch.0), Some(scratch.0.join("15/bin")));
        assert_eq!(newest(&scratch.0.join("nothing")), None);
    }
}
