//! Measures an installation with up to a million mailboxes and writes the report; `cargo xtask bench` runs it.
//!
//! It asks an installation only what its users and mail servers ask, over the network, except for loading the data and
//! for the one decision that is timed in memory.

mod ceilings;
mod dataset;
mod flows;
mod gates;
mod http;
mod installation;
mod mail;
mod pace;
mod plan;
mod plots;
mod ports;
mod process;
mod report;
mod results;
mod round;
mod servers;
mod sockets;
mod trouble;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use bailiwick_base::words::{Clock, TimeZoneName};

use plan::Plan;
use results::Results;
use trouble::{Outcome, Trouble, While};

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Plan::parse(std::env::args().skip(1)) {
        Ok(plan) => run(&plan).await,
        Err(trouble) => Err(trouble),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

async fn run(plan: &Plan) -> Outcome {
    if let Some(file) = &plan.render {
        let text = fs::read_to_string(file).during(file.display())?;
        return write_page(&plan.out, &serde_json::from_str(&text).during(file.display())?);
    }
    let mut results = begin(plan)?;
    for engine in &plan.engines {
        for size in &plan.sizes {
            one(plan, &mut results, engine, *size, false).await;
        }
        if let (Some(_), Some(smallest)) = (&plan.delay, plan.sizes.first()) {
            one(plan, &mut results, engine, *smallest, true).await;
        }
    }
    if plan.wants_any(&["submission", "imap"]) {
        let size =
            gates::At::HundredThousand.size(&plan.sizes).or(plan.sizes.first().copied()).unwrap_or(1_000);
        println!("  Postfix and Dovecot, {size} mailboxes");
        match servers::measure(plan, size).await {
            Ok(servers) => results.servers = Some(servers),
            Err(trouble) => note(&mut results, trouble.to_string()),
        }
    }
    keep(plan, &results)?;
    write_page(&plan.out, &results)
}

/// A round; what goes wrong with it is noted, and the others go on.
async fn one(plan: &Plan, results: &mut Results, engine: &str, size: u32, delayed: bool) {
    println!("  {engine}, {size} mailboxes{}", if delayed { ", fsync delayed" } else { "" });
    match round::run(plan, engine, size, delayed).await {
        Ok(round) => results.rounds.push(round),
        Err(trouble) => note(
            results,
            format!("{engine}, {size} mailboxes{}: {trouble}", if delayed { ", fsync delayed" } else { "" }),
        ),
    }
}

fn note(results: &mut Results, trouble: String) {
    eprintln!("    {trouble}");
    results.troubles.push(trouble);
}

/// What the machine is, before anything is started.
fn begin(plan: &Plan) -> Outcome<Results> {
    let load_before = first_number("/proc/loadavg").unwrap_or_default();
    let time = if plan.quick { Duration::from_millis(500) } else { Duration::from_secs(3) };
    let (argon2id_core, argon2id_all) = ceilings::argon2id(time)?;
    let mut versions = std::collections::BTreeMap::new();
    for (name, program, arguments) in [
        ("Bailiwick", plan.program.as_path(), &["--version"][..]),
        (
            "PostgreSQL",
            plan.postgres.as_ref().map_or(Path::new("psql"), |server| server.psql.as_path()),
            &["--version"],
        ),
        ("Postfix", Path::new("/usr/sbin/postconf"), &["-d", "-h", "mail_version"]),
        ("Dovecot", Path::new("/usr/sbin/dovecot"), &["--version"]),
    ] {
        let said = Command::new(program).args(arguments).output().ok();
        let said = said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
        versions.extend(said.filter(|said| !said.is_empty()).map(|said| (name.to_owned(), said)));
    }
    Ok(Results {
        date: Clock::System.now().in_zone(&TimeZoneName::utc()) + " UTC",
        commit: plan.commit.clone(),
        machine: machine(),
        versions,
        quick: plan.quick,
        load_before,
        argon2id_core,
        argon2id_all,
        ..Results::default()
    })
}

fn first_number(file: &str) -> Option<f64> {
    fs::read_to_string(file).ok()?.split_whitespace().next()?.parse().ok()
}

/// Processor, cores, memory, kernel.
fn machine() -> String {
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line.split_once(':').map_or_else(String::new, |(_, value)| value.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let memory: f64 = field("/proc/meminfo", "MemTotal").trim_end_matches(" kB").parse().unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let processor = field("/proc/cpuinfo", "model name");
    format!("{processor}, {cores} cores, {:.0} GiB, Linux {}", memory / 1_048_576.0, kernel.trim())
}

/// `results/2026-11-22-1305-c241985.json`
fn keep(plan: &Plan, results: &Results) -> Outcome {
    let folder = plan.out.join("results");
    fs::create_dir_all(&folder).during(folder.display())?;
    let name: String = results.date.chars().filter(char::is_ascii_digit).collect();
    let commit: String = results.commit.chars().filter(char::is_ascii_alphanumeric).collect();
    let file = folder.join(format!("{name}-{commit}{}.json", if results.quick { "-quick" } else { "" }));
    let text = serde_json::to_string_pretty(results).map_err(|error| Trouble::new(error.to_string()))?;
    fs::write(&file, text + "\n").during(file.display())?;
    println!("  {}", file.display());
    Ok(())
}

fn write_page(out: &Path, results: &Results) -> Outcome {
    for (name, text) in report::render(results) {
        let file = out.join(name);
        fs::write(&file, text).during(file.display())?;
    }
    Ok(())
}
