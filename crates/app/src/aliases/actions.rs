//! What can be done with aliases.

use bailiwick_base::authz::{Action, Permission};

use super::store::Alias;
use crate::domains::Domain;

/// Adds an alias to a domain. One may add aliases without seeing the domain's own page.
#[derive(Debug)]
pub struct AddAlias;

impl Action for AddAlias {
    type Target = Domain;
    const NAME: &'static str = "alias.add";
    const NEEDS: Permission = Permission::AliasAdd;
    const SEES: Permission = Permission::AliasAdd;
}

/// Changes where an alias leads.
#[derive(Debug)]
pub struct UpdateAlias;

impl Action for UpdateAlias {
    type Target = Alias;
    const NAME: &'static str = "alias.update";
    const NEEDS: Permission = Permission::AliasUpdate;
    const RESPECTS_RANK: bool = true;
}

/// Removes an alias.
#[derive(Debug)]
pub struct RemoveAlias;

impl Action for RemoveAlias {
    type Target = Alias;
    const NAME: &'static str = "alias.remove";
    const NEEDS: Permission = Permission::AliasRemove;
    const RESPECTS_RANK: bool = true;
}
