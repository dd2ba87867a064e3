//! A domain's removal in the database.

use bailiwick_base::Error;
use bailiwick_base::authz::{Action, Authorized};
use bailiwick_base::db::{Query, WriteTx, sql};
use bailiwick_base::words::{MailboxId, MailboxTypeId, Timestamp};
use sqlx::FromRow;

use super::super::actions::RemoveDomain;
use super::super::store::Domain;

/// A mailbox whose mail is to be removed.
#[derive(Debug, FromRow)]
pub(super) struct Leaving {
    pub(super) id: MailboxId,
    pub(super) address: String,
    pub(super) created_at: Timestamp,
    pub(super) type_id: MailboxTypeId,
}

pub(super) async fn mailboxes(
    tx: &mut WriteTx,
    domain: &Authorized<RemoveDomain>,
) -> Result<Vec<Leaving>, Error> {
    // Locked, so that none changes its type between being counted and being removed.
    let lock = tx.lock();
    let select =
        sql("SELECT id, address, created_at, type_id FROM mailboxes WHERE domain_id = $ ORDER BY id");
    tx.all(select.bind(domain.id).push(lock)).await
}

/// Everything in a domain; sessions, links and alias targets go with what they belong to.
pub(super) async fn delete_contents(
    tx: &mut WriteTx,
    domain: &Authorized<RemoveDomain>,
) -> Result<(), Error> {
    for statement in [
        "DELETE FROM grants WHERE (scope_kind = 'domain' AND scope_id = $1) \
         OR (scope_kind = 'mailbox' AND scope_id IN (SELECT id FROM mailboxes WHERE domain_id = $1))",
        "DELETE FROM logins WHERE domain_id = $1",
        "DELETE FROM addresses WHERE domain_id = $1",
        "DELETE FROM aliases WHERE domain_id = $1",
        "DELETE FROM mailbox_search WHERE rowid IN (SELECT id FROM mailboxes WHERE domain_id = $1)",
        "DELETE FROM mailboxes WHERE domain_id = $1",
    ] {
        tx.run(sql(statement).bind(domain.id)).await?;
    }
    Ok(())
}

/// The domain itself, which must be empty: what is in it refers to it.
pub(in super::super) async fn delete<A: Action<Target = Domain>>(
    tx: &mut WriteTx,
    domain: &Authorized<A>,
) -> Result<(), Error> {
    tx.run(sql("DELETE FROM domains WHERE id = $").bind(domain.id)).await.map(drop)
}
