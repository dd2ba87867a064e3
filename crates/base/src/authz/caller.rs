//! Who calls: what a page, an API handler, a job or the command line holds. Opens nothing by itself;
//! the transaction loads the actor from it.

use std::collections::HashMap;

use sqlx::FromRow;

use super::actor::{Actor, Grant, GrantRow, RealPerson, Through, Who};
use super::program::{Errand, load_errand, load_key, load_program};
use super::{Authority, Permission, Place, Realm, Role, Scope};
use crate::db::{Loading, Once, Query, sql};
use crate::error::{Code, Error};
use crate::words::{
    ClientAddress, LoginId, MailboxId, NetworkRange, PasswordHash, SessionId, TenantId, Timestamp, TokenHash,
    limits,
};

/// Logins whose grants are read in one statement.
const AT_ONCE: usize = 200;

/// Whoever asks for something.
#[derive(Debug, Clone)]
pub struct Caller {
    who: Calling,
    address: ClientAddress,
    once: Option<Once>,
}

#[derive(Debug, Clone)]
enum Calling {
    Session { token: TokenHash, realm: Realm },
    Key(TokenHash),
    Program { login: LoginId, password: PasswordHash },
    Errand(Errand),
    Anonymous,
    System(&'static str),
    Operator(String),
}

impl Caller {
    /// A browser with a session cookie of a realm's portal. Whether the session is alive is seen when a
    /// transaction opens.
    pub fn session(token: TokenHash, realm: Realm, address: ClientAddress) -> Self {
        Self { who: Calling::Session { token, realm }, address, once: None }
    }

    /// A program with an API key. Whether the key is good is seen when a transaction opens.
    pub fn api_key(token: TokenHash, address: ClientAddress) -> Self {
        Self { who: Calling::Key(token), address, once: None }
    }

    /// A program that brought an API Sub-Admin's password, which was compared with this stored hash and found right.
    /// Whether that is still its password, and all else, is seen when a transaction opens.
    pub fn program(login: LoginId, password: PasswordHash, address: ClientAddress) -> Self {
        Self { who: Calling::Program { login, password }, address, once: None }
    }

    /// An import that somebody began before, going on in their name from where it was begun. What they may do now is read
    /// when a transaction opens; whoever may not act any more stops it.
    pub fn on_behalf(errand: Errand, address: ClientAddress) -> Self {
        Self { who: Calling::Errand(errand), address, once: None }
    }

    /// Somebody who is not signed in, and may do just what leads to being signed in.
    pub fn anonymous(address: ClientAddress) -> Self {
        Self { who: Calling::Anonymous, address, once: None }
    }

    /// A job of the installation itself, by name.
    pub fn system(job: &'static str) -> Self {
        Self { who: Calling::System(job), address: ClientAddress::LOCAL, once: None }
    }

    /// Whoever is root on the machine and uses the command line.
    pub fn operator(name: &str) -> Self {
        Self { who: Calling::Operator(name.to_owned()), address: ClientAddress::LOCAL, once: None }
    }

    /// The same, whose request is carried out once however often it is sent.
    #[must_use]
    pub fn once_only(mut self, once: Once) -> Self {
        self.once = Some(once);
        self
    }

    /// The same for what follows the first transaction of a request, which alone claims the request's key.
    #[must_use]
    pub fn going_on(&self) -> Self {
        Self { once: None, ..self.clone() }
    }

    /// The request's key, if its sender gave it one.
    pub fn once(&self) -> Option<&Once> {
        self.once.as_ref()
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
            Calling::Key(token) => {
                let (who, name, grants) = load_key(tx, *token, self.address).await?;
                Ok(Actor::new(who, name, self.address, grants, None))
            }
            Calling::Program { login, password } => {
                let (who, name, grants) = load_program(tx, *login, password, self.address).await?;
                Ok(Actor::new(who, name, self.address, grants, None))
            }
            Calling::Errand(errand) => {
                let (who, name, grants) = load_errand(tx, *errand, self.address).await?;
                Ok(Actor::new(who, name, self.address, grants, None))
            }
            Calling::Anonymous => Ok(self.unsigned(Who::Nobody, "nobody", Role::Anonymous)),
            Calling::System(job) => Ok(self.unsigned(Who::System, job, Role::System)),
            Calling::Operator(name) => Ok(self.unsigned(Who::Operator, name, Role::Operator)),
        }
    }

    fn unsigned(&self, who: Who, name: &str, role: Role) -> Actor {
        Actor::new(who, name.to_owned(), self.address, vec![Grant::built_in(role, Scope::Everywhere)], None)
    }

    async fn load_session(
        &self,
        tx: &mut Loading<'_>,
        token: TokenHash,
        realm: Realm,
    ) -> Result<Actor, Error> {
        let now = tx.now();
        let session = sql(
            "SELECT s.id AS session_id, s.last_seen_at, s.expires_at, s.parent_session_id, s.reason, l.id, l.name, \
             l.full_name, l.tenant_id, l.mailbox_id, l.password_one_time, l.networks_only, l.status AS login_status, \
             t.status AS tenant_status, d.status AS domain_status, m.status AS mailbox_status \
             FROM sessions s JOIN logins l ON l.id = s.login_id LEFT JOIN tenants t ON t.id = l.tenant_id \
             LEFT JOIN domains d ON d.id = l.domain_id LEFT JOIN mailboxes m ON m.id = l.mailbox_id \
             WHERE s.token_hash = $1 AND s.realm = $2 AND s.expires_at > $3 AND s.last_seen_at > $4 \
             AND s.expires_at <= CASE WHEN s.parent_session_id IS NULL THEN $5 ELSE $6 END",
        )
        .bind(token)
        .bind(realm.key())
        .bind(now)
        .bind(now.before(idle_limit(realm)))
        .bind(now.after(absolute_limit(realm) + limits::CLOCK_STEP))
        .bind(now.after(limits::IMPERSONATION + limits::SESSION_TOUCH));
        let row: SessionRow = tx.optional(session).await?.ok_or(Code::SignedOut)?;
        if !row.standing.may_sign_in() {
            return Err(Code::SignedOut.into());
        }
        let real = match row.parent_session_id {
            Some(parent) => Some(self.load_real_person(tx, parent, &row).await?),
            None if row.networks_only => {
                must_come_from_listed(tx, row.id, self.address).await?;
                None
            }
            None => None,
        };
        let who = Who::Login {
            id: row.id,
            realm,
            through: Through::Session { id: row.session_id, seen: row.last_seen_at },
            full_name: row.full_name,
            tenant: row.tenant_id,
            mailbox: row.mailbox_id,
            must_change_password: row.password_one_time,
        };
        let grants = if row.password_one_time {
            vec![Grant::built_in(Role::HalfSignedIn, Scope::Login(row.id))]
        } else {
            load_grants(tx, row.id, row.mailbox_id).await?
        };
        Ok(Actor::new(who, row.name, self.address, grants, real))
    }

    /// Who is really at the keyboard (K17): the login of the session from which it was started. That session must be
    /// alive, and its login still be allowed to act as this one; a session ends with the one it came from.
    async fn load_real_person(
        &self,
        tx: &mut Loading<'_>,
        parent: SessionId,
        child: &SessionRow,
    ) -> Result<RealPerson, Error> {
        let now = tx.now();
        let statement = sql(
            "SELECT l.id, l.realm, l.name, l.password_one_time, l.networks_only, l.status AS login_status, \
             t.status AS tenant_status, NULL AS domain_status, NULL AS mailbox_status \
             FROM sessions s JOIN logins l ON l.id = s.login_id LEFT JOIN tenants t ON t.id = l.tenant_id \
             WHERE s.id = $ AND s.expires_at > $",
        )
        .bind(parent)
        .bind(now);
        let row: RealRow = tx.optional(statement).await?.ok_or(Code::SignedOut)?;
        let realm = Realm::by_key(&row.realm).ok_or(Code::SignedOut)?;
        if !row.standing.may_sign_in() || row.password_one_time {
            return Err(Code::SignedOut.into());
        }
        if row.networks_only {
            must_come_from_listed(tx, row.id, self.address).await?;
        }
        let place = Place { tenant: child.tenant_id, ..Place::default() };
        let grants = load_grants(tx, row.id, None).await?;
        let gives = |grant: &Grant| {
            grant.alive(now)
                && grant.permissions.contains(Permission::TenantImpersonate)
                && grant.scope.covers(place)
        };
        if !grants.iter().any(gives) {
            return Err(Code::SignedOut.into());
        }
        Ok(RealPerson {
            login: row.id,
            realm,
            name: row.name,
            reason: child.reason.clone(),
            until: child.expires_at,
        })
    }
}

pub(super) async fn load_grants(
    tx: &mut Loading<'_>,
    login: LoginId,
    mailbox: Option<MailboxId>,
) -> Result<Vec<Grant>, Error> {
    let lock = tx.share;
    let mut all = load_grants_of(tx, &[(login, mailbox)], lock).await?;
    Ok(all.remove(&login).unwrap_or_default())
}

/// The grants of logins, each with the mailbox it is the user of, and what is built in.
async fn load_grants_of(
    tx: &mut impl Query,
    logins: &[(LoginId, Option<MailboxId>)],
    lock: &'static str,
) -> Result<HashMap<LoginId, Vec<Grant>>, Error> {
    let stored = sql("SELECT login_id, id, role, permissions, scope_kind, scope_id, \
         CASE WHEN scope_kind = 'domain' THEN (SELECT d.name FROM domains d WHERE d.id = grants.scope_id) END AS scope_name, \
         given_by_name, note, created_at, expires_at FROM grants WHERE ")
    .is_in("login_id", logins.iter().map(|(login, _)| *login))
    .push(" ORDER BY id")
    .push(lock);
    let stored: Vec<GrantRow> = tx.all(stored).await?;
    let mut all: HashMap<LoginId, Vec<Grant>> = HashMap::new();
    for row in stored {
        let login = row.login_id;
        all.entry(login).or_default().extend(Grant::from_stored(row));
    }
    for (login, mailbox) in logins {
        let grants = all.entry(*login).or_default();
        grants.push(Grant::built_in(Role::Oneself, Scope::Login(*login)));
        if let Some(mailbox) = mailbox {
            grants.push(Grant::built_in(Role::MailboxUser, Scope::Mailbox(*mailbox)));
        }
    }
    Ok(all)
}

/// What the grants of logins of people (not of mailbox users) let them do, read as for acting. A login that must first
/// choose a password can do nothing else until then, and that does not show here.
pub(crate) async fn authorities_of(
    tx: &mut impl Query,
    logins: &[LoginId],
) -> Result<HashMap<LoginId, Authority>, Error> {
    let mut all = HashMap::new();
    for chunk in logins.chunks(AT_ONCE) {
        let chunk: Vec<_> = chunk.iter().map(|login| (*login, None)).collect();
        let grants = load_grants_of(tx, &chunk, "").await?;
        all.extend(grants.into_iter().map(|(login, grants)| (login, Authority::new(grants))));
    }
    Ok(all)
}

/// A login that is limited to listed networks acts from no other (K13). An entry that is not understood lets nobody
/// in.
pub async fn must_come_from_listed(
    tx: &mut impl Query,
    login: LoginId,
    address: ClientAddress,
) -> Result<(), Error> {
    let listed = sql("SELECT network FROM login_networks WHERE login_id = $").bind(login);
    let listed: Vec<(String,)> = tx.all(listed).await?;
    let lets_in = |(network,): &(String,)| {
        network.parse::<NetworkRange>().is_ok_and(|network| network.contains(address))
    };
    if listed.iter().any(lets_in) { Ok(()) } else { Err(Code::NetworkNotAllowed.into()) }
}

/// How long a session of a realm may last in all.
fn absolute_limit(realm: Realm) -> std::time::Duration {
    match realm {
        Realm::Staff | Realm::Admin => limits::SESSION_ABSOLUTE,
        Realm::Mailbox => limits::SESSION_ABSOLUTE_MAILBOX,
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
    expires_at: Timestamp,
    parent_session_id: Option<SessionId>,
    reason: String,
    id: LoginId,
    name: String,
    full_name: String,
    tenant_id: Option<TenantId>,
    mailbox_id: Option<MailboxId>,
    password_one_time: bool,
    networks_only: bool,
    #[sqlx(flatten)]
    standing: Standing,
}

#[derive(FromRow)]
struct RealRow {
    id: LoginId,
    realm: String,
    name: String,
    password_one_time: bool,
    networks_only: bool,
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
