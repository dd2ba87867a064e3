//! What the mail servers' questions read, one statement each, and what their log leaves.

use bailiwick_base::Error;
use bailiwick_base::authz::Standing;
use bailiwick_base::db::{Query, ReadTx, Sql, sql};
use bailiwick_base::words::{
    AliasId, DomainName, LocalPart, LoginId, MailboxId, PasswordHash, Storage, TenantId, Timestamp,
};
use sqlx::FromRow;

/// A domain and, if somebody has the address asked for, who.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Found {
    pub(super) tenant_id: TenantId,
    pub(super) domain_name: String,
    pub(super) catch_all: String,
    pub(super) catch_all_address: Option<String>,
    pub(super) local_part: Option<String>,
    pub(super) mailbox_id: Option<MailboxId>,
    pub(super) alias_id: Option<AliasId>,
}

pub(super) async fn find(
    tx: &mut ReadTx,
    domain: &DomainName,
    local: &LocalPart,
    base: &LocalPart,
) -> Result<Vec<Found>, Error> {
    let statement = sql(
        "SELECT d.tenant_id, d.name AS domain_name, d.catch_all, c.address AS catch_all_address, a.local_part, a.mailbox_id, a.alias_id \
         FROM domains d LEFT JOIN mailboxes c ON c.id = d.catch_all_mailbox_id \
         LEFT JOIN addresses a ON a.domain_id = d.id AND a.local_part IN ($1, $2) AND a.kind <> 'resting' \
         WHERE d.name = $3 AND d.held",
    )
    .bind(local)
    .bind(base)
    .bind(domain);
    tx.all(statement).await
}

/// Is mail for the domain delivered here?
pub(super) async fn is_held(tx: &mut ReadTx, domain: &str) -> Result<bool, Error> {
    let held: Option<(TenantId,)> =
        tx.optional(sql("SELECT tenant_id FROM domains WHERE name = $ AND held").bind(domain)).await?;
    Ok(held.is_some())
}

/// A target of an alias: its row, where it leads, and whether that is a domain of the same tenant.
#[derive(Debug)]
pub(super) struct AliasTarget {
    pub(super) id: i64,
    pub(super) address: String,
    pub(super) inside: bool,
}

pub(super) async fn alias_targets(
    tx: &mut ReadTx,
    alias: AliasId,
    tenant: TenantId,
) -> Result<Vec<AliasTarget>, Error> {
    let targets: Vec<(i64, String)> = tx
        .all(sql("SELECT id, address FROM alias_targets WHERE alias_id = $ ORDER BY position").bind(alias))
        .await?;
    let names: Vec<(String,)> =
        tx.all(sql("SELECT name FROM domains WHERE tenant_id = $ AND held").bind(tenant)).await?;
    let inside = |address: &str| {
        address.rsplit_once('@').is_some_and(|(_, domain)| names.iter().any(|(name,)| name == domain))
    };
    Ok(targets
        .into_iter()
        .map(|(id, address)| AliasTarget { id, inside: inside(&address), address })
        .collect())
}

/// What a forward leads to, and the domain it is sent on behalf of.
#[derive(Debug, FromRow)]
pub(super) struct ForwardTarget {
    pub(super) address: String,
    pub(super) on_behalf_of: String,
}

pub(super) async fn forward_target(tx: &mut ReadTx, id: i64) -> Result<Option<ForwardTarget>, Error> {
    let statement = sql(
        "SELECT t.address, d.name AS on_behalf_of FROM alias_targets t JOIN aliases a ON a.id = t.alias_id JOIN domains d ON d.id = a.domain_id WHERE t.id = $",
    )
    .bind(id);
    tx.optional(statement).await
}

/// A mailbox as the mail servers need it.
#[derive(Debug, FromRow)]
pub(super) struct AccountRow {
    pub(super) id: MailboxId,
    pub(super) address: String,
    pub(super) quota: Storage,
}

pub(super) async fn account(tx: &mut ReadTx, mailbox: MailboxId) -> Result<Option<AccountRow>, Error> {
    tx.optional(sql("SELECT id, address, quota FROM mailboxes WHERE id = $").bind(mailbox)).await
}

/// What decides whether an open session may go on.
#[derive(Debug, FromRow)]
pub(super) struct StandingRow {
    pub(super) password: Option<PasswordHash>,
    pub(super) password_one_time: bool,
    #[sqlx(flatten)]
    pub(super) standing: Standing,
}

pub(super) async fn standing(tx: &mut ReadTx, login: LoginId) -> Result<Option<StandingRow>, Error> {
    let statement = sql(
        "SELECT l.password, l.password_one_time, l.status AS login_status, t.status AS tenant_status, d.status AS domain_status, m.status AS mailbox_status \
         FROM logins l LEFT JOIN tenants t ON t.id = l.tenant_id LEFT JOIN domains d ON d.id = l.domain_id LEFT JOIN mailboxes m ON m.id = l.mailbox_id \
         WHERE l.id = $",
    )
    .bind(login);
    tx.optional(statement).await
}

/// The number of the first log line of a spool that is not stored yet.
pub(super) async fn next_line(tx: &mut impl Query, source: &str) -> Result<u64, Error> {
    let next: Option<(i64,)> =
        tx.optional(sql("SELECT next_line FROM log_spools WHERE source = $").bind(source)).await?;
    Ok(next.and_then(|(next,)| u64::try_from(next).ok()).unwrap_or(0))
}

pub(super) fn set_next_line(source: &str, next: u64) -> Sql {
    sql("INSERT INTO log_spools (source, next_line) VALUES ($, $) ON CONFLICT (source) DO UPDATE SET next_line = excluded.next_line")
        .bind(source)
        .bind(i64::try_from(next).unwrap_or(i64::MAX))
}

pub(super) fn message_begins(
    queue_id: &str,
    at: Timestamp,
    direction: &'static str,
    login: Option<&str>,
    client: Option<String>,
) -> Sql {
    sql("INSERT INTO mail_messages (queue_id, at, direction, login, client_address) VALUES ($, $, $, $, $) ON CONFLICT (queue_id) DO UPDATE \
         SET direction = excluded.direction, login = excluded.login, client_address = excluded.client_address")
    .bind(queue_id)
    .bind(at)
    .bind(direction)
    .bind(login)
    .bind(client)
}

pub(super) fn message_id(queue_id: &str, at: Timestamp, id: &str) -> Sql {
    sql("INSERT INTO mail_messages (queue_id, at, direction, message_id) VALUES ($, $, 'internal', $) ON CONFLICT (queue_id) DO UPDATE SET message_id = excluded.message_id")
        .bind(queue_id)
        .bind(at)
        .bind(id)
}

pub(super) fn message_queued(queue_id: &str, at: Timestamp, sender: &str, size: u64, recipients: u32) -> Sql {
    sql("INSERT INTO mail_messages (queue_id, at, direction, sender, size, recipients) VALUES ($, $, 'internal', $, $, $) ON CONFLICT (queue_id) DO UPDATE \
         SET sender = excluded.sender, size = excluded.size, recipients = excluded.recipients")
    .bind(queue_id)
    .bind(at)
    .bind(sender)
    .bind(i64::try_from(size).unwrap_or(i64::MAX))
    .bind(i64::from(recipients))
}

pub(super) fn message_ends(queue_id: &str, at: Timestamp) -> Sql {
    sql("UPDATE mail_messages SET ended_at = $ WHERE queue_id = $").bind(at).bind(queue_id)
}

/// One attempt for one recipient, as it is kept.
#[derive(Debug)]
pub(super) struct Attempted<'a> {
    pub(super) queue_id: &'a str,
    pub(super) recipient: &'a str,
    pub(super) original: Option<&'a str>,
    pub(super) status: &'static str,
    pub(super) dsn: &'a str,
    pub(super) relay: &'a str,
    pub(super) text: &'a str,
}

pub(super) fn delivery(at: Timestamp, attempted: &Attempted<'_>) -> Sql {
    sql("INSERT INTO mail_deliveries (queue_id, recipient, recipient_domain, original_recipient, at, status, dsn, relay, text) \
         VALUES ($, $, $, $, $, $, $, $, $) ON CONFLICT (queue_id, recipient) DO UPDATE \
         SET at = excluded.at, status = excluded.status, dsn = excluded.dsn, relay = excluded.relay, text = excluded.text")
    .bind(attempted.queue_id)
    .bind(attempted.recipient)
    .bind(domain_of(attempted.original.unwrap_or(attempted.recipient)))
    .bind(attempted.original)
    .bind(at)
    .bind(attempted.status)
    .bind(attempted.dsn)
    .bind(attempted.relay)
    .bind(attempted.text)
}

pub(super) fn expired(queue_id: &str, at: Timestamp) -> Sql {
    sql("UPDATE mail_deliveries SET status = 'expired', at = $ WHERE queue_id = $ AND status = 'deferred'")
        .bind(at)
        .bind(queue_id)
}

/// A refusal before a message was accepted, as it is kept.
#[derive(Debug)]
pub(super) struct Refused<'a> {
    pub(super) listener: &'static str,
    pub(super) client: String,
    pub(super) sender: &'a str,
    pub(super) recipient: &'a str,
    pub(super) code: String,
    pub(super) text: &'a str,
}

pub(super) fn rejection(at: Timestamp, refused: &Refused<'_>) -> Sql {
    sql("INSERT INTO mail_rejections (at, listener, client_address, sender, recipient, recipient_domain, code, text) VALUES ($, $, $, $, $, $, $, $)")
        .bind(at)
        .bind(refused.listener)
        .bind(refused.client.as_str())
        .bind(refused.sender)
        .bind(refused.recipient)
        .bind(domain_of(refused.recipient))
        .bind(refused.code.as_str())
        .bind(refused.text)
}

fn domain_of(address: &str) -> String {
    address.rsplit_once('@').map_or_else(String::new, |(_, domain)| domain.to_ascii_lowercase())
}
