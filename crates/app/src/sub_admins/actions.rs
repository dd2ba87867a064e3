//! What can be done with Sub-Admins, and with the list of networks of one's own login.

use bailiwick_base::authz::{Action, Permission, Target};

use super::store::SubAdmin;
use crate::sign_in::Login;
use crate::tenants::Tenant;

/// Adds a Sub-Admin to a tenant.
#[derive(Debug)]
pub struct AddSubAdmin;

impl Action for AddSubAdmin {
    type Target = Tenant;
    const NAME: &'static str = "sub_admin.add";
    const NEEDS: Permission = Permission::SubAdminManage;
    const SEES: Permission = Permission::SubAdminManage;
    const WHILE_IMPERSONATING: bool = false;
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
            const NEEDS: Permission = Permission::SubAdminManage;
            const SEES: Permission = SubAdmin::READ;
            const RESPECTS_RANK: bool = true;
            // Whoever acts as the main Admin for half an hour could else make a login that lasts (K17).
            const WHILE_IMPERSONATING: bool = false;
        }
    )*};
}

on_sub_admin! {
    /// Changes what a Sub-Admin may do, where, until when, from where; its name, address and password.
    UpdateSubAdmin: "sub_admin.update";
    /// Removes a Sub-Admin and everything that was given to it.
    RemoveSubAdmin: "sub_admin.remove";
    /// Sends the invitation again or, once there is a password, a link for a new one.
    InviteSubAdmin: "sub_admin.invite";
}

/// Changes from where one's own login may be used.
#[derive(Debug)]
pub struct SetOwnNetworks;

impl Action for SetOwnNetworks {
    type Target = Login;
    const NAME: &'static str = "login.set_own_networks";
    const NEEDS: Permission = Permission::OwnPassword;
    const SEES: Permission = Permission::OwnLogin;
    const WHILE_IMPERSONATING: bool = false;
}
