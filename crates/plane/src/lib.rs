//! The mail plane: what stands behind `bailiwick mail`.
//!
//! It renders private configurations of Postfix and Dovecot, starts both and keeps them running, carries their
//! log lines to `bailiwick serve`, and does there and then what only the machine with the mail servers can do:
//! ending sessions, removing mail.
//!
//! It has no database and no authority of its own. Who may sign in, send or receive is decided by `serve`,
//! which the mail servers ask over unix sockets; when nobody answers, every question gets a temporary refusal.

mod child;
mod clock;
mod doctor;
mod doveadm;
mod error;
mod files;
mod homes;
mod http;
mod jobs;
mod leftovers;
mod lint;
mod log_pipe;
mod preflight;
mod processes;
mod programs;
mod ready;
mod render;
mod run;
mod secrets;
mod serve_api;
mod settings;
mod spool;
mod supervise;
mod tls;

pub use doctor::{Finding, Level, check};
pub use error::PlaneError;
pub use lint::{Flaw, lint};
pub use programs::{PACKAGES, Versions};
pub use render::{Certificate, Rendered, render};
pub use run::{run, run_and_tell};
pub use secrets::load_or_make as load_or_make_secret;
pub use settings::{PlaneSettings, Ports, Relay, TlsFiles};
