//! `cargo xtask soak`: the tests of faults for as long as the promises say, by hand, for hours. What they found is written,
//! with its date and machine, into `docs/benchmarks/soak.md`.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, While};
use crate::{debian, node, progress, root, workspace};

/// Tells the tests to go on for so long.
const ASKED: &str = "BAILIWICK_SOAK";
const SERVER: &str = "BAILIWICK_BIN";
/// What a test prints before a result.
const RESULT: &str = "soak: ";
const REPORT: &str = "docs/benchmarks/soak.md";
const WHY_ROOT: &str = "by the tests with Postfix, Dovecot and disks of their own";

/// Runs them one after the other against a release build, and writes down what they found, also if one failed.
pub(crate) fn run() -> Result<(), Failure> {
    let needs: Vec<_> = debian::POSTGRES.iter().chain(&debian::MAIL).collect();
    debian::install(&needs, false)?;
    let as_root = root::prefix(WHY_ROOT, &[ASKED, SERVER, "TMPDIR"])?;
    node::build_web()?;
    let build = progress::step("Building");
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--release", "-p", "bailiwick-server"]);
    if !cargo.status().or_fail("cargo")?.success() {
        return Err(Failure::new("The build failed; cargo says why above."));
    }
    build.done();
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--package", "bailiwick-tests", "--test", "whole", "--", "faults", "--nocapture"]);
    cargo.arg("--test-threads=1").env(ASKED, "1");
    cargo.env(SERVER, workspace::target()?.join("release/bailiwick"));
    if !as_root.is_empty() {
        cargo.env(workspace::variable_for_runner()?, as_root.join(" "));
    }
    let mut results = Vec::new();
    let success =
        progress::passing_through(&mut workspace::tied(&cargo), |line| results.extend(result(line)))?;
    let report = workspace::folder().join(REPORT);
    let text = told(&results, success, &said("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?, &machine());
    fs::write(&report, text).or_fail(report.display())?;
    println!("\n{} results in {REPORT}", results.len());
    if success { Ok(()) } else { Err(Failure::new("A test failed; it says why above.")) }
}

/// `P1: 1,000 kills …` from a line that may begin with the name of its test.
fn result(line: &str) -> Option<(String, String)> {
    let (_, rest) = line.split_once(RESULT)?;
    let (rule, text) = rest.split_once(": ")?;
    Some((rule.to_owned(), text.to_owned()))
}

fn told(results: &[(String, String)], success: bool, date: &str, machine: &str) -> String {
    let mut text = format!(
        "# The tests of faults at full length\n\nWritten by `cargo xtask soak` at {date}, on {machine}. {}\n\n| rule | what was found |\n|---|---|\n",
        if success { "Every test passed." } else { "**Not every test passed.**" }
    );
    for (rule, found) in results {
        let _ = writeln!(text, "| {rule} | {} |", found.replace('|', "/"));
    }
    text
}

/// Cores and memory.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string(Path::new("/proc/meminfo")).unwrap_or_default();
    let kb = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kb: u64 = kb.and_then(|kb| kb.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0);
    format!("{cores} cores and {} GiB", kb / (1024 * 1024))
}

fn said(program: &str, words: &[&str]) -> Result<String, Failure> {
    let output = Command::new(program).args(words).output().or_fail(program)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{result, told};

    #[test]
    fn results_are_found_wherever_they_stand_in_a_line_and_written_as_a_table() {
        let line = "test faults::kills::fi_01 ... soak: P1: SQLite: 3 kills, 0 lost";
        let found = result(line).unwrap();
        assert_eq!(found, ("P1".to_owned(), "SQLite: 3 kills, 0 lost".to_owned()));
        assert_eq!(result("soaked: nothing"), None);
        let text = told(&[found], true, "2026-01-01", "2 cores and 4 GiB");
        assert!(
            text.contains("Every test passed.") && text.ends_with("| P1 | SQLite: 3 kills, 0 lost |\n"),
            "{text}"
        );
    }
}
