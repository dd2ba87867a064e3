//! CPU time and memory of processes and all that they started, as `/proc` tells it.

use std::collections::{HashMap, HashSet};
use std::fs;

/// Clock ticks of `/proc/*/stat` in a second; on Linux always this.
const TICKS: f64 = 100.0;

/// Memory of a tree of processes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Memory {
    /// Proportional set size: what is shared is counted once, in MiB.
    pub(crate) pss: f64,
    /// Resident set size, in MiB.
    pub(crate) rss: f64,
}

/// These processes and everything below them.
pub(crate) fn tree(roots: &[u32]) -> HashSet<u32> {
    let mut parents: HashMap<u32, u32> = HashMap::new();
    for pid in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let pid = pid.file_name().to_str().and_then(|name| name.parse().ok());
        if let Some((pid, parent)) = pid.and_then(|pid| Some((pid, stat(pid)?.get(1)?.parse().ok()?))) {
            parents.insert(pid, parent);
        }
    }
    let mut found: HashSet<u32> = roots.iter().copied().collect();
    loop {
        let before = found.len();
        found.extend(
            parents
                .iter()
                .filter(|(_, parent)| found.contains(parent))
                .map(|(pid, _)| *pid)
                .collect::<Vec<_>>(),
        );
        if found.len() == before {
            return found;
        }
    }
}

/// CPU seconds that they and their children that have ended used so far.
pub(crate) fn cpu(pids: &HashSet<u32>) -> f64 {
    let ticks = |pid: &u32| -> Option<f64> {
        let fields = stat(*pid)?;
        fields.get(11..15)?.iter().map(|field| field.parse::<f64>().ok()).sum()
    };
    pids.iter().filter_map(ticks).sum::<f64>() / TICKS
}

/// Their memory now.
pub(crate) fn memory(pids: &HashSet<u32>) -> Memory {
    let mut memory = Memory::default();
    for pid in pids {
        let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let field = |name: &str| -> f64 {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() / 1024.0
        };
        memory.pss += field("Pss:");
        memory.rss += field("Rss:");
    }
    memory
}

/// The fields of `/proc/PID/stat` behind the name, which may hold anything.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = text.rsplit_once(')')?;
    Some(rest.split_whitespace().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_process_has_memory_and_uses_time() {
        let pids = tree(&[std::process::id()]);
        assert!(pids.contains(&std::process::id()));
        assert!(memory(&pids).rss > 0.5);
        let (before, mut spent) = (cpu(&pids), 0_u64);
        while cpu(&pids) < before + 0.02 {
            spent = std::hint::black_box(spent.wrapping_mul(31).wrapping_add(7));
        }
    }
}
