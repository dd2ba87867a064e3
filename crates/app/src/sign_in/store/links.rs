//! One-time links: stored as hashes, taken by the statement that finds them.

use bailiwick_base::authz::Authorized;
use bailiwick_base::db::{Query, WriteTx, sql};
use bailiwick_base::words::{LoginId, TokenHash, limits};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use crate::sign_in::actions::{FollowLink, SetUp};
use crate::sign_in::links::Purpose;

/// A link as it is found when followed.
#[derive(Debug, FromRow)]
pub(in crate::sign_in) struct Link {
    pub(in crate::sign_in) login_id: Option<LoginId>,
    pub(in crate::sign_in) sent_to: String,
}

pub(in crate::sign_in) async fn insert_link(
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

/// Ends a login's links for the same end as a new one.
pub(in crate::sign_in) async fn kill_rivals(
    tx: &mut WriteTx,
    purpose: Purpose,
    login: Option<LoginId>,
) -> Result<(), Error> {
    let statement =
        sql("DELETE FROM one_time_links WHERE ").is_in("purpose", purpose.rivals().iter().copied());
    let statement = match login {
        Some(login) => statement.push(" AND login_id = $").bind(login),
        None => statement.push(" AND login_id IS NULL"),
    };
    tx.run(statement).await.map(drop)
}

/// Ends all links of a login; without one, the set-up links.
pub(in crate::sign_in) async fn kill_links(tx: &mut WriteTx, login: Option<LoginId>) -> Result<(), Error> {
    let statement = match login {
        Some(login) => sql("DELETE FROM one_time_links WHERE login_id = $").bind(login),
        None => sql("DELETE FROM one_time_links WHERE login_id IS NULL"),
    };
    tx.run(statement).await.map(drop)
}

/// Takes a link: it is gone for everybody else from this statement on.
async fn take_link(tx: &mut WriteTx, token: TokenHash, condition: &'static str) -> Result<Link, Error> {
    let now = tx.now();
    let statement =
        sql("DELETE FROM one_time_links WHERE token_hash = $ AND expires_at > $ AND created_at < $")
            .bind(token)
            .bind(now)
            .bind(now.after(limits::CLOCK_STEP))
            .push(condition)
            .push(" RETURNING login_id, sent_to");
    tx.optional(statement).await?.ok_or_else(|| Code::LinkInvalid.into())
}

pub(in crate::sign_in) async fn take_password_link(
    tx: &mut WriteTx,
    _: &Authorized<FollowLink>,
    token: TokenHash,
) -> Result<Link, Error> {
    take_link(tx, token, " AND purpose IN ('invitation', 'reset') AND login_id IS NOT NULL").await
}

pub(in crate::sign_in) async fn take_set_up_link(
    tx: &mut WriteTx,
    _: &Authorized<SetUp>,
    token: TokenHash,
) -> Result<Link, Error> {
    take_link(tx, token, " AND purpose = 'set_up'").await
}

/// Is there such a link, still good? Asked before anything costly is done for whoever brings it.
pub(in crate::sign_in) async fn is_open(tx: &mut impl Query, token: TokenHash) -> Result<bool, Error> {
    let now = tx.now();
    let found: Option<(i64,)> = tx
        .optional(
            sql("SELECT id FROM one_time_links WHERE token_hash = $ AND expires_at > $ AND created_at < $")
                .bind(token)
                .bind(now)
                .bind(now.after(limits::CLOCK_STEP)),
        )
        .await?;
    Ok(found.is_some())
}
