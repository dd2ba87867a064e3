//! What was found, and how it is told.

use std::process::ExitCode;

use bailiwick_plane::Level;
use serde::{Serialize, Serializer};

use crate::commands::print::{self, Answer};
use crate::failure::Outcome;

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    /// What it is about: `database`.
    pub(super) about: &'static str,
    #[serde(serialize_with = "key")]
    pub(super) level: Level,
    /// What was found.
    pub(super) what: String,
    /// What to do; empty if nothing.
    pub(super) advice: String,
}

/// Makes findings about one thing.
#[derive(Debug, Clone, Copy)]
pub(super) struct About(pub(super) &'static str);

impl About {
    pub(super) fn ok(self, what: impl Into<String>) -> Finding {
        self.found(Level::Good, what, "")
    }

    pub(super) fn warning(self, what: impl Into<String>, advice: impl Into<String>) -> Finding {
        self.found(Level::Warning, what, advice)
    }

    pub(super) fn problem(self, what: impl Into<String>, advice: impl Into<String>) -> Finding {
        self.found(Level::Fault, what, advice)
    }

    pub(super) fn found(self, level: Level, what: impl Into<String>, advice: impl Into<String>) -> Finding {
        Finding { about: self.0, level, what: what.into(), advice: advice.into() }
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Good => "ok",
        Level::Warning => "warning",
        Level::Fault => "problem",
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is what serde hands over")]
fn key<S: Serializer>(level: &Level, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(word(*level))
}

/// All that was found.
#[derive(Serialize)]
struct Report<'f> {
    healthy: bool,
    warnings: usize,
    problems: usize,
    findings: &'f [Finding],
}

/// Tells everything that was found. The exit code is 1 if there is a problem.
pub(super) fn tell(findings: &[Finding], answer: Answer) -> Outcome<ExitCode> {
    let count = |level: Level| findings.iter().filter(|finding| finding.level == level).count();
    let (warnings, problems) = (count(Level::Warning), count(Level::Fault));
    if answer.json {
        print::json(&Report { healthy: problems == 0, warnings, problems, findings })?;
    } else {
        print::text(&findings.iter().map(line).collect::<String>())?;
        print::line(&format!("{problems} problems, {warnings} warnings."))?;
    }
    Ok(if problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn line(finding: &Finding) -> String {
    let mut line = format!("{:<8}{}: {}\n", word(finding.level), finding.about, print::clean(&finding.what));
    if !finding.advice.is_empty() {
        line.extend(["        → ", &print::clean(&finding.advice), "\n"]);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_is_told_with_what_to_do() {
        let finding = About("disk").warning("little is left", "make room");
        assert_eq!(line(&finding), "warning disk: little is left\n        → make room\n");
        let json = serde_json::to_value(&finding).expect("JSON");
        assert_eq!(json["level"], "warning");
        assert_eq!(line(&About("disk").ok("much is left")), "ok      disk: much is left\n");
    }
}
