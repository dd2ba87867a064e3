//! An installation under measurement: its configuration, its process, its end.

use std::fs::{self, File};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use bailiwick_base::words::Random;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::process::{self, Memory};
use crate::trouble::{Outcome, Trouble, While};
use crate::{ports, process::tree};

/// How long a start may take.
const START: Duration = Duration::from_mins(1);

/// A folder for one installation, removed when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    /// Its data.
    pub(crate) folder: PathBuf,
    /// The installation's secret key.
    pub(crate) key: [u8; 32],
    /// Where it listens.
    pub(crate) http: u16,
    /// Where Dovecot asks.
    pub(crate) passdb: u16,
    /// Ports of the mail servers: smtp, submission, submissions, imap, imaps, pop3, pop3s, reinject, doveadm.
    pub(crate) mail: [u16; 9],
    /// Where mail for outside goes.
    pub(crate) relay: u16,
    config: PathBuf,
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder); // nothing but this run's own data
    }
}

impl Place {
    /// A new one below `above`, which mail servers must be able to enter.
    pub(crate) fn new(above: &Path, database: &str) -> Outcome<Self> {
        let number: [u8; 4] = Random::System.bytes();
        let folder = above.join(format!("bw-bench-{:08x}", u32::from_le_bytes(number)));
        fs::DirBuilder::new().mode(0o755).create(&folder).during(folder.display())?;
        let [http, passdb, relay, mail @ ..] = ports::free::<12>()?;
        let place = Self {
            config: folder.join("bailiwick.toml"),
            folder,
            key: Random::System.bytes(),
            http,
            passdb,
            mail,
            relay,
        };
        private(&place.folder.join("secret.key"), &place.key)?;
        private(&place.config, place.configuration(database).as_bytes())?;
        Ok(place)
    }

    /// The folder of the sockets.
    pub(crate) fn sockets(&self) -> PathBuf {
        self.folder.join("run")
    }

    /// Where the portals and the API are served.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.http))
    }

    /// The `Host` of a portal or of the API.
    pub(crate) fn host(&self, portal: &str) -> String {
        format!("{portal}.localhost:{}", self.http)
    }

    fn configuration(&self, database: &str) -> String {
        let (folder, http) = (self.folder.display(), self.http);
        let [smtp, submission, submissions, imap, imaps, pop3, pop3s, reinject, doveadm] = self.mail;
        format!(
            r#"data_dir = "{folder}"
database = "{database}"
[http]
listen = "127.0.0.1:{http}"
[origins]
staff = "http://staff.localhost:{http}"
admin = "http://admin.localhost:{http}"
mail = "http://mail.localhost:{http}"
api = "http://api.localhost:{http}"
[api]
requests_per_minute = 100000000
[outgoing]
from = "no-reply@provider.test"
[mail]
data_dir = "{folder}"
run_dir = "{folder}/run"
secrets_dir = "{folder}/secrets"
hostname = "mail.provider.test"
listen = ["127.0.0.1"]
passdb_url = "http://127.0.0.1:{passdb}"
[mail.ports]
smtp = {smtp}
submission = {submission}
submissions = {submissions}
imap = {imap}
imaps = {imaps}
pop3 = {pop3}
pop3s = {pop3s}
reinject = {reinject}
doveadm = {doveadm}
[mail.relay]
host = "127.0.0.1"
port = {relay}
"#,
            passdb = self.passdb,
            relay = self.relay,
        )
    }
}

/// A file that only its owner reads.
fn private(path: &Path, content: &[u8]) -> Outcome {
    let mut file =
        fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).during(path.display())?;
    file.write_all(content).during(path.display())
}

/// What every `fsync` of a started program is delayed by: the library to preload, and how long.
#[derive(Debug, Clone)]
pub(crate) struct Delay {
    pub(crate) library: PathBuf,
    pub(crate) time: Duration,
}

/// A running `bailiwick`.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    pid: u32,
    log: PathBuf,
    /// From the start of the process to the first page.
    pub(crate) first_answer: Duration,
}

impl Running {
    /// Starts `bailiwick serve` (or `up`) and waits for its first answer.
    pub(crate) async fn start(
        program: &Path,
        command: &str,
        place: &Place,
        delay: Option<&Delay>,
    ) -> Outcome<Self> {
        let log = place.folder.join(format!("{command}.log"));
        let output = File::create(&log).during(log.display())?;
        let mut serve = Command::new(program);
        serve.arg("--config").arg(&place.config).arg(command);
        if let Some(delay) = delay {
            serve.env("LD_PRELOAD", &delay.library).env("FSYNC_DELAY_US", delay.time.as_micros().to_string());
        }
        serve
            .stdin(Stdio::null())
            .stdout(output.try_clone().during("the log")?)
            .stderr(output)
            .kill_on_drop(true);
        let started = Instant::now();
        let child = serve.spawn().during(program.display())?;
        let pid = child.id().ok_or_else(|| Trouble::new("it ended at once"))?;
        let mut running = Self { child, pid, log, first_answer: Duration::ZERO };
        while started.elapsed() < START {
            if let Ok(true) = answers(place.address()).await {
                running.first_answer = started.elapsed();
                return Ok(running);
            }
            if let Ok(Some(status)) = running.child.try_wait() {
                return Err(Trouble::new(format!("bailiwick ended ({status}):\n{}", running.last_lines())));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Err(Trouble::new(format!("bailiwick did not answer within a minute:\n{}", running.last_lines())))
    }

    /// The process.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// Its memory and that of all it started.
    pub(crate) fn memory(&self) -> Memory {
        process::memory(&tree(&[self.pid]))
    }

    /// Asks it to end and waits.
    pub(crate) async fn stop(mut self) -> Outcome {
        let pid = i32::try_from(self.pid).during("a process id")?;
        kill(Pid::from_raw(pid), Signal::SIGTERM).during("ending bailiwick")?;
        tokio::time::timeout(Duration::from_secs(40), self.child.wait())
            .await
            .map_err(|_| Trouble::new("bailiwick did not end when it was asked to"))?
            .during("ending bailiwick")
            .map(drop)
    }

    /// The end of its log.
    pub(crate) fn last_lines(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(4_000)..]).into_owned()
    }
}

async fn answers(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /health/ready HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n").await?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    Ok(start.ends_with(b" 200"))
}
