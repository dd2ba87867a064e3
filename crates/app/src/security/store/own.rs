//! What a login has besides its sessions: when its password was set, where recovery links go, who came in with it.

use bailiwick_base::Error;
use bailiwick_base::authz::{Action, Authorized, Target};
use bailiwick_base::db::{Query, TelemetryTx, WriteTx, sql};
use bailiwick_base::words::{EmailAddress, LoginId, MailboxId, Timestamp, TokenHash};
use sqlx::FromRow;

use crate::security::actions::{CancelRecoveryAddress, ChangeOwnRecoveryAddress, EndOtherSessions};
use crate::sign_in::SignIn;

/// Sign-ins shown.
const RECENT: i64 = 10;

/// What is stored of a login.
#[derive(Debug, Clone, FromRow)]
pub(in crate::security) struct Own {
    pub(in crate::security) password_at: Option<Timestamp>,
    pub(in crate::security) recovery_address: Option<String>,
    pub(in crate::security) signed_in_at: Option<Timestamp>,
}

pub(in crate::security) async fn own(tx: &mut impl Query, login: LoginId) -> Result<Own, Error> {
    tx.one(sql("SELECT password_at, recovery_address, signed_in_at FROM logins WHERE id = $").bind(login))
        .await
}

/// Notes that a login came in on the web; what was stored before.
pub(in crate::security) async fn note_sign_in(
    tx: &mut WriteTx,
    _: &Authorized<SignIn>,
    login: LoginId,
) -> Result<Own, Error> {
    let before = own(tx, login).await?;
    let now = tx.now();
    tx.run(sql("UPDATE logins SET signed_in_at = $ WHERE id = $").bind(now).bind(login)).await?;
    Ok(before)
}

/// A recovery address that waits to be confirmed.
#[derive(Debug, Clone, FromRow)]
pub struct Pending {
    /// The address.
    #[sqlx(rename = "sent_to")]
    pub address: String,
    /// Until when it can be confirmed.
    #[sqlx(rename = "expires_at")]
    pub until: Timestamp,
}

pub(in crate::security) async fn pending(
    tx: &mut impl Query,
    login: LoginId,
) -> Result<Option<Pending>, Error> {
    let now = tx.now();
    let statement = sql(
        "SELECT sent_to, expires_at FROM one_time_links WHERE login_id = $ AND purpose = 'recovery_address' \
         AND expires_at > $ ORDER BY id DESC LIMIT 1",
    )
    .bind(login)
    .bind(now);
    tx.optional(statement).await
}

/// Ends what waits; the address, if there was one.
pub(in crate::security) async fn cancel_confirmation(
    tx: &mut WriteTx,
    login: &Authorized<CancelRecoveryAddress>,
) -> Result<Option<String>, Error> {
    let statement = sql(
        "DELETE FROM one_time_links WHERE login_id = $ AND purpose = 'recovery_address' RETURNING sent_to",
    )
    .bind(login.id());
    Ok(tx.optional::<(String,)>(statement).await?.map(|(address,)| address))
}

/// The address a link of this login confirms, if it is good. Changes nothing.
pub(in crate::security) async fn awaited(
    tx: &mut impl Query,
    login: &Authorized<ChangeOwnRecoveryAddress>,
    token: TokenHash,
) -> Result<Option<String>, Error> {
    let now = tx.now();
    let statement = sql(
        "SELECT sent_to FROM one_time_links WHERE token_hash = $ AND login_id = $ AND purpose = 'recovery_address' \
         AND expires_at > $",
    )
    .bind(token)
    .bind(login.id())
    .bind(now);
    Ok(tx.optional::<(String,)>(statement).await?.map(|(address,)| address))
}

/// Takes a link: it is gone for everybody else from this statement on.
pub(in crate::security) async fn take_confirmation(
    tx: &mut WriteTx,
    login: &Authorized<ChangeOwnRecoveryAddress>,
    token: TokenHash,
) -> Result<Option<String>, Error> {
    let now = tx.now();
    let statement = sql(
        "DELETE FROM one_time_links WHERE token_hash = $ AND login_id = $ AND purpose = 'recovery_address' \
         AND expires_at > $ RETURNING sent_to",
    )
    .bind(token)
    .bind(login.id())
    .bind(now);
    Ok(tx.optional::<(String,)>(statement).await?.map(|(address,)| address))
}

/// Stores where recovery links go. Forms of administrators that show the former one are stale from then on.
pub(in crate::security) async fn set_recovery_address<A>(
    tx: &mut WriteTx,
    login: &Authorized<A>,
    mailbox: Option<MailboxId>,
    address: &EmailAddress,
) -> Result<(), Error>
where
    A: Action,
    A::Target: Target<Id = LoginId>,
{
    let statement = sql(
        "UPDATE logins SET recovery_address = $1, proven_address = $1, version = version + 1 WHERE id = $2",
    )
    .bind(address)
    .bind(login.id());
    tx.run(statement).await?;
    if let Some(mailbox) = mailbox {
        tx.run(sql("UPDATE mailboxes SET version = version + 1 WHERE id = $").bind(mailbox)).await?;
    }
    Ok(())
}

/// Somebody who tried to come in with a login.
#[derive(Debug, Clone, FromRow)]
pub struct SignedIn {
    /// When.
    pub at: Timestamp,
    /// By which way: `web`, `imap`, …
    pub protocol: String,
    /// From where.
    pub client_address: String,
    /// What became of it: `ok`, `wrong`, …
    pub result: String,
}

/// The last who tried, newest first.
pub(in crate::security) async fn recent_sign_ins(
    tx: &mut TelemetryTx,
    login: &Authorized<EndOtherSessions>,
) -> Result<Vec<SignedIn>, Error> {
    let statement = sql(
        "SELECT at, protocol, client_address, result FROM sign_ins WHERE login_id = $ ORDER BY id DESC LIMIT $",
    )
    .bind(login.id())
    .bind(RECENT);
    tx.all(statement).await
}
