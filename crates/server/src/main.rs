//! The program `bailiwick`: serves the portals, runs the mail servers, and lets the operator do on the command line what
//! is needed before anybody can sign in.
//!
//! It decides nothing: configuration, wiring and wording are here; rules are in the application.

mod cli;
mod commands;
mod config;
mod failure;
mod installation;
mod mail_listeners;
mod place;
mod ready;
mod serve;
mod shutdown;
mod telemetry;
mod up;

use std::process::ExitCode;

use clap::Parser;
use failure::Failure;

fn main() -> ExitCode {
    let options = match cli::Options::try_parse() {
        Ok(options) => options,
        Err(error) => return misunderstood(&error),
    };
    let as_json = options.json;
    if !options.command.runs_on() {
        telemetry::start_quietly(); // the others log as their configuration says
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return Failure::new(format!("No threads can be started: {error}.")).tell(as_json);
        }
    };
    runtime.block_on(commands::run(options)).unwrap_or_else(|failure| failure.tell(as_json))
}

/// Help and version are answers; the rest is a command line that cannot be understood.
fn misunderstood(error: &clap::Error) -> ExitCode {
    if error.use_stderr() && std::env::args_os().any(|word| word == "--json") {
        let text = error.to_string();
        return Failure::usage(text.trim_start_matches("error: ").trim_end()).tell(true);
    }
    error.exit()
}
