//! What the provider can do with types of users.

use bailiwick_base::authz::{Action, Permission, Target};
use bailiwick_base::words::Installation;

use super::mailbox_type::MailboxType;

/// Adds one.
#[derive(Debug)]
pub struct AddMailboxType;

impl Action for AddMailboxType {
    type Target = Installation;
    const NAME: &'static str = "mailbox_type.add";
    const NEEDS: Permission = Permission::TenantUpdate;
    const SEES: Permission = Permission::TenantUpdate;
}

/// Declares actions on one of them.
macro_rules! on_type {
    ($($(#[$doc:meta])* $name:ident: $key:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = MailboxType;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::TenantUpdate;
            const SEES: Permission = MailboxType::READ;
        }
    )*};
}

on_type! {
    /// Changes its name, its largest quota and its place.
    UpdateMailboxType: "mailbox_type.update";
    /// No more licences of it can be had; those there are stay.
    WithdrawMailboxType: "mailbox_type.withdraw";
    /// Ends that.
    OfferMailboxType: "mailbox_type.offer";
}
