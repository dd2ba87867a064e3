//! Logins, sessions, links and guesses in the database.

use bailiwick_base::authz::{Authorized, Permission, Place, Realm, ScopeKind, Standing, Target, Visible};
use bailiwick_base::db::{Query, ReadTx, Sql, WriteTx, sql};
use bailiwick_base::words::{
    ClientAddress, DomainId, EmailAddress, LoginId, MailboxId, Network, PasswordHash, SessionId, TenantId,
    Timestamp, TokenHash, limits,
};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use super::actions::{FollowLink, SetUp};
use super::guesses::{Count, Counted, one_more};
use super::links::Purpose;
use super::verify::{Credential, Way};
use crate::core::Core;

/// How somebody signs in.
#[derive(Debug, Clone, FromRow)]
pub struct Login {
    id: LoginId,
    realm: String,
    pub(super) name: String,
    full_name: String,
    tenant_id: Option<TenantId>,
    domain_id: Option<DomainId>,
    mailbox_id: Option<MailboxId>,
    pub(super) password: Option<PasswordHash>,
    recovery_address: Option<String>,
}

const LOGIN: &str = "SELECT id, realm, name, full_name, tenant_id, domain_id, mailbox_id, password, recovery_address FROM logins WHERE TRUE";

impl Login {
    /// The realm it belongs to; one that is not understood belongs nowhere.
    pub fn realm(&self) -> Option<Realm> {
        Realm::by_key(&self.realm)
    }

    /// Where recovery mail goes.
    pub fn recovery_address(&self) -> Option<EmailAddress> {
        self.recovery_address.as_deref()?.parse().ok()
    }

    /// The mailbox it is the user of, with its address.
    pub(super) fn mailbox(&self) -> Option<(MailboxId, &str)> {
        self.mailbox_id.map(|mailbox| (mailbox, self.name.as_str()))
    }

    /// What an attacker who knows the login would try first.
    pub(super) fn about(&self) -> Vec<&str> {
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
    known_at: Option<Timestamp>,
    #[sqlx(flatten)]
    standing: Standing,
}

/// The credential behind a name, with everything that decides besides the password, in one statement.
pub(super) async fn credential(
    tx: &mut ReadTx,
    realm: Realm,
    name: &str,
    network: Network,
    now: Timestamp,
) -> Result<Option<Credential>, Error> {
    let statement = sql(
        "SELECT l.id, l.name, l.tenant_id, l.domain_id, l.mailbox_id, l.password, l.password_one_time, l.status AS login_status, \
         t.status AS tenant_status, d.status AS domain_status, m.status AS mailbox_status, k.last_at AS known_at \
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
        standing: row.standing,
        known_network: row.known_at.is_some_and(|at| now.since(at) < limits::KNOWN_NETWORK),
    }))
}

/// The login of a name in a realm, for a recovery link.
pub(super) async fn login_by_name(
    tx: &mut WriteTx,
    realm: Realm,
    name: &str,
) -> Result<Option<Login>, Error> {
    tx.optional(sql(LOGIN).push(" AND realm = $ AND name = $").bind(realm.key()).bind(name)).await
}

pub(super) async fn login_by_id(tx: &mut WriteTx, id: LoginId) -> Result<Option<Login>, Error> {
    tx.optional(sql(LOGIN).push(" AND id = $").bind(id)).await
}

/// A login to be created.
#[derive(Debug)]
pub(super) struct LoginToInsert<'a> {
    pub(super) realm: Realm,
    pub(super) name: &'a str,
    pub(super) full_name: &'a str,
    pub(super) tenant: Option<TenantId>,
    pub(super) domain: Option<DomainId>,
    pub(super) mailbox: Option<MailboxId>,
    pub(super) status: &'static str,
    pub(super) password: Option<&'a PasswordHash>,
    pub(super) one_time: bool,
    pub(super) recovery: Option<&'a EmailAddress>,
}

pub(super) async fn insert_login(tx: &mut WriteTx, login: &LoginToInsert<'_>) -> Result<LoginId, Error> {
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

pub(super) async fn any_staff(tx: &mut WriteTx) -> Result<bool, Error> {
    let staff: Option<(LoginId,)> =
        tx.optional(sql("SELECT id FROM logins WHERE realm = 'staff' LIMIT 1")).await?;
    Ok(staff.is_some())
}

pub(super) async fn insert_grant(
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

/// Stores a new password. A login that was invited is active from then on.
pub(super) async fn set_password(
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

pub(super) async fn insert_session(
    tx: &mut WriteTx,
    login: LoginId,
    realm: Realm,
    token: TokenHash,
    address: ClientAddress,
    agent: &str,
) -> Result<(), Error> {
    let now = tx.now();
    let statement = sql(
        "INSERT INTO sessions (token_hash, login_id, realm, client_address, user_agent, created_at, last_seen_at, expires_at) VALUES ($, $, $, $, $, $, $, $)",
    )
    .bind(token)
    .bind(login)
    .bind(realm.key())
    .bind(address)
    .bind(agent)
    .bind(now)
    .bind(now)
    .bind(now.after(limits::SESSION_ABSOLUTE));
    tx.run(statement).await?;
    let oldest = sql("DELETE FROM sessions WHERE login_id = $1 AND id NOT IN \
         (SELECT id FROM sessions WHERE login_id = $1 ORDER BY last_seen_at DESC, id DESC LIMIT $2)")
    .bind(login)
    .bind(limits::SESSIONS_PER_LOGIN);
    tx.run(oldest).await.map(drop)
}

pub(super) async fn delete_session(tx: &mut WriteTx, session: SessionId) -> Result<(), Error> {
    tx.run(sql("DELETE FROM sessions WHERE id = $").bind(session)).await.map(drop)
}

pub(super) async fn delete_sessions(tx: &mut WriteTx, login: LoginId) -> Result<(), Error> {
    tx.run(sql("DELETE FROM sessions WHERE login_id = $").bind(login)).await.map(drop)
}

pub(super) async fn touch_session(tx: &mut WriteTx, session: SessionId) -> Result<(), Error> {
    let now = tx.now();
    tx.run(
        sql("UPDATE sessions SET last_seen_at = $ WHERE id = $ AND last_seen_at < $")
            .bind(now)
            .bind(session)
            .bind(now),
    )
    .await
    .map(drop)
}

pub(super) async fn note_network(tx: &mut WriteTx, login: LoginId, network: Network) -> Result<(), Error> {
    let now = tx.now();
    let statement = sql(
        "INSERT INTO known_networks (login_id, network, last_at) VALUES ($, $, $) ON CONFLICT (login_id, network) DO UPDATE SET last_at = excluded.last_at",
    )
    .bind(login)
    .bind(network.to_string())
    .bind(now);
    tx.run(statement).await.map(drop)
}

/// Removes sessions, links, guesses and networks whose time is over.
pub(super) async fn sweep(tx: &mut WriteTx) -> Result<(), Error> {
    let now = tx.now();
    tx.run(sql("DELETE FROM sessions WHERE expires_at < $").bind(now)).await?;
    tx.run(sql("DELETE FROM one_time_links WHERE expires_at < $").bind(now)).await?;
    tx.run(sql("DELETE FROM guesses WHERE last_at < $").bind(now.before(limits::GUESS_WINDOW))).await?;
    tx.run(sql("DELETE FROM known_networks WHERE last_at < $").bind(now.before(limits::KNOWN_NETWORK)))
        .await
        .map(drop)
}

/// A link as it is found when followed.
#[derive(Debug, FromRow)]
pub(super) struct Link {
    pub(super) login_id: Option<LoginId>,
    pub(super) sent_to: String,
}

pub(super) async fn insert_link(
    tx: &mut WriteTx,
    purpose: Purpose,
    login: Option<LoginId>,
    sent_to: &str,
    token: TokenHash,
) -> Result<(), Error> {
    let now = tx.now();
    let statement = sql("INSERT INTO one_time_links (token_hash, purpose, login_id, sent_to, created_at, expires_at) VALUES ($, $, $, $, $, $)")
        .bind(token)
        .bind(purpose.key())
        .bind(login)
        .bind(sent_to)
        .bind(now)
        .bind(now.after(purpose.lifetime()));
    tx.run(statement).await.map(drop)
}

/// Ends the links of a login; without one, the set-up links.
pub(super) async fn kill_links(tx: &mut WriteTx, login: Option<LoginId>) -> Result<(), Error> {
    let statement = match login {
        Some(login) => sql("DELETE FROM one_time_links WHERE login_id = $").bind(login),
        None => sql("DELETE FROM one_time_links WHERE login_id IS NULL"),
    };
    tx.run(statement).await.map(drop)
}

/// Takes a link: it is gone for everybody else from this statement on.
async fn take_link(tx: &mut WriteTx, token: TokenHash, condition: &'static str) -> Result<Link, Error> {
    let now = tx.now();
    let statement = sql("DELETE FROM one_time_links WHERE token_hash = $ AND expires_at > $")
        .bind(token)
        .bind(now)
        .push(condition)
        .push(" RETURNING login_id, sent_to");
    tx.optional(statement).await?.ok_or_else(|| Code::LinkInvalid.into())
}

pub(super) async fn take_password_link(
    tx: &mut WriteTx,
    _: &Authorized<FollowLink>,
    token: TokenHash,
) -> Result<Link, Error> {
    take_link(tx, token, " AND purpose IN ('invitation', 'reset') AND login_id IS NOT NULL").await
}

pub(super) async fn take_set_up_link(
    tx: &mut WriteTx,
    _: &Authorized<SetUp>,
    token: TokenHash,
) -> Result<Link, Error> {
    take_link(tx, token, " AND purpose = 'set_up'").await
}

pub(super) async fn guesses(tx: &mut impl Query, counted: &Counted) -> Result<Vec<Count>, Error> {
    tx.all(sql("SELECT counted, wrong, since, last_at FROM guesses WHERE ").is_in("counted", counted.keys()))
        .await
}

/// Counts a wrong guess on the web, at once and durably.
pub(super) async fn count_wrong_guess(core: &Core, counted: &Counted, known: bool) -> Result<(), Error> {
    let mut tx = core.write(&bailiwick_base::authz::Caller::system("guesses")).await?;
    let before = guesses(&mut tx, counted).await?;
    for key in counted.to_count(known) {
        count_in(&mut tx, key, before.iter().find(|count| count.counted == key)).await?;
    }
    tx.commit(bailiwick_base::authz::Events::none("a wrong guess is counted")).await
}

/// Counts one more of something within this transaction.
pub(super) async fn count_in(tx: &mut WriteTx, key: &str, before: Option<&Count>) -> Result<(), Error> {
    let count = one_more(before, key, tx.now());
    tx.run(upsert_guess(
        sql("INSERT INTO guesses (counted, wrong, since, last_at) VALUES ($, $, $, $)"),
        &count,
    ))
    .await
    .map(drop)
}

fn upsert_guess(insert: Sql, count: &Count) -> Sql {
    insert
        .bind(&count.counted)
        .bind(count.wrong)
        .bind(count.since)
        .bind(count.last_at)
        .push(" ON CONFLICT (counted) DO UPDATE SET wrong = excluded.wrong, since = excluded.since, last_at = excluded.last_at")
}

/// Forgets the pair's wrong guesses after a full success.
pub(super) async fn forget_guesses(tx: &mut WriteTx, counted: &Counted) -> Result<(), Error> {
    tx.run(sql("DELETE FROM guesses WHERE counted = $").bind(&counted.pair)).await.map(drop)
}

pub(super) fn note_mail_guess(core: &Core, count: &Count) {
    core.db().telemetry().note(upsert_guess(
        sql("INSERT INTO mail_guesses (counted, wrong, since, last_at) VALUES ($, $, $, $)"),
        count,
    ));
}

pub(super) fn forget_mail_guess(core: &Core, counted: &Counted) {
    core.db().telemetry().note(sql("DELETE FROM mail_guesses WHERE counted = $").bind(&counted.pair));
}

/// What was guessed over mail protocols before a restart.
pub(super) async fn noted_mail_guesses(core: &Core) -> Result<Vec<Count>, Error> {
    let since = core.ground().clock.now().before(limits::GUESS_WINDOW);
    let mut tx = core.db().read_telemetry().await?;
    tx.all(sql("SELECT counted, wrong, since, last_at FROM mail_guesses WHERE last_at > $ ORDER BY last_at DESC LIMIT 100000").bind(since)).await
}

/// Notes an attempt to sign in.
pub(super) fn note_sign_in(
    core: &Core,
    way: Way,
    name: &str,
    credential: Option<&Credential>,
    address: ClientAddress,
    result: &'static str,
) {
    let now = core.ground().clock.now();
    let telemetry = core.db().telemetry();
    telemetry.note(
        sql("INSERT INTO sign_ins (at, realm, protocol, login_id, tenant_id, domain_id, mailbox_id, name, client_address, result) VALUES ($, $, $, $, $, $, $, $, $, $)")
            .bind(now)
            .bind(way.realm().key())
            .bind(way.key())
            .bind(credential.map(|credential| credential.login))
            .bind(credential.and_then(|credential| credential.tenant))
            .bind(credential.and_then(|credential| credential.domain))
            .bind(credential.and_then(|credential| credential.mailbox))
            .bind(name)
            .bind(address)
            .bind(result),
    );
    if let (Some(credential), "ok") = (credential, result) {
        telemetry.note(
            sql("INSERT INTO last_sign_ins (login_id, mailbox_id, at, protocol, client_address) VALUES ($, $, $, $, $) \
                 ON CONFLICT (login_id) DO UPDATE SET at = excluded.at, protocol = excluded.protocol, client_address = excluded.client_address")
            .bind(credential.login)
            .bind(credential.mailbox)
            .bind(now)
            .bind(way.key())
            .bind(address),
        );
    }
}
