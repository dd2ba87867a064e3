//! What can be done with mailboxes.

use bailiwick_base::authz::{Action, Permission, Target};

use super::store::Mailbox;
use crate::domains::Domain;

/// Adds a mailbox to a domain.
#[derive(Debug)]
pub struct AddMailbox;

impl Action for AddMailbox {
    type Target = Domain;
    const NAME: &'static str = "mailbox.add";
    const NEEDS: Permission = Permission::MailboxAdd;
    const SEES: Permission = Permission::MailboxAdd;
}

/// Declares actions on a mailbox.
macro_rules! on_mailbox {
    ($($(#[$doc:meta])* $name:ident: $key:literal needs $needs:ident $(, $alone:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = Mailbox;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::$needs;
            const SEES: Permission = Mailbox::READ;
            const RESPECTS_RANK: bool = true;
            $(const WHILE_IMPERSONATING: bool = { stringify!($alone); false };)?
        }
    )*};
}

on_mailbox! {
    /// Changes a mailbox's name and quota.
    UpdateMailbox: "mailbox.update" needs MailboxUpdate;
    /// Nobody can sign in any more; mail is still received.
    DisableMailbox: "mailbox.disable" needs MailboxUpdate;
    /// Ends that.
    EnableMailbox: "mailbox.enable" needs MailboxUpdate;
    /// Sends a link to set a new password to the user's own recovery address.
    SendResetLink: "mailbox.send_reset_link" needs MailboxSendResetLink, alone;
    /// Sets a password that must be changed at the first sign-in; the user is told.
    SetOneTimePassword: "mailbox.set_one_time_password" needs MailboxUpdate, alone;
    /// Sets a password silently: equals reading the mail (K4).
    SetMailboxPassword: "mailbox.set_password" needs MailboxAccess, alone;
    /// Changes where recovery links go: equals reading the mail (K4).
    ChangeRecoveryAddress: "mailbox.change_recovery_address" needs MailboxAccess, alone;
    /// Removes a mailbox and all its mail for good.
    RemoveMailbox: "mailbox.remove" needs MailboxRemove, alone;
}
