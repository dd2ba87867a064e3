//! Postfix and Dovecot, first with us behind them, then the very same with plain files.
//!
//! The plain ones use the configuration that was written for ours, with each question to us replaced: tables by Berkeley
//! databases, the policy question by none, passwords by a passwd-file with the same hash for everybody. What is compared
//! is therefore the price of asking.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::dataset::{self, Loaded};
use crate::flows::address;
use crate::installation::{Place, Running};
use crate::mail::{Doing, Program};
use crate::pace::{Measured, Watch, saturate};
use crate::plan::Plan;
use crate::results::Servers;
use crate::trouble::{Outcome, Trouble, While};

const MASTER: &str = "/usr/lib/postfix/sbin/master";
const DOVECOT: &str = "/usr/sbin/dovecot";
const SINK: &str = "/usr/sbin/smtp-sink";
const CLIENTS: usize = 8;

/// Measures both, with this many mailboxes on SQLite.
pub(crate) async fn measure(plan: &Plan, size: u32) -> Outcome<Servers> {
    if !Uid::effective().is_root() {
        return Err(Trouble::new("the mail servers: not root, as which alone Postfix starts"));
    }
    for program in [MASTER, DOVECOT, SINK] {
        if !Path::new(program).exists() {
            return Err(Trouble::new(format!("the mail servers: {program} is not installed")));
        }
    }
    let place = Place::new(&plan.above, "sqlite")?;
    let db = dataset::open(&bailiwick_base::db::Location::Sqlite(place.folder.clone()), place.key).await?;
    let loaded = dataset::load(&db, size).await?;
    db.close().await;
    drop(db);
    let _sink = Sink::start(&place)?;
    let ours = {
        let running = Running::start(&plan.program, "up", &place, None).await?;
        let measured = both(plan, &place, &[running.pid()]).await;
        let lines = running.last_lines();
        running.stop().await?;
        measured.map_err(|trouble| Trouble::new(format!("{trouble}\n{lines}")))?
    };
    let [hashed, unhashed] = plain(plan, &place, &loaded).await?;
    Ok(Servers { size, ours, plain: hashed, unhashed })
}

async fn both(plan: &Plan, place: &Place, roots: &[u32]) -> Outcome<BTreeMap<String, Measured>> {
    let [_, _, submissions, _, imaps, ..] = place.mail;
    let mut measured = BTreeMap::new();
    for (name, doing, port) in [("submission", Doing::Submission, submissions), ("imap", Doing::Imap, imaps)]
    {
        until_open(port).await?;
        let watch = Watch { roots: roots.to_vec(), ..plan.watch.clone() };
        let clients =
            (0..CLIENTS).map(|seed| Program::new(doing, port, seed)).collect::<Outcome<Vec<_>>>()?;
        measured.insert(name.to_owned(), saturate(&watch, clients).await?);
    }
    Ok(measured)
}

/// Waits until a server listens.
async fn until_open(port: u16) -> Outcome {
    let since = Instant::now();
    while since.elapsed() < Duration::from_secs(30) {
        if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(Trouble::new(format!("nothing listens on port {port}")))
}

/// Takes everything that is sent outside.
struct Sink(Child);

impl Sink {
    fn start(place: &Place) -> Outcome<Self> {
        let to = format!("127.0.0.1:{}", place.relay);
        let mut sink = Command::new(SINK);
        sink.args(["-u", "nobody", &to, "1000"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        sink.kill_on_drop(true).spawn().during(SINK).map(Self)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.0.start_kill(); // it may have ended by itself
    }
}

/// One of the plain servers; asked to end when dropped.
struct Server(Child);

impl Server {
    fn start(program: &str, arguments: &[&str], log: &Path) -> Outcome<Self> {
        let output = File::create(log).during(log.display())?;
        let mut server = Command::new(program);
        server
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(output.try_clone().during("a log")?)
            .stderr(output);
        server.process_group(0).spawn().during(program).map(Self)
    }

    fn pid(&self) -> u32 {
        self.0.id().unwrap_or_default()
    }

    async fn stop(mut self) -> Outcome {
        let pid = i32::try_from(self.pid()).during("a process id")?;
        kill(Pid::from_raw(pid), Signal::SIGTERM).during("ending a mail server")?;
        let ended = tokio::time::timeout(Duration::from_secs(20), self.0.wait()).await;
        ended.map_err(|_| Trouble::new("a mail server did not end"))?.during("ending a mail server").map(drop)
    }
}

async fn plain(plan: &Plan, place: &Place, loaded: &Loaded) -> Outcome<[BTreeMap<String, Measured>; 2]> {
    let files = place.folder.join("plain");
    fs::create_dir(&files).during(files.display())?;
    write_tables(place, &files, loaded).await?;
    let (postfix, dovecot) =
        (place.folder.join("postfix/etc"), place.folder.join("dovecot/etc/dovecot.conf"));
    change(&postfix.join("main.cf"), |text| plain_main(text, place, &files))?;
    change(&postfix.join("master.cf"), without_policy)?;
    change(&dovecot, |text| plain_dovecot(text, &files))?;
    for table in TABLES {
        let mut postmap = Command::new("/usr/sbin/postmap");
        postmap.arg("-c").arg(&postfix).arg(format!("hash:{}", files.join(table).display()));
        if !postmap.status().await.during("postmap")?.success() {
            return Err(Trouble::new(format!("postmap refused {table}")));
        }
    }
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let dovecot = Server::start(DOVECOT, &["-F", "-c", &path(&dovecot)], &files.join("dovecot.log"))?;
    let postfix = Server::start(MASTER, &["-d", "-c", &path(&postfix)], &files.join("postfix.log"))?;
    let measured = hashed_and_not(plan, place, &files, [postfix.pid(), dovecot.pid()]).await;
    let logs = tail(&files.join("postfix.log")) + &tail(&files.join("dovecot.log"));
    postfix.stop().await?;
    dovecot.stop().await?;
    measured.map_err(|trouble| Trouble::new(format!("{trouble}\n{logs}")))
}

/// First with everybody's hash, then with passwords that cost nothing to compare: Dovecot reads the file anew.
async fn hashed_and_not(
    plan: &Plan,
    place: &Place,
    files: &Path,
    roots: [u32; 2],
) -> Outcome<[BTreeMap<String, Measured>; 2]> {
    let hashed = both(plan, place, &roots).await?;
    let hash = format!("{{ARGON2ID}}{}", hash_in(&files.join("passwords"))?);
    change(&files.join("passwords"), |text| text.replace(&hash, &format!("{{PLAIN}}{}", dataset::PASSWORD)))?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok([hashed, both(plan, place, &roots).await?])
}

/// The hash that everybody has in a passwd-file.
fn hash_in(passwords: &Path) -> Outcome<String> {
    let text = fs::read_to_string(passwords).during(passwords.display())?;
    let hash = text.split("{ARGON2ID}").nth(1).and_then(|rest| rest.split(':').next());
    hash.map(str::to_owned).ok_or_else(|| Trouble::new("the passwd-file has no hash"))
}

fn tail(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(2_000)..]).into_owned()
}

const TABLES: [&str; 5] = ["vdomain", "vmailbox", "valias", "sender", "transport"];

async fn write_tables(place: &Place, files: &Path, loaded: &Loaded) -> Outcome {
    let hash = dataset::hash();
    let (mut mailboxes, mut senders, mut passwords, mut domains) =
        (String::new(), String::new(), String::new(), String::new());
    for number in 0..loaded.domains.len() {
        let _ = writeln!(domains, "dom{number}.example 1"); // a String takes everything
    }
    for n in 0..u64::from(loaded.size) {
        let address = address(n);
        let _ = writeln!(mailboxes, "{address} 1");
        let _ = writeln!(senders, "{address} {address}");
        let home = place.folder.join(format!("mail/plain/{}/{n}", n % 256));
        let _ =
            writeln!(passwords, "{address}:{{ARGON2ID}}{}:5000:5000::{}::", hash.as_str(), home.display());
    }
    let texts = [domains, mailboxes, String::new(), senders, String::new()];
    for (name, text) in TABLES.iter().zip(texts).chain([(&"passwords", passwords)]) {
        tokio::fs::write(files.join(name), text).await.during(name)?;
    }
    Ok(())
}

fn change(file: &Path, change: impl Fn(&str) -> String) -> Outcome {
    let text = fs::read_to_string(file).during(file.display())?;
    fs::write(file, change(&text)).during(file.display())
}

/// Tables instead of questions, and Dovecot's own sign-ins.
fn plain_main(text: &str, place: &Place, files: &Path) -> String {
    let socketmap = format!("socketmap:unix:{}/socketmap.sock:", place.sockets().display());
    let sasl = format!("unix:{}/sasl.sock", place.sockets().display());
    text.replace(&socketmap, &format!("hash:{}/", files.display()))
        .replace(&sasl, &format!("unix:{}/sasl.sock", files.display()))
}

/// Without `check_policy_service { … },`, whose braces hold others.
fn without_policy(text: &str) -> String {
    let (mut rest, mut kept) = (text, String::new());
    while let Some(at) = rest.find("check_policy_service {") {
        kept.push_str(&rest[..at]);
        let mut open = 0;
        let end = rest[at..].find(|letter| {
            open += match letter {
                '{' => 1,
                '}' => -1,
                _ => return false,
            };
            letter == '}' && open == 0
        });
        rest = end.map_or("", |end| rest[at + end + 1..].trim_start_matches(','));
    }
    kept + rest
}

/// A passwd-file instead of the script, and nobody told of what is stored.
fn plain_dovecot(text: &str, files: &Path) -> String {
    let passwords = files.join("passwords");
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == "passdb {" || line == "userdb {" {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").collect();
            if body.iter().any(|line| line.contains("lua")) {
                let _ = writeln!(
                    kept,
                    "{line}\n  driver = passwd-file\n  args = username_format=%u {}\n}}",
                    passwords.display()
                );
            }
        } else if !line.trim_start().starts_with("quota_clone") {
            kept.push_str(&line.replace(" quota_clone", ""));
            kept.push('\n');
        }
    }
    let _ = writeln!(
        kept,
        "service auth {{\n  unix_listener {}/sasl.sock {{\n    mode = 0666\n  }}\n}}",
        files.display()
    );
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_question_is_taken_out_with_its_braces() {
        let master =
            "  -o { r = a, check_policy_service { unix:/x, { default_action = 451 no } }, permit }\n";
        assert_eq!(without_policy(master), "  -o { r = a,  permit }\n");
        assert_eq!(
            without_policy(include_str!("../../deploy/postfix/master.cf")).matches("policy").count(),
            0
        );
    }

    #[test]
    fn dovecot_is_left_with_one_passdb_and_one_userdb_of_files() {
        let text = plain_dovecot(include_str!("../../deploy/dovecot/dovecot.conf"), Path::new("/p"));
        assert_eq!(text.matches("driver = passwd-file").count(), 2, "{text}");
        assert_eq!(text.matches("lua").count() + text.matches("quota_clone").count(), 0, "{text}");
        assert!(text.contains("unix_listener /p/sasl.sock"));
    }
}
