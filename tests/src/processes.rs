//! Ends what an installation left running. Only processes that work on its own folder are touched, by their number.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// Processes of mail servers, and of the product, that work on this folder.
pub(crate) fn of(folder: &Path) -> Vec<(i32, PathBuf)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        let proc = entry.path();
        let program = std::fs::read_link(proc.join("exe")).unwrap_or_default();
        let known = ["/usr/lib/postfix", "/usr/lib/dovecot", "/usr/sbin/dovecot"];
        let known = known.iter().any(|start| program.starts_with(start)) || program.ends_with("bailiwick");
        let below = std::fs::read_link(proc.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
        let names = |file: &str| {
            std::fs::read(proc.join(file))
                .is_ok_and(|text| String::from_utf8_lossy(&text).contains(&*folder.to_string_lossy()))
        };
        if known && (below || names("cmdline") || names("environ")) {
            found.push((pid, program));
        }
    }
    found
}

/// Ends them, and waits until they are gone.
pub(crate) fn end(folder: &Path) {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        let left = of(folder);
        if left.is_empty() {
            return;
        }
        for (pid, _) in left {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL); // it may have ended this very moment
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    eprintln!("still running on {}: {:?}", folder.display(), of(folder));
}
