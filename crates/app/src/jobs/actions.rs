//! What can be done with the outbox as a whole.

use bailiwick_base::authz::{Action, Permission};
use bailiwick_base::words::Installation;

/// Hands out jobs, takes their outcome, removes what is done.
#[derive(Debug)]
pub struct WorkOutbox;

impl Action for WorkOutbox {
    type Target = Installation;
    const NAME: &'static str = "outbox.work";
    const NEEDS: Permission = Permission::KeepHouse;
    const SEES: Permission = Permission::KeepHouse;
}

/// Looks at what waits, and at what was given up. Of what a job says nothing is shown.
#[derive(Debug)]
pub struct ViewOutbox;

impl Action for ViewOutbox {
    type Target = Installation;
    const NAME: &'static str = "outbox.view";
    const NEEDS: Permission = Permission::KeepHouse;
    const SEES: Permission = Permission::KeepHouse;
}
