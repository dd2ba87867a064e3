//! Acting as root: directly, or through `sudo`, which asks for the password once.

use std::io::IsTerminal;
use std::os::unix::fs::MetadataExt;
use std::process::Command;
use std::sync::OnceLock;

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
    Ok(SUDO.get_or_init(|| sudo))
}
