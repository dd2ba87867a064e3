//! What can be done with API keys: by their holder, by the main Admin for API Sub-Admins, and by whoever may remove
//! those of others. None of it while acting as another: a key would outlast that (K17).

use bailiwick_base::authz::{Action, Permission};

use super::key::{ApiKey, KeyHolder};

/// Declares actions with what they are done to, what they need, what that is seen by.
macro_rules! on {
    ($target:ty: $($(#[$doc:meta])* $name:ident: $key:literal, $needs:ident, $sees:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = $target;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::$needs;
            const SEES: Permission = Permission::$sees;
            const WHILE_IMPERSONATING: bool = false;
        }
    )*};
}

on! {
    KeyHolder:
    /// Makes a key of one's own.
    MakeOwnKey: "api_key.make_own", OwnKeys, OwnKeys;
    /// Makes a key for an API Sub-Admin.
    MakeKeyFor: "api_key.make", SubAdminManage, ApiKeyView;
}

on! {
    ApiKey:
    /// Changes what one's own key carries, where, until when, from where.
    ChangeOwnKey: "api_key.change_own", OwnKeys, OwnKeys;
    /// Gives one's own key another secret; the old one is dead at once.
    RenewOwnKey: "api_key.renew_own", OwnKeys, OwnKeys;
    /// Removes one's own key.
    RemoveOwnKey: "api_key.remove_own", OwnKeys, OwnKeys;
    /// Changes the key of an API Sub-Admin.
    ChangeKeyOf: "api_key.change", SubAdminManage, ApiKeyView;
    /// Gives the key of an API Sub-Admin another secret.
    RenewKeyOf: "api_key.renew", SubAdminManage, ApiKeyView;
    /// Removes somebody's key.
    RemoveKeyOf: "api_key.remove", ApiKeyRemove, ApiKeyView;
}
