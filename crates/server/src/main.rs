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

fn main() -> ExitCode {
    let options = cli::Options::parse();
    telemetry::start(!options.command.runs_on());
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("bailiwick: no threads can be started: {error}.");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(commands::run(options)) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("bailiwick: {failure}");
            ExitCode::FAILURE
        }
    }
}
