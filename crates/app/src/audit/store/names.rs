//! From what a person asks for to what an index finds: names become ids, days become a range of ids.
//!
//! Whatever is found here only narrows further what the reader may see.

use bailiwick_base::Error;
use bailiwick_base::authz::Visible;
use bailiwick_base::db::{Query, ReadTx, Sql, sql};
use bailiwick_base::words::{AuditEventId, LoginId, TenantId, Timestamp};

use super::history::HistoryEntry;
use crate::audit::filter::{By, HistoryFilter, ObjectNamed};

/// Logins whose name begins as asked for, at most.
const LOGINS: i64 = 200;

/// Entries looked through for the ids of what is gone by now, at most.
const LOOKED_THROUGH: i64 = 1_000;

/// From so many entries on, a login has done much.
const MUCH: i64 = 20_000;

/// Ids are given in the order of the commits but for this long: a transaction takes its instant when it begins, and
/// the clocks of several machines differ.
const SKEW: std::time::Duration = std::time::Duration::from_mins(10);

/// A filter with its names looked up.
#[derive(Debug, Default)]
pub(in crate::audit) struct Found {
    filter: HistoryFilter,
    actors: Option<Vec<LoginId>>,
    /// They have done so much that the newest of it is found soonest by looking at the newest of all.
    busy: bool,
    objects: Option<Vec<(String, String)>>,
    first: Option<AuditEventId>,
    last: Option<AuditEventId>,
}

/// Looks up what `filter` names. `customer` is the reader's tenant: a customer finds nothing by the names of its
/// provider's people.
pub(in crate::audit) async fn find(
    tx: &mut ReadTx,
    visible: &Visible<HistoryEntry>,
    filter: &HistoryFilter,
    customer: Option<TenantId>,
) -> Result<Found, Error> {
    let mut found = Found { filter: filter.clone(), ..Found::default() };
    if let Some(name) = &filter.actor {
        let logins = actors(tx, visible, name, customer).await?;
        found.busy = are_busy(tx, &logins).await?;
        found.actors = Some(logins);
    }
    match &filter.object {
        Some(ObjectNamed::Name(names)) => {
            found.objects = Some(objects(tx, visible, names, filter.object_kind.as_deref()).await?);
        }
        Some(ObjectNamed::Id(id)) if filter.object_kind.is_none() => {
            let kinds = crate::audit::filter::object_kinds(true);
            found.objects = Some(kinds.into_iter().map(|kind| (kind.to_owned(), id.clone())).collect());
        }
        Some(ObjectNamed::Id(_)) | None => {}
    }
    if let Some(from) = filter.from {
        let first =
            sql("SELECT id FROM audit_events WHERE at >= $ ORDER BY at, id LIMIT 1").bind(from.before(SKEW));
        found.first = tx.optional(first).await?.map(|(id,)| id);
    }
    if let Some(until) = filter.until {
        let last = sql("SELECT id FROM audit_events WHERE at < $ ORDER BY at DESC, id DESC LIMIT 1")
            .bind(until.after(SKEW));
        found.last = tx.optional(last).await?.map(|(id,)| id);
    }
    Ok(found)
}

/// The logins whose name begins with `name`, and those of that name that are gone.
async fn actors(
    tx: &mut ReadTx,
    visible: &Visible<HistoryEntry>,
    name: &str,
    customer: Option<TenantId>,
) -> Result<Vec<LoginId>, Error> {
    let realms: &[&str] =
        if customer.is_some() { &["admin", "mailbox"] } else { &["staff", "admin", "mailbox"] };
    let mut present = sql("SELECT id FROM logins WHERE ").is_in("realm", realms.iter().copied());
    if let Some(tenant) = customer {
        present = present.push(" AND tenant_id = $").bind(tenant);
    }
    present = present.push(" AND name >= $ AND name < $").bind(name).bind(format!("{name}\u{10ffff}"));
    let mut logins: Vec<(LoginId,)> =
        tx.all(present.push(" ORDER BY realm, name LIMIT $").bind(LOGINS)).await?;
    let gone = sql(
        "SELECT actor_login_id FROM audit_details JOIN audit_events ON audit_events.id = audit_details.event_id \
         WHERE actor_key = $ AND actor_login_id IS NOT NULL",
    )
    .bind(name);
    let mut gone = visible.narrow(gone);
    if customer.is_some() {
        gone = gone.push(" AND actor_kind <> 'staff'");
    }
    let gone: Vec<(LoginId,)> =
        tx.all(gone.push(" ORDER BY event_id DESC LIMIT $").bind(LOOKED_THROUGH)).await?;
    logins.extend(gone);
    let mut logins: Vec<LoginId> = logins.into_iter().map(|(id,)| id).collect();
    logins.sort_unstable();
    logins.dedup();
    Ok(logins)
}

/// Have these logins done more than can be sorted at once? Counted only so far.
async fn are_busy(tx: &mut ReadTx, logins: &[LoginId]) -> Result<bool, Error> {
    let counted = sql("SELECT CAST(count(*) AS BIGINT) FROM (SELECT 1 AS one FROM audit_events WHERE ")
        .is_in("actor_login_id", logins.iter().copied())
        .push(" LIMIT $) counted")
        .bind(MUCH);
    let (count,): (i64,) = tx.one(counted).await?;
    Ok(count == MUCH)
}

/// The objects that were once called so.
async fn objects(
    tx: &mut ReadTx,
    visible: &Visible<HistoryEntry>,
    names: &[String],
    kind: Option<&str>,
) -> Result<Vec<(String, String)>, Error> {
    let select = sql(
        "SELECT object_kind, object_id FROM audit_details JOIN audit_events ON audit_events.id = audit_details.event_id \
         WHERE ",
    );
    let mut select = visible.narrow(select.is_in("object_key", names));
    if let Some(kind) = kind {
        select = select.push(" AND object_kind = $").bind(kind);
    }
    let mut objects: Vec<(String, String)> =
        tx.all(select.push(" ORDER BY event_id DESC LIMIT $").bind(LOOKED_THROUGH)).await?;
    objects.sort_unstable();
    objects.dedup();
    Ok(objects)
}

impl Found {
    /// Appends the conditions.
    pub(in crate::audit) fn narrow(&self, select: Sql) -> Sql {
        let filter = &self.filter;
        let mut select = self.by_actor(select);
        if let Some(action) = filter.action {
            select = select.push(" AND action = $").bind(action);
        }
        select = self.by_object(select);
        let at = |select: Sql, mark: &'static str, at: Option<Timestamp>| match at {
            Some(at) => select.push(mark).bind(at),
            None => select,
        };
        select = at(at(select, " AND at >= $", filter.from), " AND at < $", filter.until);
        if let Some(first) = self.first {
            select = select.push(" AND id >= $").bind(first);
        }
        if let Some(last) = self.last {
            select = select.push(" AND id <= $").bind(last);
        }
        select
    }

    fn by_actor(&self, select: Sql) -> Sql {
        let select = match &self.actors {
            // An expression keeps an index from being used that would find, and then sort, far more than a page.
            Some(logins) => select
                .push(" AND (")
                .is_in(
                    if self.busy { "actor_login_id + 0" } else { "actor_login_id" },
                    logins.iter().copied(),
                )
                .push(" OR ")
                .is_in("real_login_id", logins.iter().copied())
                .push(")"),
            None => select,
        };
        match self.filter.by {
            None => select,
            Some(By::Provider) => {
                select.push(" AND (actor_kind IN ('staff', 'operator') OR real_kind = 'staff')")
            }
            Some(by) => select.push(" AND actor_kind = $").bind(by.key()),
        }
    }

    fn by_object(&self, mut select: Sql) -> Sql {
        match (&self.objects, &self.filter.object) {
            (Some(objects), _) => {
                select = select.push(" AND (FALSE");
                for (kind, id) in objects {
                    select = select
                        .push(" OR (object_kind = $ AND object_id = $)")
                        .bind(kind.as_str())
                        .bind(id.as_str());
                }
                return select.push(")");
            }
            (None, Some(ObjectNamed::Id(id))) => select = select.push(" AND object_id = $").bind(id.as_str()),
            (None, _) => {}
        }
        match (&self.filter.object_kind, &self.filter.object) {
            (Some(kind), Some(_)) => select.push(" AND object_kind = $").bind(kind.as_str()),
            // Of one kind there are many: see `by_actor`.
            (Some(kind), None) => select.push(" AND object_kind || '' = $").bind(kind.as_str()),
            (None, _) => select,
        }
    }
}
