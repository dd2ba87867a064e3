//! What can be done with the audit log as a whole. Nothing changes an entry.

use bailiwick_base::authz::{Action, Permission};
use bailiwick_base::words::Installation;

/// Appends waiting events to their chains.
#[derive(Debug)]
pub struct SealHistory;

impl Action for SealHistory {
    type Target = Installation;
    const NAME: &'static str = "history.seal";
    const NEEDS: Permission = Permission::KeepHouse;
    const SEES: Permission = Permission::KeepHouse;
}

/// Proves that nothing in the chains was changed.
#[derive(Debug)]
pub struct VerifyHistory;

impl Action for VerifyHistory {
    type Target = Installation;
    const NAME: &'static str = "history.verify";
    const NEEDS: Permission = Permission::KeepHouse;
    const SEES: Permission = Permission::KeepHouse;
}
