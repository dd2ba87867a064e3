//! Installs the Debian packages that are missing, without starting a service and without surprises.
//!
//! What is installed and why is said first. It is simulated first: when Debian would remove something for it, above
//! all another mail server, the task stops. Services are kept from starting by a policy of ours, which gives way to
//! the former one whatever happens (see `install.sh`).

use std::process::{Command, Stdio};

use crate::failure::{Failure, While};
use crate::{progress, root, workspace};

const SCRIPT: &str = include_str!("install.sh");
const POLICY: &str = "/usr/sbin/policy-rc.d";
/// Settings that `postgresql-common` reads when a server package is installed.
const CLUSTERS: &str = "/etc/postgresql-common/createcluster.d";

/// A package, what it is for, and the sign by which it is not needed because something else does it.
pub(crate) struct Need {
    pub(crate) package: &'static str,
    pub(crate) why: &'static str,
    pub(crate) met: fn() -> bool,
    /// systemd units that would start at the next boot and that nobody here asked for.
    pub(crate) units: &'static [&'static str],
}

const fn need(package: &'static str, why: &'static str) -> Need {
    Need { package, why, met: || false, units: &[] }
}

/// The mail servers.
pub(crate) const MAIL: [Need; 8] = [
    Need { units: &["postfix.service"], ..need("postfix", "receives and sends mail") },
    Need { units: &["dovecot.service", "dovecot.socket"], ..need("dovecot-core", "keeps mailboxes") },
    need("dovecot-imapd", "IMAP"),
    need("dovecot-pop3d", "POP3"),
    need("dovecot-lmtpd", "delivery into mailboxes"),
    need("dovecot-sieve", "filters"),
    need("dovecot-managesieved", "editing filters from a mail program"),
    need("dovecot-auth-lua", "asks Bailiwick about every sign-in"),
];

/// What the tests need besides.
pub(crate) const POSTGRES: [Need; 1] = [Need {
    met: || crate::postgres::programs().is_some(),
    units: &["postgresql.service"],
    ..need("postgresql", "tests run on it as well; a private one, without a service or cluster")
}];

/// To ask the API as programs do.
pub(crate) const API: [Need; 3] = [
    Need {
        met: crate::python::makes_environments,
        ..need("python3-venv", "checks the API against its description")
    },
    Need { met: || workspace::program("curl").is_some(), ..need("curl", "runs the manual's examples") },
    Need { met: || workspace::program("jq").is_some(), ..need("jq", "runs the manual's examples") },
];

/// To look at pages as people do.
pub(crate) const BROWSER: [Need; 1] =
    [Need { met: || workspace::program("chromium").is_some(), ..need("chromium", "browser tests") }];

/// What Debian would do.
#[derive(Debug, Default, PartialEq, Eq)]
struct Simulation {
    installs: Vec<String>,
    upgrades: Vec<String>,
    removals: Vec<String>,
}

/// Installs what is missing. `go_on`: also when other packages would be removed.
pub(crate) fn install(needs: &[&Need], go_on: bool) -> Result<(), Failure> {
    let missing = missing(needs)?;
    if missing.is_empty() {
        return Ok(());
    }
    let step = progress::step("Debian packages");
    for need in &missing {
        println!("  {:<22} {}", need.package, need.why);
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    let mut updated = false;
    let simulation = match simulate(&packages) {
        Err(_) => {
            update()?;
            updated = true;
            simulate(&packages)?
        }
        Ok(simulation) => simulation,
    };
    println!("  {} packages with what they depend on", simulation.installs.len() + simulation.upgrades.len());
    if let Some(objection) = objection(&simulation) {
        if !go_on {
            return Err(Failure::new(objection));
        }
        println!("  {objection}\n  Going on because of --yes.");
    }
    let units: Vec<&str> = missing.iter().flat_map(|need| need.units).copied().collect();
    match run_install(&packages, &units) {
        Err(failed) if !updated && stale(&failed.text) => {
            update()?;
            run_install(&packages, &units)?;
        }
        other => {
            other?;
        }
    }
    step.done();
    Ok(())
}

fn missing<'a>(needs: &[&'a Need]) -> Result<Vec<&'a Need>, Failure> {
    let wanted: Vec<&Need> = needs.iter().copied().filter(|need| !(need.met)()).collect();
    if wanted.is_empty() {
        return Ok(wanted);
    }
    let names: Vec<&str> = wanted.iter().map(|need| need.package).collect();
    if workspace::program("dpkg-query").is_none() || workspace::program("apt-get").is_none() {
        return Err(Failure::new(format!(
            "This is not Debian: install the equivalents of {} yourself.",
            names.join(" ")
        )));
    }
    let output = Command::new("dpkg-query")
        .args(["-W", "-f", "${db:Status-Abbrev} ${Package}\n"])
        .args(&names)
        .env("LC_ALL", "C")
        .output()
        .or_fail("dpkg-query")?; // its status is 1 as soon as one is unknown
    let installed = installed_in(&String::from_utf8_lossy(&output.stdout));
    Ok(wanted.into_iter().filter(|need| !installed.iter().any(|name| name == need.package)).collect())
}

/// Lines `ii  postfix`; other states (`rc`: removed, settings kept) don't count.
fn installed_in(text: &str) -> Vec<String> {
    let installed = text.lines().filter(|line| line.starts_with("ii "));
    installed.filter_map(|line| line.split_whitespace().nth(1)).map(str::to_owned).collect()
}

fn simulate(packages: &[&str]) -> Result<Simulation, Failure> {
    let output = Command::new("apt-get")
        .args(["-s", "-q", "install", "-y", "--no-install-recommends"])
        .args(packages)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .or_fail("apt-get")?;
    if output.status.success() {
        return Ok(parse(&String::from_utf8_lossy(&output.stdout)));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("{said}\nDebian can't install {}; apt-get says why above.", packages.join(" "))))
}

/// Reads `apt-get -s`: `Inst name (..)`, `Inst name [old] (..)` for an upgrade, `Remv name [old]`.
fn parse(text: &str) -> Simulation {
    let mut simulation = Simulation::default();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some(verb), Some(name)) = (words.next(), words.next()) else { continue };
        let list = match (verb, words.next()) {
            ("Inst", Some(old)) if old.starts_with('[') => &mut simulation.upgrades,
            ("Inst", _) => &mut simulation.installs,
            ("Remv" | "Purg", _) => &mut simulation.removals,
            _ => continue,
        };
        if !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    }
    simulation
}

/// What a person must decide, if anything.
fn objection(simulation: &Simulation) -> Option<String> {
    let removals = &simulation.removals;
    let (servers, others): (Vec<_>, Vec<_>) = removals.iter().cloned().partition(|name| is_mail_server(name));
    let ask = "Nothing was changed. `--yes` installs all the same; `--no-mail` (of `up`) does without.";
    if !servers.is_empty() {
        let names = servers.join(", ");
        Some(format!("Installing Postfix would remove this machine's mail server ({names}). {ask}"))
    } else if others.is_empty() {
        None
    } else {
        Some(format!("Debian would remove other packages for this: {}. {ask}", others.join(", ")))
    }
}

/// Packages of Debian that provide `mail-transport-agent`, and their parts.
fn is_mail_server(package: &str) -> bool {
    const FAMILIES: [&str; 13] = [
        "exim4",
        "sendmail",
        "opensmtpd",
        "courier-mta",
        "nullmailer",
        "ssmtp",
        "msmtp-mta",
        "dma",
        "esmtp",
        "citadel",
        "masqmail",
        "qmail",
        "postfix",
    ];
    FAMILIES.iter().any(|family| {
        package.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    })
}

/// Whether the list of packages is older than the archive.
fn stale(text: &str) -> bool {
    ["404  Not Found", "Unable to fetch some archives", "Failed to fetch"]
        .iter()
        .any(|sign| text.contains(sign))
}

fn update() -> Result<(), Failure> {
    let mut command = root::command("apt-get", "to read Debian's list of packages")?;
    command.args(["-q", "-o", "DPkg::Lock::Timeout=300", "update"]).env("LC_ALL", "C");
    progress::quietly("apt-get update", &mut command)?;
    Ok(())
}

fn run_install(packages: &[&str], units: &[&str]) -> Result<String, progress::Failed> {
    let refused = |failure: Failure| {
        failure.print();
        progress::Failed::unstarted("apt-get install")
    };
    let mut command = root::command("sh", "to install packages").map_err(refused)?;
    command.args(["-c", SCRIPT, "install", POLICY, CLUSTERS, &units.join(" ")]);
    command.args(["apt-get", "-q", "-y", "--no-install-recommends"]);
    command.args([
        "-o",
        "DPkg::Lock::Timeout=300",
        "-o",
        "Dpkg::Use-Pty=0",
        "-o",
        "Dpkg::Options::=--force-confold",
    ]);
    command.arg("install").args(packages);
    progress::quietly("apt-get install", &mut command)
}

#[cfg(test)]
mod tests;
