//! Asking something of staff, and dealing with it.

use bailiwick_base::authz::{Action, Permission, Target};

use super::task::Task;
use crate::sub_admins::SubAdmin;

/// Asks that an API Sub-Admin may create without limits.
#[derive(Debug)]
pub struct RequestUnlimited;

impl Action for RequestUnlimited {
    type Target = SubAdmin;
    const NAME: &'static str = "sub_admin.request_unlimited";
    const NEEDS: Permission = Permission::SubAdminManage;
    const SEES: Permission = SubAdmin::READ;
}

/// Declares what is done with a task.
macro_rules! on_task {
    ($($(#[$doc:meta])* $name:ident: $key:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = Task;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::TenantUnlimited;
            const SEES: Permission = Task::READ;
        }
    )*};
}

on_task! {
    /// Does what was asked.
    AcceptTask: "task.accept";
    /// Refuses it, and says why.
    DeclineTask: "task.decline";
}
