//! A PostgreSQL server of a test's own, which can be stopped and started again. It ends, with its data, when dropped.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nix::unistd::{Uid, User};
use tempfile::TempDir;

use crate::places;

/// A server.
#[derive(Debug)]
pub struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    account: Option<User>,
    port: u16,
}

impl Cluster {
    /// A new one, running. As a user of its own where we are root, which PostgreSQL refuses to be.
    pub fn start() -> Self {
        let account = Uid::effective().is_root().then(|| {
            let found =
                ["postgres", "nobody"].into_iter().find_map(|name| User::from_name(name).ok().flatten());
            found.expect("a user to run PostgreSQL as")
        });
        let folder = places::folder();
        if let Some(user) = &account {
            chown(folder.path(), Some(user.uid.as_raw()), Some(user.gid.as_raw())).expect("its owner");
        }
        let this = Self { folder, programs: programs(), account, port: places::another_port() };
        let data = this.data();
        let words = ["-D", &data, "-U", "bailiwick", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
        this.must("initdb", &words);
        this.up();
        this
    }

    /// Where the installation finds it.
    pub fn url(&self) -> String {
        format!("postgres://bailiwick@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it again.
    pub fn up(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=100",
            self.port
        );
        let log = self.folder.path().join("log");
        let words = ["-D", &self.data(), "-w", "-o", &options, "-l", text(&log), "start"];
        self.must("pg_ctl", &words);
    }

    /// Stops it as a machine that loses power does: connections break, nothing is finished.
    pub fn down(&self) {
        self.must("pg_ctl", &["-D", &self.data(), "-w", "-m", "immediate", "stop"]);
    }

    fn data(&self) -> String {
        text(&self.folder.path().join("data")).to_owned()
    }

    fn must(&self, program: &str, words: &[&str]) {
        let output = self.run(program, words);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program} {words:?}: {said}");
    }

    fn run(&self, program: &str, words: &[&str]) -> Output {
        let program = self.programs.join(program);
        let mut command = match &self.account {
            None => Command::new(program),
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args([
                    "--reuid",
                    &user.uid.to_string(),
                    "--regid",
                    &user.gid.to_string(),
                    "--clear-groups",
                ]);
                command.arg("--").arg(program);
                command
            }
        };
        // A server that inherits a pipe would keep it open.
        let errors = tempfile::tempfile().expect("a file");
        let status = command
            .args(words)
            .current_dir("/")
            .env("LC_ALL", "C")
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(errors.try_clone().expect("a file"))
            .status()
            .expect("the program runs");
        let mut said = Vec::new();
        let mut errors = errors;
        std::io::Seek::rewind(&mut errors).expect("a file");
        std::io::Read::read_to_end(&mut errors, &mut said).expect("a file");
        Output { status, stdout: Vec::new(), stderr: said }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.run("pg_ctl", &["-D", &self.data(), "-w", "-m", "immediate", "stop"]);
    }
}

/// The newest version's programs.
fn programs() -> PathBuf {
    let versions =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let newest = versions
        .filter(|path| path.join("bin/pg_ctl").exists())
        .max_by_key(|path| path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
    newest.expect("PostgreSQL below /usr/lib/postgresql").join("bin")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}
