//! What can be done with the provider's own people.

use bailiwick_base::authz::{Action, Permission, Target};
use bailiwick_base::words::Installation;

use super::member::StaffMember;

/// Adds somebody and sends an invitation.
#[derive(Debug)]
pub struct AddStaff;

impl Action for AddStaff {
    type Target = Installation;
    const NAME: &'static str = "staff.add";
    const NEEDS: Permission = Permission::StaffManage;
    const SEES: Permission = Permission::StaffManage;
}

/// Declares actions on one of them.
macro_rules! on_member {
    ($($(#[$doc:meta])* $name:ident: $key:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = StaffMember;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::StaffManage;
            const SEES: Permission = StaffMember::READ;
        }
    )*};
}

on_member! {
    /// Changes the role, the end and the note.
    UpdateStaff: "staff.update";
    /// Closes the way in; everything open ends.
    DisableStaff: "staff.disable";
    /// Opens it again.
    EnableStaff: "staff.enable";
    /// Sends the invitation once more.
    ResendStaffInvitation: "staff.resend_invitation";
    /// Removes the login with everything that hangs on it.
    RemoveStaff: "staff.remove";
}
