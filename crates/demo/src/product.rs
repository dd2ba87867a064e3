//! The product's program as a child: started, waited for, ended.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How long a start may take: the first one makes keys, certificates and the database.
const START: Duration = Duration::from_mins(2);
/// How long an orderly end may take before it is forced.
const END: Duration = Duration::from_secs(30);

/// The running product, in a process group of its own, so that Ctrl-C reaches it through us and only once.
#[derive(Debug)]
pub struct Product {
    child: Child,
    /// Everything it prints.
    pub log: PathBuf,
}

/// Why it does not run.
#[derive(Debug)]
pub enum StartError {
    /// The program is missing or can't be run.
    Program(PathBuf, io::Error),
    /// It ended by itself; the end of its log.
    Ended(ExitStatus, String),
    /// It runs but does not get ready; the end of its log.
    NotReady(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(path, error) => write!(f, "{} can't be run: {error}", path.display()),
            Self::Ended(status, log) => {
                write!(f, "{log}\nBailiwick ended while starting ({status}); its log is above.")
            }
            Self::NotReady(log) => write!(f, "{log}\nBailiwick was not ready in time; its log is above."),
        }
    }
}

impl std::error::Error for StartError {}

/// Whoever does not wait for an orderly end gets a hard one, with everything the product started.
impl Drop for Product {
    fn drop(&mut self) {
        self.signal(Signal::SIGKILL);
    }
}

impl Product {
    /// Starts `program ARGUMENTS`, its output appended to `log`.
    pub fn start(program: &Path, arguments: &[&str], log: &Path) -> Result<Self, StartError> {
        let failed = |error| StartError::Program(program.to_owned(), error);
        let output = append(log).map_err(failed)?;
        let errors = output.try_clone().map_err(failed)?;
        let mut command = tied(program);
        command.args(arguments).stdin(Stdio::null()).stdout(output).stderr(errors).process_group(0);
        let child = command.kill_on_drop(true).spawn().map_err(failed)?;
        Ok(Self { child, log: log.to_owned() })
    }

    /// Waits until `GET /health/ready` on this port answers 200. `waiting` is called about four times a second.
    pub async fn ready(&mut self, port: u16, mut waiting: impl FnMut(Duration)) -> Result<(), StartError> {
        let since = Instant::now();
        while since.elapsed() < START {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(StartError::Ended(status, self.last_lines()));
            }
            let asked = timeout(Duration::from_secs(2), is_ready(port)).await;
            if matches!(asked, Ok(Ok(true))) {
                return Ok(());
            }
            waiting(since.elapsed());
            sleep(Duration::from_millis(250)).await;
        }
        Err(StartError::NotReady(self.last_lines()))
    }

    /// Waits until it ends by itself.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Asks it to end and waits; after half a minute it is ended with everything it started.
    pub async fn stop(mut self) -> io::Result<()> {
        self.signal(Signal::SIGTERM);
        if timeout(END, self.child.wait()).await.is_err() {
            self.kill().await?;
        }
        Ok(())
    }

    /// Ends it and everything in its process group at once.
    pub async fn kill(&mut self) -> io::Result<()> {
        self.signal(Signal::SIGKILL);
        self.child.wait().await.map(drop)
    }

    fn signal(&self, signal: Signal) {
        let group = self.child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = group {
            let _ = killpg(Pid::from_raw(group), signal); // it may have ended this very moment
        }
    }

    /// The end of its log.
    pub fn last_lines(&self) -> String {
        let bytes = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(8_192)..]).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

/// With `setpriv` it is ended even if we are killed.
fn tied(program: &Path) -> Command {
    let setpriv = Path::new("/usr/bin/setpriv");
    if !setpriv.exists() {
        return Command::new(program);
    }
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "TERM", "--"]).arg(program);
    command
}

fn append(log: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(log)
}

async fn is_ready(port: u16) -> io::Result<bool> {
    let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let request =
        format!("GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).await?;
    Ok(start.starts_with(b"HTTP/1.") && start.ends_with(b" 200"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Product, StartError};

    #[tokio::test]
    async fn a_product_that_ends_while_starting_shows_its_last_lines() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let mut product =
            Product::start(Path::new("/bin/sh"), &["-c", "echo no database; exit 3"], &log).unwrap();
        let error = product.ready(1, |_| {}).await.unwrap_err();
        assert!(
            matches!(error, StartError::Ended(status, text) if status.code() == Some(3) && text == "no database")
        );
        assert!(
            Product::start(Path::new("/nonexistent/bailiwick"), &[], &log).is_err()
                || Path::new("/usr/bin/setpriv").exists()
        );
    }

    #[tokio::test]
    async fn it_is_asked_to_end_and_its_own_children_end_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let script = "trap 'echo asked; exit 0' TERM; echo started; sleep 60 & wait";
        let product = Product::start(Path::new("/bin/sh"), &["-c", script], &log).unwrap();
        while !product.last_lines().contains("started") {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        let since = std::time::Instant::now();
        product.stop().await.unwrap();
        assert!(since.elapsed() < std::time::Duration::from_secs(10));
        assert_eq!(std::fs::read_to_string(log).unwrap(), "started\nasked\n");
    }
}
