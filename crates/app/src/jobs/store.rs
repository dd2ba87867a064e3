//! The outbox and the leases in the database.

use std::time::Duration;

use bailiwick_base::Error;
use bailiwick_base::authz::Authorized;
use bailiwick_base::db::{Query, ReadTx, Sql, WriteTx, sql};
use bailiwick_base::words::{JobId, Timestamp};
use sqlx::FromRow;

use super::actions::WorkOutbox;
use super::backoff::{MAIL_EXPIRES, one_line, wait};
use crate::emails;

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
    select
        .is_in("kind", kinds.iter().copied())
        .push(" AND ((state = 'queued' AND due_at <= $) OR (state = 'leased' AND leased_until <= $))")
        .bind(now)
        .bind(now)
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
         SET holder = excluded.holder, until = excluded.until WHERE leases.holder = excluded.holder OR leases.until <= $",
    )
    .bind(name)
    .bind(holder)
    .bind(now.after(lasting))
    .bind(now);
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
