//! Sessions, and the networks logins came from.

use bailiwick_base::Error;
use bailiwick_base::authz::Realm;
use bailiwick_base::db::{Query, TelemetryTx, WriteTx, sql};
use bailiwick_base::words::{ClientAddress, LoginId, Network, SessionId, Timestamp, TokenHash, limits};

pub(in crate::sign_in) async fn insert_session(
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
    .bind(now.after(absolute_limit(realm)));
    tx.run(statement).await?;
    let oldest = sql("DELETE FROM sessions WHERE login_id = $1 AND parent_session_id IS NULL AND id NOT IN \
         (SELECT id FROM sessions WHERE login_id = $1 AND parent_session_id IS NULL ORDER BY last_seen_at DESC, id DESC LIMIT $2)")
    .bind(login)
    .bind(limits::SESSIONS_PER_LOGIN);
    tx.run(oldest).await.map(drop)
}

pub(in crate::sign_in) async fn delete_session(tx: &mut WriteTx, session: SessionId) -> Result<(), Error> {
    tx.run(sql("DELETE FROM sessions WHERE id = $").bind(session)).await.map(drop)
}

pub(in crate::sign_in) async fn delete_sessions(tx: &mut WriteTx, login: LoginId) -> Result<(), Error> {
    tx.run(sql("DELETE FROM sessions WHERE login_id = $").bind(login)).await.map(drop)
}

pub(in crate::sign_in) async fn touch_session(tx: &mut WriteTx, session: SessionId) -> Result<(), Error> {
    let now = tx.now();
    tx.run(
        sql("UPDATE sessions SET last_seen_at = $ WHERE id = $ AND (last_seen_at < $ OR last_seen_at > $)")
            .bind(now)
            .bind(session)
            .bind(now)
            .bind(now.after(limits::SESSION_TOUCH)),
    )
    .await
    .map(drop)
}

pub(in crate::sign_in) async fn note_network(
    tx: &mut WriteTx,
    login: LoginId,
    network: Network,
) -> Result<(), Error> {
    let now = tx.now();
    let statement = sql(
        "INSERT INTO known_networks (login_id, network, last_at) VALUES ($, $, $) ON CONFLICT (login_id, network) DO UPDATE SET last_at = excluded.last_at",
    )
    .bind(login)
    .bind(network.to_string())
    .bind(now);
    tx.run(statement).await.map(drop)
}

/// When logins were last signed in to.
pub(in crate::sign_in) async fn last_sign_ins(
    tx: &mut TelemetryTx,
    logins: &[LoginId],
) -> Result<Vec<(LoginId, Timestamp)>, Error> {
    tx.all(sql("SELECT login_id, at FROM last_sign_ins WHERE ").is_in("login_id", logins.iter().copied()))
        .await
}

/// Removes sessions, links, guesses and networks whose time is over.
pub(in crate::sign_in) async fn sweep(tx: &mut WriteTx) -> Result<(), Error> {
    let now = tx.now();
    let ahead = now.after(limits::CLOCK_STEP);
    let over = |table: &'static str| sql(table).bind(now).bind(ahead);
    // What rested too long goes too, so that a clock that is set back does not bring it back.
    let rested = over("DELETE FROM sessions WHERE expires_at < $ OR created_at > $ OR last_seen_at < CASE WHEN realm = 'mailbox' THEN $ ELSE $ END")
        .bind(now.before(limits::SESSION_IDLE_MAILBOX))
        .bind(now.before(limits::SESSION_IDLE));
    tx.run(rested).await?;
    tx.run(over("DELETE FROM one_time_links WHERE expires_at < $ OR created_at > $")).await?;
    let old = |table: &'static str, kept| sql(table).bind(now.before(kept)).bind(ahead);
    tx.run(old("DELETE FROM guesses WHERE last_at < $ OR last_at > $", limits::GUESS_WINDOW)).await?;
    tx.run(old("DELETE FROM known_networks WHERE last_at < $ OR last_at > $", limits::KNOWN_NETWORK))
        .await
        .map(drop)
}

/// How long a session of a realm may last in all.
fn absolute_limit(realm: Realm) -> std::time::Duration {
    match realm {
        Realm::Staff | Realm::Admin => limits::SESSION_ABSOLUTE,
        Realm::Mailbox => limits::SESSION_ABSOLUTE_MAILBOX,
    }
}
