//! Dovecot's doveadm over HTTP: requests and answers.
//!
//! Source: Dovecot 2.3, "Doveadm HTTP API". A request is the JSON array `[["command",{parameters},"tag"],…]`, sent by
//! POST to [`PATH`] with the header of [`authorization`]; the answer has one `["doveadmResponse",[rows],"tag"]` or
//! `["error",{"type":…,"exitCode":n},"tag"]` for each command. All values of rows are strings, numbers too.
//!
//! Names are taken as they are, never as patterns: doveadm reads `*` and `?` in users and `*` and `%` in folders as
//! wildcards, under which one kick would end everybody's sessions, so names with them are refused.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use std::fmt;

/// The path of the API.
pub const PATH: &str = "/doveadm/v1";
/// Longest answer in octets: `who` with some ten thousand sessions.
pub const MAX_ANSWER: usize = 8 * 1024 * 1024;
/// Most commands of one request.
pub const MAX_COMMANDS: usize = 100;

/// Why there is no request, or no sense in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoveadmError {
    /// A user or folder name is empty, or holds wildcards or control characters.
    Name,
    /// More than [`MAX_COMMANDS`].
    TooManyCommands,
    /// More than [`MAX_ANSWER`].
    TooLong,
    /// The answer is not of the API.
    Malformed,
}

impl fmt::Display for DoveadmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "a name doveadm would read as a pattern",
            Self::TooManyCommands => "too many doveadm commands",
            Self::TooLong => "doveadm's answer is too long",
            Self::Malformed => "doveadm's answer is malformed",
        })
    }
}

impl std::error::Error for DoveadmError {}

/// Why a command failed: doveadm's exit codes, those of sysexits(3) among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// 67: there is no such user.
    NoSuchUser,
    /// 65: the data is wrong; a Sieve script, for example.
    BadData,
    /// 68: not found; for kick, that there was nobody to kick.
    NotFound,
    /// 75: temporary.
    Temporary,
    /// Another exit code.
    Other(i64),
}

impl From<i64> for Failure {
    fn from(exit_code: i64) -> Self {
        match exit_code {
            67 => Self::NoSuchUser,
            65 => Self::BadData,
            68 => Self::NotFound,
            75 => Self::Temporary,
            other => Self::Other(other),
        }
    }
}

/// Value of the header `Authorization` for `doveadm_api_key`.
pub fn authorization(api_key: &str) -> String {
    format!("X-Dovecot-API {}", STANDARD.encode(api_key))
}

/// One command, to be put into a request by [`encode`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    name: &'static str,
    parameters: Value,
}

impl Command {
    /// Ends all sessions of a user at once. [`Failure::NotFound`] if there are none. Knows IMAP, POP3 and
    /// ManageSieve; SMTP sessions are not Dovecot's.
    pub fn kick(user: &str) -> Result<Self, DoveadmError> {
        Ok(Self { name: "kick", parameters: json!({ "mask": [user_name(user)?] }) })
    }

    /// The sessions of everybody; see [`WhoRow`].
    pub fn who() -> Self {
        Self { name: "who", parameters: json!({}) }
    }

    /// Deletes all mail of a user, all folders.
    pub fn expunge_all(user: &str) -> Result<Self, DoveadmError> {
        Ok(Self {
            name: "expunge",
            parameters: json!({ "user": user_name(user)?, "query": ["mailbox", "*", "all"] }),
        })
    }

    /// Deletes the mail in one folder saved before so many days.
    pub fn expunge_older(user: &str, folder: &str, days: u32) -> Result<Self, DoveadmError> {
        let query = json!(["mailbox", folder_name(folder)?, "savedbefore", format!("{days}d")]);
        Ok(Self { name: "expunge", parameters: json!({ "user": user_name(user)?, "query": query }) })
    }

    /// Messages, octets and unseen of each folder; see [`MailboxStatusRow`].
    pub fn mailbox_status(user: &str) -> Result<Self, DoveadmError> {
        let parameters = json!({
            "user": user_name(user)?, "field": ["messages", "vsize", "unseen"], "mailboxMask": ["*"],
        });
        Ok(Self { name: "mailboxStatus", parameters })
    }

    /// What is used and allowed; see [`QuotaRow`].
    pub fn quota_get(user: &str) -> Result<Self, DoveadmError> {
        Ok(Self { name: "quotaGet", parameters: json!({ "user": user_name(user)? }) })
    }
}

fn user_name(text: &str) -> Result<&str, DoveadmError> {
    literal(text, ['*', '?'])
}

fn folder_name(text: &str) -> Result<&str, DoveadmError> {
    literal(text, ['*', '%'])
}

fn literal(text: &str, wildcards: [char; 2]) -> Result<&str, DoveadmError> {
    let sound = (1..=1024).contains(&text.len()) && !text.contains(char::is_control);
    if sound && !text.contains(wildcards) { Ok(text) } else { Err(DoveadmError::Name) }
}

/// The body of a request. Each command's tag is its number, from 0.
pub fn encode(commands: &[Command]) -> Result<String, DoveadmError> {
    if commands.len() > MAX_COMMANDS {
        return Err(DoveadmError::TooManyCommands);
    }
    let list: Vec<Value> = commands
        .iter()
        .enumerate()
        .map(|(number, command)| json!([command.name, command.parameters, number.to_string()]))
        .collect();
    Ok(Value::Array(list).to_string())
}

/// The rows one command gave, not yet read as what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows(Vec<Map<String, Value>>);

/// Reads an answer to `count` commands: for each, in their order, its rows or why it failed.
///
/// An answer that is missing, doubled or of an unknown tag makes the whole malformed: nothing counts as done
/// that was not said to be done.
pub fn decode(body: &[u8], count: usize) -> Result<Vec<Result<Rows, Failure>>, DoveadmError> {
    if body.len() > MAX_ANSWER {
        return Err(DoveadmError::TooLong);
    }
    let answers: Vec<Vec<Value>> = serde_json::from_slice(body).map_err(|_| DoveadmError::Malformed)?;
    if answers.len() != count {
        return Err(DoveadmError::Malformed);
    }
    let mut out: Vec<Option<Result<Rows, Failure>>> = vec![None; count];
    for answer in answers {
        let (kind, content, tag) = parts(answer).ok_or(DoveadmError::Malformed)?;
        let number: usize = tag.parse().map_err(|_| DoveadmError::Malformed)?;
        let place = out.get_mut(number).filter(|place| place.is_none()).ok_or(DoveadmError::Malformed)?;
        *place = Some(outcome(&kind, content)?);
    }
    out.into_iter().map(|answer| answer.ok_or(DoveadmError::Malformed)).collect()
}

/// Kind, content and tag of one answer. Dovecot 2.3 closes the array of rows of `who` after the first one and lets the
/// others follow it: they are put back.
fn parts(mut answer: Vec<Value>) -> Option<(String, Value, String)> {
    let (Value::String(tag), true) = (answer.pop()?, answer.len() >= 2) else { return None };
    let mut rest = answer.into_iter();
    let (Value::String(kind), mut content) = (rest.next()?, rest.next()?) else { return None };
    for row in rest {
        match (&mut content, row) {
            (Value::Array(rows), row @ Value::Object(_)) => rows.push(row),
            _ => return None,
        }
    }
    Some((kind, content, tag))
}

fn outcome(kind: &str, content: Value) -> Result<Result<Rows, Failure>, DoveadmError> {
    match (kind, content) {
        ("doveadmResponse", Value::Array(rows)) => {
            let rows = rows.into_iter().map(|row| match row {
                Value::Object(fields) => Ok(fields),
                _ => Err(DoveadmError::Malformed),
            });
            Ok(Ok(Rows(rows.collect::<Result<_, _>>()?)))
        }
        ("error", Value::Object(fields)) => {
            let exit_code = fields.get("exitCode").and_then(Value::as_i64);
            // Other types, such as invalidRequest, come without an exit code.
            Ok(Err(exit_code.map_or(Failure::Other(-1), Failure::from)))
        }
        _ => Err(DoveadmError::Malformed),
    }
}

/// The sessions of one user with one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhoRow {
    /// The login.
    pub user: String,
    /// `imap`, `pop3`, `sieve`.
    pub service: String,
    /// How many.
    pub connections: u64,
    /// From where, as doveadm prints it: `(203.0.113.9 2001:db8::1)`, without its brackets, cut at blanks.
    pub ips: Vec<std::net::IpAddr>,
}

/// One folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxStatusRow {
    /// Its name.
    pub folder: String,
    /// Messages.
    pub messages: u64,
    /// Octets, with CRLF as line ends.
    pub vsize: u64,
    /// Messages not seen.
    pub unseen: u64,
}

/// One resource of a quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaRow {
    /// What is counted.
    pub resource: QuotaResource,
    /// Used.
    pub value: u64,
    /// Allowed; `None` is without limit.
    pub limit: Option<u64>,
}

/// What a quota counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaResource {
    /// KiB of mail.
    StorageKib,
    /// Messages.
    Messages,
}

impl Rows {
    /// How many rows; commands that only do something give none.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rows of [`Command::who`].
    pub fn who(&self) -> Result<Vec<WhoRow>, DoveadmError> {
        self.0.iter().map(who_row).collect()
    }

    /// The rows of [`Command::mailbox_status`].
    pub fn mailbox_status(&self) -> Result<Vec<MailboxStatusRow>, DoveadmError> {
        let row = |row| {
            Ok(MailboxStatusRow {
                folder: text(row, "mailbox")?.to_owned(),
                messages: number(row, "messages")?,
                vsize: number(row, "vsize")?,
                unseen: number(row, "unseen")?,
            })
        };
        self.0.iter().map(row).collect()
    }

    /// The rows of [`Command::quota_get`], those of resources we know.
    pub fn quota(&self) -> Result<Vec<QuotaRow>, DoveadmError> {
        self.0.iter().filter_map(|row| quota_row(row).transpose()).collect()
    }
}

fn who_row(row: &Map<String, Value>) -> Result<WhoRow, DoveadmError> {
    let ips = text(row, "ips")?.trim_matches(['(', ')']);
    let ips = ips.split_ascii_whitespace().map(str::parse).collect::<Result<_, _>>();
    Ok(WhoRow {
        user: text(row, "username")?.to_owned(),
        service: text(row, "service")?.to_owned(),
        connections: number(row, "connections")?,
        ips: ips.map_err(|_| DoveadmError::Malformed)?,
    })
}

fn quota_row(row: &Map<String, Value>) -> Result<Option<QuotaRow>, DoveadmError> {
    let resource = match text(row, "type")? {
        "STORAGE" => QuotaResource::StorageKib,
        "MESSAGE" => QuotaResource::Messages,
        _ => return Ok(None),
    };
    let limit = if text(row, "limit")? == "-" { None } else { Some(number(row, "limit")?) };
    Ok(Some(QuotaRow { resource, value: number(row, "value")?, limit }))
}

fn text<'a>(row: &'a Map<String, Value>, key: &str) -> Result<&'a str, DoveadmError> {
    row.get(key).and_then(Value::as_str).ok_or(DoveadmError::Malformed)
}

/// A number is a string here; a number as such is taken too.
fn number(row: &Map<String, Value>, key: &str) -> Result<u64, DoveadmError> {
    let number = row.get(key).and_then(|value| match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    });
    number.ok_or(DoveadmError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_that_dovecot_puts_behind_the_array_are_read_all_the_same() {
        let body = br#"[["doveadmResponse",[{"username":"a@a.test","service":"imap","connections":"1","ips":"(127.0.0.1)"}],
            {"username":"b@a.test","service":"imap","connections":"2","ips":"(127.0.0.1)"},"0"]]"#;
        let rows = decode(body, 1).unwrap().remove(0).unwrap().who().unwrap();
        assert_eq!(rows.iter().map(|row| row.user.as_str()).collect::<Vec<_>>(), ["a@a.test", "b@a.test"]);
        for body in [
            r#"[["doveadmResponse",[],"x","0"]]"#,
            r#"[["error",{"exitCode":68},{},"0"]]"#,
            r#"[["0"]]"#,
            "[[]]",
        ] {
            assert!(decode(body.as_bytes(), 1).is_err(), "{body}");
        }
    }

    #[test]
    fn commands_have_the_form_doveadm_reads() {
        let commands = [
            Command::kick("bob@a.test").unwrap(),
            Command::who(),
            Command::expunge_all("bob@a.test").unwrap(),
            Command::mailbox_status("bob@a.test").unwrap(),
            Command::quota_get("bob@a.test").unwrap(),
            Command::expunge_older("bob@a.test", "Trash", 30).unwrap(),
        ];
        let body: Value = serde_json::from_str(&encode(&commands).unwrap()).unwrap();
        assert_eq!(
            body,
            json!([
                ["kick", {"mask": ["bob@a.test"]}, "0"],
                ["who", {}, "1"],
                ["expunge", {"user": "bob@a.test", "query": ["mailbox", "*", "all"]}, "2"],
                ["mailboxStatus", {"user": "bob@a.test", "field": ["messages", "vsize", "unseen"], "mailboxMask": ["*"]}, "3"],
                ["quotaGet", {"user": "bob@a.test"}, "4"],
                ["expunge", {"user": "bob@a.test", "query": ["mailbox", "Trash", "savedbefore", "30d"]}, "5"],
            ])
        );
    }

    #[test]
    fn a_name_is_never_a_pattern() {
        for user in ["*", "*@a.test", "b?b@a.test", "", "a\nb"] {
            assert_eq!(Command::kick(user), Err(DoveadmError::Name), "{user}");
            assert_eq!(Command::expunge_all(user), Err(DoveadmError::Name), "{user}");
        }
        assert_eq!(Command::expunge_older("bob@a.test", "*", 1), Err(DoveadmError::Name));
        assert_eq!(Command::expunge_older("bob@a.test", "%", 1), Err(DoveadmError::Name));
        assert!(Command::expunge_older("bob@a.test", "What now?", 1).is_ok());
        assert_eq!(encode(&vec![Command::who(); MAX_COMMANDS + 1]), Err(DoveadmError::TooManyCommands));
    }

    #[test]
    fn the_key_is_sent_in_base64() {
        assert_eq!(authorization("key"), "X-Dovecot-API a2V5");
    }

    #[test]
    fn exit_codes_are_failures() {
        for (exit_code, failure) in [
            (67, Failure::NoSuchUser),
            (65, Failure::BadData),
            (68, Failure::NotFound),
            (75, Failure::Temporary),
            (2, Failure::Other(2)),
        ] {
            let body = json!([["error", {"type": "exitCode", "exitCode": exit_code}, "0"]]).to_string();
            assert_eq!(decode(body.as_bytes(), 1), Ok(vec![Err(failure)]));
        }
    }

    #[test]
    fn answers_are_put_in_the_order_of_the_commands() {
        let body = br#"[["error",{"type":"exitCode","exitCode":68},"1"],["doveadmResponse",[],"0"]]"#;
        let answers = decode(body, 2).unwrap();
        assert!(matches!(&answers[0], Ok(rows) if rows.is_empty()));
        assert_eq!(answers[1], Err(Failure::NotFound));
    }

    #[test]
    fn nothing_is_done_that_was_not_said_to_be_done() {
        for body in [
            "[]",
            "{}",
            "",
            r#"[["doveadmResponse",[],"1"]]"#,
            r#"[["doveadmResponse",[],"0"],["doveadmResponse",[],"0"]]"#,
            r#"[["doveadmResponse",{},"0"]]"#,
            r#"[["doveadmResponse",[1],"0"]]"#,
            r#"[["done",[],"0"]]"#,
            r#"[["doveadmResponse",[],0]]"#,
        ] {
            assert_eq!(decode(body.as_bytes(), 1), Err(DoveadmError::Malformed), "{body}");
        }
        assert_eq!(decode(&vec![b' '; MAX_ANSWER + 1], 1), Err(DoveadmError::TooLong));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let body = format!("[[\"doveadmResponse\",{}{},\"0\"]]", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(decode(body.as_bytes(), 1), Err(DoveadmError::Malformed));
    }

    fn rows(rows: &str) -> Rows {
        let body = format!("[[\"doveadmResponse\",{rows},\"0\"]]");
        decode(body.as_bytes(), 1).unwrap().remove(0).unwrap()
    }

    #[test]
    fn a_quota_is_read_with_its_numbers_as_strings() {
        let rows = rows(
            r#"[{"root":"User quota","type":"STORAGE","value":"6","limit":"48829","percent":"0"},
                {"root":"User quota","type":"MESSAGE","value":"7","limit":"-","percent":"0"},
                {"root":"User quota","type":"NEW","value":"x","limit":"x","percent":"0"}]"#,
        );
        assert_eq!(
            rows.quota().unwrap(),
            [
                QuotaRow { resource: QuotaResource::StorageKib, value: 6, limit: Some(48829) },
                QuotaRow { resource: QuotaResource::Messages, value: 7, limit: None },
            ]
        );
    }

    #[test]
    fn folders_and_sessions_are_read() {
        let status = rows(r#"[{"mailbox":"INBOX","messages":"3","vsize":"1024","unseen":"1"}]"#);
        assert_eq!(
            status.mailbox_status().unwrap(),
            [MailboxStatusRow { folder: "INBOX".into(), messages: 3, vsize: 1024, unseen: 1 }]
        );
        let who = rows(
            r#"[{"username":"bob@a.test","connections":"2","service":"imap","pids":"(51 52)","ips":"(203.0.113.9 ::1)"}]"#,
        );
        let row = &who.who().unwrap()[0];
        assert_eq!((row.user.as_str(), row.connections, row.ips.len()), ("bob@a.test", 2, 2));
        assert_eq!(who.quota(), Err(DoveadmError::Malformed));
    }

    proptest! {
        #[test]
        fn foreign_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), count in 0_usize..4) {
            let _ = decode(&bytes, count);
        }

        #[test]
        fn foreign_rows_never_panic(key in "(mailbox|messages|type|limit|value|username|ips|connections|service)", text in ".{0,20}") {
            let body = json!([["doveadmResponse", [{ key: text }], "0"]]).to_string();
            let rows = decode(body.as_bytes(), 1).unwrap().remove(0).unwrap();
            let _ = (rows.who(), rows.mailbox_status(), rows.quota());
        }
    }
}
