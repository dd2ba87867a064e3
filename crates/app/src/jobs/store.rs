//! The outbox and the leases in the database.

use std::time::Duration;

use bailiwick_base::Error;
use bailiwick_base::authz::Authorized;
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, Sql, WriteTx, sql};
use bailiwick_base::words::{JobId, Timestamp, limits};
use sqlx::FromRow;

use super::actions::{ViewOutbox, WorkOutbox};
use super::backoff::{MAIL_EXPIRES, one_line, wait};
use super::waiting::{JobState, WaitingJob};
use crate::emails;

/// Nothing is put off or lent for longer. What seems to be was written while the clock was wrong.
const FURTHEST: Duration = Duration::from_mins(11);

/// Done jobs are kept so long.
const DONE_KEPT: Duration = Duration::from_hours(7 * 24);

/// Rows one round of tidying removes at most.
const TIDY: i64 = 10_000;

/// A job as it is handed out.
#[derive(Debug, FromRow)]
pub(super) struct Leased {
    pub(super) id: JobId,
    pub(super) kind: String,
    pub(super) job_key: String,
    pub(super) payload: Vec<u8>,
}

/// How a job ended.
#[derive(Debug)]
pub(super) enum Ended {
    Done,
    Failed(String),
    /// Nobody can ever do it: it is not understood.
    Hopeless(&'static str),
}

/// Narrows to jobs of `kinds` that may be handed out: due, or lent to somebody whose time is over.
fn claimable(select: Sql, kinds: &[&'static str], now: Timestamp) -> Sql {
    let ahead = now.after(FURTHEST);
    select
        .is_in("kind", kinds.iter().copied())
        .push(" AND ((state = 'queued' AND (due_at <= $ OR due_at > $)) OR (state = 'leased' AND (leased_until <= $ OR leased_until > $)))")
        .bind(now)
        .bind(ahead)
        .bind(now)
        .bind(ahead)
        .push(" AND (kind <> $ OR created_at > $)")
        .bind(emails::KIND)
        .bind(now.before(MAIL_EXPIRES))
}

/// Is there anything to hand out? Costs no write.
pub(super) async fn any_claimable(tx: &mut ReadTx, kinds: &[&'static str]) -> Result<bool, Error> {
    let now = tx.now();
    let select = claimable(sql("SELECT id FROM outbox WHERE "), kinds, now).push(" LIMIT 1");
    let job: Option<(JobId,)> = tx.optional(select).await?;
    Ok(job.is_some())
}

/// Jobs of one kind in one state, counted.
#[derive(Debug, FromRow)]
pub(crate) struct Standing {
    pub(crate) kind: String,
    /// `queued`, `leased` or `failed`.
    pub(crate) state: String,
    pub(crate) number: i64,
    /// When the oldest of them was left.
    pub(crate) oldest: Timestamp,
}

/// How many jobs are not done. Kinds are ours and few.
pub(crate) async fn standing(tx: &mut ReadTx) -> Result<Vec<Standing>, Error> {
    let select = sql(
        "SELECT kind, state, count(*) AS number, min(created_at) AS oldest FROM outbox WHERE state <> 'done' \
         GROUP BY kind, state ORDER BY kind, state",
    );
    tx.all(select).await
}

#[derive(FromRow)]
struct WaitingRow {
    id: JobId,
    kind: String,
    state: String,
    attempts: i64,
    due_at: Timestamp,
    last_error: Option<String>,
    created_at: Timestamp,
    done_at: Option<Timestamp>,
}

impl From<WaitingRow> for WaitingJob {
    fn from(row: WaitingRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: JobState::by_key(&row.state).unwrap_or(JobState::Failed),
            attempts: row.attempts,
            due_at: row.due_at,
            last_error: row.last_error,
            created_at: row.created_at,
            done_at: row.done_at,
        }
    }
}

/// A page of jobs in a state, or of all that are not done, in the order of queueing.
pub(super) async fn page(
    tx: &mut ReadTx,
    _: &Authorized<ViewOutbox>,
    state: Option<JobState>,
    request: &PageRequest,
) -> Result<Page<WaitingJob>, Error> {
    let select =
        sql("SELECT id, kind, state, attempts, due_at, last_error, created_at, done_at FROM outbox WHERE ");
    let select = match state {
        Some(state) => select.push("state = $").bind(state.key()),
        None => select.push("state <> 'done'"),
    };
    let order = Order { columns: "(id)", marks: "($)", descending: false, by: ("id DESC", "id") };
    let page = request.fetch(tx, select, order, limits::PAGE, |row: &WaitingRow| vec![row.id.into()]).await?;
    Ok(page.map(WaitingJob::from))
}

/// Until when somebody holds a lease; none if nobody ever did.
pub(crate) async fn lease_until(tx: &mut ReadTx, name: &str) -> Result<Option<Timestamp>, Error> {
    let row: Option<(Timestamp,)> =
        tx.optional(sql("SELECT until FROM leases WHERE name = $").bind(name)).await?;
    Ok(row.map(|(until,)| until))
}

/// Lends the oldest jobs of `kinds` under `lease`, in the order of queueing. Of two who ask at once, each gets
/// others: the condition stands in the statement that takes them.
pub(super) async fn claim(
    tx: &mut WriteTx,
    _: &Authorized<WorkOutbox>,
    kinds: &[&'static str],
    most: i64,
    lease: &str,
    lasting: Duration,
) -> Result<Vec<Leased>, Error> {
    let now = tx.now();
    let candidates = claimable(sql("SELECT id FROM outbox WHERE "), kinds, now);
    let ids: Vec<(JobId,)> = tx.all(candidates.push(" ORDER BY id LIMIT $").bind(most)).await?;
    let take = sql(
        "UPDATE outbox SET state = 'leased', lease = $, leased_until = $, attempts = attempts + 1 WHERE ",
    )
    .bind(lease)
    .bind(now.after(lasting))
    .is_in("id", ids.into_iter().map(|(id,)| id))
    .push(" AND ");
    let take = claimable(take, kinds, now).push(" RETURNING id, kind, job_key, payload");
    let mut jobs: Vec<Leased> = tx.all(take).await?;
    jobs.sort_by_key(|job| job.id);
    Ok(jobs)
}

/// Writes down how a job of `kinds` ended. Under a lease that is not its present one, nothing happens: somebody
/// else has it now (K26).
pub(super) async fn end(
    tx: &mut WriteTx,
    _: &Authorized<WorkOutbox>,
    kinds: &[&'static str],
    (id, lease): (JobId, &str),
    ended: &Ended,
) -> Result<(), Error> {
    let held = sql("SELECT kind, attempts FROM outbox WHERE id = $ AND state = 'leased' AND lease = $ AND ")
        .bind(id)
        .bind(lease)
        .is_in("kind", kinds.iter().copied())
        .push(tx.lock());
    let Some((kind, attempts)): Option<(String, i64)> = tx.optional(held).await? else { return Ok(()) };
    let now = tx.now();
    let update = match ended {
        Ended::Done if kind == emails::KIND => done(now).push(", payload = $").bind(Vec::new()),
        Ended::Done => done(now),
        Ended::Failed(why) => sql("UPDATE outbox SET state = 'queued', due_at = $, last_error = $")
            .bind(now.after(wait(&kind, attempts)))
            .bind(one_line(why)),
        Ended::Hopeless(why) => failed(why),
    };
    tx.run(update.push(", lease = NULL, leased_until = NULL WHERE id = $").bind(id)).await.map(drop)
}

fn done(now: Timestamp) -> Sql {
    sql("UPDATE outbox SET state = 'done', done_at = $, last_error = NULL").bind(now)
}

fn failed(why: &str) -> Sql {
    sql("UPDATE outbox SET state = 'failed', last_error = $").bind(one_line(why))
}

/// Gives up mails nobody waits for any more, and what they say.
pub(super) async fn expire_mails(tx: &mut WriteTx, _: &Authorized<WorkOutbox>) -> Result<u64, Error> {
    let now = tx.now();
    let update = sql(
        "UPDATE outbox SET state = 'failed', last_error = 'expired before it could be sent', payload = $, lease = NULL, \
         leased_until = NULL WHERE kind = $ AND created_at <= $ \
         AND (state = 'queued' OR (state = 'leased' AND leased_until <= $))",
    )
    .bind(Vec::new())
    .bind(emails::KIND)
    .bind(now.before(MAIL_EXPIRES))
    .bind(now);
    tx.run(update).await
}

/// Removes jobs that were done long ago.
pub(super) async fn remove_done(tx: &mut WriteTx, _: &Authorized<WorkOutbox>) -> Result<u64, Error> {
    let before = tx.now().before(DONE_KEPT);
    let delete = sql(
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE state = 'done' AND done_at < $ ORDER BY id LIMIT $)",
    )
    .bind(before)
    .bind(TIDY);
    tx.run(delete).await
}

/// Takes or renews a lease by which one process at a time does something. It holds from the statement to the end of
/// this transaction in any case, and for `lasting` after its beginning unless it is renewed.
pub(crate) async fn take_lease(
    tx: &mut WriteTx,
    name: &str,
    holder: &str,
    lasting: Duration,
) -> Result<bool, Error> {
    let now = tx.now();
    let upsert = sql(
        "INSERT INTO leases (name, holder, until) VALUES ($, $, $) ON CONFLICT (name) DO UPDATE \
         SET holder = excluded.holder, until = excluded.until WHERE leases.holder = excluded.holder OR leases.until <= $ \
         OR leases.until > $",
    )
    .bind(name)
    .bind(holder)
    .bind(now.after(lasting))
    .bind(now)
    .bind(now.after(FURTHEST));
    Ok(tx.run(upsert).await? == 1)
}

/// The statements that remove telemetry from before `old`, and guesses from before `guesses`.
pub(super) fn old_telemetry(old: Timestamp, guesses: Timestamp) -> Vec<Sql> {
    vec![
        sql("DELETE FROM sign_ins WHERE at < $").bind(old),
        sql("DELETE FROM refusals WHERE hour < $").bind(old),
        sql("DELETE FROM mail_deliveries WHERE at < $").bind(old),
        sql("DELETE FROM mail_messages WHERE at < $").bind(old),
        sql("DELETE FROM mail_rejections WHERE at < $").bind(old),
        sql("DELETE FROM mail_guesses WHERE last_at < $").bind(guesses),
    ]
}
