//! Types of users in the database.

use bailiwick_base::authz::{Authorized, Permission, Place, ScopeKind, Target, Visible};
use bailiwick_base::db::{Query, ReadTx, WriteTx, sql};
use bailiwick_base::words::{Line, MailboxTypeId, Storage};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use super::actions::{AddMailboxType, OfferMailboxType, UpdateMailboxType, WithdrawMailboxType};
use super::mailbox_type::{Listed, MOST, MailboxType, Terms};

#[derive(FromRow)]
struct Row {
    id: MailboxTypeId,
    name: String,
    max_quota: Option<Storage>,
    position: i64,
    offered: bool,
    version: i64,
}

impl From<Row> for MailboxType {
    fn from(row: Row) -> Self {
        let Row { id, name, max_quota, position, offered, version } = row;
        Self { id, name, max_quota, position, offered, version }
    }
}

const SELECT: &str = "SELECT id, name, max_quota, position, offered, version FROM mailbox_types WHERE TRUE";

impl Target for MailboxType {
    type Id = MailboxTypeId;
    const NOUN: &'static str = "mailbox_type";
    const READ: Permission = Permission::TenantView;
    /// The installation's own: whoever is limited to a tenant sees none of them here.
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[];

    fn id(&self) -> MailboxTypeId {
        self.id
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn place(&self) -> Place {
        Place::default()
    }
    async fn load(
        tx: &mut impl Query,
        visible: &Visible<Self>,
        id: MailboxTypeId,
    ) -> Result<Option<Self>, Error> {
        Ok(visible.find::<Row>(tx, SELECT, id).await?.map(MailboxType::from))
    }
}

/// What a name is unique by.
fn key(name: &Line<40>) -> String {
    name.as_str().trim().to_lowercase()
}

fn taken(error: Error) -> Error {
    error.if_taken("mailbox_types", || Error::new(Code::MailboxTypeAlreadyExists).on("name"))
}

/// All of them in the order of lists, for whoever says how many a tenant may have. There are never many.
pub(crate) async fn all(tx: &mut impl Query) -> Result<Vec<MailboxType>, Error> {
    let rows: Vec<Row> = tx.all(sql(SELECT).push(" ORDER BY position, id LIMIT $").bind(MOST)).await?;
    Ok(rows.into_iter().map(MailboxType::from).collect())
}

/// Those the actor may see, in the same order.
pub(crate) async fn seen(tx: &mut ReadTx, visible: &Visible<MailboxType>) -> Result<Vec<MailboxType>, Error> {
    let select = visible.narrow(sql(SELECT)).push(" ORDER BY position, id LIMIT $").bind(MOST);
    let rows: Vec<Row> = tx.all(select).await?;
    Ok(rows.into_iter().map(MailboxType::from).collect())
}

#[derive(FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    kind: Row,
    licensed: i64,
    used: i64,
}

/// All of them with what tenants have of them.
pub(super) async fn listed(tx: &mut ReadTx, visible: &Visible<MailboxType>) -> Result<Vec<Listed>, Error> {
    let select = sql("SELECT id, name, max_quota, position, offered, version, \
         (SELECT CAST(COALESCE(sum(l.licensed), 0) AS BIGINT) FROM licences l WHERE l.type_id = mailbox_types.id) AS licensed, \
         (SELECT CAST(COALESCE(sum(l.used), 0) AS BIGINT) FROM licences l WHERE l.type_id = mailbox_types.id) AS used \
         FROM mailbox_types WHERE TRUE");
    let select = visible.narrow(select).push(" ORDER BY position, id LIMIT $").bind(MOST);
    let rows: Vec<ListedRow> = tx.all(select).await?;
    let listed = |row: ListedRow| Listed { kind: row.kind.into(), licensed: row.licensed, used: row.used };
    Ok(rows.into_iter().map(listed).collect())
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    _: &Authorized<AddMailboxType>,
    terms: &Terms,
) -> Result<MailboxType, Error> {
    let (there,): (i64,) = tx.one(sql("SELECT CAST(count(*) AS BIGINT) FROM mailbox_types")).await?;
    if there >= MOST {
        return Err(Error::new(Code::TooManyMailboxTypes).with("max", MOST));
    }
    let statement =
        sql("INSERT INTO mailbox_types (name, name_key, max_quota, position) VALUES ($, $, $, $) \
             RETURNING id, name, max_quota, position, offered, version")
        .bind(&terms.name)
        .bind(key(&terms.name))
        .bind(terms.max_quota)
        .bind(terms.position);
    let row: Row = tx.one(statement).await.map_err(taken)?;
    Ok(row.into())
}

pub(super) async fn update(
    tx: &mut WriteTx,
    kind: &Authorized<UpdateMailboxType>,
    terms: &Terms,
) -> Result<(), Error> {
    let statement = sql("UPDATE mailbox_types SET name = $, name_key = $, max_quota = $, position = $, \
         version = version + 1 WHERE id = $")
    .bind(&terms.name)
    .bind(key(&terms.name))
    .bind(terms.max_quota)
    .bind(terms.position)
    .bind(kind.id);
    tx.run(statement).await.map(drop).map_err(taken)
}

pub(super) async fn withdraw(tx: &mut WriteTx, kind: &Authorized<WithdrawMailboxType>) -> Result<(), Error> {
    set_offered(tx, kind.id, false).await
}

pub(super) async fn offer(tx: &mut WriteTx, kind: &Authorized<OfferMailboxType>) -> Result<(), Error> {
    set_offered(tx, kind.id, true).await
}

async fn set_offered(tx: &mut WriteTx, kind: MailboxTypeId, offered: bool) -> Result<(), Error> {
    let statement = sql("UPDATE mailbox_types SET offered = $, version = version + 1 WHERE id = $")
        .bind(offered)
        .bind(kind);
    tx.run(statement).await.map(drop)
}
