//! `bailiwick doctor`: looks at everything an installation needs, changes nothing, and says what to do.

mod data;
mod finding;
mod machine;
mod names;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use super::print::Answer;
use crate::config::Config;
use crate::failure::Outcome;
use finding::{About, Finding};

pub(super) use names::check_domain;

/// How long one question to the network may take.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn run(path: &Path, answer: Answer) -> Outcome<ExitCode> {
    let findings = match Config::load(path) {
        Ok(config) => look(path, &config).await,
        Err(failure) => {
            let advice = "nothing else can be looked at before";
            vec![About("configuration").problem(failure.to_string(), advice)]
        }
    };
    finding::tell(&findings, answer)
}

async fn look(path: &Path, config: &Config) -> Vec<Finding> {
    let mut findings = machine::look(path, config);
    findings.extend(data::look(config).await);
    findings.extend(names::look(config).await);
    if let Some(mail) = &config.mail {
        let plane = bailiwick_plane::check(mail).into_iter();
        findings.extend(plane.map(|found| About("mail").found(found.level, found.what, found.advice)));
    }
    findings
}
