//! `bailiwick history verify`.

use std::process::ExitCode;

use bailiwick_app::audit::{Audit, Fault, Verification};
use serde_json::json;

use super::print;
use crate::cli;
use crate::failure::Outcome;
use crate::installation::{Installation, operator};

pub(super) async fn run(open: &Installation, command: cli::History) -> Outcome<ExitCode> {
    let cli::History::Verify { format } = command;
    let found = Audit::new(open.core.clone()).verify(&operator()).await?;
    if format.json {
        as_json(&found)?;
    } else {
        as_text(&found)?;
    }
    Ok(if found.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn as_text(found: &Verification) -> Outcome {
    for fault in &found.faults {
        print::line(&format!("BAD   {}", describe(fault)))?;
    }
    for head in &found.heads {
        print::line(&format!("head  chain {} entry {} {}", head.chain, head.seq, hex(&head.hash)))?;
    }
    let Verification { sealed, unsealed, erased, .. } = found;
    let verdict =
        if found.is_sound() { "Nothing was changed" } else { "The history is NOT as it was written" };
    print::line(&format!(
        "{verdict}: {sealed} sealed, {unsealed} waiting to be, {erased} with an erased detail."
    ))?;
    print::line("Keep the heads elsewhere: only against them it shows when the end of a chain is cut off.")
}

fn describe(fault: &Fault) -> String {
    let place = fault.seq.map_or_else(String::new, |seq| format!(" entry {seq}"));
    let event = fault.event.map_or_else(String::new, |event| format!(" ({event})"));
    format!("chain {}{place}{event}: {}", fault.chain, fault.kind)
}

fn as_json(found: &Verification) -> Outcome {
    let fault = |fault: &Fault| json!({ "chain": fault.chain, "entry": fault.seq, "event": fault.event, "what": fault.kind.to_string() });
    print::json(&json!({
        "sound": found.is_sound(),
        "sealed": found.sealed,
        "unsealed": found.unsealed,
        "erased": found.erased,
        "faults": found.faults.iter().map(fault).collect::<Vec<_>>(),
        "heads": found.heads.iter().map(|head| {
            json!({ "chain": head.chain, "entry": head.seq, "hash": hex(&head.hash) })
        }).collect::<Vec<_>>(),
    }))
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('?');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
