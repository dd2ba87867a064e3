//! What staff can do about a tenant's Admins.

use bailiwick_base::authz::{Action, Permission, Target};

use super::store::AdminLogin;
use crate::sub_admins::SubAdmin;

/// Declares actions on an Admin's login.
macro_rules! on_admin {
    ($($(#[$doc:meta])* $name:ident: $key:literal needs $needs:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = AdminLogin;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::$needs;
            const SEES: Permission = AdminLogin::READ;
            const RESPECTS_RANK: bool = true;
        }
    )*};
}

on_admin! {
    /// Sends the main Admin a link to the address that is known: the invitation again, or one to recover access.
    /// Whoever may sign in as the Admin may do this, which is less.
    SendAdminLink: "admin.send_link" needs TenantImpersonate;
    /// Changes where the main Admin's links go.
    ChangeAdminAddress: "admin.change_address" needs TenantUpdate;
}

/// Declares actions on a Sub-Admin.
macro_rules! on_sub_admin {
    ($($(#[$doc:meta])* $name:ident: $key:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = SubAdmin;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::TenantUnlimited;
            const SEES: Permission = SubAdmin::READ;
            const RESPECTS_RANK: bool = true;
        }
    )*};
}

on_sub_admin! {
    /// Lets an API Sub-Admin create without the tenant's limits.
    LiftLimits: "sub_admin.lift_limits";
    /// Binds it by the limits again.
    BindByLimits: "sub_admin.bind_by_limits";
}
