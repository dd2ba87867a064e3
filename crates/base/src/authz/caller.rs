//! Who calls: what a page, an API handler, a job or the command line holds. Opens nothing by itself;
//! the transaction loads the actor from it.

use sqlx::FromRow;

use super::actor::{Actor, Grant, Who};
use super::{Realm, Role, Scope};
use crate::db::Loading;
use crate::db::{Query, sql};
use crate::error::{Code, Error};
use crate::words::{ClientAddress, LoginId, MailboxId, SessionId, TenantId, Timestamp, TokenHash, limits};

/// Whoever asks for something.
#[derive(Debug, Clone)]
pub struct Caller {
    who: Calling,
    address: ClientAddress,
}

#[derive(Debug, Clone)]
enum Calling {
    Session { token: TokenHash, realm: Realm },
    Anonymous,
    System(&'static str),
    Operator(String),
}

impl Caller {
    /// A browser with a session cookie of a realm's portal. Whether the session is alive is seen when a
    /// transaction opens.
    pub fn session(token: TokenHash, realm: Realm, address: ClientAddress) -> Self {
        Self { who: Calling::Session { token, realm }, address }
    }

    /// Somebody who is not signed in, and may do just what leads to being signed in.
    pub fn anonymous(address: ClientAddress) -> Self {
        Self { who: Calling::Anonymous, address }
    }

    /// A job of the installation itself, by name.
    pub fn system(job: &'static str) -> Self {
        Self { who: Calling::System(job), address: ClientAddress::LOCAL }
    }

    /// Whoever is root on the machine and uses the command line.
    pub fn operator(name: &str) -> Self {
        Self { who: Calling::Operator(name.to_owned()), address: ClientAddress::LOCAL }
    }

    /// Where the request comes from.
    pub fn address(&self) -> ClientAddress {
        self.address
    }

    /// Is there a session at all (alive or not)?
    pub fn has_session(&self) -> bool {
        matches!(self.who, Calling::Session { .. })
    }

    pub(crate) async fn load(&self, tx: &mut Loading<'_>) -> Result<Actor, Error> {
        match &self.who {
            Calling::Session { token, realm } => self.load_session(tx, *token, *realm).await,
            Calling::Anonymous => Ok(self.unsigned(Who::Nobody, "nobody", Role::Anonymous)),
            Calling::System(job) => Ok(self.unsigned(Who::System, job, Role::System)),
            Calling::Operator(name) => Ok(self.unsigned(Who::Operator, name, Role::Operator)),
        }
    }

    fn unsigned(&self, who: Who, name: &str, role: Role) -> Actor {
        Actor::new(who, name.to_owned(), self.address, vec![Grant::built_in(role, Scope::Everywhere)])
    }

    async fn load_session(
        &self,
        tx: &mut Loading<'_>,
        token: TokenHash,
        realm: Realm,
    ) -> Result<Actor, Error> {
        let now = tx.now();
        let session = sql(
            "SELECT s.id AS session_id, s.last_seen_at, l.id, l.name, l.full_name, l.tenant_id, l.mailbox_id, \
             l.password_one_time, l.status AS login_status, t.status AS tenant_status, d.status AS domain_status, \
             m.status AS mailbox_status \
             FROM sessions s JOIN logins l ON l.id = s.login_id LEFT JOIN tenants t ON t.id = l.tenant_id \
             LEFT JOIN domains d ON d.id = l.domain_id LEFT JOIN mailboxes m ON m.id = l.mailbox_id \
             WHERE s.token_hash = $1 AND s.realm = $2 AND s.expires_at > $3 AND s.last_seen_at > $4",
        )
        .bind(token)
        .bind(realm.key())
        .bind(now)
        .bind(now.before(idle_limit(realm)));
        let row: SessionRow = tx.optional(session).await?.ok_or(Code::SignedOut)?;
        if !row.standing.may_sign_in() {
            return Err(Code::SignedOut.into());
        }
        let who = Who::Login {
            id: row.id,
            realm,
            session: row.session_id,
            seen: row.last_seen_at,
            full_name: row.full_name,
            tenant: row.tenant_id,
            mailbox: row.mailbox_id,
            must_change_password: row.password_one_time,
        };
        let grants = if row.password_one_time {
            vec![Grant::built_in(Role::HalfSignedIn, Scope::Login(row.id))]
        } else {
            self.load_grants(tx, row.id, row.mailbox_id).await?
        };
        Ok(Actor::new(who, row.name, self.address, grants))
    }

    async fn load_grants(
        &self,
        tx: &mut Loading<'_>,
        login: LoginId,
        mailbox: Option<MailboxId>,
    ) -> Result<Vec<Grant>, Error> {
        let stored = sql(
            "SELECT id, role, scope_kind, scope_id, given_by_name, created_at, expires_at FROM grants WHERE login_id = $1",
        )
        .bind(login)
        .push(tx.share);
        let mut grants: Vec<Grant> =
            tx.all(stored).await?.into_iter().filter_map(Grant::from_stored).collect();
        grants.push(Grant::built_in(Role::Oneself, Scope::Login(login)));
        if let Some(mailbox) = mailbox {
            grants.push(Grant::built_in(Role::MailboxUser, Scope::Mailbox(mailbox)));
        }
        Ok(grants)
    }
}

/// How long a session of a realm may rest.
fn idle_limit(realm: Realm) -> std::time::Duration {
    match realm {
        Realm::Staff | Realm::Admin => limits::SESSION_IDLE,
        Realm::Mailbox => limits::SESSION_IDLE_MAILBOX,
    }
}

#[derive(FromRow)]
struct SessionRow {
    session_id: SessionId,
    last_seen_at: Timestamp,
    id: LoginId,
    name: String,
    full_name: String,
    tenant_id: Option<TenantId>,
    mailbox_id: Option<MailboxId>,
    password_one_time: bool,
    #[sqlx(flatten)]
    standing: Standing,
}

/// What decides, besides credentials, whether a login may sign in. Every way in reads the same (K11).
#[derive(Debug, Clone, FromRow)]
pub struct Standing {
    /// `active`, `disabled`, or `invited` (no password yet).
    pub login_status: String,
    /// `active` or `suspended`; none for staff.
    pub tenant_status: Option<String>,
    /// `pending`, `active` or `disabled`; none but for mailbox users.
    pub domain_status: Option<String>,
    /// `active` or `disabled`; none but for mailbox users.
    pub mailbox_status: Option<String>,
}

impl Standing {
    /// Everything it belongs to is active.
    pub fn may_sign_in(&self) -> bool {
        let active = |status: &Option<String>| status.as_deref().is_none_or(|status| status == "active");
        self.login_status == "active"
            && active(&self.tenant_status)
            && active(&self.domain_status)
            && active(&self.mailbox_status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_28_one_thing_that_is_not_active_closes_every_way_in() {
        let open = Standing {
            login_status: "active".into(),
            tenant_status: Some("active".into()),
            domain_status: Some("active".into()),
            mailbox_status: Some("active".into()),
        };
        assert!(open.may_sign_in());
        assert!(!Standing { login_status: "disabled".into(), ..open.clone() }.may_sign_in());
        assert!(!Standing { login_status: "invited".into(), ..open.clone() }.may_sign_in());
        assert!(!Standing { tenant_status: Some("suspended".into()), ..open.clone() }.may_sign_in());
        assert!(!Standing { domain_status: Some("disabled".into()), ..open.clone() }.may_sign_in());
        assert!(!Standing { mailbox_status: Some(String::new()), ..open.clone() }.may_sign_in());
    }
}
