//! Licences in the database. The row of a tenant's licences of a type is its counter too.

use std::collections::BTreeMap;

use bailiwick_base::authz::Authorized;
use bailiwick_base::db::{Query, WriteTx, sql};
use bailiwick_base::words::{MailboxTypeId, Storage, TenantId};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use super::super::actions::{CreateTenant, UpdateTenant};
use super::super::store::{is_unlimited, with_figures};
use super::Licence;
use crate::mailbox_types::MailboxType;

#[derive(FromRow)]
struct Row {
    kind: MailboxTypeId,
    name: String,
    max_quota: Option<Storage>,
    licensed: i64,
    used: i64,
}

impl From<Row> for Licence {
    fn from(row: Row) -> Self {
        let Row { kind, name, max_quota, licensed, used } = row;
        Self { kind, name, max_quota, licensed, used }
    }
}

const SELECT: &str = "SELECT y.id AS kind, y.name, y.max_quota, l.licensed, l.used \
     FROM licences l JOIN mailbox_types y ON y.id = l.type_id WHERE l.tenant_id = $";

/// A tenant's licences in the order of the types; those it neither has nor uses are left out.
pub(crate) async fn of_tenant(tx: &mut impl Query, tenant: TenantId) -> Result<Vec<Licence>, Error> {
    let select =
        sql(SELECT).bind(tenant).push(" AND (l.licensed > 0 OR l.used > 0) ORDER BY y.position, y.id");
    let rows: Vec<Row> = tx.all(select).await?;
    Ok(rows.into_iter().map(Licence::from).collect())
}

async fn of_type(
    tx: &mut impl Query,
    tenant: TenantId,
    kind: MailboxTypeId,
) -> Result<Option<Licence>, Error> {
    let select = sql(SELECT).bind(tenant).push(" AND l.type_id = $").bind(kind);
    Ok(tx.optional::<Row>(select).await?.map(Licence::from))
}

/// What a tenant has of a type that one of its users is of.
pub(crate) async fn licence(
    tx: &mut impl Query,
    tenant: TenantId,
    kind: MailboxTypeId,
) -> Result<Licence, Error> {
    of_type(tx, tenant, kind).await?.ok_or_else(not_counted)
}

fn not_counted() -> Error {
    Error::internal("a user of a type of which the tenant has no licences")
}

/// Counts a user of `kind` more; of the first type with a licence left, where none is chosen. Returns which it is.
pub(crate) async fn take(
    tx: &mut WriteTx,
    tenant: TenantId,
    kind: Option<MailboxTypeId>,
) -> Result<Licence, Error> {
    let had = of_tenant(tx, tenant).await?;
    let wanted: Vec<&Licence> =
        had.iter().filter(|licence| kind.is_none_or(|kind| licence.kind == kind)).collect();
    for licence in &wanted {
        if count_one(tx, tenant, licence.kind).await? {
            return Ok((*licence).clone());
        }
    }
    let Some(first) = wanted.first() else {
        return Err(match kind {
            Some(_) => Error::new(Code::MailboxTypeUnknown).on("kind"),
            None => without_any(tx, tenant),
        });
    };
    if is_unlimited(tx, tenant).await? {
        add(tx, tenant, first.kind, 1).await?;
        return Ok((*first).clone());
    }
    Err(reached(tx, tenant, first).await?)
}

/// Counts many users of a type more with one statement: all of them, or none.
pub(crate) async fn take_many(
    tx: &mut WriteTx,
    tenant: TenantId,
    kind: MailboxTypeId,
    users: i64,
) -> Result<(), Error> {
    let statement =
        sql("UPDATE licences SET used = used + $1 WHERE tenant_id = $2 AND type_id = $3 AND used + $1 <= licensed")
            .bind(users)
            .bind(tenant)
            .bind(kind);
    if tx.run(statement).await? == 1 {
        return Ok(());
    }
    let had = of_type(tx, tenant, kind).await?.filter(|full| full.licensed > 0 || full.used > 0);
    let Some(full) = had else {
        return Err(Error::new(Code::MailboxTypeUnknown).on("kind"));
    };
    if is_unlimited(tx, tenant).await? {
        return add(tx, tenant, kind, users).await;
    }
    Err(reached(tx, tenant, &full).await?)
}

/// Counts a user as one of `to` instead of `from`. Rows are always locked in the order of the types, so that two that
/// change in opposite directions wait for each other and do not meet.
pub(crate) async fn exchange(
    tx: &mut WriteTx,
    tenant: TenantId,
    from: MailboxTypeId,
    to: MailboxTypeId,
) -> Result<Licence, Error> {
    if from < to {
        give_back(tx, tenant, from).await?;
        take(tx, tenant, Some(to)).await
    } else {
        let taken = take(tx, tenant, Some(to)).await?;
        give_back(tx, tenant, from).await?;
        Ok(taken)
    }
}

/// Counts a user of a type fewer.
pub(crate) async fn give_back(tx: &mut WriteTx, tenant: TenantId, kind: MailboxTypeId) -> Result<(), Error> {
    add(tx, tenant, kind, -1).await
}

/// Counts removed users fewer, each by its type.
pub(crate) async fn count_removed(
    tx: &mut WriteTx,
    tenant: TenantId,
    kinds: impl IntoIterator<Item = MailboxTypeId>,
) -> Result<(), Error> {
    let mut removed: BTreeMap<MailboxTypeId, i64> = BTreeMap::new();
    for kind in kinds {
        *removed.entry(kind).or_default() += 1;
    }
    for (kind, users) in removed {
        add(tx, tenant, kind, -users).await?;
    }
    Ok(())
}

/// The condition stands in the statement: of any number at once, as many succeed as licences are left.
async fn count_one(tx: &mut WriteTx, tenant: TenantId, kind: MailboxTypeId) -> Result<bool, Error> {
    let statement =
        sql("UPDATE licences SET used = used + 1 WHERE tenant_id = $ AND type_id = $ AND used < licensed")
            .bind(tenant)
            .bind(kind);
    Ok(tx.run(statement).await? == 1)
}

async fn add(tx: &mut WriteTx, tenant: TenantId, kind: MailboxTypeId, users: i64) -> Result<(), Error> {
    let statement = sql("UPDATE licences SET used = used + $ WHERE tenant_id = $ AND type_id = $")
        .bind(users)
        .bind(tenant)
        .bind(kind);
    if tx.run(statement).await? == 1 {
        return Ok(());
    }
    Err(not_counted())
}

/// All licences of a type are used: which, and how many, for whoever may know it.
async fn reached(tx: &mut WriteTx, tenant: TenantId, full: &Licence) -> Result<Error, Error> {
    let now = of_type(tx, tenant, full.kind).await?.unwrap_or_else(|| full.clone());
    Ok(with_figures(tx, tenant, Error::new(Code::UserLimitReached), |error| {
        error.with("kind", now.name.as_str()).with("used", now.used).with("licensed", now.licensed)
    }))
}

fn without_any(tx: &WriteTx, tenant: TenantId) -> Error {
    let error = Error::new(Code::UserLimitReached);
    if super::super::usage::sees_limits(tx.actor(), tenant, tx.now()) {
        error.with("used", 0_i64).with("licensed", 0_i64).with("figures", "none")
    } else {
        error.with("figures", "hidden")
    }
}

/// The licences a new tenant begins with.
pub(in super::super) async fn insert(
    tx: &mut WriteTx,
    _: &Authorized<CreateTenant>,
    tenant: TenantId,
    kind: &MailboxType,
    licensed: i64,
) -> Result<(), Error> {
    begin(tx, tenant, kind, licensed).await
}

async fn begin(tx: &mut WriteTx, tenant: TenantId, kind: &MailboxType, licensed: i64) -> Result<(), Error> {
    if !kind.offered && licensed > 0 {
        return Err(withdrawn(kind));
    }
    let statement = sql("INSERT INTO licences (tenant_id, type_id, licensed) VALUES ($, $, $)")
        .bind(tenant)
        .bind(kind.id)
        .bind(licensed);
    tx.run(statement).await.map(drop)
}

fn withdrawn(kind: &MailboxType) -> Error {
    Error::new(Code::MailboxTypeWithdrawn).with("kind", kind.name.as_str())
}

/// Sets how many users of a type a tenant may have. Fewer than it has are refused with the figure; where it has more
/// than it may already, because a program creates without the limit, the number may stay.
pub(in super::super) async fn set(
    tx: &mut WriteTx,
    tenant: &Authorized<UpdateTenant>,
    kind: &MailboxType,
    licensed: i64,
) -> Result<(), Error> {
    let Some(had) = of_type(tx, tenant.id, kind.id).await? else {
        return if licensed == 0 { Ok(()) } else { begin(tx, tenant.id, kind, licensed).await };
    };
    if !kind.offered && licensed > had.licensed {
        return Err(withdrawn(kind));
    }
    let statement = sql(
        "UPDATE licences SET licensed = $1 WHERE tenant_id = $2 AND type_id = $3 AND ($1 >= used OR $1 >= licensed)",
    )
    .bind(licensed)
    .bind(tenant.id)
    .bind(kind.id);
    if tx.run(statement).await? == 1 {
        return Ok(());
    }
    let now = of_type(tx, tenant.id, kind.id).await?.unwrap_or(had);
    Err(Error::new(Code::LimitBelowUse)
        .with("of", "type")
        .with("kind", kind.name.as_str())
        .with("used", now.used))
}
