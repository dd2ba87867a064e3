//! Node's part: `npm ci` when the lock file changed, `npm run build` when a source is newer than what was built.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::failure::{Failure, While};
use crate::{progress, workspace};

/// Copy of the lock file that `node_modules` was made from.
const STAMP: &str = "node_modules/.bailiwick-lock.json";
const OLDEST: u32 = 20;

/// Makes `web/dist`, which the pages are built from.
pub(crate) fn build_web() -> Result<(), Failure> {
    let web = workspace::folder().join("web");
    let installed = install(&web, "web")?;
    if installed || outdated(&web) {
        let step = progress::step("Styles and scripts (web/dist)");
        progress::quietly("npm run build", npm(&web)?.args(["run", "build"]))?;
        if !web.join("dist/manifest.json").is_file() {
            return Err(Failure::new("`npm run build` in web/ wrote no dist/manifest.json."));
        }
        step.done();
    }
    Ok(())
}

/// Runs `npm ci` in a folder unless its `node_modules` fits its lock file. Says whether it ran.
pub(crate) fn install(folder: &Path, name: &str) -> Result<bool, Failure> {
    let lock = folder.join("package-lock.json");
    let text = fs::read(&lock).or_fail(lock.display())?;
    if stamped(folder, &text) {
        return Ok(false);
    }
    let step = progress::step(&format!("Packages of Node ({name})"));
    let mut ci = npm(folder)?;
    ci.args(["ci", "--no-audit", "--no-fund", "--loglevel=http"]);
    progress::quietly("npm ci", &mut ci)?;
    let stamp = folder.join(STAMP);
    if stamp.parent().is_some_and(Path::is_dir) {
        fs::write(&stamp, text).or_fail(stamp.display())?;
    }
    step.done();
    Ok(true)
}

fn stamped(folder: &Path, lock: &[u8]) -> bool {
    fs::read(folder.join(STAMP)).is_ok_and(|stamp| stamp == lock)
}

/// Whether a file or folder of the sources is newer than what was built from them (a folder is when a file went).
fn outdated(web: &Path) -> bool {
    let Some(built) = changed(&web.join("dist/manifest.json")) else { return true };
    let Ok(entries) = fs::read_dir(web) else { return true };
    let sources = entries.flatten().map(|entry| entry.path());
    sources
        .filter(|path| !path.ends_with("dist") && !path.ends_with("node_modules"))
        .any(|path| newer(&path, built))
}

fn newer(path: &PathBuf, built: SystemTime) -> bool {
    if changed(path).is_none_or(|time| time > built) {
        return true;
    }
    path.is_dir()
        && fs::read_dir(path).is_ok_and(|entries| entries.flatten().any(|entry| newer(&entry.path(), built)))
}

/// When a file was written; links are not followed, so that no ring of them can catch us.
fn changed(path: &Path) -> Option<SystemTime> {
    path.symlink_metadata().ok()?.modified().ok()
}

fn npm(folder: &Path) -> Result<Command, Failure> {
    let hint = format!(
        "Node {OLDEST} or newer with npm is needed for styles, scripts and browser tests: `apt-get install nodejs npm`, or \
         nodejs.org."
    );
    let (Some(node), Some(npm)) = (workspace::program("node"), workspace::program("npm")) else {
        return Err(Failure::new(hint));
    };
    let version = Command::new(node).arg("--version").output().or_fail("node")?;
    let version = String::from_utf8_lossy(&version.stdout).trim().to_owned();
    if major(&version).is_none_or(|major| major < OLDEST) {
        return Err(Failure::new(format!("Node is {version}. {hint}")));
    }
    let mut command = workspace::tied(&Command::new(npm));
    command.current_dir(folder).env("npm_config_update_notifier", "false");
    Ok(command)
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::Path;
    use std::time::Duration;

    use super::{STAMP, changed, major, outdated, stamped};
    use crate::workspace::scratch::Scratch;

    #[test]
    fn node_modules_fit_only_the_lock_file_they_were_made_from() {
        let scratch = Scratch::new();
        assert!(!stamped(&scratch.0, b"{}"));
        scratch.write(STAMP, "{}");
        assert!(stamped(&scratch.0, b"{}"));
        assert!(!stamped(&scratch.0, b"{ }"));
    }

    #[test]
    fn a_newer_source_or_one_that_went_makes_what_was_built_outdated() {
        let scratch = Scratch::new();
        let source = scratch.write("styles/deep/a.css", "a");
        scratch.write("styles/deep/b.css", "b");
        assert!(outdated(&scratch.0), "nothing is built");
        let built = scratch.write("dist/manifest.json", "{}");
        let set = |file: &Path, seconds| {
            let time = changed(&source).unwrap() + Duration::from_secs(seconds);
            File::open(file).unwrap().set_modified(time).unwrap();
        };
        set(&built, 10);
        assert!(!outdated(&scratch.0));
        scratch.write("dist/later.css", "x");
        scratch.write("node_modules/later.js", "x");
        set(&scratch.0.join("dist"), 50);
        assert!(!outdated(&scratch.0), "what is built is no source");
        set(&source, 20);
        assert!(outdated(&scratch.0));
        set(&built, 60);
        assert!(!outdated(&scratch.0));
        fs::remove_file(scratch.0.join("styles/deep/b.css")).unwrap();
        set(&scratch.0.join("styles/deep"), 200);
        assert!(outdated(&scratch.0), "its folder changed when b.css went");
    }

    #[test]
    fn the_version_of_node_is_read() {
        assert_eq!((major("v20.19.2"), major("20"), major("")), (Some(20), None, None));
    }
}
