//! Domains in the database.

use bailiwick_base::Error;
use bailiwick_base::db::{Query, WriteTx, sql};
use bailiwick_base::words::{DomainId, DomainName};

/// Does the domain carry mail of some tenant here?
pub(crate) async fn is_held(tx: &mut WriteTx, name: &DomainName) -> Result<bool, Error> {
    let held: Option<(DomainId,)> = tx.optional(sql("SELECT id FROM domains WHERE name = $ AND held").bind(name)).await?;
    Ok(held.is_some())
}
