//! What can be done with domains.

use bailiwick_base::authz::{Action, Permission};
use bailiwick_base::words::Installation;

use super::store::Domain;
use crate::tenants::Tenant;

/// Adds a domain to a tenant; it carries mail only after its proof.
#[derive(Debug)]
pub struct AddDomain;

impl Action for AddDomain {
    type Target = Tenant;
    const NAME: &'static str = "domain.add";
    const NEEDS: Permission = Permission::DomainAdd;
    const SEES: Permission = Permission::DomainAdd;
}

/// Notes which waiting domains are being looked up now.
#[derive(Debug)]
pub struct CheckWaitingDomains;

impl Action for CheckWaitingDomains {
    type Target = Installation;
    const NAME: &'static str = "domain.check_waiting";
    const NEEDS: Permission = Permission::KeepHouse;
    const SEES: Permission = Permission::KeepHouse;
}

/// Declares actions on a domain.
macro_rules! on_domain {
    ($($(#[$doc:meta])* $name:ident: $key:literal needs $needs:ident $(, $downward:ident)? $(, only $alone:ident)?;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = Domain;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::$needs;
            $(const RESPECTS_RANK: bool = { stringify!($downward); true };)?
            $(const WHILE_IMPERSONATING: bool = { stringify!($alone); false };)?
        }
    )*};
}

on_domain! {
    /// Proves a domain because somebody asked for it.
    VerifyDomain: "domain.verify" needs DomainUpdate;
    /// Changes a domain's time zone, catch-all and whether its users can sign in.
    UpdateDomain: "domain.update" needs DomainUpdate, downward;
    /// Removes a domain with everything in it.
    RemoveDomain: "domain.remove" needs DomainRemove, downward, only oneself;
    /// Proves a waiting domain without being asked.
    VerifyWaitingDomain: "domain.verify_waiting" needs KeepHouse;
    /// Removes a domain that was not proven in time.
    RemoveExpiredDomain: "domain.remove_expired" needs KeepHouse;
}
