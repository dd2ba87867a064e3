//! Tokens, sessions and the record of who acted as whom, in the database.

use bailiwick_base::authz::{Authorized, Permission, Place, RealPerson, ScopeKind, Target, Visible};
use bailiwick_base::db::{Query, WriteTx, sql};
use bailiwick_base::words::{
    ClientAddress, ImpersonationId, Line, LoginId, Network, SessionId, TenantId, Timestamp, TokenHash, limits,
};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use super::actions::{BeginImpersonation, EnterByToken, Impersonate, LeaveImpersonation};
use crate::sign_in::Login;

/// Somebody acting as another, from beginning to end.
#[derive(Debug, Clone, FromRow)]
pub struct Impersonation {
    /// Its id.
    pub id: ImpersonationId,
    /// Whose people are acted as.
    pub tenant_id: TenantId,
    /// The login that is acted as.
    pub login_id: LoginId,
    /// Its name.
    pub login_name: String,
    /// The session that is acted with.
    pub session_id: SessionId,
    /// When it ends, whatever happens.
    pub until: Timestamp,
}

const SELECT: &str = "SELECT id, tenant_id, login_id, login_name, session_id, until FROM impersonations WHERE ended_at IS NULL";

impl Target for Impersonation {
    type Id = ImpersonationId;
    const NOUN: &'static str = "impersonation";
    const READ: Permission = Permission::OwnLogin;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Login, "login_id")];

    fn id(&self) -> ImpersonationId {
        self.id
    }
    fn name(&self) -> String {
        self.login_name.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: Some(self.tenant_id), login: Some(self.login_id), ..Place::default() }
    }
    async fn load(
        tx: &mut impl Query,
        visible: &Visible<Self>,
        id: ImpersonationId,
    ) -> Result<Option<Self>, Error> {
        visible.find(tx, SELECT, id).await
    }
}

/// Stores a token for a session of whoever asks; an older one of the same session is dead from then on.
pub(super) async fn insert_token(
    tx: &mut WriteTx,
    _: &Authorized<Impersonate>,
    login: LoginId,
    parent: SessionId,
    reason: &Line<200>,
    token: TokenHash,
) -> Result<(), Error> {
    let now = tx.now();
    let older = sql("DELETE FROM one_time_links WHERE purpose = 'impersonation' AND parent_session_id = $")
        .bind(parent);
    tx.run(older).await?;
    let statement = sql(
        "INSERT INTO one_time_links (token_hash, purpose, login_id, sent_to, parent_session_id, reason, created_at, expires_at) \
         VALUES ($, 'impersonation', $, 'handed over', $, $, $, $)",
    )
    .bind(token)
    .bind(login)
    .bind(parent)
    .bind(reason)
    .bind(now)
    .bind(now.after(limits::IMPERSONATION_TOKEN));
    tx.run(statement).await.map(drop)
}

/// What a token says to whoever brings it.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Announced {
    pub(super) name: String,
    pub(super) full_name: String,
    pub(super) tenant: String,
    pub(super) reason: String,
}

/// Whom a token leads to, if it is still good. Takes nothing.
pub(super) async fn announced(tx: &mut impl Query, token: TokenHash) -> Result<Option<Announced>, Error> {
    let now = tx.now();
    let statement = sql(
        "SELECT l.name, l.full_name, t.name AS tenant, o.reason FROM one_time_links o JOIN logins l ON l.id = o.login_id \
         JOIN tenants t ON t.id = l.tenant_id WHERE o.token_hash = $ AND o.purpose = 'impersonation' AND o.expires_at > $",
    )
    .bind(token)
    .bind(now);
    tx.optional(statement).await
}

/// What a token that was brought and taken stands for.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Brought {
    pub(super) login_id: LoginId,
    pub(super) parent_session_id: SessionId,
    pub(super) reason: String,
}

/// Takes a token: it is gone for everybody else from this statement on. One that comes from a session of somebody
/// who acts as another is no good.
pub(super) async fn take_token(
    tx: &mut WriteTx,
    _: &Authorized<EnterByToken>,
    token: TokenHash,
) -> Result<Brought, Error> {
    let now = tx.now();
    let statement = sql(
        "DELETE FROM one_time_links WHERE token_hash = $ AND purpose = 'impersonation' AND expires_at > $ \
         AND login_id IS NOT NULL AND parent_session_id IN (SELECT s.id FROM sessions s WHERE s.parent_session_id IS NULL) \
         RETURNING login_id, parent_session_id, reason",
    )
    .bind(token)
    .bind(now);
    tx.optional(statement).await?.ok_or_else(|| Code::LinkInvalid.into())
}

/// Was a session opened from this network?
pub(super) async fn began_in(tx: &mut WriteTx, session: SessionId, network: Network) -> Result<bool, Error> {
    let from: Option<(String,)> =
        tx.optional(sql("SELECT client_address FROM sessions WHERE id = $").bind(session)).await?;
    let from = from.and_then(|(address,)| address.parse::<ClientAddress>().ok());
    Ok(from.is_some_and(|from| from.network() == network))
}

/// Opens the session that is acted with. Another one that came from the same session ends.
pub(super) async fn insert_session(
    tx: &mut WriteTx,
    _: &Authorized<EnterByToken>,
    brought: &Brought,
    token: TokenHash,
    address: ClientAddress,
    agent: &str,
) -> Result<(), Error> {
    let now = tx.now();
    tx.run(sql("DELETE FROM sessions WHERE parent_session_id = $").bind(brought.parent_session_id)).await?;
    let statement = sql(
        "INSERT INTO sessions (token_hash, login_id, realm, parent_session_id, reason, client_address, user_agent, \
         created_at, last_seen_at, expires_at) VALUES ($, $, 'admin', $, $, $, $, $, $, $)",
    )
    .bind(token)
    .bind(brought.login_id)
    .bind(brought.parent_session_id)
    .bind(&brought.reason)
    .bind(address)
    .bind(agent)
    .bind(now)
    .bind(now)
    .bind(now.after(limits::IMPERSONATION));
    tx.run(statement).await.map(drop)
}

/// Records that it has begun.
pub(super) async fn insert(
    tx: &mut WriteTx,
    login: &Authorized<BeginImpersonation>,
    tenant: TenantId,
    session: SessionId,
    real: &RealPerson,
) -> Result<Impersonation, Error> {
    let (id, name) = (login.id(), Login::name(login));
    let now = tx.now();
    let statement = sql(
        "INSERT INTO impersonations (tenant_id, login_id, login_name, real_login_id, session_id, reason, began_at, until) \
         VALUES ($, $, $, $, $, $, $, $) RETURNING id",
    )
    .bind(tenant)
    .bind(id)
    .bind(&name)
    .bind(real.login)
    .bind(session)
    .bind(&real.reason)
    .bind(now)
    .bind(real.until);
    let (new,): (ImpersonationId,) = tx.one(statement).await?;
    Ok(Impersonation {
        id: new,
        tenant_id: tenant,
        login_id: id,
        login_name: name,
        session_id: session,
        until: real.until,
    })
}

/// The one that a session acts with, unless it has ended.
pub(super) async fn of_session(
    tx: &mut WriteTx,
    session: SessionId,
) -> Result<Option<ImpersonationId>, Error> {
    let statement =
        sql("SELECT id FROM impersonations WHERE ended_at IS NULL AND session_id = $").bind(session);
    let found: Option<(ImpersonationId,)> = tx.optional(statement).await?;
    Ok(found.map(|(id,)| id))
}

/// Ends it, with its session.
pub(super) async fn leave(
    tx: &mut WriteTx,
    impersonation: &Authorized<LeaveImpersonation>,
) -> Result<(), Error> {
    end(tx, impersonation).await
}

/// Ends one whose time is over or whose session is gone.
pub(super) async fn end_over<A: bailiwick_base::authz::Action<Target = Impersonation>>(
    tx: &mut WriteTx,
    impersonation: &Authorized<A>,
) -> Result<(), Error> {
    end(tx, impersonation).await
}

async fn end(tx: &mut WriteTx, impersonation: &Impersonation) -> Result<(), Error> {
    let now = tx.now();
    tx.run(sql("DELETE FROM sessions WHERE id = $").bind(impersonation.session_id)).await?;
    let statement =
        sql("UPDATE impersonations SET ended_at = $ WHERE id = $").bind(now).bind(impersonation.id);
    tx.run(statement).await.map(drop)
}

/// Those that are over but not said to be: whether time ended them, and which.
pub(super) async fn over(
    tx: &mut impl Query,
    visible: &Visible<Impersonation>,
    limit: i64,
) -> Result<Vec<(ImpersonationId, bool)>, Error> {
    let now = tx.now();
    let statement = visible
        .narrow(sql(SELECT))
        .push(" AND (until <= $ OR NOT EXISTS (SELECT 1 FROM sessions s WHERE s.id = impersonations.session_id)) ORDER BY id LIMIT $")
        .bind(now)
        .bind(limit);
    let rows: Vec<Impersonation> = tx.all(statement).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.until <= now)).collect())
}
