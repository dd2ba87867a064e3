//! Writes answers to standard output. A reader that goes away early is no error.

use std::io::{ErrorKind, Write};

use bailiwick_base::db::{Page, PageRequest};
use serde::Serialize;

use crate::failure::{Failure, Outcome};

/// A text, as it stands.
pub(super) fn text(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("The answer could not be written: {error}.")))
        }
        _ => Ok(()),
    }
}

/// One line.
pub(super) fn line(line: &str) -> Outcome {
    text(&format!("{line}\n"))
}

/// A value as JSON, indented.
pub(super) fn json(value: &impl Serialize) -> Outcome {
    let json = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::new(format!("The answer could not be written: {error}.")))?;
    line(&json)
}

/// Columns, as wide as their widest cell; the first row is the head.
pub(super) fn table(rows: &[Vec<String>]) -> Outcome {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{:<width$}", clean(cell))).collect();
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    text(&out)
}

/// Names and values of one thing.
pub(super) fn facts(facts: &[(&str, String)]) -> Outcome {
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> =
        facts.iter().map(|(name, value)| format!("{name:<width$}  {}\n", clean(value))).collect();
    text(&lines.concat())
}

/// What came from outside must not steer a terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '?' } else { character }).collect()
}

/// Where the next page begins, if there is one.
pub(super) fn following<T>(page: &Page<T>) -> Option<PageRequest> {
    page.next.clone().map(|after| PageRequest { after: Some(after), before: None })
}
