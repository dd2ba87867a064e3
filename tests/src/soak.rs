//! How long a test goes on: a short time each time, for hours when asked for by hand (`cargo xtask soak`).

/// Set by `cargo xtask soak`.
const ASKED: &str = "BAILIWICK_SOAK";

/// Rounds: the few of everyday, or the many that a promise names.
pub fn rounds(everyday: usize, promised: usize) -> usize {
    if std::env::var_os(ASKED).is_some() { promised } else { everyday }
}

/// A result in one line, which `cargo xtask soak` writes down.
pub fn result(rule: &str, text: &str) {
    println!("soak: {rule}: {text}");
}
