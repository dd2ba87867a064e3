//! What the kernel says of this process.

/// Memory in use and open files; none where there is no `/proc`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) resident_bytes: i64,
    pub(super) open_files: i64,
}

/// `VmRSS` is in kB, whatever the size of a page.
pub(super) fn look() -> Option<Process> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kb = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kb: i64 = kb.trim().strip_suffix("kB")?.trim().parse().ok()?;
    let files = std::fs::read_dir("/proc/self/fd").ok()?.count();
    Some(Process { resident_bytes: kb * 1024, open_files: i64::try_from(files).unwrap_or(i64::MAX) })
}
