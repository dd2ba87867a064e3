//! Refusals to people who were signed in, as telemetry counts them.

use bailiwick_base::Error;
use bailiwick_base::authz::Visible;
use bailiwick_base::db::{Query, ReadTx, TelemetryTx, sql};
use bailiwick_base::words::{LoginId, TenantId, Timestamp};
use sqlx::FromRow;

use super::history::HistoryEntry;

/// Lines shown.
const LINES: i64 = 50;

/// What one login was refused, counted.
#[derive(Debug, Clone, FromRow)]
pub(in crate::audit) struct RefusedRow {
    pub(in crate::audit) login_id: LoginId,
    pub(in crate::audit) tenant_id: Option<TenantId>,
    pub(in crate::audit) action: String,
    pub(in crate::audit) code: String,
    pub(in crate::audit) count: i64,
    pub(in crate::audit) last_at: Timestamp,
}

/// What was refused since then, the latest first. They carry no domain, so whoever is limited to some sees none.
pub(in crate::audit) async fn refused(
    tx: &mut TelemetryTx,
    visible: &Visible<HistoryEntry>,
    since: Timestamp,
) -> Result<Vec<RefusedRow>, Error> {
    let select = sql(
        "SELECT login_id, tenant_id, action, code, CAST(sum(count) AS BIGINT) AS count, max(last_at) AS last_at FROM \
         (SELECT hour, login_id, tenant_id, CAST(NULL AS BIGINT) AS domain_id, action, code, count, last_at FROM refusals) counted \
         WHERE hour >= $",
    )
    .bind(since);
    let select = visible.narrow(select).push(
        " GROUP BY login_id, tenant_id, action, code ORDER BY max(last_at) DESC, login_id, action, code LIMIT $",
    );
    tx.all(select.bind(LINES)).await
}

/// The names of logins that are still there.
pub(in crate::audit) async fn login_names(
    tx: &mut ReadTx,
    logins: &[LoginId],
) -> Result<Vec<(LoginId, String)>, Error> {
    tx.all(sql("SELECT id, name FROM logins WHERE ").is_in("id", logins.iter().copied())).await
}
