//! Acting as root: directly, or through `sudo`, which asks for the password once.

use std::io::IsTerminal;
use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::failure::{Failure, While};
use crate::workspace;

/// Whether this task runs as root.
pub(crate) fn am_i() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|data| data.uid() == 0)
}

/// A command that acts as root. `why` completes the sentence "Root is needed …".
pub(crate) fn command(program: &str, why: &str) -> Result<Command, Failure> {
    if am_i() {
        return Ok(Command::new(program));
    }
    let sudo = sudo(why)?;
    let mut command = Command::new(sudo);
    command.args(["-n", "--", program]);
    Ok(command)
}

/// Finds `sudo` and lets it ask for the password, unless it did already.
pub(crate) fn sudo(why: &str) -> Result<&'static std::path::Path, Failure> {
    static SUDO: OnceLock<std::path::PathBuf> = OnceLock::new();
    if let Some(sudo) = SUDO.get() {
        return Ok(sudo);
    }
    let refusal = format!("Root is needed {why}. Run this as root, or install sudo and let it allow you.");
    let sudo = workspace::program("sudo").ok_or_else(|| Failure::new(refusal.as_str()))?;
    println!("  Root is needed {why}; sudo may ask for your password.");
    let mut ask = Command::new(&sudo);
    ask.arg("-v");
    if !std::io::stdin().is_terminal() {
        ask.arg("-n");
    }
    if !ask.status().or_fail("sudo")?.success() {
        return Err(Failure::new(refusal));
    }
    let sudo = SUDO.get_or_init(|| sudo);
    std::thread::spawn(|| stay_allowed(sudo));
    Ok(sudo)
}

/// Renews sudo's permission, which ends after some minutes, while this task runs: a build may take longer, and the
/// password is asked once.
fn stay_allowed(sudo: &std::path::Path) {
    loop {
        std::thread::sleep(Duration::from_mins(1));
        let mut renew = Command::new(sudo);
        renew.args(["-n", "-v"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if !renew.status().is_ok_and(|status| status.success()) {
            return; // whoever needs it next says so
        }
    }
}

/// Words to put before a program so that it acts as root and finds `variables` of our environment; none for root.
pub(crate) fn prefix(why: &str, variables: &[&str]) -> Result<Vec<String>, Failure> {
    if am_i() {
        return Ok(Vec::new());
    }
    let sudo = sudo(why)?.display().to_string();
    Ok(vec![sudo, "-n".to_owned(), format!("--preserve-env={}", variables.join(","))])
}
