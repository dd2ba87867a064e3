//! What can be done with the audit log as a whole. Nothing changes an entry.

use std::fmt;

use bailiwick_base::Error;
use bailiwick_base::authz::{Action, Permission, Place, ScopeKind, Target, Visible};
use bailiwick_base::db::Query;
use bailiwick_base::words::{Installation, TenantId};

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

/// Signs where the chains end, for a place elsewhere.
#[derive(Debug)]
pub struct CheckpointHistory;

impl Action for CheckpointHistory {
    type Target = Installation;
    const NAME: &'static str = "history.checkpoint";
    const NEEDS: Permission = Permission::KeepHouse;
    const SEES: Permission = Permission::KeepHouse;
}

/// Proves the chains whose whole content its reader may see.
#[derive(Debug)]
pub struct ProveHistory;

impl Action for ProveHistory {
    type Target = Chains;
    const NAME: &'static str = "history.prove";
    const NEEDS: Permission = Permission::HistoryView;
}

/// A tenant's chain, or all there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chains(Option<TenantId>);

/// Names the chains of a tenant, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainsOf(pub Option<TenantId>);

impl fmt::Display for ChainsOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(tenant) => tenant.fmt(f),
            None => f.write_str("all"),
        }
    }
}

impl Chains {
    /// The tenant whose chain it is; none for all.
    pub fn tenant(&self) -> Option<TenantId> {
        self.0
    }
}

impl Target for Chains {
    type Id = ChainsOf;
    const NOUN: &'static str = "history";
    const READ: Permission = Permission::HistoryView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Tenant, "tenant_id")];

    fn id(&self) -> ChainsOf {
        ChainsOf(self.0)
    }
    fn name(&self) -> String {
        self.id().to_string()
    }
    fn place(&self) -> Place {
        Place { tenant: self.0, ..Place::default() }
    }
    async fn load(_: &mut impl Query, _: &Visible<Self>, id: ChainsOf) -> Result<Option<Self>, Error> {
        Ok(Some(Self(id.0)))
    }
}
