//! What can be done with addresses.

use bailiwick_base::authz::{Action, Permission};

use super::store::RestingAddress;

/// Lets a removed address be used again before its rest is over.
#[derive(Debug)]
pub struct ReleaseAddress;

impl Action for ReleaseAddress {
    type Target = RestingAddress;
    const NAME: &'static str = "address.release";
    const NEEDS: Permission = Permission::AddressRelease;
}
