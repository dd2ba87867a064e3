//! An installation of the real programs on this machine: `bailiwick` with Postfix and Dovecot, on ports and data of
//! its own, and an outside world around it. It ends, with all its data, when dropped.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bailiwick_demo::config::Config;
use bailiwick_demo::dns::Dns;
use bailiwick_demo::ports::Ports;
use bailiwick_demo::product::{Product, StartError};
use bailiwick_demo::sink::Sink;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::sleep;

use crate::browser::Browser;
use crate::lines::{Lines, Trust};
use crate::secrets::Secrets;
use crate::volume::Volume;
use crate::{places, processes};

/// Which programs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// `bailiwick up`.
    Together,
    /// `bailiwick serve` and `bailiwick mail`.
    Apart,
    /// `bailiwick serve` with the sockets for mail servers, which do not run: a test asks in their place.
    Answers,
    /// `bailiwick serve`, and no mail plane in the configuration.
    ServeOnly,
}

/// One of the two programs that can run apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Portals and answers.
    Serve,
    /// Postfix and Dovecot.
    Mail,
}

/// What an installation is started with.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Which programs run.
    pub run: Run,
    /// What `RUST_LOG` asks for.
    pub log: &'static str,
    /// `postgres://…`; without it, SQLite.
    pub database: Option<String>,
    /// The size of the file system it lies on, in megabytes; without it, the machine's own.
    pub volume: Option<u32>,
}

impl Plan {
    /// The ordinary one.
    pub fn new(run: Run) -> Self {
        Self { run, log: "info", database: None, volume: None }
    }
}

/// A running installation.
pub struct Installation {
    /// Names of `*.test`.
    pub dns: Dns,
    /// Where outside mail ends.
    pub sink: Sink,
    /// Where everything listens.
    pub ports: Ports,
    /// Every secret used so far.
    pub secrets: Secrets,
    /// Where the numbers for whoever watches are served.
    pub metrics: u16,
    pub(crate) database: Option<String>,
    log: &'static str,
    run: Run,
    serve: Option<Product>,
    mail: Option<Product>,
    trust: Option<Trust>,
    volume: Option<Volume>,
    folder: TempDir,
}

/// The name under which the mail servers greet.
pub const HOST: &str = "mail.provider.test";
/// How long mail servers may take to answer after their program started.
const START: Duration = Duration::from_mins(1);

impl Drop for Installation {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for (name, part) in [("serve", &self.serve), ("mail", &self.mail)] {
                if let Some(part) = part {
                    eprintln!("--- end of the log of {name}\n{}", part.last_lines());
                }
            }
        }
        self.serve = None;
        self.mail = None;
        processes::end(self.folder.path());
    }
}

impl Installation {
    /// Starts one with the ordinary log.
    pub async fn start(run: Run) -> Self {
        Self::start_with_log(run, "info").await
    }

    /// Starts one that logs what `RUST_LOG` asks for.
    pub async fn start_with_log(run: Run, log: &'static str) -> Self {
        Self::start_as(Plan { log, ..Plan::new(run) }).await
    }

    /// Starts one.
    pub async fn start_as(plan: Plan) -> Self {
        let Plan { run, log, database, volume } = plan;
        if matches!(run, Run::Together | Run::Apart) {
            assert!(nix::unistd::Uid::effective().is_root(), "Postfix starts only as root");
        }
        let start = Instant::now();
        let folder = places::folder();
        let (ports, metrics) = (places::ports(), places::another_port());
        let volume = volume.map(|size| Volume::mount(folder.path(), size));
        std::fs::create_dir(folder.path().join("run")).expect("a folder");
        configure(folder.path(), &ports, run, database.as_deref(), metrics);
        let here = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let mut this = Self {
            dns: Dns::start_on(here(ports.dns)).await.expect("names"),
            sink: Sink::start_on(here(ports.sink)).await.expect("a sink"),
            ports,
            secrets: Secrets::default(),
            metrics,
            database,
            log,
            run,
            serve: None,
            mail: None,
            trust: None,
            volume,
            folder,
        };
        this.start_part(Part::Serve).await;
        if run == Run::Apart {
            this.start_part(Part::Mail).await;
        }
        eprintln!("the installation is ready after {:?}", start.elapsed());
        this
    }

    /// The file system it lies on, if that is its own.
    pub fn volume(&self) -> &Volume {
        self.volume.as_ref().expect("it was planned with one")
    }

    /// The process id of a running part.
    pub fn pid_of(&self, part: Part) -> u32 {
        let log = self.log_of(part);
        let config = self.config();
        let words = if part == Part::Mail { "mail" } else { "serve" };
        let found = processes::of(self.folder()).into_iter().find_map(|(pid, program)| {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).into_owned();
            let ours = program.ends_with("bailiwick") && line.contains(&*config.to_string_lossy());
            (ours && line.contains(words)).then_some(pid)
        });
        found.and_then(|pid| u32::try_from(pid).ok()).unwrap_or_else(|| panic!("{log}: it does not run"))
    }

    /// Lets a running part write nothing to any file, or again: each write is an error, as on a disk that fails.
    pub fn cannot_write(&self, part: Part, cannot: bool) {
        let limit = if cannot { "--fsize=0:unlimited" } else { "--fsize=unlimited:unlimited" };
        let status = std::process::Command::new("prlimit")
            .args(["--pid", &self.pid_of(part).to_string(), limit])
            .status()
            .expect("prlimit runs");
        assert!(status.success(), "prlimit {limit}");
    }

    /// What a part has written to its log.
    pub fn log_text(&self, part: Part) -> String {
        let bytes = std::fs::read(self.folder().join(self.log_of(part))).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The numbers for whoever watches.
    pub async fn numbers(&self) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.metrics)).await.expect("it listens");
        let request = "GET /metrics HTTP/1.1\r\nHost: watch\r\nConnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await.expect("asked");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    }

    /// Where everything lies.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts a part that is stopped, and waits until it answers.
    pub async fn start_part(&mut self, part: Part) -> Duration {
        let start = Instant::now();
        let before = self.times_up(part);
        let mut product = self.launch(part);
        if part == Part::Serve {
            product.ready(self.ports.http, |_| ()).await.unwrap_or_else(|error| panic!("{error}"));
        }
        let has_mail = part == Part::Mail || self.run == Run::Together;
        match part {
            Part::Serve => self.serve = Some(product),
            Part::Mail => self.mail = Some(product),
        }
        if has_mail {
            while self.times_up(part) == before {
                assert!(start.elapsed() < START, "the mail servers do not start");
                sleep(Duration::from_millis(20)).await;
            }
            let pem = std::fs::read(self.certificate()).expect("the certificate");
            self.trust = Some(Trust::new(&pem, HOST));
        }
        start.elapsed()
    }

    fn launch(&self, part: Part) -> Product {
        let verb = match (part, self.run) {
            (Part::Serve, Run::Together) => "up",
            (Part::Serve, _) => "serve",
            (Part::Mail, _) => "mail",
        };
        let (program, config) = (program(), self.config());
        let words =
            [&format!("RUST_LOG={}", self.log), path_text(&program), verb, "--config", path_text(&config)];
        Product::start(Path::new("/usr/bin/env"), &words, &self.folder().join(self.log_of(part)))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// How often the mail servers were up, by the log. A listener would tell less: those of a killed program answer on.
    fn times_up(&self, part: Part) -> usize {
        let log = std::fs::read_to_string(self.folder().join(self.log_of(part))).unwrap_or_default();
        log.matches("the mail plane is up").count()
    }

    fn log_of(&self, part: Part) -> &'static str {
        match (part, self.run) {
            (Part::Serve, Run::Together) => "bailiwick.log",
            (Part::Serve, _) => "serve.log",
            (Part::Mail, _) => "mail.log",
        }
    }

    /// Asks a part to end, and waits.
    pub async fn stop_part(&mut self, part: Part) {
        let product = self.part(part).take().expect("it runs");
        product.stop().await.expect("it ends");
    }

    /// Kills a part without a word. What it started lives on.
    pub async fn kill_part(&mut self, part: Part) {
        let mut product = self.part(part).take().expect("it runs");
        product.kill().await.expect("it ends");
    }

    fn part(&mut self, part: Part) -> &mut Option<Product> {
        match part {
            Part::Serve => &mut self.serve,
            Part::Mail => &mut self.mail,
        }
    }

    /// The end of every installation that was not broken on purpose: an orderly one, that leaves no process behind
    /// and no secret in any file.
    pub async fn stop(mut self) {
        let parts = [self.mail.take(), self.serve.take()];
        for part in parts.into_iter().flatten() {
            part.stop().await.expect("it ends");
        }
        assert_eq!(processes::of(self.folder()), [], "nothing is left running");
        assert!(self.secrets.count() > 0, "there was something to look for");
        assert_eq!(self.secrets.found_below(self.folder()), Vec::<String>::new(), "no secret is on disk");
    }

    /// Runs a command that must succeed; what it prints.
    pub async fn cli(&self, words: &[&str]) -> String {
        self.cli_with_input(words, "").await
    }

    /// Runs a command that must succeed, with standard input.
    pub async fn cli_with_input(&self, words: &[&str], input: &str) -> String {
        let (success, out, err) = self.try_cli(words, input).await;
        assert!(success, "bailiwick {}: {out}{err}", words.join(" "));
        out
    }

    /// Runs a command: whether it succeeded, its output, its complaints.
    pub async fn try_cli(&self, words: &[&str], input: &str) -> (bool, String, String) {
        let mut command = Command::new(program());
        command.args(words).arg("--config").arg(self.config()).kill_on_drop(true);
        command.stdin(std::process::Stdio::piped());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let mut stdin = child.stdin.take().expect("its input");
        let _ = stdin.write_all(input.as_bytes()).await; // a command may not want any
        drop(stdin);
        let output = tokio::time::timeout(Duration::from_mins(1), child.wait_with_output()).await;
        let output = output.expect("an end in time").expect("its output");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }

    /// A new browser at a portal: `admin`, `mail` or `staff`.
    pub fn browser(&self, portal: &str) -> Browser {
        Browser::new(portal, self.ports.http, self.secrets.clone())
    }

    /// A connection without TLS.
    pub async fn plain(&self, port: u16) -> Lines {
        Lines::plain(SocketAddr::from(([127, 0, 0, 1], port))).await
    }

    /// A connection with TLS from the first byte.
    pub async fn tls(&self, port: u16) -> Lines {
        Lines::tls(SocketAddr::from(([127, 0, 0, 1], port)), self.trust()).await
    }

    /// Whom to trust.
    pub fn trust(&self) -> &Trust {
        self.trust.as_ref().expect("there are mail servers")
    }

    /// The mail servers' certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder().join("tls/self-made.pem")
    }

    fn config(&self) -> PathBuf {
        self.folder().join("bailiwick.toml")
    }

    /// Starts another process of this installation over the same PostgreSQL database, as a second machine would: the process,
    /// which ends when dropped, and the port of its portals.
    pub async fn another_process(&self) -> (Product, u16) {
        let folder = self.folder().join("another");
        std::fs::create_dir(&folder).expect("a folder");
        std::fs::copy(self.folder().join("secret.key"), folder.join("secret.key")).expect("the key");
        let ports = Ports { dns: self.ports.dns, sink: self.ports.sink, ..places::ports() };
        let database = self.database.as_deref().expect("only over PostgreSQL");
        let file = folder.join("bailiwick.toml");
        Config::new(&folder, &folder, &ports, Some(database), false).write(&file).expect("a configuration");
        let words = ["serve", "--config", path_text(&file)];
        let mut product = Product::start(&program(), &words, &folder.join("serve.log"))
            .unwrap_or_else(|error| panic!("{error}"));
        product.ready(ports.http, |_| ()).await.unwrap_or_else(|error| panic!("{error}"));
        (product, ports.http)
    }

    /// Starts a second `serve` on the same data: whether it ends by itself within ten seconds, and what it says.
    pub async fn second_serve(&self) -> String {
        let log = self.folder().join("second.log");
        let (program, config) = (program(), self.config());
        let words = ["serve", "--config", path_text(&config)];
        let mut second = Product::start(&program, &words, &log).unwrap_or_else(|error| panic!("{error}"));
        match tokio::time::timeout(Duration::from_secs(10), second.ready(1, |_| ())).await {
            Ok(Err(StartError::Ended(status, text))) if !status.success() => text,
            other => panic!("it did not refuse: {other:?}"),
        }
    }
}

/// The demonstration's configuration: mails of our own leave by our own Postfix, if there is one.
fn configure(folder: &Path, ports: &Ports, run: Run, database: Option<&str>, metrics: u16) {
    let has_mail = run != Run::ServeOnly;
    let file = folder.join("bailiwick.toml");
    Config::new(folder, &folder.join("run"), ports, database, has_mail)
        .write(&file)
        .expect("a configuration");
    let mut text = std::fs::read_to_string(&file).expect("a configuration");
    if run == Run::Answers {
        let relay = format!("[outgoing]\nrelay = \"127.0.0.1:{}\"", ports.sink);
        text = text.replace("[outgoing]", &relay); // there is no Postfix to take our mails
    }
    writeln!(text, "\n[metrics]\nlisten = \"127.0.0.1:{metrics}\"").expect("a text grows");
    std::fs::write(file, text).expect("a configuration");
}

fn path_text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// The program under test: `BAILIWICK_BIN`, or the one beside the tests.
pub fn program() -> PathBuf {
    if let Some(given) = std::env::var_os("BAILIWICK_BIN") {
        return given.into();
    }
    let own = std::env::current_exe().expect("our own path");
    let debug = own.parent().and_then(Path::parent).expect("target/debug");
    let program = debug.join("bailiwick");
    assert!(program.exists(), "{} is missing: cargo build --package bailiwick-server", program.display());
    program
}
