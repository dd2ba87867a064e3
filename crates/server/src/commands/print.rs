//! Writes answers to standard output, for a person or as JSON. A reader that goes away early is no error, and ends the
//! command.

use std::io::{ErrorKind, Write};

use bailiwick_base::db::{Page, PageRequest};
use serde::Serialize;

use super::shape::{Shape, label};
use crate::failure::{Failure, Outcome};

/// A text, as it stands.
pub(super) fn text(text: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::unheard()),
        Err(error) => Err(Failure::new(format!("The answer could not be written: {error}."))),
        Ok(()) => Ok(()),
    }
}

/// One line.
pub(super) fn line(line: &str) -> Outcome {
    text(&format!("{line}\n"))
}

/// A value as JSON, indented.
pub(super) fn json(value: &impl Serialize) -> Outcome {
    line(&serde_json::to_string_pretty(value).map_err(unwritten)?)
}

fn unwritten(error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("The answer could not be written: {error}."))
}

/// How a command answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    /// As JSON.
    pub(super) json: bool,
}

impl Answer {
    /// One thing, with all its fields.
    pub(super) fn thing(self, shape: &Shape) -> Outcome {
        if self.json { json(shape) } else { facts(&shape.facts()) }
    }

    /// What was done: in a sentence, or as the thing has become.
    pub(super) fn done(self, sentence: &str, shape: &Shape) -> Outcome {
        if self.json { json(shape) } else { text(&format!("{}\n", clean_lines(sentence))) }
    }

    /// A list that is about to be written.
    pub(super) fn list(self, columns: &'static [&'static str]) -> Listing {
        Listing { json: self.json, columns, widths: Vec::new(), begun: false, any: false }
    }
}

/// A list that is written page by page while it is read: however long it is, one page of it lies in memory.
#[derive(Debug)]
pub(super) struct Listing {
    json: bool,
    columns: &'static [&'static str],
    widths: Vec<usize>,
    begun: bool,
    /// Is a thing written already?
    any: bool,
}

impl Listing {
    /// Some more of it. As JSON the list is one array, a thing on each line.
    pub(super) fn page(&mut self, things: impl IntoIterator<Item = Shape>) -> Outcome {
        let things: Vec<Shape> = things.into_iter().collect();
        let written = if self.json { self.lines(&things)? } else { self.rows(&things) };
        self.note(&things);
        text(&written)
    }

    /// The end of it.
    pub(super) fn end(self) -> Outcome {
        match (self.json, self.begun) {
            (true, true) => text("\n]\n"),
            (true, false) => text("[]\n"),
            (false, _) => Ok(()),
        }
    }

    fn note(&mut self, things: &[Shape]) {
        self.begun = true;
        self.any |= !things.is_empty();
    }

    fn lines(&self, things: &[Shape]) -> Outcome<String> {
        let mut out = String::from(if self.begun { "" } else { "[" });
        for (index, thing) in things.iter().enumerate() {
            out.push_str(if self.any || index > 0 { ",\n  " } else { "\n  " });
            out.push_str(&serde_json::to_string(thing).map_err(unwritten)?);
        }
        Ok(out)
    }

    /// Columns are as wide as the widest cell so far: of a long list a later page may be wider.
    fn rows(&mut self, things: &[Shape]) -> String {
        let head =
            (!self.begun).then(|| self.columns.iter().map(|column| label(column).to_uppercase()).collect());
        let cells = |thing: &Shape| thing.row(self.columns).iter().map(|cell| clean(cell)).collect();
        let rows: Vec<Vec<String>> = head.into_iter().chain(things.iter().map(cells)).collect();
        self.widths.resize(self.columns.len(), 0);
        for (column, width) in self.widths.iter_mut().enumerate() {
            *width = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).max(*width);
        }
        let mut out = String::new();
        for row in rows {
            let cells: Vec<String> =
                row.iter().zip(&self.widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            out.push_str(cells.join("  ").trim_end());
            out.push('\n');
        }
        out
    }
}

/// Names and values of one thing.
fn facts(facts: &[(String, String)]) -> Outcome {
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> =
        facts.iter().map(|(name, value)| format!("{name:<width$}  {}\n", clean(value))).collect();
    text(&lines.concat())
}

/// What came from outside must not steer a terminal.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { '?' } else { character }).collect()
}

fn clean_lines(text: &str) -> String {
    text.split('\n').map(clean).collect::<Vec<_>>().join("\n")
}

/// Where the next page begins, if there is one.
pub(super) fn following<T>(page: &Page<T>) -> Option<PageRequest> {
    page.next.clone().map(|after| PageRequest { after: Some(after), ..PageRequest::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thing(name: &str) -> Shape {
        Shape::default().text("name", name).with("quota_bytes", 1_000_000_000)
    }

    fn pages(json: bool, pages: &[&[&str]]) -> String {
        let mut list = Answer { json }.list(&["name", "quota_bytes"]);
        let mut out = String::new();
        for page in pages {
            let things: Vec<Shape> = page.iter().map(|name| thing(name)).collect();
            out.push_str(&if json { list.lines(&things).expect("JSON") } else { list.rows(&things) });
            list.note(&things);
        }
        out
    }

    #[test]
    fn the_pages_of_a_list_are_one_array_with_a_thing_on_each_line() {
        for pages_of in [
            &[&["a", "b"][..], &["c"]][..],
            &[&["a", "b", "c"]],
            &[&["a"], &[], &["b", "c"]],
            &[&[], &["a", "b", "c"]],
        ] {
            let text = pages(true, pages_of) + "\n]\n";
            let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(value.as_array().map(Vec::len), Some(3), "{text}");
            assert_eq!(text.lines().count(), 5, "{text}");
        }
        let empty: serde_json::Value = serde_json::from_str(&(pages(true, &[&[]]) + "\n]\n")).expect("JSON");
        assert_eq!(empty, serde_json::json!([]));
    }

    #[test]
    fn the_head_stands_once_above_all_pages_and_nothing_steers_the_terminal() {
        let text = pages(false, &[&["ann"], &["bartholomew", "\u{1b}[2J"]]);
        let expected = "NAME  QUOTA\nann   1 GB\nbartholomew  1 GB\n?[2J         1 GB\n";
        assert_eq!(text, expected);
    }
}
