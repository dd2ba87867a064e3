//! What the User Panel shows of a mailbox.

use bailiwick_base::Error;
use bailiwick_base::authz::Caller;
use bailiwick_base::words::Storage;

use crate::core::service;
use crate::mail_policy::{Usage, usage};

service! {
    /// The User Panel.
    UserPanel
}

impl UserPanel {
    /// How much the caller's own mailbox may hold, and how much it does; none for whoever is no mailbox's user.
    pub(super) async fn own_usage(&self, caller: &Caller) -> Result<Option<(Storage, Option<Usage>)>, Error> {
        usage::own(&self.core, caller).await
    }
}
