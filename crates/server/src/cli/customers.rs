//! `tenant`, `domain`.

use bailiwick_base::words::{EmailAddress, Line, Storage};
use clap::{Args, Subcommand};

use super::{address, line, storage};

#[derive(Debug, Subcommand)]
pub(crate) enum Tenant {
    /// List them.
    List {
        /// Only those whose name contains this.
        #[arg(long, default_value = "", hide_default_value = true)]
        search: String,
    },
    /// Show one.
    Show {
        /// Its id (ten_…) or its exact name.
        tenant: String,
    },
    /// Create one, and invite its main Admin.
    Create(CreateTenant),
    /// Nobody of it can sign in any more; its mail is still received.
    Suspend {
        /// Its id (ten_…) or its exact name.
        tenant: String,
        /// Kept in the history.
        #[arg(long, value_parser = line::<200>)]
        reason: Line<200>,
    },
    /// End a suspension.
    Resume {
        /// Its id (ten_…) or its exact name.
        tenant: String,
    },
}

/// Users of one type a tenant may have at most.
const MOST_USERS: i64 = 1_000_000;

/// A user type as it was typed, and how many of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeAndNumber {
    pub(crate) kind: String,
    pub(crate) number: i64,
}

fn type_and_number(text: &str) -> Result<TypeAndNumber, String> {
    let wrong = || format!("not TYPE=N with a number from 0 to {MOST_USERS}");
    let (kind, number) = text.rsplit_once('=').ok_or_else(wrong)?;
    let number: i64 = number.trim().parse().map_err(|_| wrong())?;
    if !(0..=MOST_USERS).contains(&number) || kind.trim().is_empty() {
        return Err(wrong());
    }
    Ok(TypeAndNumber { kind: kind.trim().to_owned(), number })
}

#[derive(Debug, Args)]
pub(crate) struct CreateTenant {
    /// Its name.
    #[arg(value_parser = line::<100>)]
    pub(crate) name: Line<100>,
    /// Users it may have, of the first user type.
    #[arg(long, value_name = "N", required_unless_present = "licences",
        value_parser = clap::value_parser!(i64).range(0..=MOST_USERS))]
    pub(crate) users: Option<i64>,
    /// Users it may have of another user type, by its name or id (typ_…). Can be given several times.
    #[arg(long, value_name = "TYPE=N", value_parser = type_and_number)]
    pub(crate) licences: Vec<TypeAndNumber>,
    /// Storage it may assign, in GB.
    #[arg(long, value_name = "GB", value_parser = storage)]
    pub(crate) storage: Storage,
    /// Domains it may have.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..=100_000))]
    pub(crate) domains: i64,
    /// The name its main Admin signs in with.
    #[arg(long, value_name = "LOGIN")]
    pub(crate) admin: String,
    /// The main Admin's full name.
    #[arg(long, value_name = "NAME", value_parser = line::<100>)]
    pub(crate) admin_name: Line<100>,
    /// Where the invitation goes.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) email: EmailAddress,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Domain {
    /// List them.
    List {
        /// Only those whose name contains this.
        #[arg(long, default_value = "", hide_default_value = true)]
        search: String,
        /// Only those of this tenant, by its id (ten_…) or its exact name.
        #[arg(long)]
        tenant: Option<String>,
    },
    /// Show one; of one that waits for its proof, the TXT record that proves it.
    Show {
        /// Its id (dom_…) or its name.
        domain: String,
    },
    /// Add one to a tenant. It waits for its proof.
    Add {
        /// Its name.
        domain: String,
        /// Whose it becomes, by its id (ten_…) or its exact name.
        #[arg(long)]
        tenant: String,
    },
    /// Look for the TXT record now and, if it is there, take the domain as proven.
    Verify {
        /// Its id (dom_…) or its name.
        domain: String,
    },
    /// Ask the name servers whether mail to and from it finds its way; exit code 1 if something is wrong.
    Check {
        /// Its id (dom_…) or its name.
        domain: String,
    },
    /// Remove it with all its users, aliases and mail, for good.
    Remove {
        /// Its id (dom_…) or its name.
        domain: String,
        /// The name, to be sure.
        #[arg(long, value_name = "NAME")]
        confirm: String,
    },
}
