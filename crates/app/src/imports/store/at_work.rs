//! What the worker reads and writes: which import is next, its next rows, and what became of them.

use std::collections::HashMap;
use std::time::Duration;

use bailiwick_base::authz::Authorized;
use bailiwick_base::db::{Query, ReadTx, WriteTx, sql};
use bailiwick_base::words::{ApiKeyId, ImportId, LoginId, Storage, Timestamp, limits};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use super::{Row, SELECT};
use crate::imports::actions::{CarryOutImport, WorkImports};
use crate::imports::import::{Import, RowState, State};
use crate::imports::kept_error::KeptError;
use crate::mailboxes::Wanted;

/// A file that does not arrive to its end is forgotten after so long.
const ARRIVES: Duration = Duration::from_mins(30);

/// Is there anything to do? Costs no write.
pub(in crate::imports) async fn any_at_work(tx: &mut ReadTx) -> Result<bool, Error> {
    let now = tx.now();
    let select = sql("SELECT id FROM imports WHERE state IN ('checking', 'running') AND (lease IS NULL OR leased_until <= $) LIMIT 1")
        .bind(now);
    let found: Option<(ImportId,)> = tx.optional(select).await?;
    Ok(found.is_some())
}

/// Lends the import that has waited longest. Of two who ask at once, each gets another.
pub(in crate::imports) async fn claim(
    tx: &mut WriteTx,
    _: &Authorized<WorkImports>,
    lease: &str,
    lasting: Duration,
) -> Result<Option<Import>, Error> {
    let now = tx.now();
    let next = sql("SELECT id FROM imports WHERE state IN ('checking', 'running') AND (lease IS NULL OR leased_until <= $) \
         ORDER BY touched_at, id LIMIT 1")
    .bind(now);
    let Some((id,)): Option<(ImportId,)> = tx.optional(next).await? else { return Ok(None) };
    let take = sql("UPDATE imports SET lease = $, leased_until = $, touched_at = $ \
         WHERE id = $ AND state IN ('checking', 'running') AND (lease IS NULL OR leased_until <= $)")
    .bind(lease)
    .bind(now.after(lasting))
    .bind(now)
    .bind(id)
    .bind(now);
    if tx.run(take).await? == 0 {
        return Ok(None);
    }
    let import: Row = tx.one(sql(SELECT).push(" AND id = $").bind(id)).await?;
    Ok(Some(import.into()))
}

/// Gives it back, to be taken again not before `due`. Under a lease that is not its present one nothing happens.
pub(in crate::imports) async fn release(
    tx: &mut WriteTx,
    _: &Authorized<WorkImports>,
    (import, lease): (ImportId, &str),
    due: Timestamp,
) -> Result<(), Error> {
    let update = sql("UPDATE imports SET leased_until = $ WHERE id = $ AND lease = $")
        .bind(due)
        .bind(import)
        .bind(lease);
    tx.run(update).await.map(drop)
}

/// Stops it, because it cannot go on; true if it was at work under this lease.
pub(in crate::imports) async fn pause(
    tx: &mut WriteTx,
    _: &Authorized<WorkImports>,
    (import, lease): (ImportId, &str),
    why: &KeptError,
) -> Result<bool, Error> {
    let now = tx.now();
    let update = sql("UPDATE imports SET state = 'paused', error_code = $, error_args = $, lease = NULL, leased_until = NULL, \
         touched_at = $, ended_at = $ WHERE id = $ AND lease = $ AND state IN ('checking', 'running')")
    .bind(&why.code)
    .bind(&why.args)
    .bind(now)
    .bind(now)
    .bind(import)
    .bind(lease);
    Ok(tx.run(update).await? == 1)
}

/// Stops what is being carried out in the name of a login: its ways in were closed or made new, and the file may be a
/// thief's. Whoever it belongs to looks at it and lets it go on.
pub(in crate::imports) async fn interrupt(
    tx: &mut WriteTx,
    login: LoginId,
    key: Option<ApiKeyId>,
    why: &KeptError,
) -> Result<(), Error> {
    let now = tx.now();
    let mut update = sql("UPDATE imports SET state = 'paused', error_code = $, error_args = $, lease = NULL, leased_until = NULL, \
         touched_at = $, ended_at = $ WHERE login_id = $ AND state = 'running'")
    .bind(&why.code)
    .bind(&why.args)
    .bind(now)
    .bind(now)
    .bind(login);
    if let Some(key) = key {
        update = update.push(" AND key_id = $").bind(key);
    }
    tx.run(update).await.map(drop)
}

/// Forgets what nobody waits for any more: files that did not arrive, imports that wait for their start too long or
/// have stopped, with the passwords in them, and the rows of those that are at their end. True if there may be more.
pub(in crate::imports) async fn forget_old(
    tx: &mut WriteTx,
    _: &Authorized<WorkImports>,
) -> Result<bool, Error> {
    let now = tx.now();
    let old = sql("SELECT id FROM imports WHERE (state = 'reading' AND touched_at < $) \
         OR (state IN ('checked', 'paused', 'cancelled') AND touched_at < $) OR (state = 'done' AND touched_at < $) \
         ORDER BY id LIMIT 1")
    .bind(now.before(ARRIVES))
    .bind(now.before(limits::IMPORT_WAITS))
    .bind(now.before(limits::IMPORT_KEPT));
    let Some((id,)): Option<(ImportId,)> = tx.optional(old).await? else { return Ok(false) };
    tx.run(sql("DELETE FROM imports WHERE id = $").bind(id)).await?;
    Ok(true)
}

/// A row that is to be checked or done.
#[derive(Debug, Clone, FromRow)]
pub(in crate::imports) struct NextRow {
    pub(in crate::imports) number: i64,
    pub(in crate::imports) address: String,
    pub(in crate::imports) cells: String,
    pub(in crate::imports) sealed: Option<Vec<u8>>,
}

/// The next rows of an import that is lent, in the order of the file.
pub(in crate::imports) async fn next_rows(
    tx: &mut impl Query,
    import: ImportId,
    state: RowState,
    most: i64,
) -> Result<Vec<NextRow>, Error> {
    let select = sql("SELECT number, address, cells, sealed FROM import_rows WHERE import_id = $ AND state = $ ORDER BY number LIMIT $")
        .bind(import)
        .bind(state.key())
        .bind(most);
    tx.all(select).await
}

/// The first row in which each of `addresses` stands.
pub(in crate::imports) async fn rows_before(
    tx: &mut WriteTx,
    import: ImportId,
    addresses: &[&str],
) -> Result<HashMap<String, i64>, Error> {
    let select = sql("SELECT address, CAST(min(number) AS BIGINT) FROM import_rows WHERE import_id = $ AND ")
        .bind(import)
        .is_in("address", addresses.iter().copied())
        .push(" GROUP BY address");
    let first: Vec<(String, i64)> = tx.all(select).await?;
    Ok(first.into_iter().collect())
}

/// Rows that were found good.
pub(in crate::imports) async fn mark_good(
    tx: &mut WriteTx,
    import: &Authorized<CarryOutImport>,
    numbers: &[i64],
) -> Result<(), Error> {
    set_rows(tx, import, numbers, RowState::Good).await
}

async fn set_rows(
    tx: &mut WriteTx,
    import: &Authorized<CarryOutImport>,
    numbers: &[i64],
    state: RowState,
) -> Result<(), Error> {
    let update = match state {
        RowState::Done => sql("UPDATE import_rows SET state = $, sealed = NULL WHERE import_id = $ AND "),
        _ => sql("UPDATE import_rows SET state = $ WHERE import_id = $ AND "),
    };
    let update = update.bind(state.key()).bind(import.id).is_in("number", numbers.iter().copied());
    tx.run(update).await.map(drop)
}

/// Rows that are at their end, good or bad; what was sealed in them is gone.
pub(in crate::imports) async fn end_row(
    tx: &mut WriteTx,
    import: &Authorized<CarryOutImport>,
    number: i64,
    state: RowState,
    error: &KeptError,
) -> Result<(), Error> {
    let update = sql(
        "UPDATE import_rows SET state = $, sealed = NULL, error_code = $, error_field = $, error_args = $ \
         WHERE import_id = $ AND number = $",
    )
    .bind(state.key())
    .bind(&error.code)
    .bind(&error.field)
    .bind(&error.args)
    .bind(import.id)
    .bind(number);
    tx.run(update).await.map(drop)
}

/// Marks rows as done.
pub(in crate::imports) async fn mark_done(
    tx: &mut WriteTx,
    import: &Authorized<CarryOutImport>,
    numbers: &[i64],
) -> Result<(), Error> {
    set_rows(tx, import, numbers, RowState::Done).await
}

/// What one transaction adds to an import's counts.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::imports) struct Added {
    pub(in crate::imports) good: i64,
    pub(in crate::imports) wrong: i64,
    pub(in crate::imports) done: i64,
    pub(in crate::imports) failed: i64,
    pub(in crate::imports) invitations: i64,
    pub(in crate::imports) storage: i64,
}

/// Adds to the counts, gives the import back, and sets its state: it must be at work under this lease, or nothing of the
/// transaction stands.
pub(in crate::imports) async fn add_up(
    tx: &mut WriteTx,
    import: &Authorized<CarryOutImport>,
    lease: &str,
    added: Added,
    wanted: &Wanted,
    next: State,
) -> Result<(), Error> {
    let now = tx.now();
    let mut all = import.wanted.clone();
    for (kind, count) in wanted {
        *all.entry(*kind).or_default() += count;
    }
    let all: Vec<(Option<i64>, i64)> =
        all.into_iter().map(|(kind, count)| (kind.map(i64::from), count)).collect();
    let all = serde_json::to_string(&all).map_err(Error::internal)?;
    let ended = (!next.is_at_work()).then_some(now);
    let update = sql("UPDATE imports SET rows_good = rows_good + $, rows_wrong = rows_wrong + $, rows_done = rows_done + $, \
         rows_failed = rows_failed + $, invitations = invitations + $, wanted = $, storage = $, state = $, ended_at = $, \
         lease = NULL, leased_until = NULL, touched_at = $ WHERE id = $ AND lease = $ AND state = $")
    .bind(added.good)
    .bind(added.wrong)
    .bind(added.done)
    .bind(added.failed)
    .bind(added.invitations)
    .bind(all)
    .bind(Storage::bytes(import.storage.as_bytes().saturating_add(added.storage)))
    .bind(next.key())
    .bind(ended)
    .bind(now)
    .bind(import.id)
    .bind(lease)
    .bind(import.state.key());
    if tx.run(update).await? == 1 { Ok(()) } else { Err(Code::ImportNotReady.into()) }
}
