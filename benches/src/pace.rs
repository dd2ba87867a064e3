//! Drives clients and takes their times.
//!
//! As fast as they get answers (each client asks again when it has its answer), or at a fixed rate: then a time counts
//! from the moment at which the question was due, so that one slow answer is not hidden by the questions it kept from
//! being asked.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::process;
use crate::trouble::{Outcome, Trouble};

/// Something that asks on a connection of its own.
pub(crate) trait Client: Send + 'static {
    /// Asks once, and is content with the answer.
    fn ask(&mut self) -> impl Future<Output = Outcome> + Send;
}

/// What a measurement found.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub(crate) struct Measured {
    /// Clients at the same time.
    pub(crate) clients: usize,
    /// Answers a second.
    pub(crate) per_s: f64,
    /// Half of the answers came within so many milliseconds.
    pub(crate) p50_ms: f64,
    /// 99 of 100.
    pub(crate) p99_ms: f64,
    /// 999 of 1,000.
    pub(crate) p999_ms: f64,
    /// Answers taken.
    pub(crate) answers: u64,
    /// Questions that failed.
    pub(crate) failures: u64,
    /// The first failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
    /// CPU time of the whole stack for one answer, in microseconds: compare this on a noisy machine.
    pub(crate) cpu_us: f64,
}

/// How long, and whose CPU time counts.
#[derive(Debug, Clone)]
pub(crate) struct Watch {
    /// Before times are taken.
    pub(crate) warm: Duration,
    /// While they are.
    pub(crate) time: Duration,
    /// The stack's processes.
    pub(crate) roots: Vec<u32>,
}

#[derive(Default)]
struct Taken {
    /// In microseconds.
    times: Vec<u32>,
    failures: u64,
    failure: Option<Trouble>,
}

impl Taken {
    fn note(&mut self, since: Instant, answer: Outcome) {
        match answer {
            Ok(()) => self.times.push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX)),
            Err(trouble) => {
                self.failures += 1;
                self.failure.get_or_insert(trouble);
            }
        }
    }
}

/// As fast as the answers come.
pub(crate) async fn saturate<C: Client>(watch: &Watch, clients: Vec<C>) -> Outcome<Measured> {
    run(watch, clients, None).await
}

/// So many questions a second, all clients together.
pub(crate) async fn at_rate<C: Client>(watch: &Watch, clients: Vec<C>, rate: u32) -> Outcome<Measured> {
    run(watch, clients, Some(rate)).await
}

async fn run<C: Client>(watch: &Watch, clients: Vec<C>, rate: Option<u32>) -> Outcome<Measured> {
    let count = clients.len();
    let begin = Instant::now() + watch.warm;
    let end = begin + watch.time;
    let every = rate.map(|rate| Duration::from_secs(1).mul_f64(to_f64(count) / f64::from(rate.max(1))));
    let asking: Vec<_> = clients
        .into_iter()
        .enumerate()
        .map(|(number, client)| {
            let first =
                every.map(|every| (every, Instant::now() + every.mul_f64(to_f64(number) / to_f64(count))));
            tokio::spawn(ask(client, begin, end, first))
        })
        .collect();
    tokio::time::sleep_until(begin.into()).await;
    let (pids, started) = (process::tree(&watch.roots), Instant::now());
    let before = process::cpu(&pids);
    tokio::time::sleep_until(end.into()).await;
    let (took, after) = (started.elapsed(), process::cpu(&still(&watch.roots, pids)));
    let mut all = Taken::default();
    for taken in asking {
        let taken = taken.await.map_err(|error| Trouble::new(error.to_string()))?;
        all.times.extend(taken.times);
        all.failures += taken.failures;
        all.failure = all.failure.or(taken.failure);
    }
    Ok(all.measured(count, took, after - before))
}

/// Processes that came meanwhile count as well.
fn still(roots: &[u32], before: HashSet<u32>) -> HashSet<u32> {
    let mut pids = process::tree(roots);
    pids.extend(before);
    pids
}

/// A client that failed this often in a row has lost its connection for good.
const GIVE_UP: u64 = 50;

async fn ask<C: Client>(
    mut client: C,
    begin: Instant,
    end: Instant,
    mut due: Option<(Duration, Instant)>,
) -> Taken {
    let (mut taken, mut in_a_row) = (Taken::default(), 0);
    while Instant::now() < end && in_a_row < GIVE_UP {
        let since = match &mut due {
            Some((every, next)) => {
                tokio::time::sleep_until((*next).into()).await;
                let since = *next;
                *next += *every;
                since
            }
            None => Instant::now(),
        };
        let answer = client.ask().await;
        in_a_row = if answer.is_ok() { 0 } else { in_a_row + 1 };
        // At a rate what was due in time counts, however late it came.
        if since >= begin && (due.is_some() && since < end || Instant::now() <= end) {
            taken.note(since, answer);
        } else if let Err(trouble) = answer {
            taken.failure.get_or_insert(trouble);
        }
    }
    while let Some((every, next)) = due.as_mut().filter(|(_, next)| *next < end) {
        if *next >= begin {
            taken.failures += 1;
            taken
                .failure
                .get_or_insert_with(|| Trouble::new("due, and never asked: the one before took too long"));
        }
        *next += *every;
    }
    taken
}

impl Taken {
    fn measured(mut self, clients: usize, took: Duration, cpu: f64) -> Measured {
        self.times.sort_unstable();
        let answers = self.times.len();
        let at = |part: f64| -> f64 {
            let place = rank(part, answers);
            self.times.get(place).map_or(0.0, |time| f64::from(*time) / 1000.0)
        };
        Measured {
            clients,
            per_s: to_f64(answers) / took.as_secs_f64(),
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            p999_ms: at(0.999),
            answers: u64::try_from(answers).unwrap_or(u64::MAX),
            failures: self.failures,
            failure: self.failure.map(|trouble| trouble.to_string()),
            cpu_us: if answers == 0 { 0.0 } else { cpu * 1e6 / to_f64(answers) },
        }
    }
}

/// The place of a percentile among so many sorted times.
fn rank(part: f64, count: usize) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and the count")]
    let place = (to_f64(count) * part).floor() as usize;
    place.min(count.saturating_sub(1))
}

#[expect(clippy::cast_precision_loss, reason = "counts here stay far below 2^52")]
pub(crate) fn to_f64(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Slow(u32);

    impl Client for Slow {
        async fn ask(&mut self) -> Outcome {
            self.0 += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
            if self.0.is_multiple_of(10) { Err(Trouble::new("the tenth")) } else { Ok(()) }
        }
    }

    fn watch() -> Watch {
        Watch {
            warm: Duration::from_millis(20),
            time: Duration::from_millis(400),
            roots: vec![std::process::id()],
        }
    }

    #[tokio::test]
    async fn what_fails_is_counted_apart_and_the_first_reason_kept() {
        let measured = saturate(&watch(), vec![Slow(0), Slow(0)]).await.expect("measured");
        assert!(measured.answers >= 20 && measured.failures >= 2, "{measured:?}");
        assert_eq!(measured.failure.as_deref(), Some("the tenth"));
        assert!(measured.p50_ms >= 5.0 && measured.p99_ms >= measured.p50_ms, "{measured:?}");
    }

    #[tokio::test]
    async fn at_a_rate_a_time_counts_from_when_the_question_was_due() {
        // One client that needs 5 ms cannot answer 1,000 a second: each is later than the one before.
        let measured = at_rate(&watch(), vec![Slow(0)], 1_000).await.expect("measured");
        assert!(measured.per_s < 250.0 && measured.p99_ms > 50.0, "{measured:?}");
        assert!(measured.failures > 200, "what was due and never asked is no success: {measured:?}");
    }
}
