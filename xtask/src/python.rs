//! Python's part: a virtual environment below the build folder, with what checks the API, each package by version and
//! hash.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, While};
use crate::{progress, workspace};

/// Copy of the requirements that the environment was made from.
const STAMP: &str = "bailiwick-requirements.txt";

/// The program that checks the API; its environment is made anew when the requirements have changed.
pub(crate) fn schemathesis() -> Result<PathBuf, Failure> {
    let requirements = workspace::folder().join("tests/api/requirements.txt");
    let wanted = fs::read(&requirements).or_fail(requirements.display())?;
    let folder = workspace::target()?.join("api-checker");
    let program = folder.join("bin/schemathesis");
    if stamped(&folder, &wanted) && workspace::is_program(&program) {
        return Ok(program);
    }
    let step = progress::step("Packages of Python (tests/api)");
    let python = workspace::program("python3")
        .ok_or_else(|| Failure::new("Python is needed to check the API: `apt-get install python3-venv`."))?;
    let mut venv = workspace::tied(&Command::new(python));
    venv.args(["-m", "venv", "--clear"]).arg(&folder);
    progress::quietly("python3 -m venv", &mut venv)?;
    let mut pip = workspace::tied(&Command::new(folder.join("bin/pip")));
    pip.args(["--disable-pip-version-check", "--no-input", "install", "--require-hashes", "--requirement"]);
    pip.arg(&requirements);
    progress::quietly("pip install", &mut pip)?;
    let stamp = folder.join(STAMP);
    fs::write(&stamp, wanted).or_fail(stamp.display())?;
    step.done();
    Ok(program)
}

/// Whether the environment was made from these requirements, to the end.
fn stamped(folder: &Path, requirements: &[u8]) -> bool {
    fs::read(folder.join(STAMP)).is_ok_and(|stamp| stamp == requirements)
}

/// Whether virtual environments can be made: Debian has the module apart.
pub(crate) fn makes_environments() -> bool {
    let Some(python) = workspace::program("python3") else { return false };
    Command::new(python)
        .args(["-c", "import ensurepip, venv"])
        .output()
        .is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::{STAMP, stamped};
    use crate::workspace::scratch::Scratch;

    #[test]
    fn an_environment_fits_only_the_requirements_it_was_made_from() {
        let scratch = Scratch::new();
        assert!(!stamped(&scratch.0, b"one==1"), "it was never finished");
        scratch.write(STAMP, "one==1");
        assert!(stamped(&scratch.0, b"one==1"));
        assert!(!stamped(&scratch.0, b"one==2"));
    }
}
