//! `cargo xtask test`: everything, from set-up to one line at the end.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::counts::{Counts, Runner};
use crate::debian::{self, Need};
use crate::failure::{Failure, While};
use crate::options::{Part, Test};
use crate::postgres::{self, Postgres};
use crate::{node, progress, python, root, workspace};

/// A server for the tests that is there already; then none is started.
const DATABASE: &str = "BAILIWICK_TEST_POSTGRES";
const SERVER: &str = "BAILIWICK_BIN";
const DEMO: &str = "BAILIWICK_DEMO_BIN";
const CHECKER: &str = "BAILIWICK_SCHEMATHESIS";
const WHY_ROOT: &str =
    "by the tests with Postfix and Dovecot, which switch users (`--only unit` does without)";

/// Runs the tests. The last line is the sum, also when something failed before the tests.
pub(crate) fn run(options: &Test) -> Result<(), Failure> {
    let mut sum = Counts::default();
    if let Err(failure) = parts(options, &mut sum) {
        failure.print();
        sum.failed += 1;
    }
    println!("\n{sum}");
    if sum.failed > 0 { Err(Failure::said()) } else { Ok(()) }
}

fn parts(options: &Test, sum: &mut Counts) -> Result<(), Failure> {
    debian::install(&needs(options), options.yes)?;
    let as_root = if with_servers(options) {
        root::prefix(WHY_ROOT, &[DATABASE, SERVER, DEMO, "TMPDIR"])?
    } else {
        Vec::new()
    };
    node::build_web()?;
    let checker = if options.wants(Part::Api) { Some(python::schemathesis()?) } else { None };
    let build = progress::step("Building");
    if !tied_cargo(&["build", "--workspace", "--all-targets"]).status().or_fail("cargo")?.success() {
        return Err(Failure::new("The build failed; cargo says why above."));
    }
    build.done();
    let around = Around::new()?;
    for (title, sets) in groups(options) {
        let step = progress::step(title);
        for set in sets {
            let mut runner = rust(set);
            runner.envs(checker.iter().map(|program| (CHECKER, program)));
            if set.as_root && !as_root.is_empty() {
                runner.env(workspace::variable_for_runner()?, as_root.join(" "));
            }
            let mut counts = around.count(rust_runner(), &mut runner)?;
            if rust_runner() == Runner::Nextest {
                counts.skipped = 0; // it calls those skipped that were not asked for
            }
            *sum += counts;
        }
        step.done();
    }
    if options.wants(Part::Browser) {
        browser(&around, &as_root, sum)?;
    }
    Ok(())
}

/// Whether tests are wanted that start mail servers.
fn with_servers(options: &Test) -> bool {
    [Part::Mail, Part::Browser, Part::Faults].into_iter().any(|part| options.wants(part))
}

fn needs(options: &Test) -> Vec<&'static Need> {
    let mut needs: Vec<&Need> = debian::POSTGRES.iter().collect();
    if with_servers(options) {
        needs.extend(&debian::MAIL);
    }
    if options.wants(Part::Api) {
        needs.extend(&debian::API);
    }
    if options.wants(Part::Browser) {
        needs.extend(&debian::BROWSER);
    }
    needs
}

/// Some of the tests.
struct Set {
    /// Which, for nextest. The whole workspace is named to it in any case: a part of it would be built anew with
    /// other features.
    filter: &'static str,
    /// Which, for `cargo test`, which has no such filters.
    packages: &'static [&'static str],
    /// Arguments of the tests themselves, for `cargo test`.
    tests: &'static [&'static str],
    /// They act as root.
    as_root: bool,
}

const PARTS: Set = Set {
    filter: "not (package(bailiwick-tests) or package(bailiwick-plane))",
    packages: &["--workspace", "--exclude", "bailiwick-tests", "--exclude", "bailiwick-plane"],
    tests: &[],
    as_root: false,
};
const PLANE: Set = Set {
    filter: "package(bailiwick-plane)",
    packages: &["--package", "bailiwick-plane"],
    tests: &[],
    as_root: true,
};
const API: Set = Set {
    filter: "package(bailiwick-tests) and binary(api)",
    packages: &["--package", "bailiwick-tests", "--test", "api"],
    tests: &[],
    as_root: false,
};
const SYSTEM: Set = Set {
    filter: "package(bailiwick-tests) and not binary(api)",
    packages: &["--package", "bailiwick-tests", "--lib", "--test", "whole"],
    tests: &[],
    as_root: true,
};
const SYSTEM_WITHOUT_FAULTS: Set = Set {
    filter: "package(bailiwick-tests) and not (binary(api) or test(faults))",
    tests: &["--skip", "faults"],
    ..SYSTEM
};
const FAULTS: Set = Set { filter: "package(bailiwick-tests) and test(faults)", tests: &["faults"], ..SYSTEM };

/// Which tests make up which part. Faults are the module `faults` of `bailiwick-tests`; when everything is wanted
/// that package runs once.
fn groups(options: &Test) -> Vec<(&'static str, &'static [Set])> {
    match options.only {
        None => vec![
            ("Tests of the parts", &[PARTS]),
            ("Tests of the API", &[API]),
            ("Tests of the whole, with mail servers and faults", &[PLANE, SYSTEM]),
        ],
        Some(Part::Unit) => vec![("Tests of the parts", &[PARTS])],
        Some(Part::Api) => vec![("Tests of the API", &[API])],
        Some(Part::Mail) => vec![("Tests with mail servers", &[PLANE, SYSTEM_WITHOUT_FAULTS])],
        Some(Part::Faults) => vec![("Tests with faults", &[FAULTS])],
        Some(Part::Browser) => vec![],
    }
}

fn rust_runner() -> Runner {
    if workspace::program("cargo-nextest").is_some() { Runner::Nextest } else { Runner::Cargo }
}

fn rust(set: &Set) -> Command {
    if rust_runner() == Runner::Nextest {
        let run = ["nextest", "run", "--workspace", "--no-tests=pass", "--no-fail-fast", "-E", set.filter];
        return tied_cargo(&run);
    }
    let mut words = vec!["test", "--no-fail-fast"];
    words.extend(set.packages);
    if !set.tests.is_empty() {
        words.push("--");
        words.extend(set.tests);
    }
    tied_cargo(&words)
}

fn tied_cargo(words: &[&str]) -> Command {
    let mut cargo = workspace::cargo();
    cargo.args(words);
    workspace::tied(&cargo)
}

/// What the tests find around them.
struct Around {
    database: String,
    programs: PathBuf,
    _postgres: Option<Postgres>,
}

impl Around {
    fn new() -> Result<Self, Failure> {
        let programs = workspace::target()?.join("debug");
        let given = std::env::var(DATABASE).ok().filter(|url| !url.is_empty());
        let postgres = if given.is_some() { None } else { Some(postgres::start()?) };
        let database =
            given.or_else(|| postgres.as_ref().map(|server| server.url.clone())).unwrap_or_default();
        Ok(Self { database, programs, _postgres: postgres })
    }

    /// Runs one runner and counts. One that fails without counting (it did not compile, say) counts as one failure.
    fn count(&self, runner: Runner, command: &mut Command) -> Result<Counts, Failure> {
        command.env(DATABASE, &self.database);
        command.env(SERVER, self.programs.join("bailiwick"));
        command.env(DEMO, self.programs.join("bailiwick-demo"));
        let mut counts = Counts::default();
        let success = progress::passing_through(command, |line| counts.note(runner, line))?;
        if !success && counts.failed == 0 {
            counts.failed = 1;
        }
        if success && counts.is_empty() {
            println!("  There are no tests here yet.");
        }
        Ok(counts)
    }
}

/// `tests/browser/*.test.mjs`, with the programs of the development build.
fn browser(around: &Around, as_root: &[String], sum: &mut Counts) -> Result<(), Failure> {
    let folder = workspace::folder().join("tests/browser");
    let files = test_files(&folder);
    if files.is_empty() {
        println!("  There are no browser tests.");
        return Ok(());
    }
    let step = progress::step("Tests in the browser");
    if folder.join("package-lock.json").is_file() {
        node::install(&folder, "tests/browser")?;
    }
    let node =
        workspace::program("node").ok_or_else(|| Failure::new("Node is needed for the browser tests."))?;
    let mut words = as_root.iter().map(std::ffi::OsString::from).chain([node.into_os_string()]);
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).args(["--test", "--test-reporter=spec"]).args(files).current_dir(&folder);
    *sum += around.count(Runner::Node, &mut workspace::tied(&command))?;
    step.done();
    Ok(())
}

fn test_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<_> = entries.filter(|path| path.to_string_lossy().ends_with(".test.mjs")).collect();
    files.sort();
    files
}
