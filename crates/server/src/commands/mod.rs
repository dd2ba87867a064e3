//! What the command line does, each verb by the service a page would use.

mod admin;
mod doctor;
mod history;
mod mailbox;
mod print;
mod setup;
mod tenant;
mod why;

use std::path::Path;
use std::process::ExitCode;

use crate::cli::{Command, Options};
use crate::config::Config;
use crate::failure::Outcome;
use crate::installation::Installation;
use crate::{serve, up};

/// Runs the command; its exit code, or what is wrong.
pub(crate) async fn run(options: Options) -> Outcome<ExitCode> {
    let path = options.config.as_path();
    match options.command {
        Command::Serve => serve::alone(Config::load(path)?).await?,
        Command::Mail => up::mail_alone(Config::load(path)?).await?,
        Command::Up => up::run(Config::load(path)?).await?,
        Command::Setup => setup::run(&Config::load(path)?).await?,
        Command::Tenant(command) => {
            let open = open(path).await?;
            let done = tenant::run(&open, command).await;
            open.close().await;
            done?;
        }
        Command::Mailbox(command) => {
            let open = open(path).await?;
            let done = mailbox::run(&open, command).await;
            open.close().await;
            done?;
        }
        Command::Admin(command) => {
            let open = open(path).await?;
            let done = admin::run(&open, command).await;
            open.close().await;
            done?;
        }
        Command::History(command) => {
            let open = open(path).await?;
            let done = history::run(&open, command).await;
            open.close().await;
            return done;
        }
        Command::Why(asked) => {
            let open = open(path).await?;
            let done = why::run(&open, asked).await;
            open.close().await;
            return Ok(done);
        }
        Command::Doctor => return doctor::run(path).await,
        Command::Matrix => print::text(&bailiwick_app::matrix())?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(path: &Path) -> Outcome<Installation> {
    Installation::open(&Config::load(path)?).await
}
