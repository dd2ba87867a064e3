//! The log: to stderr, for people on a terminal, as JSON for a collector. `RUST_LOG` chooses what is written.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts the log. `quiet` is for commands, whose output is the answer: they log warnings only.
pub(crate) fn start(quiet: bool) {
    let default = if quiet { "warn" } else { "info" };
    // The database library logs each statement with its values at debug; nobody needs that by accident.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        subscriber.compact().init();
    } else {
        subscriber.with_ansi(false).json().flatten_event(true).init();
    }
}
