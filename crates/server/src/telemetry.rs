//! The log: to stderr, for people on a terminal, as JSON for a collector. `RUST_LOG` chooses what is written.
//!
//! A panic is told with its place and, where its text is fixed in the program, its text; never with values.

use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Starts the log of a program that runs until it is ended.
pub(crate) fn start(format: Option<LogFormat>) {
    let chosen = if std::io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::Json };
    start_with("info", format.unwrap_or(chosen));
}

/// Starts the log of a command, whose output is the answer: it logs warnings only.
pub(crate) fn start_quietly() {
    start_with("warn", if std::io::stderr().is_terminal() { LogFormat::Text } else { LogFormat::Json });
}

fn start_with(default: &'static str, format: LogFormat) {
    // The database library logs each statement with its values at debug; nobody needs that by accident.
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A log that cannot be written is lost; complaining about that on the same stream would be a panic.
    let subscriber = subscriber.log_internal_errors(false);
    match format {
        LogFormat::Text => subscriber.with_ansi(std::io::stderr().is_terminal()).compact().init(),
        LogFormat::Json => {
            subscriber.with_ansi(false).json().flatten_event(true).with_span_list(false).init();
        }
    }
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, why = text(panic), "panicked");
    }));
}

/// A text that was put together may hold anything, a password too.
fn text(panic: &PanicHookInfo<'_>) -> &'static str {
    panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("not told: it may hold values")
}
