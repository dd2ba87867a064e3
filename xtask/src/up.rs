//! `cargo xtask up`: from a fresh checkout to a running demonstration.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::debian::{self, Need};
use crate::failure::{Failure, While};
use crate::options::Up;
use crate::{node, progress, root, workspace};

/// Prepares everything, then becomes the demonstration's program: Ctrl-C and the exit code are its own.
pub(crate) fn run(options: &Up) -> Result<(), Failure> {
    let mut needs: Vec<&Need> = Vec::new();
    if !options.no_mail {
        needs.extend(&debian::MAIL);
    }
    debian::install(&needs, options.yes)?;
    node::build_web()?;
    let step = progress::step("Building (the first time takes some minutes)");
    let mut build = workspace::cargo();
    build.args(["build", "--release", "-p", "bailiwick-server", "-p", "bailiwick-demo"]);
    if !build.status().or_fail("cargo")?.success() {
        return Err(Failure::new("The build failed; cargo says why above."));
    }
    step.done();
    let program = workspace::target()?.join("release/bailiwick-demo");
    let mut demo = Command::new(&program);
    if !options.no_mail && !root::am_i() {
        let sudo = root::sudo("by Postfix and Dovecot, which switch users (`--no-mail` does without)")?;
        demo = Command::new(sudo);
        demo.arg("--").arg(&program);
    }
    let error = demo.args(options.hand_on()).exec();
    Err(Failure::new(format!("{}: {error}", program.display())))
}
