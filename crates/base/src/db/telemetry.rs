//! Telemetry: rows nobody waits for (sign-ins, deliveries, refusals), written in batches by a writer of
//! their own, so that they never delay a change.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::engine::{Begin, Engine};
use super::{Ground, Sql, TelemetryTx};
use crate::error::{Code, Error};
use crate::words::limits;

/// Where telemetry goes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Telemetry {
    engine: Engine,
    queue: mpsc::Sender<Entry>,
    tally: Arc<Tally>,
}

/// What became of the rows so far.
#[derive(Debug, Default)]
struct Tally {
    written: AtomicU64,
    dropped: AtomicU64,
    /// Rows are being dropped, and the log has said so.
    complained: AtomicBool,
}

impl Tally {
    /// The first of many is told; the number says the rest.
    fn dropped(&self, rows: usize, why: &'static str) {
        self.dropped.fetch_add(u64::try_from(rows).unwrap_or(u64::MAX), Ordering::Relaxed);
        if !self.complained.swap(true, Ordering::Relaxed) {
            tracing::warn!(why, "telemetry is dropped until it can be written again");
        }
    }

    fn written(&self, rows: usize) {
        self.written.fetch_add(u64::try_from(rows).unwrap_or(u64::MAX), Ordering::Relaxed);
        if self.complained.swap(false, Ordering::Relaxed) {
            let dropped = self.dropped.load(Ordering::Relaxed);
            tracing::info!(dropped, "telemetry is written again; so many rows were dropped since the start");
        }
    }
}

/// How telemetry fares, for whoever watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TelemetryState {
    /// Entries that wait.
    pub waiting: usize,
    /// Rows written since the start.
    pub written: u64,
    /// Rows dropped since the start, because too many waited or they could not be written.
    pub dropped: u64,
}

enum Entry {
    /// Written with the next batch; lost if the process dies before.
    Note(Sql),
    /// Written with the next batch, and told when that is durable.
    Kept(Vec<Sql>, oneshot::Sender<bool>),
    /// Write what waits and end.
    Close(oneshot::Sender<()>),
}

impl Telemetry {
    pub(super) fn start(engine: Engine, _ground: &Ground) -> Self {
        let (queue, entries) = mpsc::channel(limits::TELEMETRY_QUEUE);
        let tally = Arc::<Tally>::default();
        tokio::spawn(write_batches(engine.clone(), entries, Arc::clone(&tally)));
        Self { engine, queue, tally }
    }

    /// Notes a row. When too many wait already it is dropped and counted.
    pub fn note(&self, row: Sql) {
        if self.queue.try_send(Entry::Note(row)).is_err() {
            self.tally.dropped(1, "too many rows wait");
        }
    }

    /// How many rows wait, were written, were dropped.
    pub fn state(&self) -> TelemetryState {
        TelemetryState {
            waiting: self.queue.max_capacity() - self.queue.capacity(),
            written: self.tally.written.load(Ordering::Relaxed),
            dropped: self.tally.dropped.load(Ordering::Relaxed),
        }
    }

    /// Writes rows and waits until they are durable.
    pub async fn keep(&self, rows: Vec<Sql>) -> Result<(), Error> {
        let (told, written) = oneshot::channel();
        self.queue.send(Entry::Kept(rows, told)).await.map_err(|_| Error::new(Code::DatabaseUnavailable))?;
        match written.await {
            Ok(true) => Ok(()),
            _ => Err(Error::new(Code::DatabaseUnavailable)),
        }
    }

    /// Everything noted so far is written when this returns.
    pub async fn flush(&self) -> Result<(), Error> {
        self.keep(Vec::new()).await
    }

    pub(super) async fn read(&self, ground: &Arc<Ground>) -> Result<TelemetryTx, Error> {
        Ok(TelemetryTx::new(self.engine.begin(Begin::Read).await?, ground))
    }

    pub(super) async fn read_for_mail(&self, ground: &Arc<Ground>) -> Result<TelemetryTx, Error> {
        Ok(TelemetryTx::new(self.engine.begin(Begin::Mail).await?, ground))
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) async fn close(&self) {
        let (told, closed) = oneshot::channel();
        if self.queue.send(Entry::Close(told)).await.is_ok() {
            let _ = timeout(Duration::from_secs(5), closed).await;
        }
        self.engine.close().await;
    }
}

async fn write_batches(engine: Engine, mut entries: mpsc::Receiver<Entry>, tally: Arc<Tally>) {
    while let Some(first) = entries.recv().await {
        let mut batch = vec![first];
        let in_a_hurry = |entry: &Entry| !matches!(entry, Entry::Note(_));
        let until = tokio::time::Instant::now() + limits::TELEMETRY_DELAY;
        while batch.len() < limits::TELEMETRY_BATCH && !batch.last().is_some_and(in_a_hurry) {
            match tokio::time::timeout_at(until, entries.recv()).await {
                Ok(Some(entry)) => batch.push(entry),
                _ => break,
            }
        }
        if write_batch(&engine, batch, &tally).await {
            break;
        }
    }
}

/// Writes one batch; true when the writer is to end.
async fn write_batch(engine: &Engine, batch: Vec<Entry>, tally: &Tally) -> bool {
    let mut rows = Vec::new();
    let mut told = Vec::new();
    let mut closing = None;
    for entry in batch {
        match entry {
            Entry::Note(row) => rows.push(row),
            Entry::Kept(kept, tell) => {
                rows.extend(kept);
                told.push(tell);
            }
            Entry::Close(tell) => closing = Some(tell),
        }
    }
    let written = rows.is_empty() || write_rows(engine, &rows, tally).await;
    for tell in told {
        let _ = tell.send(written);
    }
    let ends = closing.is_some();
    if let Some(tell) = closing {
        let _ = tell.send(());
    }
    ends
}

/// Writes rows in one transaction, a few times if need be. Rows that cannot be written are dropped and counted:
/// telemetry never blocks for ever. While nothing can be written each batch is tried once, so that those who wait for
/// theirs soon hear it.
async fn write_rows(engine: &Engine, rows: &[Sql], tally: &Tally) -> bool {
    let tries = if tally.complained.load(Ordering::Relaxed) { 1 } else { 3_u32 };
    for attempt in 0..tries {
        if attempt > 0 {
            tokio::time::sleep(Duration::from_millis(100 * u64::from(attempt))).await;
        }
        match write_once(engine, rows).await {
            Ok(()) => {
                tally.written(rows.len());
                return true;
            }
            Err(error) => {
                if !tally.complained.load(Ordering::Relaxed) {
                    tracing::warn!(inside = ?error.inside(), rows = rows.len(), attempt, "telemetry was not written");
                }
            }
        }
    }
    tally.dropped(rows.len(), "the database does not take them");
    false
}

async fn write_once(engine: &Engine, rows: &[Sql]) -> Result<(), Error> {
    let mut connection = engine.begin(Begin::Write).await?;
    for row in rows {
        connection.run(row.clone()).await?;
    }
    connection.commit().await
}
