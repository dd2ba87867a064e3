//! Admins and staff, as the command line looks after their logins.

use bailiwick_base::Error;
use bailiwick_base::authz::{Action, Authorized, Permission, Place, Realm, Role, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, Value, WriteTx, sql};
use bailiwick_base::words::{LoginId, TenantId, Timestamp, limits};
use sqlx::FromRow;

use crate::security::actions::LiftNetworks;
use crate::security::people::PersonFilter;

/// Somebody who signs in with a name: an Admin, a Sub-Admin, a member of staff.
#[derive(Debug, Clone, FromRow)]
pub struct Person {
    id: LoginId,
    realm: String,
    /// The name it signs in with.
    pub name: String,
    /// What people call it.
    pub full_name: String,
    tenant_id: Option<TenantId>,
    /// Its tenant.
    pub tenant_name: Option<String>,
    /// `active`, `disabled`, or `invited`.
    pub status: String,
    /// Has it a password of its own yet?
    pub has_password: bool,
    /// Where recovery links go.
    pub recovery_address: Option<String>,
    /// When it last came in on the web.
    pub signed_in_at: Option<Timestamp>,
    /// Since when it exists.
    pub created_at: Timestamp,
}

const SELECT: &str = "SELECT id, realm, name, full_name, tenant_id, \
     (SELECT t.name FROM tenants t WHERE t.id = logins.tenant_id) AS tenant_name, status, \
     password IS NOT NULL AS has_password, recovery_address, signed_in_at, created_at \
     FROM logins WHERE realm <> 'mailbox'";

impl Person {
    /// Whose credentials it has.
    pub fn realm(&self) -> Realm {
        if self.realm == Realm::Staff.key() { Realm::Staff } else { Realm::Admin }
    }

    /// Can nobody sign in with it?
    pub fn is_disabled(&self) -> bool {
        self.status == "disabled"
    }
}

impl Target for Person {
    type Id = LoginId;
    const NOUN: &'static str = "login";
    const READ: Permission = Permission::KeepHouse;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[];

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
        visible.find(tx, SELECT, id).await
    }
}

/// A page of them, by name.
pub(in crate::security) async fn page(
    tx: &mut impl Query,
    visible: &Visible<Person>,
    filter: &PersonFilter,
    request: &PageRequest,
) -> Result<Page<Person>, Error> {
    let mut select = visible.narrow(sql(SELECT)).push(" AND realm = $").bind(filter.realm.key());
    if let Some(tenant) = filter.tenant {
        select = select.push(" AND tenant_id = $").bind(tenant);
    }
    let order = Order {
        columns: "(name, id)",
        marks: "($, $)",
        descending: false,
        by: ("name DESC, id DESC", "name, id"),
    };
    let key = |person: &Person| vec![Value::from(&person.name), Value::from(person.id)];
    request.fetch(tx, select, order, limits::PAGE, key).await
}

pub(in crate::security) async fn by_name(
    tx: &mut impl Query,
    visible: &Visible<Person>,
    realm: Realm,
    name: &str,
) -> Result<Option<Person>, Error> {
    let statement =
        visible.narrow(sql(SELECT)).push(" AND realm = $ AND name = $").bind(realm.key()).bind(name);
    tx.optional(statement).await
}

/// The roles people were given. A role that is not understood is none.
pub(in crate::security) async fn roles(
    tx: &mut impl Query,
    _: &Visible<Person>,
    logins: &[LoginId],
) -> Result<Vec<(LoginId, Role)>, Error> {
    let statement = sql("SELECT login_id, role FROM grants WHERE ").is_in("login_id", logins.iter().copied());
    let rows: Vec<(LoginId, String)> = tx.all(statement).await?;
    Ok(rows.into_iter().filter_map(|(login, role)| Some((login, Role::by_key(&role)?))).collect())
}

/// Lets a login be used from everywhere; its list is kept. Not a program's, which may be used from its list alone.
pub(in crate::security) async fn lift_networks(
    tx: &mut WriteTx,
    person: &Authorized<LiftNetworks>,
) -> Result<bool, Error> {
    let statement =
        sql("UPDATE logins SET networks_only = FALSE, networks_by_admin = FALSE, version = version + 1 \
         WHERE id = $ AND networks_only AND NOT api_access")
        .bind(person.id());
    Ok(tx.run(statement).await? == 1)
}

pub(in crate::security) async fn set_status<A: Action<Target = Person>>(
    tx: &mut WriteTx,
    person: &Authorized<A>,
    status: &'static str,
) -> Result<(), Error> {
    let statement = sql("UPDATE logins SET status = $, version = version + 1 WHERE id = $")
        .bind(status)
        .bind(person.id());
    tx.run(statement).await.map(drop)
}
