//! Imports and their rows in the database.

mod at_work;

use bailiwick_base::Error;
use bailiwick_base::authz::{Action, Authorized, Permission, Place, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, WriteTx, sql};
use bailiwick_base::words::{
    ApiKeyId, DomainName, ImportId, LoginId, MailboxTypeId, Storage, TenantId, Timestamp, limits,
};
use sqlx::FromRow;

pub(super) use at_work::{
    Added, NextRow, add_up, any_at_work, claim, end_row, forget_old, interrupt, mark_done, mark_good,
    next_rows, pause, release, rows_before,
};

use super::actions::{RemoveImport, StartImport, UploadImport};
use super::import::{Import, ImportRow, RowState, State, Tally};
use super::kept_error::KeptError;
use super::kind::Kind;
use crate::mailboxes::Wanted;

/// Whoever imports: a login of a tenant.
#[derive(Debug, Clone, FromRow)]
pub struct Importer {
    pub(super) id: LoginId,
    name: String,
    pub(super) tenant_id: Option<TenantId>,
}

impl Target for Importer {
    type Id = LoginId;
    const NOUN: &'static str = "login";
    const READ: Permission = Permission::OwnImports;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Login, "id")];

    fn id(&self) -> LoginId {
        self.id
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: self.tenant_id, login: Some(self.id), ..Place::default() }
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: LoginId) -> Result<Option<Self>, Error> {
        visible.find(tx, "SELECT id, name, tenant_id FROM logins WHERE realm = 'admin'", id).await
    }
}

#[derive(FromRow)]
struct Row {
    id: ImportId,
    tenant_id: TenantId,
    login_id: LoginId,
    key_id: Option<ApiKeyId>,
    client_address: String,
    kind: String,
    file_name: String,
    state: String,
    rows_read: i64,
    rows_good: i64,
    rows_wrong: i64,
    rows_done: i64,
    rows_failed: i64,
    invitations: i64,
    wanted: String,
    storage: Storage,
    error_code: String,
    error_args: String,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

impl From<Row> for Import {
    fn from(row: Row) -> Self {
        let tally = Tally {
            read: row.rows_read,
            good: row.rows_good,
            wrong: row.rows_wrong,
            done: row.rows_done,
            failed: row.rows_failed,
            invitations: row.invitations,
        };
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            login_id: row.login_id,
            key_id: row.key_id,
            client_address: row.client_address,
            kind: Kind::by_key(&row.kind).unwrap_or(Kind::Users),
            file_name: row.file_name,
            state: State::by_key(&row.state),
            tally,
            wanted: wanted(&row.wanted),
            storage: row.storage,
            stopped: KeptError { code: row.error_code, field: String::new(), args: row.error_args },
            created_at: row.created_at,
            started_at: row.started_at,
            ended_at: row.ended_at,
        }
    }
}

/// Licences as they are kept: pairs of type and number; no type is the first there is.
fn wanted(kept: &str) -> Wanted {
    let pairs: Vec<(Option<i64>, i64)> = serde_json::from_str(kept).unwrap_or_default();
    pairs.into_iter().map(|(kind, count)| (kind.map(MailboxTypeId), count)).collect()
}

const SELECT: &str = "SELECT id, tenant_id, login_id, key_id, client_address, kind, file_name, state, rows_read, rows_good, \
     rows_wrong, rows_done, rows_failed, invitations, wanted, storage, error_code, error_args, created_at, started_at, ended_at \
     FROM imports WHERE TRUE";

impl Target for Import {
    type Id = ImportId;
    const NOUN: &'static str = "import";
    const READ: Permission = Permission::OwnImports;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Login, "login_id")];

    fn id(&self) -> ImportId {
        self.id
    }
    fn name(&self) -> String {
        if self.file_name.is_empty() { self.id.to_string() } else { self.file_name.clone() }
    }
    fn place(&self) -> Place {
        Place { tenant: Some(self.tenant_id), login: Some(self.login_id), ..Place::default() }
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: ImportId) -> Result<Option<Self>, Error> {
        Ok(visible.find::<Row>(tx, SELECT, id).await?.map(Import::from))
    }
}

const ORDER: Order = Order { columns: "(id)", marks: "($)", descending: true, by: ("id DESC", "id") };

/// A page of one's imports of a kind, or of all, the newest first.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<Import>,
    (kind, key): (Option<Kind>, Option<ApiKeyId>),
    request: &PageRequest,
) -> Result<Page<Import>, Error> {
    let mut select = visible.narrow(sql(SELECT));
    if let Some(kind) = kind {
        select = select.push(" AND kind = $").bind(kind.key());
    }
    if let Some(key) = key {
        select = select.push(" AND key_id = $").bind(key);
    }
    let page = request.fetch(tx, select, ORDER, limits::PAGE, |row: &Row| vec![row.id.into()]).await?;
    Ok(page.map(Import::from))
}

#[derive(FromRow)]
struct RowRow {
    number: i64,
    state: String,
    cells: String,
    error_code: String,
    error_field: String,
    error_args: String,
}

impl From<RowRow> for ImportRow {
    fn from(row: RowRow) -> Self {
        Self {
            number: row.number,
            state: RowState::by_key(&row.state),
            cells: serde_json::from_str(&row.cells).unwrap_or_default(),
            error: KeptError { code: row.error_code, field: row.error_field, args: row.error_args },
        }
    }
}

const ROW_ORDER: Order =
    Order { columns: "(number)", marks: "($)", descending: false, by: ("number DESC", "number") };

/// A page of the rows of an import that was found for its reader; of those with errors only, or of all.
pub(super) async fn rows(
    tx: &mut ReadTx,
    import: &Import,
    only_errors: bool,
    request: &PageRequest,
) -> Result<Page<ImportRow>, Error> {
    let mut select = sql(
        "SELECT number, state, cells, error_code, error_field, error_args FROM import_rows WHERE import_id = $",
    )
    .bind(import.id);
    if only_errors {
        select = select.push(" AND state IN ('wrong', 'failed')");
    }
    let key = |row: &RowRow| vec![row.number.into()];
    Ok(request.fetch(tx, select, ROW_ORDER, limits::PAGE, key).await?.map(ImportRow::from))
}

/// Imports of a tenant that are not at their end.
pub(super) async fn open(tx: &mut WriteTx, tenant: TenantId) -> Result<i64, Error> {
    let select = sql("SELECT CAST(count(*) AS BIGINT) FROM imports WHERE tenant_id = $ AND state <> 'done' AND state <> 'cancelled'")
        .bind(tenant);
    let (open,): (i64,) = tx.one(select).await?;
    Ok(open)
}

/// A new import, whose file arrives from now on.
pub(super) async fn insert(
    tx: &mut WriteTx,
    importer: &Authorized<UploadImport>,
    tenant: TenantId,
    kind: Kind,
    file_name: &str,
) -> Result<ImportId, Error> {
    let now = tx.now();
    let key = tx.actor().key().map(|(key, _)| key);
    let address = tx.actor().address();
    let statement = sql(
        "INSERT INTO imports (tenant_id, login_id, key_id, kind, file_name, client_address, state, created_at, touched_at) \
         VALUES ($, $, $, $, $, $, 'reading', $, $) RETURNING id",
    )
    .bind(tenant)
    .bind(importer.id)
    .bind(key)
    .bind(kind.key())
    .bind(file_name)
    .bind(address)
    .bind(now)
    .bind(now);
    let (id,): (ImportId,) = tx.one(statement).await?;
    Ok(id)
}

/// A row of a file as it is kept.
#[derive(Debug)]
pub(super) struct RowToKeep {
    pub(super) number: i64,
    pub(super) domain: String,
    pub(super) address: String,
    pub(super) cells: String,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) error: Option<KeptError>,
}

/// Keeps rows of the file that arrives.
pub(super) async fn insert_rows(
    tx: &mut WriteTx,
    _: &Authorized<UploadImport>,
    import: ImportId,
    rows: Vec<RowToKeep>,
) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let wrong = i64::try_from(rows.iter().filter(|row| row.error.is_some()).count()).unwrap_or(i64::MAX);
    let mut insert = sql(
        "INSERT INTO import_rows (import_id, number, state, domain, address, cells, sealed, error_code, error_field, error_args) VALUES ",
    );
    for (index, row) in rows.into_iter().enumerate() {
        let state = if row.error.is_some() { RowState::Wrong } else { RowState::Read };
        let error = row.error.unwrap_or_default();
        insert = insert
            .push(if index == 0 {
                "($, $, $, $, $, $, $, $, $, $)"
            } else {
                ", ($, $, $, $, $, $, $, $, $, $)"
            })
            .bind(import)
            .bind(row.number)
            .bind(state.key())
            .bind(row.domain)
            .bind(row.address)
            .bind(row.cells)
            .bind(bailiwick_base::db::Value::Bytes(row.sealed))
            .bind(error.code)
            .bind(error.field)
            .bind(error.args);
    }
    tx.run(insert).await?;
    let now = tx.now();
    let counted =
        sql("UPDATE imports SET rows_read = rows_read + $, rows_wrong = rows_wrong + $, touched_at = $ WHERE id = $ AND state = 'reading'")
            .bind(count)
            .bind(wrong)
            .bind(now)
            .bind(import);
    if tx.run(counted).await? == 1 { Ok(()) } else { Err(bailiwick_base::Code::ImportNotReady.into()) }
}

/// The file is here as a whole: its rows are checked from now on.
pub(super) async fn end_of_file(
    tx: &mut WriteTx,
    _: &Authorized<UploadImport>,
    import: ImportId,
) -> Result<(), Error> {
    let now = tx.now();
    let update =
        sql("UPDATE imports SET state = 'checking', touched_at = $ WHERE id = $ AND state = 'reading'")
            .bind(now)
            .bind(import);
    if tx.run(update).await? == 1 { Ok(()) } else { Err(bailiwick_base::Code::ImportNotReady.into()) }
}

/// One of one's own, within a change.
pub(super) async fn find(tx: &mut WriteTx, id: ImportId) -> Result<Import, Error> {
    let visible = tx.visible()?;
    Import::load(tx, &visible, id).await?.ok_or_else(|| bailiwick_base::Code::NoSuchThing.into())
}

/// What arrived of a file that was refused is forgotten.
pub(super) async fn discard(
    tx: &mut WriteTx,
    importer: &Authorized<UploadImport>,
    import: ImportId,
) -> Result<(), Error> {
    let delete = sql("DELETE FROM imports WHERE id = $ AND login_id = $ AND state = 'reading'")
        .bind(import)
        .bind(importer.id);
    tx.run(delete).await.map(drop)
}

pub(super) async fn remove(tx: &mut WriteTx, import: &Authorized<RemoveImport>) -> Result<(), Error> {
    tx.run(sql("DELETE FROM imports WHERE id = $").bind(import.id)).await.map(drop)
}

/// The domains in which rows lie that are still to be done; those that are no name of a domain have none.
pub(super) async fn domains(
    tx: &mut WriteTx,
    import: &Authorized<StartImport>,
) -> Result<Vec<DomainName>, Error> {
    let select =
        sql("SELECT DISTINCT domain FROM import_rows WHERE import_id = $ AND state = 'good' ORDER BY domain")
            .bind(import.id);
    let names: Vec<(String,)> = tx.all(select).await?;
    Ok(names.into_iter().filter_map(|(name,)| name.parse().ok()).collect())
}

/// Are there rows nobody has looked at?
pub(super) async fn any_unread(tx: &mut impl Query, import: ImportId) -> Result<bool, Error> {
    let select =
        sql("SELECT number FROM import_rows WHERE import_id = $ AND state = 'read' LIMIT 1").bind(import);
    let row: Option<(i64,)> = tx.optional(select).await?;
    Ok(row.is_some())
}

/// Invitations of the tenant's other imports that were started since; of two who ask at once one waits for the other.
pub(super) async fn invitations_since(
    tx: &mut WriteTx,
    import: &Authorized<StartImport>,
    since: Timestamp,
) -> Result<i64, Error> {
    let lock = tx.lock();
    let tenant = sql("SELECT id FROM tenants WHERE id = $").bind(import.tenant_id).push(lock);
    let _: (TenantId,) = tx.one(tenant).await?;
    let select = sql("SELECT CAST(COALESCE(sum(invitations), 0) AS BIGINT) FROM imports WHERE tenant_id = $ AND started_at > $ AND id <> $")
        .bind(import.tenant_id)
        .bind(since)
        .bind(import.id);
    let (sent,): (i64,) = tx.one(select).await?;
    Ok(sent)
}

/// Starts it, or goes on with it.
pub(super) async fn start(
    tx: &mut WriteTx,
    import: &Authorized<StartImport>,
    state: State,
) -> Result<(), Error> {
    let now = tx.now();
    let key = tx.actor().key().map(|(key, _)| key);
    let address = tx.actor().address();
    // From now on it is carried out as whoever started it last: a person after a key, or a key after a person.
    let mut update = sql(
        "UPDATE imports SET state = $, key_id = $, client_address = $, error_code = '', error_args = '', \
         lease = NULL, leased_until = NULL, ended_at = NULL, touched_at = $",
    )
    .bind(state.key())
    .bind(key)
    .bind(address)
    .bind(now);
    if state == State::Running {
        update = update.push(", started_at = COALESCE(started_at, $)").bind(now);
    }
    tx.run(update.push(" WHERE id = $").bind(import.id)).await.map(drop)
}

/// Sets the state of an import that `proof` was given for, in which nobody works from now on.
pub(super) async fn stop<A: Action<Target = Import>>(
    tx: &mut WriteTx,
    proof: &Authorized<A>,
    state: State,
) -> Result<(), Error> {
    let now = tx.now();
    let update = sql("UPDATE imports SET state = $, lease = NULL, leased_until = NULL, touched_at = $, ended_at = $ WHERE id = $")
        .bind(state.key())
        .bind(now)
        .bind(now)
        .bind(proof.id);
    tx.run(update).await.map(drop)
}
