//! The examples of `docs/manual/api.md` are run as they stand, by bash and curl, and answer as the manual shows.
//!
//! A block that begins with "```sh run" is run; a block "```http" behind it is its answer: status, headers that must be
//! there, and a body of the same shape, with the same words where words are stable.

use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use crate::world::{PROGRAM, World};

const MANUAL: &str = include_str!("../../../docs/manual/api.md");
/// Members whose values are stable; of the rest only the kind is.
const STABLE: [&str; 8] = ["address", "name", "status", "code", "field", "title", "quota_bytes", "network"];
/// The domain of the manual, and the one of the test.
const DOMAINS: (&str, &str) = ("example.com", "acme.test");
/// Stands before what each example prints.
const MARK: char = '\u{1e}';

/// A command of the manual and what it shows.
#[derive(Debug, Default)]
struct Example {
    command: String,
    answer: Option<String>,
}

fn examples() -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut lines = MANUAL.lines();
    while let Some(line) = lines.next() {
        let kind = line.strip_prefix("```");
        if kind.is_none_or(str::is_empty) {
            continue;
        }
        let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let block = block.join("\n");
        match kind {
            Some("sh run") => examples.push(Example { command: block, answer: None }),
            Some("http") => {
                let last = examples.last_mut().expect("a command comes before its answer");
                assert!(last.answer.replace(block).is_none(), "two answers to {}", last.command);
            }
            _ => {}
        }
    }
    examples
}

#[tokio::test]
async fn the_examples_of_the_manual_answer_as_it_shows() {
    let mut world = World::start().await;
    let (password, key) = (world.program().await, world.key_of_admin().await);
    let examples = examples();
    assert!(examples.len() > 10, "the manual has examples");
    let mut script = String::from("set -u\n");
    for example in &examples {
        let command = example.command.replace(DOMAINS.0, DOMAINS.1);
        script.push_str(&["printf '", &MARK.to_string(), "'\n", &command, "\n"].concat());
    }
    let run = Command::new("bash")
        .args(["-c", &script])
        .env("API", world.url())
        .env("LOGIN", format!("{PROGRAM}:{password}"))
        .env("KEY", key)
        .current_dir(world.house.folder())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let Output { stdout, stderr, .. } =
        tokio::time::timeout(Duration::from_mins(1), run).await.expect("an end in time").expect("bash runs");
    let said = String::from_utf8_lossy(&stdout).replace(DOMAINS.1, DOMAINS.0);
    let answers: Vec<&str> = said.split(MARK).skip(1).collect();
    assert_eq!(answers.len(), examples.len(), "{}", String::from_utf8_lossy(&stderr));
    let mut wrong = Vec::new();
    for (example, answer) in examples.iter().zip(answers) {
        if let Some(expected) = &example.answer
            && let Err(why) = compare(expected, answer)
        {
            wrong.push(format!("{}\n→ {why}\n{answer}", example.command));
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n\n"), String::from_utf8_lossy(&stderr));
    world.house.stop().await;
}

fn compare(expected: &str, answer: &str) -> Result<(), String> {
    let answer = answer.replace('\r', "");
    let (head, body) = answer.split_once("\n\n").unwrap_or((&answer, ""));
    let (wanted_head, wanted_body) = expected.split_once("\n\n").unwrap_or((expected, ""));
    let mut wanted = wanted_head.lines();
    let (status, wanted_status) =
        (head.lines().next().unwrap_or_default(), wanted.next().unwrap_or_default());
    if status.trim() != wanted_status.trim() {
        return Err(format!("{status} instead of {wanted_status}"));
    }
    let has = |name: &str| {
        head.lines().any(|line| line.to_lowercase().starts_with(&format!("{}:", name.to_lowercase())))
    };
    if let Some(missing) = wanted.filter_map(|line| line.split_once(':')).find(|(name, _)| !has(name)) {
        return Err(format!("there is no {}", missing.0));
    }
    match (wanted_body.trim(), body.trim()) {
        ("", "") => Ok(()),
        ("", body) => Err(format!("a body that the manual does not show: {body}")),
        (wanted, body) => {
            let read =
                |text: &str| serde_json::from_str::<Value>(text).map_err(|error| format!("{error}: {text}"));
            alike("", &read(wanted)?, &read(body)?)
        }
    }
}

/// The same members with values of the same kind, however deep.
fn alike(at: &str, wanted: &Value, found: &Value) -> Result<(), String> {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            let (names, others): (Vec<_>, Vec<_>) = (wanted.keys().collect(), found.keys().collect());
            if names != others {
                return Err(format!("{at} has {others:?} and not {names:?}"));
            }
            wanted.iter().try_for_each(|(name, value)| {
                let at = format!("{at}/{name}");
                if STABLE.contains(&name.as_str()) && value.is_string() && *value != found[name] {
                    return Err(format!("{at} is {} and not {value}", found[name]));
                }
                alike(&at, value, &found[name])
            })
        }
        (Value::Array(wanted), Value::Array(found)) => match (wanted.first(), found.first()) {
            (Some(wanted), Some(found)) => alike(&format!("{at}[]"), wanted, found),
            (Some(_), None) => Err(format!("{at} is empty")),
            _ => Ok(()),
        },
        _ if std::mem::discriminant(wanted) == std::mem::discriminant(found) => Ok(()),
        _ => Err(format!("{at} is {found} and not of the kind of {wanted}")),
    }
}

#[test]
fn an_answer_that_differs_is_found() {
    let shown = "HTTP/1.1 200 OK\nETag: \"1\"\n\n{\"status\": \"active\", \"items\": [{\"id\": \"a\"}], \"next\": null}";
    let same = "HTTP/1.1 200 OK\r\netag: \"7\"\r\n\r\n{\"status\": \"active\", \"items\": [{\"id\": \"b\"}], \"next\": null}";
    assert_eq!(compare(shown, same), Ok(()));
    for (from, to) in [
        ("200 OK", "201 Created"),
        ("etag", "x-tag"),
        ("active", "disabled"),
        ("\"id\"", "\"key\""),
        ("null", "1"),
    ] {
        assert!(compare(shown, &same.replace(from, to)).is_err(), "{from}");
    }
    assert!(compare("HTTP/1.1 204 No Content", same).is_err());
}
