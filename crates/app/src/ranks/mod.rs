//! Ranks of things (K3): a mailbox, alias or domain through which the recovery mail of a login passes can give
//! control over that login, and so takes its rank.
//!
//! Nothing is stored for this: what a thing reaches is read from aliases, catch-alls and logins as they are, in the
//! transaction that acts.

mod store;
mod through;

use bailiwick_base::Error;
use bailiwick_base::authz::Permission;
use bailiwick_base::db::{Query, WriteTx};
use bailiwick_base::words::{EmailAddress, TenantId};

pub(crate) use store::{reached_by_address, reached_by_domain, reached_by_mailbox};

/// Refuses a new user or alias at an address to which the recovery mail of somebody not below the actor goes: whoever
/// has the address would have that login.
pub(crate) async fn may_take(
    tx: &mut WriteTx,
    tenant: TenantId,
    address: &EmailAddress,
    needs: Permission,
) -> Result<(), Error> {
    let (actor, now) = (tx.actor().clone(), tx.now());
    let reaches = reached_by_address(tx, tenant, &address.to_string(), actor.login()).await?;
    actor.must_outrank(reaches, needs, now)
}

#[cfg(test)]
mod tests;
