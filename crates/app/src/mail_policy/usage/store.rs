//! Usage in the telemetry database.

use std::collections::HashMap;

use bailiwick_base::Error;
use bailiwick_base::authz::{Permission, Place, ScopeKind, Target, Visible};
use bailiwick_base::db::{Query, ReadTx, Sql, TelemetryTx, sql};
use bailiwick_base::words::{DomainId, MailboxId, Storage, TenantId, Timestamp};
use sqlx::FromRow;

use super::{NEARLY_FULL_LISTED, Usage};

/// A mailbox whose usage is known, and where it sits.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Measured {
    pub(super) mailbox_id: MailboxId,
    pub(super) tenant_id: TenantId,
    pub(super) domain_id: DomainId,
    pub(super) quota: Storage,
}

impl Target for Measured {
    type Id = MailboxId;
    const NOUN: &'static str = "mailbox";
    const READ: Permission = Permission::MailboxView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[
        (ScopeKind::Tenant, "tenant_id"),
        (ScopeKind::Domain, "domain_id"),
        (ScopeKind::Mailbox, "mailbox_id"),
    ];

    fn id(&self) -> MailboxId {
        self.mailbox_id
    }
    fn name(&self) -> String {
        self.mailbox_id.to_string()
    }
    fn place(&self) -> Place {
        Place {
            tenant: Some(self.tenant_id),
            domain: Some(self.domain_id),
            mailbox: Some(self.mailbox_id),
            ..Place::default()
        }
    }
    async fn load(
        tx: &mut impl Query,
        visible: &Visible<Self>,
        id: MailboxId,
    ) -> Result<Option<Self>, Error> {
        let select =
            sql("SELECT mailbox_id, tenant_id, domain_id, quota FROM mailbox_usage WHERE mailbox_id = $")
                .bind(id);
        tx.optional(visible.narrow(select)).await
    }
}

/// What is copied from the mailbox itself.
pub(super) async fn measured(tx: &mut ReadTx, mailbox: MailboxId) -> Result<Option<Measured>, Error> {
    let select = sql("SELECT id AS mailbox_id, tenant_id, domain_id, quota FROM mailboxes WHERE id = $");
    tx.optional(select.bind(mailbox)).await
}

/// The newest counts, in whatever order they arrive.
pub(super) fn set(of: &Measured, usage: Usage) -> Sql {
    sql(
        "INSERT INTO mailbox_usage (mailbox_id, tenant_id, domain_id, bytes, messages, quota, at) VALUES ($, $, $, $, $, $, $) \
         ON CONFLICT (mailbox_id) DO UPDATE SET bytes = excluded.bytes, messages = excluded.messages, quota = excluded.quota, \
         at = excluded.at WHERE excluded.at >= mailbox_usage.at",
    )
    .bind(of.mailbox_id)
    .bind(of.tenant_id)
    .bind(of.domain_id)
    .bind(usage.stored)
    .bind(usage.messages)
    .bind(of.quota)
    .bind(usage.at)
}

pub(super) fn set_quota(mailbox: MailboxId, quota: Storage) -> Sql {
    sql("UPDATE mailbox_usage SET quota = $ WHERE mailbox_id = $").bind(quota).bind(mailbox)
}

pub(super) fn delete(mailbox: MailboxId) -> Sql {
    sql("DELETE FROM mailbox_usage WHERE mailbox_id = $").bind(mailbox)
}

pub(super) fn delete_domain(domain: DomainId) -> Sql {
    sql("DELETE FROM mailbox_usage WHERE domain_id = $").bind(domain)
}

pub(super) async fn of(
    tx: &mut TelemetryTx,
    mailboxes: &[MailboxId],
) -> Result<HashMap<MailboxId, Usage>, Error> {
    let select = sql("SELECT mailbox_id, bytes, messages, at FROM mailbox_usage WHERE ")
        .is_in("mailbox_id", mailboxes.iter().copied());
    let rows: Vec<(MailboxId, Storage, i64, Timestamp)> = tx.all(select).await?;
    let usage = |(mailbox, stored, messages, at)| (mailbox, Usage { stored, messages, at });
    Ok(rows.into_iter().map(usage).collect())
}

/// The condition is that of the index.
pub(super) async fn count_nearly_full(
    tx: &mut TelemetryTx,
    visible: &Visible<Measured>,
) -> Result<i64, Error> {
    let count = sql("SELECT CAST(count(*) AS BIGINT) FROM mailbox_usage WHERE bytes * 10 > quota * 9");
    let (count,): (i64,) = tx.one(visible.narrow(count)).await?;
    Ok(count)
}

pub(super) async fn nearly_full(
    tx: &mut TelemetryTx,
    visible: &Visible<Measured>,
) -> Result<Vec<MailboxId>, Error> {
    let select = sql("SELECT mailbox_id FROM mailbox_usage WHERE bytes * 10 > quota * 9");
    let select = visible.narrow(select).push(" ORDER BY mailbox_id LIMIT $").bind(NEARLY_FULL_LISTED);
    let rows: Vec<(MailboxId,)> = tx.all(select).await?;
    Ok(rows.into_iter().map(|(mailbox,)| mailbox).collect())
}
