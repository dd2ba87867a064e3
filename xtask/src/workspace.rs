//! Where things are: the checkout, the build folder, the programs.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, While};

/// The checkout.
pub(crate) fn folder() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// `cargo`, the one that runs this task, in the checkout.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder());
    command
}

/// The build folder: `CARGO_TARGET_DIR`, the configuration or the default, as cargo itself says.
pub(crate) fn target() -> Result<PathBuf, Failure> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()
        .or_fail("cargo metadata")?;
    let text = String::from_utf8_lossy(&output.stdout);
    target_in(&text).ok_or_else(|| {
        Failure::new(format!(
            "cargo metadata named no build folder.\n{}",
            String::from_utf8_lossy(&output.stderr)
        ))
    })
}

fn target_in(metadata: &str) -> Option<PathBuf> {
    let (_, rest) = metadata.split_once("\"target_directory\":\"")?;
    let mut path = String::new();
    let mut rest = rest.chars();
    loop {
        match rest.next()? {
            '"' => return Some(path.into()),
            '\\' => path.push(rest.next()?), // only quote and backslash are escaped in a path
            other => path.push(other),
        }
    }
}

/// A program on the path (`sbin` included, which is not on everybody's).
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    let mut folders = std::env::split_paths(&path).chain(usual);
    folders.find_map(|folder| Some(folder.join(name)).filter(|file| is_program(file)))
}

/// Whether this file can be run.
pub(crate) fn is_program(file: &Path) -> bool {
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// A command that is ended when this task is, even if the task is killed; without `setpriv` an ordinary command.
pub(crate) fn tied(command: &Command) -> Command {
    let Some(setpriv) = program("setpriv") else {
        let mut same = Command::new(command.get_program());
        copy(command, &mut same);
        return same;
    };
    let mut tied = Command::new(setpriv);
    tied.args(["--pdeathsig", "TERM", "--"]).arg(command.get_program());
    copy(command, &mut tied);
    tied
}

fn copy(from: &Command, to: &mut Command) {
    to.args(from.get_args());
    for (name, value) in from.get_envs() {
        match value {
            Some(value) => to.env(name, value),
            None => to.env_remove(name),
        };
    }
    if let Some(folder) = from.get_current_dir() {
        to.current_dir(folder);
    }
}

/// The variable by which cargo and nextest put a command before every test program:
/// `CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER`.
pub(crate) fn variable_for_runner() -> Result<String, Failure> {
    let output = Command::new("rustc").arg("-vV").output().or_fail("rustc")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.ok_or_else(|| Failure::new("`rustc -vV` names no host."))?;
    Ok(format!("CARGO_TARGET_{}_RUNNER", host.to_uppercase().replace('-', "_")))
}

#[cfg(test)]
pub(crate) mod scratch {
    use std::hash::{BuildHasher, RandomState};
    use std::path::PathBuf;

    /// An empty folder for one test, removed at its end.
    pub(crate) struct Scratch(pub(crate) PathBuf);

    impl Scratch {
        pub(crate) fn new() -> Self {
            let name = format!("bw-xtask-{:016x}", RandomState::new().hash_one(std::process::id()));
            let folder = std::env::temp_dir().join(name);
            std::fs::create_dir(&folder).unwrap();
            Self(folder)
        }

        pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
            let file = self.0.join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, text).unwrap();
            file
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{target_in, tied};

    #[test]
    fn the_build_folder_is_read_from_cargos_answer() {
        let answer = r#"{"packages":[],"target_directory":"/a \"b\"/t\\x","version":1}"#;
        assert_eq!(target_in(answer).as_deref(), Some(Path::new("/a \"b\"/t\\x")));
        assert_eq!(target_in("{}"), None);
        assert_eq!(target_in(r#"{"target_directory":"/a"#), None);
    }

    #[test]
    fn a_tied_command_keeps_its_arguments_folder_and_environment() {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", "pwd; echo $WORD"]).env("WORD", "kept").current_dir("/");
        let output = tied(&command).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "/\nkept\n");
    }
}
