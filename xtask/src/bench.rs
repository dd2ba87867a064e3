//! `cargo xtask bench`: builds the release binary and the measuring program, starts what they need, and has everything
//! measured. What is measured, and how to read it: docs/benchmarks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, While};
use crate::options::Bench;
use crate::postgres::{self, Kept, Postgres};
use crate::{node, progress, workspace};

/// Runs everything; the page and the results lie in `docs/benchmarks` afterwards.
pub(crate) fn run(options: &Bench) -> Result<(), Failure> {
    node::build_web()?;
    build()?;
    let folder = workspace::target()?.join("release");
    let delay = delay_library(options)?;
    let wants_postgres = options.engines.contains("postgres");
    let server = wants_postgres.then(|| postgres::start_with(&Kept::Safely)).transpose()?;
    let delayed = match &delay {
        Some(library) if wants_postgres => Some(postgres::start_with(&Kept::Slowly {
            library: library.clone(),
            microseconds: options.delay_us()?,
        })?),
        _ => None,
    };
    let mut bench = workspace::tied(&measuring(options, &folder));
    if let Some(programs) = postgres::programs() {
        bench.arg("--psql").arg(programs.join("psql"));
    }
    for (name, server) in [("--postgres", &server), ("--delayed-postgres", &delayed)] {
        if let Some(server) = server {
            bench.arg(name).arg(named(server)?);
        }
    }
    if let Some(library) = &delay {
        bench.arg("--fsync-library").arg(library).args(["--fsync-delay", &options.delay]);
    }
    let step = progress::step("Measuring");
    let done = progress::passing_through(&mut bench, |_| {})?;
    step.done();
    if let Some(library) = &delay {
        let _ = fs::remove_file(library); // in the system's folder for temporary files anyhow
    }
    if done { Ok(()) } else { Err(Failure::new("The measuring program ended early; it says why above.")) }
}

fn build() -> Result<(), Failure> {
    let step = progress::step("Building for release (minutes)");
    let mut build = workspace::cargo();
    build.args(["build", "--release", "-p", "bailiwick-server", "-p", "bailiwick-bench"]);
    if !build.status().or_fail("cargo")?.success() {
        return Err(Failure::new("The build failed; cargo says why above."));
    }
    step.done();
    Ok(())
}

fn measuring(options: &Bench, folder: &Path) -> Command {
    let mut bench = Command::new(folder.join("bailiwick-bench"));
    bench.arg("--program").arg(folder.join("bailiwick"));
    bench.arg("--out").arg(workspace::folder().join("docs/benchmarks"));
    bench.args(["--engines", &options.engines, "--sizes", &options.sizes, "--commit", &commit()]);
    if options.quick {
        bench.arg("--quick");
    }
    if let Some(only) = &options.only {
        bench.args(["--only", only]);
    }
    bench
}

/// `PID=URL`.
fn named(server: &Postgres) -> Result<String, Failure> {
    let file = server.folder.join("data/postmaster.pid");
    let text = fs::read_to_string(&file).or_fail(file.display())?;
    Ok(format!("{}={}", text.lines().next().unwrap_or_default(), server.url))
}

/// The commit, with `+` where files were changed since; nothing outside a checkout.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(workspace::folder()).args(arguments).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short", "HEAD"]) else { return "unknown".to_owned() };
    let changed =
        git(&["status", "--porcelain", "--untracked-files=no"]).is_some_and(|text| !text.is_empty());
    commit + if changed { "+" } else { "" }
}

/// What makes `fsync` take longer, compiled here and now; none in a quick run, or without a compiler.
fn delay_library(options: &Bench) -> Result<Option<PathBuf>, Failure> {
    if options.quick || options.delay_us()? == 0 {
        return Ok(None);
    }
    let Some(compiler) = workspace::program("cc") else {
        println!("  no C compiler: nothing is measured with a longer fsync");
        return Ok(None);
    };
    // The database's own account must be able to read it, wherever the checkout lies.
    let library = std::env::temp_dir().join(format!("bw-fsync-{}.so", std::process::id()));
    let source = workspace::folder().join("benches/src/fsync_delay.c");
    let mut compile = Command::new(compiler);
    compile.args(["-shared", "-fPIC", "-O2", "-o"]).arg(&library).arg(source).arg("-ldl");
    progress::quietly("compiling the longer fsync", &mut compile)?;
    Ok(Some(library))
}
