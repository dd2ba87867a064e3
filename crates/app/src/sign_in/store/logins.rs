//! Logins and their grants.

use bailiwick_base::authz::{Permission, Place, Realm, ScopeKind, Standing, Target, Visible};
use bailiwick_base::db::{Query, WriteTx, sql};
use bailiwick_base::words::{
    DomainId, EmailAddress, LoginId, MailboxId, Network, PasswordHash, TenantId, Timestamp, limits,
};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use crate::sign_in::verify::{Credential, Limited};

/// How somebody signs in.
#[derive(Debug, Clone, FromRow)]
pub struct Login {
    id: LoginId,
    realm: String,
    pub(in crate::sign_in) name: String,
    full_name: String,
    tenant_id: Option<TenantId>,
    domain_id: Option<DomainId>,
    mailbox_id: Option<MailboxId>,
    pub(in crate::sign_in) password: Option<PasswordHash>,
    recovery_address: Option<String>,
    status: String,
    api_access: bool,
}

const LOGIN: &str = "SELECT id, realm, name, full_name, tenant_id, domain_id, mailbox_id, password, recovery_address, status, api_access FROM logins WHERE TRUE";

impl Login {
    /// The realm it belongs to; one that is not understood belongs nowhere.
    pub fn realm(&self) -> Option<Realm> {
        Realm::by_key(&self.realm)
    }

    /// May its holder come back by a link that is asked for at the sign-in? Not who was invited, who has a link already
    /// that nobody shall take away by asking for another; not who may not come in; not a program.
    pub(in crate::sign_in) fn may_recover(&self) -> bool {
        self.status == "active" && !self.api_access
    }

    /// Where recovery mail goes.
    pub fn recovery_address(&self) -> Option<EmailAddress> {
        self.recovery_address.as_deref()?.parse().ok()
    }

    /// The mailbox it is the user of, with its address.
    pub(in crate::sign_in) fn mailbox(&self) -> Option<(MailboxId, &str)> {
        self.mailbox_id.map(|mailbox| (mailbox, self.name.as_str()))
    }

    /// What an attacker who knows the login would try first.
    pub(in crate::sign_in) fn about(&self) -> Vec<&str> {
        [Some(self.name.as_str()), Some(self.full_name.as_str()), self.recovery_address.as_deref()]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Target for Login {
    type Id = LoginId;
    const NOUN: &'static str = "login";
    const READ: Permission = Permission::OwnLogin;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Login, "id")];

    fn id(&self) -> LoginId {
        self.id
    }
    fn name(&self) -> String {
        self.name.clone()
    }
    fn place(&self) -> Place {
        Place {
            tenant: self.tenant_id,
            domain: self.domain_id,
            mailbox: self.mailbox_id,
            login: Some(self.id),
        }
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: LoginId) -> Result<Option<Self>, Error> {
        visible.find(tx, LOGIN, id).await
    }
}

#[derive(FromRow)]
struct CredentialRow {
    id: LoginId,
    name: String,
    tenant_id: Option<TenantId>,
    domain_id: Option<DomainId>,
    mailbox_id: Option<MailboxId>,
    password: Option<PasswordHash>,
    password_one_time: bool,
    #[sqlx(flatten)]
    limited: Limited,
    known_at: Option<Timestamp>,
    #[sqlx(flatten)]
    standing: Standing,
}

/// The credential behind a name, with everything that decides besides the password, in one statement.
pub(in crate::sign_in) async fn credential(
    tx: &mut impl Query,
    realm: Realm,
    name: &str,
    network: Network,
    now: Timestamp,
) -> Result<Option<Credential>, Error> {
    let statement = sql(
        "SELECT l.id, l.name, l.tenant_id, l.domain_id, l.mailbox_id, l.password, l.password_one_time, l.networks_only, l.api_access, \
         l.status AS login_status, t.status AS tenant_status, d.status AS domain_status, m.status AS mailbox_status, k.last_at AS known_at \
         FROM logins l LEFT JOIN tenants t ON t.id = l.tenant_id LEFT JOIN domains d ON d.id = l.domain_id \
         LEFT JOIN mailboxes m ON m.id = l.mailbox_id LEFT JOIN known_networks k ON k.login_id = l.id AND k.network = $1 \
         WHERE l.realm = $2 AND l.name = $3",
    )
    .bind(network.to_string())
    .bind(realm.key())
    .bind(name);
    let row: Option<CredentialRow> = tx.optional(statement).await?;
    Ok(row.map(|row| Credential {
        login: row.id,
        name: row.name,
        tenant: row.tenant_id,
        domain: row.domain_id,
        mailbox: row.mailbox_id,
        password: row.password,
        one_time: row.password_one_time,
        limited: row.limited,
        standing: row.standing,
        known_network: row.known_at.is_some_and(|at| now.apart(at) < limits::KNOWN_NETWORK),
    }))
}

/// Keeps a login as it is until this commits: a change of its password either comes first and is seen from here on,
/// or comes after and ends the session that begins here (K15).
pub(in crate::sign_in) async fn hold_login(tx: &mut WriteTx, login: LoginId) -> Result<(), Error> {
    let lock = tx.lock();
    let _: Option<(LoginId,)> =
        tx.optional(sql("SELECT id FROM logins WHERE id = $").bind(login).push(lock)).await?;
    Ok(())
}

/// The login of a name in a realm, for a recovery link.
pub(in crate::sign_in) async fn login_by_name(
    tx: &mut WriteTx,
    realm: Realm,
    name: &str,
) -> Result<Option<Login>, Error> {
    let lock = tx.lock();
    tx.optional(sql(LOGIN).push(" AND realm = $ AND name = $").bind(realm.key()).bind(name).push(lock)).await
}

pub(in crate::sign_in) async fn login_by_id(
    tx: &mut impl Query,
    id: LoginId,
) -> Result<Option<Login>, Error> {
    tx.optional(sql(LOGIN).push(" AND id = $").bind(id)).await
}

/// A login to be created.
#[derive(Debug)]
pub(in crate::sign_in) struct LoginToInsert<'a> {
    pub(in crate::sign_in) realm: Realm,
    pub(in crate::sign_in) name: &'a str,
    pub(in crate::sign_in) full_name: &'a str,
    pub(in crate::sign_in) tenant: Option<TenantId>,
    pub(in crate::sign_in) domain: Option<DomainId>,
    pub(in crate::sign_in) mailbox: Option<MailboxId>,
    pub(in crate::sign_in) status: &'static str,
    pub(in crate::sign_in) password: Option<&'a PasswordHash>,
    pub(in crate::sign_in) one_time: bool,
    pub(in crate::sign_in) recovery: Option<&'a EmailAddress>,
}

pub(in crate::sign_in) async fn insert_login(
    tx: &mut WriteTx,
    login: &LoginToInsert<'_>,
) -> Result<LoginId, Error> {
    let now = tx.now();
    let statement = sql(
        "INSERT INTO logins (realm, name, full_name, tenant_id, domain_id, mailbox_id, status, password, password_one_time, \
         password_at, recovery_address, created_at) VALUES ($, $, $, $, $, $, $, $, $, $, $, $) RETURNING id",
    )
    .bind(login.realm.key())
    .bind(login.name)
    .bind(login.full_name)
    .bind(login.tenant)
    .bind(login.domain)
    .bind(login.mailbox)
    .bind(login.status)
    .bind(login.password)
    .bind(login.one_time)
    .bind(login.password.map(|_| now))
    .bind(login.recovery)
    .bind(now);
    let (id,): (LoginId,) = tx
        .one(statement)
        .await
        .map_err(|error| error.if_taken("logins", || Error::new(Code::LoginNameTaken).on("username")))?;
    Ok(id)
}

pub(in crate::sign_in) async fn any_staff(tx: &mut WriteTx) -> Result<bool, Error> {
    let staff: Option<(LoginId,)> =
        tx.optional(sql("SELECT id FROM logins WHERE realm = 'staff' LIMIT 1")).await?;
    Ok(staff.is_some())
}

pub(in crate::sign_in) async fn insert_grant(
    tx: &mut WriteTx,
    login: LoginId,
    role: &'static str,
    scope: (&'static str, i64),
    tenant: Option<TenantId>,
) -> Result<(), Error> {
    let (giver, giver_name, now) = (tx.actor().login(), tx.actor().name().to_owned(), tx.now());
    let statement = sql(
        "INSERT INTO grants (login_id, role, scope_kind, scope_id, tenant_id, given_by, given_by_name, created_at) VALUES ($, $, $, $, $, $, $, $)",
    )
    .bind(login)
    .bind(role)
    .bind(scope.0)
    .bind(scope.1)
    .bind(tenant)
    .bind(giver)
    .bind(giver_name)
    .bind(now);
    tx.run(statement).await.map(drop)
}

/// Notes that a login's holder has followed a link that was sent to an address.
pub(in crate::sign_in) async fn note_proven_address(
    tx: &mut WriteTx,
    login: LoginId,
    address: &str,
) -> Result<(), Error> {
    let statement = sql("UPDATE logins SET proven_address = $ WHERE id = $").bind(address).bind(login);
    tx.run(statement).await.map(drop)
}

/// Stores a new password. A login that was invited is active from then on.
pub(in crate::sign_in) async fn set_password(
    tx: &mut WriteTx,
    login: LoginId,
    hash: &PasswordHash,
    one_time: bool,
) -> Result<(), Error> {
    let now = tx.now();
    let statement = sql("UPDATE logins SET password = $, password_one_time = $, password_at = $, \
         status = CASE WHEN status = 'invited' THEN 'active' ELSE status END WHERE id = $")
    .bind(hash)
    .bind(one_time)
    .bind(now)
    .bind(login);
    tx.run(statement).await.map(drop)
}
