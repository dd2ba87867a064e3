//! The provider's people in the database: logins of their realm, each with one grant over the whole installation.

use bailiwick_base::Error;
use bailiwick_base::authz::{Action, Authorized, Permission, Place, Role, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, WriteTx, like_literal, sql};
use bailiwick_base::words::{Line, LoginId, Timestamp, limits};
use sqlx::FromRow;

use super::actions::{DisableStaff, EnableStaff, RemoveStaff, UpdateStaff};
use super::member::{StaffMember, StaffStatus, staff_role};

#[derive(FromRow)]
struct Row {
    id: LoginId,
    name: String,
    full_name: String,
    recovery_address: Option<String>,
    status: String,
    version: i64,
    role: Option<String>,
    until: Option<Timestamp>,
    note: Option<String>,
    giver: Option<String>,
    since: Option<Timestamp>,
}

impl From<Row> for StaffMember {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            full_name: row.full_name,
            recovery_address: row.recovery_address.and_then(|address| address.parse().ok()),
            status: match row.status.as_str() {
                "active" => StaffStatus::Active,
                "invited" => StaffStatus::Invited,
                _ => StaffStatus::Disabled,
            },
            role: row.role.as_deref().and_then(staff_role),
            until: row.until,
            note: row.note.unwrap_or_default(),
            giver: row.giver.unwrap_or_default(),
            since: row.since,
            version: row.version,
        }
    }
}

const SELECT: &str = "SELECT id, name, full_name, recovery_address, status, version, \
     (SELECT g.role FROM grants g WHERE g.login_id = logins.id ORDER BY g.id LIMIT 1) AS role, \
     (SELECT g.expires_at FROM grants g WHERE g.login_id = logins.id ORDER BY g.id LIMIT 1) AS until, \
     (SELECT g.note FROM grants g WHERE g.login_id = logins.id ORDER BY g.id LIMIT 1) AS note, \
     (SELECT g.given_by_name FROM grants g WHERE g.login_id = logins.id ORDER BY g.id LIMIT 1) AS giver, \
     (SELECT g.created_at FROM grants g WHERE g.login_id = logins.id ORDER BY g.id LIMIT 1) AS since \
     FROM logins WHERE realm = 'staff'";

impl Target for StaffMember {
    type Id = LoginId;
    const NOUN: &'static str = "staff";
    const READ: Permission = Permission::StaffView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[];

    fn id(&self) -> LoginId {
        self.id
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn place(&self) -> Place {
        Place { login: Some(self.id), ..Place::default() }
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: LoginId) -> Result<Option<Self>, Error> {
        Ok(visible.find::<Row>(tx, SELECT, id).await?.map(StaffMember::from))
    }
}

const BY_NAME: Order = Order {
    columns: "(name, id)",
    marks: "($, $)",
    descending: false,
    by: ("name DESC, id DESC", "name, id"),
};

/// A page of them by name, those whose name or full name contains `search`.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<StaffMember>,
    search: &str,
    request: &PageRequest,
) -> Result<Page<StaffMember>, Error> {
    let mut select = visible.narrow(sql(SELECT));
    if !search.is_empty() {
        let like = format!("%{}%", like_literal(&search.trim().to_lowercase()));
        select = select
            .push(" AND (name LIKE $ ESCAPE '\\' OR lower(full_name) LIKE $ ESCAPE '\\')")
            .bind(&like)
            .bind(&like);
    }
    let key = |row: &Row| vec![row.name.as_str().into(), row.id.into()];
    Ok(request.fetch(tx, select, BY_NAME, limits::PAGE, key).await?.map(StaffMember::from))
}

/// Those whose access somebody gave, by name; no more than a page of them.
pub(super) async fn given_by(
    tx: &mut ReadTx,
    visible: &Visible<StaffMember>,
    giver: LoginId,
) -> Result<Vec<StaffMember>, Error> {
    let select = visible
        .narrow(sql(SELECT))
        .push(" AND id IN (SELECT g.login_id FROM grants g WHERE g.given_by = $) ORDER BY name, id LIMIT $")
        .bind(giver)
        .bind(limits::PAGE);
    Ok(tx.all::<Row>(select).await?.into_iter().map(StaffMember::from).collect())
}

/// Somebody who was just added.
pub(super) async fn added(
    tx: &mut WriteTx,
    visible: &Visible<StaffMember>,
    id: LoginId,
) -> Result<StaffMember, Error> {
    let row: Row = tx.one(visible.narrow(sql(SELECT)).push(" AND id = $").bind(id)).await?;
    Ok(row.into())
}

/// What somebody is given.
#[derive(Debug, Clone)]
pub(super) struct Access<'a> {
    pub(super) role: Role,
    pub(super) until: Option<Timestamp>,
    pub(super) note: &'a Line<200>,
}

/// Gives a role over the whole installation, in place of whatever the login had.
pub(super) async fn give<A: Action>(
    tx: &mut WriteTx,
    _: &Authorized<A>,
    login: LoginId,
    access: &Access<'_>,
) -> Result<(), Error> {
    tx.run(sql("DELETE FROM grants WHERE login_id = $").bind(login)).await?;
    let (giver, giver_name, now) = (tx.actor().login(), tx.actor().name().to_owned(), tx.now());
    let statement = sql(
        "INSERT INTO grants (login_id, role, scope_kind, scope_id, given_by, given_by_name, note, created_at, expires_at) \
         VALUES ($, $, 'everywhere', 0, $, $, $, $, $)",
    )
    .bind(login)
    .bind(access.role.key())
    .bind(giver)
    .bind(giver_name)
    .bind(access.note)
    .bind(now)
    .bind(access.until);
    tx.run(statement).await.map(drop)
}

/// The owners who can sign in on any day, kept as they are until this commits: of several who would take one another's
/// power at once, all but the first see what is left.
pub(crate) async fn lasting_owners(tx: &mut WriteTx) -> Result<Vec<LoginId>, Error> {
    let lock = tx.lock();
    let owners: Vec<(LoginId,)> = tx
        .all(
            sql("SELECT l.id FROM logins l JOIN grants g ON g.login_id = l.id WHERE l.realm = 'staff' \
                 AND l.status = 'active' AND g.role = 'staff_owner' AND g.scope_kind = 'everywhere' AND g.expires_at IS NULL ORDER BY l.id")
            .push(lock),
        )
        .await?;
    Ok(owners.into_iter().map(|(id,)| id).collect())
}

pub(super) async fn update_note(
    tx: &mut WriteTx,
    member: &Authorized<UpdateStaff>,
    note: &Line<200>,
) -> Result<(), Error> {
    tx.run(sql("UPDATE grants SET note = $ WHERE login_id = $").bind(note).bind(member.id)).await.map(drop)
}

pub(super) async fn grow_version(tx: &mut WriteTx, member: &Authorized<UpdateStaff>) -> Result<(), Error> {
    tx.run(sql("UPDATE logins SET version = version + 1 WHERE id = $").bind(member.id)).await.map(drop)
}

pub(super) async fn disable(tx: &mut WriteTx, member: &Authorized<DisableStaff>) -> Result<(), Error> {
    let statement =
        sql("UPDATE logins SET status = 'disabled', version = version + 1 WHERE id = $").bind(member.id);
    tx.run(statement).await.map(drop)
}

/// Whoever had no password yet is invited again.
pub(super) async fn enable(tx: &mut WriteTx, member: &Authorized<EnableStaff>) -> Result<(), Error> {
    let statement = sql(
        "UPDATE logins SET status = CASE WHEN password IS NULL THEN 'invited' ELSE 'active' END, version = version + 1 WHERE id = $",
    )
    .bind(member.id);
    tx.run(statement).await.map(drop)
}

/// Removes a login; sessions, links, grants and networks go with it.
pub(super) async fn remove(tx: &mut WriteTx, member: &Authorized<RemoveStaff>) -> Result<(), Error> {
    tx.run(sql("DELETE FROM logins WHERE id = $").bind(member.id)).await.map(drop)
}
