//! What the command line does, each verb by the service a page would use.

mod admin;
mod alias;
mod doctor;
mod domain;
mod export;
mod history;
mod job;
mod mailbox;
mod print;
mod scripts;
mod setup;
mod shape;
mod staff;
mod sub_admin;
mod tenant;
mod user_type;
mod why;

use std::path::Path;
use std::process::ExitCode;

use crate::cli::{Command, OnData, Options};
use crate::config::Config;
use crate::failure::Outcome;
use crate::installation::Installation;
use crate::{serve, telemetry, up};

use print::Answer;

/// Runs the command; its exit code, or what is wrong.
pub(crate) async fn run(options: Options) -> Outcome<ExitCode> {
    let path = options.config.as_path();
    let answer = Answer { json: options.json };
    match options.command {
        Command::Serve => serve::alone(logging(path)?).await?,
        Command::Mail => up::mail_alone(logging(path)?).await?,
        Command::Up => up::run(logging(path)?).await?,
        Command::Setup => setup::run(&Config::load(path)?, answer).await?,
        Command::OnData(command) => {
            let open = Installation::open(&Config::load(path)?).await?;
            let done = on_data(&open, command, answer).await;
            open.close().await;
            return done;
        }
        Command::Doctor => return doctor::run(path, answer).await,
        Command::Matrix => print::text(&bailiwick_app::matrix())?,
        Command::Openapi => print::text(bailiwick_app::api::description())?,
        Command::Completions { shell } => scripts::completions(shell)?,
        Command::ManPages { directory } => scripts::man_pages(&directory)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The configuration of a program that runs until it is ended; its log begins.
fn logging(path: &Path) -> Outcome<Config> {
    let config = Config::load(path)?;
    telemetry::start(config.log_format);
    Ok(config)
}

async fn on_data(open: &Installation, command: OnData, answer: Answer) -> Outcome<ExitCode> {
    match command {
        OnData::Tenant(command) => tenant::run(open, command, answer).await?,
        OnData::Domain(command) => return domain::run(open, command, answer).await,
        OnData::Mailbox(command) => mailbox::run(open, command, answer).await?,
        OnData::Alias(command) => alias::run(open, command, answer).await?,
        OnData::Admin(command) => admin::run(open, command, answer).await?,
        OnData::SubAdmin(command) => sub_admin::run(open, command, answer).await?,
        OnData::Staff(command) => staff::run(open, command, answer).await?,
        OnData::History(command) => return history::run(open, command, answer).await,
        OnData::Export(asked) => export::run(open, asked).await?,
        OnData::Job(command) => job::run(open, command, answer).await?,
        OnData::Why(asked) => return why::run(open, &asked, answer).await,
    }
    Ok(ExitCode::SUCCESS)
}
