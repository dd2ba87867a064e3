//! `bailiwick history`.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bailiwick_app::audit::{
    Audit, Checkpoint, Fault, Head, HistoryEntry, HistoryQuery, PublicKey, Signer, Told, Verification,
};
use bailiwick_base::Code;
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::TimeZoneName;
use serde_json::json;

use super::print::{self, Answer};
use super::shape::Shape;
use crate::cli;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};

/// The largest file that is read as a checkpoint, in bytes.
const MAX_FILE: u64 = 4 * 1024 * 1024;

const COLUMNS: &[&str] = &["at", "actor", "action", "object", "tenant_name", "reason"];

pub(super) async fn run(open: &Installation, command: cli::History, answer: Answer) -> Outcome<ExitCode> {
    let own = Signer::of(&open.ground.keys).public_key();
    let audit = Audit::new(open.core.clone());
    match command {
        cli::History::List(asked) => {
            list(&audit, asked, answer).await?;
            Ok(ExitCode::SUCCESS)
        }
        cli::History::Key => {
            let key = own.to_string();
            answer.done(&key, &Shape::default().with("public_key", key.as_str()))?;
            Ok(ExitCode::SUCCESS)
        }
        cli::History::Verify { checkpoints, key } => {
            let found = audit.verify(&operator()).await?;
            let compared = match checkpoints {
                Some(directory) => Some(compare(&audit, &directory, &key.unwrap_or(own)).await?),
                None => None,
            };
            if answer.json {
                as_json(&found, compared.as_ref())?;
            } else {
                as_text(&found, compared.as_ref())?;
            }
            let sound = found.is_sound() && compared.is_none_or(|compared| compared.bad.is_empty());
            Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

async fn list(audit: &Audit, asked: cli::HistoryList, answer: Answer) -> Outcome {
    let most = asked.limit.unwrap_or(usize::MAX);
    let query = HistoryQuery {
        actor: asked.actor,
        by: asked.by.unwrap_or_default(),
        action: asked.action,
        object_kind: asked.object_kind,
        object_id: asked.object,
        from: asked.from,
        to: asked.to,
        ..HistoryQuery::default()
    };
    let filter = query.parse(&TimeZoneName::utc()).map_err(|error| match error.code() {
        Code::MalformedRequest => Failure::usage(
            "--action is an action as `bailiwick matrix` names it, and --object-kind a word such as mailbox.",
        ),
        _ => error.into(),
    })?;
    let (mut list, mut listed) = (answer.list(COLUMNS), 0);
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = audit.page(&operator(), &filter, &request).await?;
        next = print::following(&page);
        let left = most - listed;
        listed += page.rows.len().min(left);
        list.page(page.rows.iter().take(left).map(shape))?;
        if listed >= most {
            break;
        }
    }
    list.end()
}

/// An entry whose detail was erased has nulls in its place.
fn shape(entry: &HistoryEntry) -> Shape {
    let detail = match &entry.told {
        Told::Detail(detail) => Some(detail),
        Told::Erased | Told::Unreadable => None,
    };
    Shape::default()
        .text("id", entry.id)
        .text("at", entry.at)
        .maybe("tenant_id", entry.tenant_id)
        .maybe("tenant_name", entry.tenant_name.as_ref())
        .text("actor_kind", &entry.actor_kind)
        .maybe("actor", detail.map(|detail| &detail.actor))
        .maybe("real_actor", detail.and_then(|detail| detail.real.as_ref()))
        .maybe("address", detail.map(|detail| &detail.address))
        .text("action", &entry.action)
        .text("object_kind", &entry.object_kind)
        .text("object_id", &entry.object_id)
        .maybe("object", detail.map(|detail| &detail.object))
        .json("before", &detail.map(|detail| &detail.before))
        .json("after", &detail.map(|detail| &detail.after))
        .maybe("reason", detail.and_then(|detail| detail.reason.as_ref()))
        .with("erased", entry.told == Told::Erased)
        .with("sealed", entry.sealed)
}

/// What the comparison with checkpoints has found.
#[derive(Debug, Default)]
struct Compared {
    /// Checkpoints that were read.
    files: u64,
    /// Heads that are in them.
    heads: u64,
    /// What is wrong: the file, and a sentence.
    bad: Vec<(String, String)>,
}

async fn compare(audit: &Audit, directory: &Path, key: &PublicKey) -> Outcome<Compared> {
    let mut compared = Compared::default();
    for path in files_of(directory)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().escape_debug().to_string();
        compared.files += 1;
        match Checkpoint::read(&read(&path)?, key) {
            Err(trouble) => compared.bad.push((name, trouble.to_string())),
            Ok(checkpoint) => {
                compared.heads += u64::try_from(checkpoint.heads.len()).unwrap_or(u64::MAX);
                for (head, stored) in audit.differing(&operator(), &checkpoint.heads).await? {
                    compared.bad.push((name.clone(), in_words(&head, stored.as_deref())));
                }
            }
        }
    }
    if compared.files == 0 {
        return Err(Failure::new(format!("{} holds no checkpoints (*.jsonl).", directory.display())));
    }
    Ok(compared)
}

/// The checkpoints of a directory, the oldest first.
fn files_of(directory: &Path) -> Outcome<Vec<PathBuf>> {
    let entries = fs::read_dir(directory).map_err(Failure::file(directory))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(Failure::file(directory))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if !hidden && path.extension().is_some_and(|extension| extension == "jsonl") {
            paths.push(path);
        }
    }
    paths.sort_unstable();
    Ok(paths)
}

/// A file that is larger than a checkpoint can be is cut, and found to be none.
fn read(path: &Path) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(Failure::file(path))?;
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(Failure::file(path))?;
    Ok(bytes)
}

fn in_words(head: &Head, stored: Option<&[u8]>) -> String {
    let Head { chain, seq, .. } = head;
    match stored {
        None => format!("chain {chain} had entry {seq}, which is gone: the end of the chain was cut off"),
        Some(_) => format!("chain {chain} entry {seq} has another seal: the chain was made anew"),
    }
}

fn as_text(found: &Verification, compared: Option<&Compared>) -> Outcome {
    for fault in &found.faults {
        print::line(&format!("BAD   {}", describe(fault)))?;
    }
    for (file, what) in compared.iter().flat_map(|compared| &compared.bad) {
        print::line(&format!("BAD   {file}: {what}"))?;
    }
    for head in &found.heads {
        print::line(&format!("head  chain {} entry {} {}", head.chain, head.seq, hex(&head.hash)))?;
    }
    let Verification { sealed, unsealed, erased, .. } = found;
    let sound = found.is_sound() && compared.is_none_or(|compared| compared.bad.is_empty());
    let verdict = if sound { "Nothing was changed" } else { "The history is NOT as it was written" };
    print::line(&format!(
        "{verdict}: {sealed} sealed, {unsealed} waiting to be, {erased} with an erased detail."
    ))?;
    match compared {
        Some(Compared { files, heads, .. }) => print::line(&format!(
            "Compared with {files} checkpoints, in which {heads} ends of chains are signed."
        )),
        None => print::line(
            "Only against checkpoints kept elsewhere it shows when the end of a chain was cut off: --checkpoints DIR.",
        ),
    }
}

fn describe(fault: &Fault) -> String {
    let place = fault.seq.map_or_else(String::new, |seq| format!(" entry {seq}"));
    let event = fault.event.map_or_else(String::new, |event| format!(" ({event})"));
    format!("chain {}{place}{event}: {}", fault.chain, fault.kind)
}

fn as_json(found: &Verification, compared: Option<&Compared>) -> Outcome {
    let fault = |fault: &Fault| json!({ "chain": fault.chain, "entry": fault.seq, "event": fault.event, "what": fault.kind.to_string() });
    let compared = compared.map(|compared| {
        let bad = compared.bad.iter().map(|(file, what)| json!({ "file": file, "what": what }));
        json!({ "files": compared.files, "heads": compared.heads, "bad": bad.collect::<Vec<_>>() })
    });
    let sound = found.is_sound() && compared.as_ref().is_none_or(|compared| compared["bad"] == json!([]));
    print::json(&json!({
        "sound": sound,
        "sealed": found.sealed,
        "unsealed": found.unsealed,
        "erased": found.erased,
        "faults": found.faults.iter().map(fault).collect::<Vec<_>>(),
        "heads": found.heads.iter().map(|head| {
            json!({ "chain": head.chain, "entry": head.seq, "hash": hex(&head.hash) })
        }).collect::<Vec<_>>(),
        "checkpoints": compared,
    }))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('?');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checkpoints_are_read_in_the_order_of_time_and_nothing_else_is() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["b.jsonl", "a.jsonl", ".c.jsonl", ".d.new", "notes.txt"] {
            fs::write(folder.path().join(name), "x").expect("written");
        }
        let names: Vec<_> = files_of(folder.path())
            .expect("read")
            .into_iter()
            .map(|path| path.file_name().expect("a name").to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["a.jsonl", "b.jsonl"]);
        assert!(files_of(&folder.path().join("missing")).is_err());
    }
}
