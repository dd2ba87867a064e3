//! `admin`, `sub-admin`, `staff`, `why`.

use bailiwick_base::words::EmailAddress;
use clap::{Args, Subcommand};

use super::address;

#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// List them.
    List {
        /// Only those of this tenant, by its id (ten_…) or its exact name.
        #[arg(long, conflicts_with = "staff")]
        tenant: Option<String>,
        #[command(flatten)]
        realm: OfStaff,
    },
    /// Show one.
    Show {
        #[command(flatten)]
        who: Who,
    },
    /// Print a link to set a new password, good once and for 30 minutes; older links are dead.
    ResetLink {
        #[command(flatten)]
        who: Who,
    },
    /// Say where recovery links go.
    SetRecovery {
        #[command(flatten)]
        who: Who,
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
    /// Let it be used from everywhere again: the way back for whoever is shut out by their own list of networks.
    LiftNetworks {
        #[command(flatten)]
        who: Who,
    },
    /// End all its sessions; it can sign in again.
    SignOut {
        #[command(flatten)]
        who: Who,
    },
    /// Nobody can sign in with it any more; its sessions are ended.
    Disable {
        #[command(flatten)]
        who: Who,
    },
    /// Let it be signed in with again.
    Enable {
        #[command(flatten)]
        who: Who,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Who {
    /// The name it signs in with.
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) realm: OfStaff,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct OfStaff {
    /// Staff, not Admins.
    #[arg(long)]
    pub(crate) staff: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SubAdmin {
    /// List them.
    List {
        /// Only those whose username, name or address contains this.
        #[arg(long, default_value = "", hide_default_value = true)]
        search: String,
        /// Only those of this tenant, by its id (ten_…) or its exact name.
        #[arg(long)]
        tenant: Option<String>,
    },
    /// Show one, with everything it was given.
    Show {
        /// The name it signs in with.
        name: String,
    },
    /// Remove its login and all it was given, at once.
    Remove {
        /// The name it signs in with.
        name: String,
        /// The name again, to be sure.
        #[arg(long, value_name = "NAME")]
        confirm: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Staff {
    /// List them.
    List {
        /// Only those whose username, name or address contains this.
        #[arg(long, default_value = "", hide_default_value = true)]
        search: String,
    },
    /// Show one.
    Show {
        /// The name it signs in with.
        name: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Why {
    /// The name with which it signs in to the Admin Panel.
    pub(crate) login: String,
    /// What it would do, as `bailiwick matrix` names it: mailbox.update.
    pub(crate) action: String,
    /// To what: a domain, the address of a user or alias, or a tenant. Everything where the login is at home, if left
    /// out.
    #[arg(default_value = "", hide_default_value = true)]
    pub(crate) object: String,
    /// The login is one of the provider's people.
    #[arg(long)]
    pub(crate) staff: bool,
}
