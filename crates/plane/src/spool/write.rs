//! The task that takes lines from the pipes to disk.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bailiwick_mail::internal::LogLine;
use tokio::sync::{Notify, mpsc};

use super::Spool;

/// How long a line may wait for its flush.
const FLUSH: Duration = Duration::from_millis(250);

/// Writes lines until all senders are gone, then flushes.
pub(crate) async fn write(
    spool: Arc<Mutex<Spool>>,
    mut lines: mpsc::Receiver<LogLine>,
    written: Arc<Notify>,
) {
    let mut lost = Lost::default();
    let mut flush_at: Option<Instant> = None;
    loop {
        let mut batch = Vec::new();
        let wait =
            flush_at.map_or(Duration::from_hours(1), |at| at.saturating_duration_since(Instant::now()));
        let taken = tokio::time::timeout(wait, lines.recv_many(&mut batch, 1_000)).await;
        let flush = taken.is_err() || taken == Ok(0) || flush_at.is_some_and(|at| at <= Instant::now());
        let count = batch.len();
        let shared = Arc::clone(&spool);
        let result = tokio::task::spawn_blocking(move || {
            let mut spool = shared.lock().unwrap_or_else(PoisonError::into_inner);
            if !batch.is_empty() {
                spool.append(&batch)?;
            }
            if flush { spool.sync() } else { Ok(()) }
        })
        .await
        .unwrap_or_else(|_| Err(std::io::Error::other("the writer stopped")));
        lost.note(result, count);
        flush_at = match flush_at {
            _ if flush => None,
            None => Some(Instant::now() + FLUSH),
            kept => kept,
        };
        written.notify_one();
        if taken == Ok(0) {
            return;
        }
    }
}

/// A full disk must not stop the mail servers, whose logging would block: lines are lost, and counted.
#[derive(Default)]
struct Lost {
    lines: usize,
    said: Option<Instant>,
}

impl Lost {
    fn note(&mut self, result: std::io::Result<()>, count: usize) {
        let Err(error) = result else { return };
        self.lines += count;
        if self.said.is_none_or(|at| at.elapsed() > Duration::from_mins(1)) {
            tracing::error!(%error, lines = self.lines, "log lines could not be kept");
            self.said = Some(Instant::now());
        }
    }
}
