//! Lists as files.

use bailiwick_app::imports::Kind;
use bailiwick_base::words::DomainName;
use clap::{Args, ValueEnum};

use super::domain;

/// What is written into a file.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Entries {
    /// Mailboxes, without passwords.
    Users,
    /// Aliases with their targets.
    Aliases,
}

impl Entries {
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Users => Kind::Users,
            Self::Aliases => Kind::Aliases,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// What.
    pub(crate) what: Entries,
    /// Only those of this domain.
    #[arg(long, value_parser = domain)]
    pub(crate) domain: Option<DomainName>,
}
