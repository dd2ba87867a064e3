//! What can be done about acting as another.

use bailiwick_base::authz::{Action, Permission, Target};
use bailiwick_base::words::Installation;

use super::store::Impersonation;
use crate::sign_in::Login;
use crate::tenants::Tenant;

/// Asks for the token that leads into the Admin Panel as one of a tenant's Admins.
#[derive(Debug)]
pub struct Impersonate;

impl Action for Impersonate {
    type Target = Tenant;
    const NAME: &'static str = "tenant.impersonate";
    const NEEDS: Permission = Permission::TenantImpersonate;
    const SEES: Permission = Tenant::READ;
    const WHILE_IMPERSONATING: bool = false;
}

/// Brings such a token to the Admin Panel. Whoever has it is nobody there until it is taken.
#[derive(Debug)]
pub struct EnterByToken;

impl Action for EnterByToken {
    type Target = Installation;
    const NAME: &'static str = "impersonation.enter";
    const NEEDS: Permission = Permission::ComeIn;
}

/// Begins to act as a login, which is oneself from here on.
#[derive(Debug)]
pub struct BeginImpersonation;

impl Action for BeginImpersonation {
    type Target = Login;
    const NAME: &'static str = "impersonation.begin";
    const NEEDS: Permission = Permission::OwnLogin;
    const SEES: Permission = Permission::OwnLogin;
}

/// Declares the ways in which it ends.
macro_rules! ends {
    ($($(#[$doc:meta])* $name:ident: $key:literal needs $needs:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = Impersonation;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::$needs;
            const SEES: Permission = Permission::$needs;
        }
    )*};
}

ends! {
    /// Whoever acts leaves.
    LeaveImpersonation: "impersonation.leave" needs OwnLogin;
    /// Its time is over.
    TimeOutImpersonation: "impersonation.time_out" needs KeepHouse;
    /// Its session has ended before: with the one it came from, or with all of the login it was of.
    CloseImpersonation: "impersonation.close" needs KeepHouse;
}
