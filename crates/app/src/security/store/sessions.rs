//! Sessions as their person sees them.

use bailiwick_base::Error;
use bailiwick_base::authz::{Authorized, Permission, Place, Realm, ScopeKind, Target, Visible};
use bailiwick_base::db::{Query, WriteTx, sql};
use bailiwick_base::words::{DomainId, LoginId, MailboxId, SessionId, TenantId, Timestamp, limits};
use sqlx::FromRow;

use crate::security::actions::{EndOtherSessions, EndSession};
use crate::security::device::Device;

/// Where a login is signed in.
#[derive(Debug, Clone, FromRow)]
pub struct Session {
    id: SessionId,
    login_id: LoginId,
    login_name: String,
    tenant_id: Option<TenantId>,
    domain_id: Option<DomainId>,
    mailbox_id: Option<MailboxId>,
    client_address: String,
    user_agent: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// Why somebody acts as this login, in their words.
    pub reason: String,
    acting_realm: Option<String>,
}

const SELECT: &str = "SELECT id, login_id, (SELECT l.name FROM logins l WHERE l.id = sessions.login_id) AS login_name, \
     (SELECT l.tenant_id FROM logins l WHERE l.id = sessions.login_id) AS tenant_id, \
     (SELECT l.domain_id FROM logins l WHERE l.id = sessions.login_id) AS domain_id, \
     (SELECT l.mailbox_id FROM logins l WHERE l.id = sessions.login_id) AS mailbox_id, \
     client_address, user_agent, created_at, last_seen_at, reason, \
     (SELECT p.realm FROM sessions p WHERE p.id = sessions.parent_session_id) AS acting_realm \
     FROM sessions WHERE TRUE";

impl Session {
    /// What it is used with; nothing is told of whoever acts as another.
    pub fn device(&self) -> Option<Device> {
        self.acting_realm.is_none().then(|| Device::of(&self.user_agent))
    }

    /// Where it is used from; nothing is told of whoever acts as another.
    pub fn address(&self) -> Option<&str> {
        self.acting_realm.is_none().then_some(self.client_address.as_str())
    }

    /// Somebody of this realm acts as the login here (K17).
    pub fn acting(&self) -> Option<Realm> {
        self.acting_realm.as_deref().and_then(Realm::by_key)
    }
}

impl Target for Session {
    type Id = SessionId;
    const NOUN: &'static str = "session";
    const READ: Permission = Permission::OwnLogin;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Login, "login_id")];

    fn id(&self) -> SessionId {
        self.id
    }
    fn name(&self) -> String {
        self.login_name.clone()
    }
    fn place(&self) -> Place {
        Place {
            tenant: self.tenant_id,
            domain: self.domain_id,
            mailbox: self.mailbox_id,
            login: Some(self.login_id),
        }
    }
    async fn load(
        tx: &mut impl Query,
        visible: &Visible<Self>,
        id: SessionId,
    ) -> Result<Option<Self>, Error> {
        visible.find(tx, SELECT, id).await
    }
}

/// The sessions that are alive, those used last first. There are few of a login: beyond a number the oldest ends.
pub(in crate::security) async fn alive(
    tx: &mut impl Query,
    visible: &Visible<Session>,
    realm: Realm,
) -> Result<Vec<Session>, Error> {
    let now = tx.now();
    let rest = match realm {
        Realm::Staff | Realm::Admin => limits::SESSION_IDLE,
        Realm::Mailbox => limits::SESSION_IDLE_MAILBOX,
    };
    let statement = visible
        .narrow(sql(SELECT))
        .push(" AND expires_at > $ AND last_seen_at > $ ORDER BY last_seen_at DESC, id DESC LIMIT $")
        .bind(now)
        .bind(now.before(rest))
        .bind(limits::PAGE);
    tx.all(statement).await
}

pub(in crate::security) async fn delete(
    tx: &mut WriteTx,
    session: &Authorized<EndSession>,
) -> Result<(), Error> {
    tx.run(sql("DELETE FROM sessions WHERE id = $").bind(session.id())).await.map(drop)
}

/// Ends all but one; how many there were.
pub(in crate::security) async fn delete_others(
    tx: &mut WriteTx,
    login: &Authorized<EndOtherSessions>,
    kept: SessionId,
) -> Result<u64, Error> {
    tx.run(sql("DELETE FROM sessions WHERE login_id = $ AND id <> $").bind(login.id()).bind(kept)).await
}
