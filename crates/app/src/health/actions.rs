//! What can be done about the installation's health: to look.

use bailiwick_base::authz::{Action, Permission};
use bailiwick_base::words::Installation;

/// Looks how the installation stands.
#[derive(Debug)]
pub struct InspectInstallation;

impl Action for InspectInstallation {
    type Target = Installation;
    const NAME: &'static str = "installation.inspect";
    const NEEDS: Permission = Permission::KeepHouse;
    const SEES: Permission = Permission::KeepHouse;
}
