//! What can be done with tenants.

use bailiwick_base::authz::{Action, Permission, Target};
use bailiwick_base::words::Installation;

use super::store::Tenant;

/// Creates a tenant with its main Admin.
#[derive(Debug)]
pub struct CreateTenant;

impl Action for CreateTenant {
    type Target = Installation;
    const NAME: &'static str = "tenant.create";
    const NEEDS: Permission = Permission::TenantAdd;
    const SEES: Permission = Permission::TenantAdd;
}

/// Declares actions on a tenant.
macro_rules! on_tenant {
    ($($(#[$doc:meta])* $name:ident: $key:literal needs $needs:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = Tenant;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::$needs;
            const SEES: Permission = Tenant::READ;
        }
    )*};
}

on_tenant! {
    /// Changes a tenant's name and limits.
    UpdateTenant: "tenant.update" needs TenantUpdate;
    /// Nobody of the tenant can sign in any more; its mail is still received.
    SuspendTenant: "tenant.suspend" needs TenantSuspend;
    /// Ends a suspension.
    ResumeTenant: "tenant.resume" needs TenantSuspend;
}
