//! How many tests passed, failed and were skipped, read from what the runners print.

use std::fmt;
use std::ops::AddAssign;

use crate::progress::uncoloured;

/// The sum of all runners.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

/// Whose output it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runner {
    /// `cargo nextest run`
    Nextest,
    /// `cargo test`
    Cargo,
    /// `node --test --test-reporter=spec`
    Node,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

impl Counts {
    /// Adds what one line says, if it is a summary of this runner. What other runners say inside a failing test's
    /// output is not counted again.
    pub(crate) fn note(&mut self, runner: Runner, line: &str) {
        let line = uncoloured(line);
        let line = line.trim();
        *self += match runner {
            Runner::Nextest if line.starts_with("Summary [") => listed(line),
            Runner::Cargo if line.starts_with("test result:") => listed(line),
            Runner::Node => line.strip_prefix("ℹ ").map(single).unwrap_or_default(),
            Runner::Nextest | Runner::Cargo => Self::default(),
        };
    }

    /// Whether nothing was counted at all.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `… 9 passed (1 slow), 1 failed, 2 skipped` and `… 9 passed; 1 failed; 2 ignored; …`.
/// Tests that a filter left out were not asked for, so they are not skipped.
fn listed(line: &str) -> Counts {
    let mut counts = Counts::default();
    for part in line.split([',', ';', ':', '.']) {
        let mut words = part.split_whitespace();
        let (Some(Ok(number)), Some(word)) = (words.next().map(str::parse::<u64>), words.next()) else {
            continue;
        };
        match word {
            "passed" => counts.passed += number,
            "failed" | "timed" | "exec" => counts.failed += number, // "timed out", "exec failed"
            "ignored" | "skipped" => counts.skipped += number,
            _ => {}
        }
    }
    counts
}

/// `pass 5`, `fail 1`, `cancelled 0`, `skipped 2`, `todo 0`.
fn single(line: &str) -> Counts {
    let mut counts = Counts::default();
    let mut words = line.split_whitespace();
    if let (Some(word), Some(Ok(number)), None) =
        (words.next(), words.next().map(str::parse::<u64>), words.next())
    {
        match word {
            "pass" => counts.passed = number,
            "fail" | "cancelled" => counts.failed = number,
            "skipped" | "todo" => counts.skipped = number,
            _ => {}
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::{Counts, Runner};

    const NEXTEST: &str = "\x1b[32;1m     Summary\x1b[0m [   1.234s] \x1b[1m12\x1b[0m tests run: \x1b[1m9\x1b[0m \
        \x1b[32;1mpassed\x1b[0m (1 slow), 2 failed, 1 timed out, 4 skipped";
    const CARGO: &str =
        "test result: FAILED. 5 passed; 1 failed; 2 ignored; 0 measured; 7 filtered out; finished in 0.02s";
    const NODE: [&str; 6] =
        ["ℹ tests 8", "ℹ pass 5", "ℹ fail 1", "ℹ cancelled 1", "ℹ skipped 1", "ℹ duration_ms 1234.5"];

    fn of(runner: Runner, lines: &[&str]) -> String {
        let mut counts = Counts::default();
        for line in lines {
            counts.note(runner, line);
        }
        counts.to_string()
    }

    #[test]
    fn each_runners_summary_is_read() {
        assert_eq!(of(Runner::Nextest, &[NEXTEST]), "9 passed, 3 failed, 4 skipped");
        assert_eq!(of(Runner::Cargo, &[CARGO, CARGO]), "10 passed, 2 failed, 4 skipped");
        assert_eq!(of(Runner::Node, &NODE), "5 passed, 2 failed, 1 skipped");
        assert_eq!(
            of(Runner::Nextest, &["Summary [ 0.0s] 1 test run: 1 passed, 0 skipped"]),
            "1 passed, 0 failed"
        );
    }

    #[test]
    fn what_another_runner_says_or_only_looks_like_a_summary_is_not_counted() {
        assert_eq!(
            of(Runner::Nextest, &[CARGO, "ℹ pass 5", "Summary", "PASS [0.1s] 5 passed"]),
            "0 passed, 0 failed"
        );
        assert_eq!(of(Runner::Cargo, &[NEXTEST, "test a_summary ... ok"]), "0 passed, 0 failed");
        assert_eq!(of(Runner::Node, &[CARGO, "ℹ pass five", "ℹ pass the salt 3"]), "0 passed, 0 failed");
    }
}
