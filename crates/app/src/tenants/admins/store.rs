//! Admins' logins in the database.

use bailiwick_base::Error;
use bailiwick_base::authz::{Authorized, Permission, Place, Rank, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, WriteTx, like_literal, sql};
use bailiwick_base::words::{EmailAddress, LoginId, TenantId, limits};
use sqlx::FromRow;

use super::actions::{BindByLimits, ChangeAdminAddress, LiftLimits};

/// May a login sign in?
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginStatus {
    /// Yes.
    Active,
    /// It has no password yet.
    Invited,
    /// No.
    Disabled,
}

impl LoginStatus {
    /// From the database; what is not understood may not sign in (K32).
    pub(crate) fn from_stored(text: &str) -> Self {
        match text {
            "active" => Self::Active,
            "invited" => Self::Invited,
            _ => Self::Disabled,
        }
    }
}

/// A login with which a tenant is administered.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct AdminLogin {
    /// Its id.
    pub id: LoginId,
    /// Its tenant.
    pub tenant_id: TenantId,
    /// The name it signs in with.
    pub name: String,
    /// What people call it.
    pub full_name: String,
    /// Where its recovery links go.
    pub recovery_address: Option<EmailAddress>,
    /// May it sign in?
    pub status: LoginStatus,
    /// Is it the tenant's main Admin?
    pub is_main: bool,
    /// It must choose a password before anything else.
    pub must_change_password: bool,
    /// A program's, for the JSON API only.
    pub api_access: bool,
    /// What the program is for.
    pub api_purpose: String,
    /// Not bound by the tenant's limits.
    pub unlimited: bool,
}

impl AdminLogin {
    /// How high it stands.
    pub fn rank(&self) -> Rank {
        if self.is_main { Rank::MainAdmin } else { Rank::SubAdmin }
    }
}

#[derive(FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "each is a column")]
struct Row {
    id: LoginId,
    tenant_id: TenantId,
    name: String,
    full_name: String,
    recovery_address: Option<String>,
    status: String,
    is_main: bool,
    password_one_time: bool,
    api_access: bool,
    api_purpose: String,
    unlimited: bool,
}

impl From<Row> for AdminLogin {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            name: row.name,
            full_name: row.full_name,
            recovery_address: row.recovery_address.and_then(|address| address.parse().ok()),
            status: LoginStatus::from_stored(&row.status),
            is_main: row.is_main,
            must_change_password: row.password_one_time,
            api_access: row.api_access,
            api_purpose: row.api_purpose,
            unlimited: row.unlimited,
        }
    }
}

const SELECT: &str = "SELECT id, tenant_id, name, full_name, recovery_address, status, password_one_time, api_access, api_purpose, unlimited, \
     EXISTS (SELECT 1 FROM grants g WHERE g.login_id = logins.id AND g.role = 'main_admin') AS is_main \
     FROM logins WHERE realm = 'admin' AND tenant_id IS NOT NULL";

impl Target for AdminLogin {
    type Id = LoginId;
    const NOUN: &'static str = "admin";
    const READ: Permission = Permission::SubAdminView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Tenant, "tenant_id")];

    fn id(&self) -> LoginId {
        self.id
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: Some(self.tenant_id), login: Some(self.id), ..Place::default() }
    }
    async fn reaches(&self, _: &mut impl Query, except: Option<LoginId>) -> Result<Rank, Error> {
        Ok(if except == Some(self.id) { Rank::Nobody } else { self.rank() })
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: LoginId) -> Result<Option<Self>, Error> {
        Ok(visible.find::<Row>(tx, SELECT, id).await?.map(AdminLogin::from))
    }
}

const BY_NAME: Order = Order {
    columns: "(name, id)",
    marks: "($, $)",
    descending: false,
    by: ("name DESC, id DESC", "name, id"),
};

/// A page of a tenant's logins by name, those whose name, full name or address contains `search`.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<AdminLogin>,
    tenant: TenantId,
    search: &str,
    request: &PageRequest,
) -> Result<Page<AdminLogin>, Error> {
    let mut select = visible.narrow(sql(SELECT)).push(" AND tenant_id = $").bind(tenant);
    let search = search.trim().to_lowercase();
    if !search.is_empty() {
        let like = format!("%{}%", like_literal(&search));
        select = select
            .push(" AND (name LIKE $ ESCAPE '\\' OR lower(full_name) LIKE $ ESCAPE '\\' OR lower(recovery_address) LIKE $ ESCAPE '\\')")
            .bind(&like)
            .bind(&like)
            .bind(&like);
    }
    let key = |row: &Row| vec![row.name.as_str().into(), row.id.into()];
    Ok(request.fetch(tx, select, BY_NAME, limits::PAGE, key).await?.map(AdminLogin::from))
}

pub(super) async fn set_address(
    tx: &mut WriteTx,
    admin: &Authorized<ChangeAdminAddress>,
    address: &EmailAddress,
) -> Result<(), Error> {
    let statement = sql("UPDATE logins SET recovery_address = $, version = version + 1 WHERE id = $")
        .bind(address)
        .bind(admin.id);
    tx.run(statement).await.map(drop)
}

pub(super) async fn lift_limits(tx: &mut WriteTx, admin: &Authorized<LiftLimits>) -> Result<(), Error> {
    set_unlimited(tx, admin.id, true).await
}

pub(super) async fn bind_by_limits(tx: &mut WriteTx, admin: &Authorized<BindByLimits>) -> Result<(), Error> {
    set_unlimited(tx, admin.id, false).await
}

async fn set_unlimited(tx: &mut WriteTx, login: LoginId, unlimited: bool) -> Result<(), Error> {
    let statement = sql("UPDATE logins SET unlimited = $, version = version + 1 WHERE id = $")
        .bind(unlimited)
        .bind(login);
    tx.run(statement).await.map(drop)
}

/// Logins offered in a choice.
const CHOICES: i64 = 200;

/// The first of a tenant's logins, its main Admin before all others, for a choice.
pub(crate) async fn choices(
    tx: &mut impl Query,
    visible: &Visible<AdminLogin>,
    tenant: TenantId,
) -> Result<Vec<AdminLogin>, Error> {
    let select = visible.narrow(sql(SELECT)).push(" AND tenant_id = $").bind(tenant);
    let rows: Vec<Row> = tx.all(select.push(" ORDER BY is_main DESC, name LIMIT $").bind(CHOICES)).await?;
    Ok(rows.into_iter().map(AdminLogin::from).collect())
}

/// A tenant's main Admin; the first, if there are several.
pub(crate) async fn main_admin(
    tx: &mut impl Query,
    visible: &Visible<AdminLogin>,
    tenant: TenantId,
) -> Result<Option<AdminLogin>, Error> {
    let select = visible.narrow(sql(SELECT)).push(" AND tenant_id = $").bind(tenant);
    let select = select
        .push(" AND id IN (SELECT g.login_id FROM grants g WHERE g.tenant_id = $ AND g.role = 'main_admin') ORDER BY id LIMIT 1")
        .bind(tenant);
    Ok(tx.optional::<Row>(select).await?.map(AdminLogin::from))
}
