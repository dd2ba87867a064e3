//! `mailbox`, `alias`.

use bailiwick_base::words::{DomainName, EmailAddress, Line, Storage};
use clap::{Args, Subcommand};

use super::{address, domain, line, storage};

#[derive(Debug, Subcommand)]
pub(crate) enum Mailbox {
    /// List them.
    List(ListMailboxes),
    /// Show one.
    Show {
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
    /// Add one.
    Add(AddMailbox),
    /// Change its name, its quota or its user type.
    Update(UpdateMailbox),
    /// Nobody can sign in to it any more; its mail is still received.
    Disable {
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
    /// Let it be signed in to again.
    Enable {
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
    /// Send a link to set a new password, or print a password that works once.
    Reset {
        #[arg(value_parser = address)]
        address: EmailAddress,
        /// Print a password that must be changed at the first sign-in, instead of sending a link.
        #[arg(long)]
        one_time: bool,
    },
    /// Remove it with all its mail, for good.
    Remove {
        #[arg(value_parser = address)]
        address: EmailAddress,
        /// The address again, to be sure.
        #[arg(long, value_name = "ADDRESS")]
        confirm: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ListMailboxes {
    /// Only those in whose address or name this occurs; with a * at its end, those that begin with it.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) search: String,
    /// Only those of this domain.
    #[arg(long, value_parser = domain)]
    pub(crate) domain: Option<DomainName>,
    /// Only those that can be signed in to, or only those that cannot.
    #[arg(long, value_parser = ["active", "disabled"])]
    pub(crate) status: Option<String>,
    /// Only those of this user type, by its id (typ_…) or its name.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Only those that hold more than nine tenths of their quota.
    #[arg(long)]
    pub(crate) nearly_full: bool,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("first password").required(true))]
pub(crate) struct AddMailbox {
    /// Its address, on a verified domain.
    #[arg(value_parser = address)]
    pub(crate) address: EmailAddress,
    /// The user's name.
    #[arg(long, default_value = "", hide_default_value = true, value_parser = line::<100>)]
    pub(crate) name: Line<100>,
    /// How much mail it may hold, in GB.
    #[arg(long, value_name = "GB", value_parser = storage)]
    pub(crate) quota: Storage,
    /// Its user type, by name or id (typ_…). The first with a licence left, if left out.
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Send a link to this address, by which the user sets a password.
    #[arg(long, value_name = "ADDRESS", group = "first password", value_parser = address)]
    pub(crate) invite: Option<EmailAddress>,
    /// Read the password from standard input, one line.
    #[arg(long, group = "first password")]
    pub(crate) password_stdin: bool,
    /// The password must be changed at the first sign-in.
    #[arg(long, conflicts_with = "invite")]
    pub(crate) one_time: bool,
    /// Where recovery links go later.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "invite", value_parser = address)]
    pub(crate) recovery: Option<EmailAddress>,
}

/// What is not named stays as it is.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub(crate) struct UpdateMailbox {
    #[arg(value_parser = address)]
    pub(crate) address: EmailAddress,
    /// The user's name.
    #[arg(long, group = "change", value_parser = line::<100>)]
    pub(crate) name: Option<Line<100>>,
    /// How much mail it may hold, in GB.
    #[arg(long, group = "change", value_name = "GB", value_parser = storage)]
    pub(crate) quota: Option<Storage>,
    /// Its user type, by name or id (typ_…).
    #[arg(long = "type", group = "change", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Alias {
    /// List them.
    List {
        /// Only those whose address begins with this.
        #[arg(long, default_value = "", hide_default_value = true)]
        search: String,
        /// Only those of this domain.
        #[arg(long, value_parser = domain)]
        domain: Option<DomainName>,
    },
    /// Show one.
    Show {
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
    /// Add one.
    Add {
        /// Its address, on a verified domain.
        #[arg(value_parser = address)]
        address: EmailAddress,
        /// Where it leads; may be given more than once.
        #[arg(long, required = true, value_name = "ADDRESS", value_parser = address)]
        to: Vec<EmailAddress>,
    },
    /// Say anew where it leads.
    Update {
        #[arg(value_parser = address)]
        address: EmailAddress,
        /// Where it leads; may be given more than once.
        #[arg(long, required = true, value_name = "ADDRESS", value_parser = address)]
        to: Vec<EmailAddress>,
    },
    /// Remove it; its address rests.
    Remove {
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
}
