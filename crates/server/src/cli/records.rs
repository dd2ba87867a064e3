//! `history`, `job`.

use std::path::PathBuf;

use bailiwick_app::audit::PublicKey;
use clap::{Args, Subcommand};

use super::public_key;

#[derive(Debug, Subcommand)]
pub(crate) enum History {
    /// List its entries, the newest first.
    List(HistoryList),
    /// Prove that nothing was changed or removed; exit code 1 names the first bad entry of each chain.
    Verify {
        /// Compare with the checkpoints that were kept in this directory: finds a chain whose end was cut off.
        #[arg(long, value_name = "DIR")]
        checkpoints: Option<PathBuf>,
        /// The public key they must be signed with, as it was noted earlier; without it, this installation's.
        #[arg(long, value_name = "HEX", requires = "checkpoints", value_parser = public_key)]
        key: Option<PublicKey>,
    },
    /// Print the public key by which checkpoints are checked. Keep it where they are kept.
    Key,
}

/// Without a filter it lists everything. Days are of UTC.
#[derive(Debug, Args)]
pub(crate) struct HistoryList {
    /// Only what somebody did whose username begins with this.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub(crate) actor: String,
    /// Only what this kind of actor did.
    #[arg(long, value_parser = ["admin", "mailbox", "provider", "system", "nobody"])]
    pub(crate) by: Option<String>,
    /// Only this action, as `bailiwick matrix` names it: mailbox.update.
    #[arg(long, default_value = "", hide_default_value = true)]
    pub(crate) action: String,
    /// Only what was done to this kind of thing: mailbox.
    #[arg(long, value_name = "KIND", default_value = "", hide_default_value = true)]
    pub(crate) object_kind: String,
    /// Only what was done to this: its id (mbx_…) or what it was called.
    #[arg(long, value_name = "ID OR NAME", default_value = "", hide_default_value = true)]
    pub(crate) object: String,
    /// From this day on: 2026-01-31.
    #[arg(long, value_name = "DAY", default_value = "", hide_default_value = true)]
    pub(crate) from: String,
    /// Up to this day, which is in: 2026-01-31.
    #[arg(long, value_name = "DAY", default_value = "", hide_default_value = true)]
    pub(crate) to: String,
    /// Only the newest so many.
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Job {
    /// List what is still to be done after changes, and what was given up: mails, sessions to be ended, mail to be
    /// removed.
    List {
        /// Only those in this state; without it, all that are not done.
        #[arg(long, value_parser = ["queued", "leased", "failed", "done"])]
        state: Option<String>,
    },
}
