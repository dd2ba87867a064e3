//! The program itself, as an operator types it: answers, errors and exit codes.

use std::io::Write;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tempfile::TempDir;

/// An installation on `SQLite`, with a name server that knows one TXT record.
struct House {
    folder: TempDir,
    record: Arc<Mutex<(String, String)>>,
}

/// What a command did.
struct Done {
    code: i32,
    said: String,
    complained: String,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let record = Arc::new(Mutex::new((String::new(), String::new())));
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        let resolver = socket.local_addr().expect("an address");
        let known = Arc::clone(&record);
        std::thread::spawn(move || answer_names(&socket, &known));
        let text = format!(
            "data_dir = \"{}/data\"\n[http]\nlisten = \"127.0.0.1:{}\"\n[origins]\n\
             staff = \"http://staff.localhost\"\nadmin = \"http://admin.localhost\"\nmail = \"http://mail.localhost\"\n\
             [dns]\nresolver = \"{resolver}\"\n[outgoing]\nfrom = \"no-reply@provider.test\"\nrelay = \"127.0.0.1:1\"\n",
            folder.path().display(),
            free_port(),
        );
        std::fs::write(folder.path().join("bailiwick.toml"), text).expect("written");
        Self { folder, record }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("bailiwick.toml")
    }

    fn run_with(&self, words: &[&str], input: &str) -> Done {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bailiwick"))
            .args(words)
            .env("BAILIWICK_CONFIG", self.config())
            .env_remove("RUST_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        child.stdin.take().expect("an input").write_all(input.as_bytes()).expect("read");
        let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Done { code: status.code().expect("a code"), said: text(stdout), complained: text(stderr) }
    }

    /// What it answers as JSON; it must succeed.
    fn json(&self, words: &[&str]) -> Value {
        let done = self.run_with(&[words, &["--json"]].concat(), "");
        assert_eq!(done.code, 0, "{words:?}: {}", done.complained);
        serde_json::from_str(&done.said).unwrap_or_else(|error| panic!("{words:?}: {error}: {}", done.said))
    }

    /// Its exit code and the code of its error.
    fn refused(&self, words: &[&str]) -> (i32, String) {
        let done = self.run_with(&[words, &["--json"]].concat(), "");
        let last = done.complained.lines().last().unwrap_or_default();
        let error: Value =
            serde_json::from_str(last).unwrap_or_else(|_| panic!("{words:?}: {}", done.complained));
        assert!(error["title"].as_str().is_some_and(|title| title.len() > 5), "{error}");
        assert_eq!(done.said, "", "{words:?}");
        (done.code, error["code"].as_str().expect("a code").to_owned())
    }

    /// A tenant with a proven domain and one user.
    fn with_acme() -> Self {
        let house = Self::new();
        house.json(&["setup"]);
        let limits = ["--users", "5", "--storage", "10", "--domains", "2"];
        let admin = ["--admin", "ann", "--admin-name", "Ann Admin", "--email", "ann@private.test"];
        house.json(&[&["tenant", "create", "Acme"][..], &limits, &admin].concat());
        let added = house.json(&["domain", "add", "acme.test", "--tenant", "Acme"]);
        let record = &added["proof"]["record"];
        *house.record.lock().expect("not poisoned") = (text(&record["host"]), text(&record["value"]));
        assert_eq!(house.json(&["domain", "verify", "acme.test"])["status"], "active");
        let words =
            ["mailbox", "add", "sales@acme.test", "--quota", "1", "--name", "Sales", "--password-stdin"];
        let done = house.run_with(&words, "correct zebra battery 71\n");
        assert_eq!(
            (done.code, done.said.as_str()),
            (0, "sales@acme.test is added.\n"),
            "{}",
            done.complained
        );
        house
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn fields(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn free_port() -> u16 {
    let bound = std::net::TcpListener::bind("127.0.0.1:0").expect("bound");
    bound.local_addr().expect("an address").port()
}

/// Answers a question for the known TXT record, and says of every other name that there is nothing (RFC 1035).
fn answer_names(socket: &UdpSocket, known: &Mutex<(String, String)>) {
    let mut packet = [0; 512];
    while let Ok((length, asker)) = socket.recv_from(&mut packet) {
        let (name, end) = question(&packet[..length]);
        let kind = u16::from_be_bytes([packet[end], packet[end + 1]]);
        let (host, value) = known.lock().expect("not poisoned").clone();
        let found = kind == 16 && !host.is_empty() && name == host;
        let mut answer = packet[..end + 4].to_vec();
        answer[2..12].copy_from_slice(&[
            0x84,
            if found { 0 } else { 3 },
            0,
            1,
            0,
            u8::from(found),
            0,
            0,
            0,
            0,
        ]);
        if found {
            let length = u8::try_from(value.len()).expect("short");
            answer.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, length + 1, length]);
            answer.extend(value.as_bytes());
        }
        let _ = socket.send_to(&answer, asker);
    }
}

/// The name that is asked for, in lower case, and where it ends.
fn question(packet: &[u8]) -> (String, usize) {
    let (mut at, mut labels) = (12, Vec::new());
    while packet[at] != 0 {
        let length = usize::from(packet[at]);
        labels.push(String::from_utf8_lossy(&packet[at + 1..=at + length]).to_lowercase());
        at += length + 1;
    }
    (labels.join("."), at + 1)
}

#[test]
fn everything_that_is_listed_has_its_documented_fields() {
    let house = House::with_acme();
    house.json(&["alias", "add", "info@acme.test", "--to", "sales@acme.test", "--to", "out@else.test"]);
    let manual = include_str!("../../../docs/manual/command-line.md");
    for (noun, number) in [
        ("tenant", 1),
        ("domain", 1),
        ("mailbox", 1),
        ("alias", 1),
        ("admin", 1),
        ("sub-admin", 0),
        ("staff", 0),
    ] {
        let listed = house.json(&[noun, "list"]);
        let rows = listed.as_array().expect("an array");
        assert_eq!(rows.len(), number, "{noun}");
        for field in rows.iter().flat_map(fields) {
            assert!(manual.contains(&format!("`{field}`")), "{noun}: {field} is in no manual");
        }
    }
    for field in house.json(&["job", "list"]).as_array().expect("an array").iter().flat_map(fields) {
        assert!(manual.contains(&format!("`{field}`")), "job: {field} is in no manual");
    }
    for field in fields(&house.json(&["history", "list", "--limit", "1"])[0]) {
        assert!(manual.contains(&format!("`{field}`")), "history: {field} is in no manual");
    }
}

#[test]
fn a_change_answers_with_the_thing_as_it_has_become() {
    let house = House::with_acme();
    let changed = house.json(&["mailbox", "update", "sales@acme.test", "--quota", "2.5"]);
    assert_eq!((&changed["quota_bytes"], &changed["name"]), (&json!(2_500_000_000_i64), &json!("Sales")));
    assert_eq!(house.json(&["mailbox", "disable", "sales@acme.test"])["status"], "disabled");
    assert_eq!(house.json(&["mailbox", "list", "--status", "active"]), json!([]));
    assert_eq!(house.json(&["mailbox", "enable", "sales@acme.test"])["status"], "active");
    assert_eq!(house.json(&["tenant", "suspend", "Acme", "--reason", "unpaid"])["status"], "suspended");
    assert_eq!(house.json(&["tenant", "show", "Acme"])["users_used"], 1);
    assert_eq!(house.json(&["admin", "disable", "ann"])["status"], "disabled");
    assert_eq!(house.json(&["admin", "sign-out", "ann"])["role"], "main_admin");
    let link = house.json(&["admin", "reset-link", "ann"]);
    assert!(text(&link["link"]).starts_with("http://admin.localhost/"), "{link}");
    let password = house.json(&["mailbox", "reset", "sales@acme.test", "--one-time"]);
    assert!(text(&password["password"]).len() > 10, "{password}");
    house.json(&["mailbox", "remove", "sales@acme.test", "--confirm", "sales@acme.test"]);
    assert_eq!(house.json(&["mailbox", "list"]), json!([]));
    let jobs = house.json(&["job", "list", "--state", "queued"]);
    assert!(jobs.as_array().expect("jobs").iter().any(|job| job["kind"] == "remove_mail"), "{jobs}");
    let history = house.json(&["history", "list", "--object-kind", "mailbox", "--action", "mailbox.update"]);
    let entries = history.as_array().expect("entries");
    assert_eq!(entries.len(), 1, "{history}");
    assert_eq!(entries[0]["after"]["quota"], 2_500_000_000_i64);
    let removed = house.json(&["domain", "remove", "acme.test", "--confirm", "acme.test"]);
    assert_eq!(removed["name"], "acme.test");
    assert_eq!(house.json(&["domain", "list"]), json!([]));
}

#[test]
fn a_list_goes_on_after_the_first_page_to_its_end() {
    let house = House::with_acme();
    for number in 0..51 {
        house.json(&["alias", "add", &format!("a{number:02}@acme.test"), "--to", "sales@acme.test"]);
    }
    let listed = house.json(&["alias", "list"]);
    let addresses: Vec<&str> =
        listed.as_array().expect("an array").iter().filter_map(|alias| alias["address"].as_str()).collect();
    assert_eq!(
        (addresses.len(), addresses.first(), addresses.last()),
        (51, Some(&"a00@acme.test"), Some(&"a50@acme.test"))
    );
    let done = house.run_with(&["alias", "list"], "");
    assert_eq!(done.said.lines().count(), 52, "with one head");
}

#[test]
fn an_alias_is_added_led_elsewhere_and_removed() {
    let house = House::with_acme();
    let added = house.json(&["alias", "add", "info@acme.test", "--to", "sales@acme.test"]);
    assert_eq!(added["targets"], json!(["sales@acme.test"]));
    house.json(&["alias", "update", "info@acme.test", "--to", "out@else.test", "--to", "sales@acme.test"]);
    let targets = house.json(&["alias", "show", "info@acme.test"])["targets"].clone();
    assert_eq!(targets, json!(["out@else.test", "sales@acme.test"]));
    assert_eq!(
        house.refused(&["alias", "update", "info@acme.test", "--to", "info@acme.test"]),
        (2, "alias_loop".into())
    );
    house.json(&["alias", "remove", "info@acme.test"]);
    assert_eq!(house.json(&["alias", "list", "--domain", "acme.test"]), json!([]));
}

#[test]
fn what_goes_wrong_has_a_code_as_json_and_an_exit_code_that_says_of_which_kind_it_is() {
    let house = House::with_acme();
    for (words, expected) in [
        (&["tenant", "show", "Nobody"][..], (2, "no_such_thing")),
        (&["domain", "show", "nowhere.test"], (2, "no_such_thing")),
        (&["mailbox", "show", "nobody@acme.test"], (2, "no_such_thing")),
        (&["alias", "remove", "sales@acme.test"], (2, "no_such_thing")),
        (&["sub-admin", "show", "ann"], (2, "no_such_thing")),
        (&["staff", "show", "ann"], (2, "no_such_thing")),
        (&["tenant", "paint", "Acme"], (2, "usage")),
        (&["history", "list", "--action", "coffee.brew"], (2, "usage")),
        (&["history", "list", "--from", "soon"], (2, "date_invalid")),
        (
            &["mailbox", "add", "a@acme.test", "--quota", "100", "--invite", "a@else.test"],
            (1, "storage_limit_reached"),
        ),
        (&["domain", "add", "acme.test", "--tenant", "Acme"], (1, "domain_already_exists")),
        (&["why", "nobody", "mailbox.add"], (2, "login_unknown")),
        (&["setup", "--config", "/nowhere/bailiwick.toml"], (1, "failed")),
    ] {
        assert_eq!(house.refused(words), (expected.0, expected.1.to_owned()), "{words:?}");
    }
    let done = house.run_with(&["tenant", "show", "Nobody"], "");
    assert_eq!(done.complained, "bailiwick: No tenant has this name. `bailiwick tenant list` names all.\n");
}

#[test]
fn doctor_finds_what_is_wrong_and_ends_with_1_only_for_a_problem() {
    let house = House::with_acme();
    let report = house.json(&["doctor"]);
    assert_eq!((&report["healthy"], &report["problems"]), (&json!(true), &json!(0)), "{report:#}");
    let about = |what: &str| -> Vec<Value> {
        let findings = report["findings"].as_array().expect("findings").iter();
        findings.filter(|finding| finding["about"] == what).cloned().collect()
    };
    for what in [
        "configuration",
        "key",
        "disk",
        "portals",
        "outgoing",
        "database",
        "clock",
        "serve",
        "history",
        "jobs",
    ] {
        assert!(!about(what).is_empty(), "{what}: {report:#}");
    }
    assert_eq!(about("serve")[0]["level"], "warning", "none runs");
    assert_eq!(about("names")[0]["level"], "ok", "the name server answers");
    let key = house.folder.path().join("data/secret.key");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&key, open).expect("mode");
    let done = house.run_with(&["doctor"], "");
    assert_eq!(done.code, 1);
    assert!(done.said.contains("problem key: ") && done.said.contains("chmod 600"), "{}", done.said);
}

#[test]
fn a_domain_whose_mail_goes_elsewhere_is_found() {
    let house = House::with_acme();
    let done = house.run_with(&["domain", "check", "acme.test", "--json"], "");
    assert_eq!(done.code, 1);
    let report: Value = serde_json::from_str(&done.said).expect("JSON");
    let said = report["findings"].to_string();
    assert!(said.contains("acme.test has no MX record") && said.contains("no SPF record"), "{said}");
}

#[test]
fn scripts_and_manual_pages_need_no_installation() {
    let house = House::new();
    let done = house.run_with(&["completions", "bash"], "");
    assert!(done.code == 0 && done.said.contains("lift-networks"), "{}", done.complained);
    let folder = house.folder.path().to_str().expect("UTF-8").to_owned();
    assert_eq!(house.run_with(&["man-pages", &folder], "").code, 0);
    assert!(house.folder.path().join("bailiwick-mailbox-add.1").exists());
}
