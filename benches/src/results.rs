//! What a run found, as it is kept: `docs/benchmarks/results/*.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::pace::Measured;

/// One run.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub(crate) struct Results {
    /// When it began: `2026-11-22 13:05 UTC`.
    pub(crate) date: String,
    /// `c241985`, with `+` where files were changed since.
    pub(crate) commit: String,
    /// Processor, cores, memory, kernel.
    pub(crate) machine: String,
    /// Versions of what was measured and what it was measured with.
    pub(crate) versions: BTreeMap<String, String>,
    /// A short run of small sizes, which says only that everything works.
    pub(crate) quick: bool,
    /// Load of the machine before anything was started; far from 0 means that others worked on it.
    pub(crate) load_before: f64,
    /// Passwords hashed each second on one core.
    pub(crate) argon2id_core: f64,
    /// On all cores.
    pub(crate) argon2id_all: f64,
    /// Each engine at each size.
    pub(crate) rounds: Vec<Round>,
    /// Real mail servers, with us and with plain files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) servers: Option<Servers>,
    /// What could not be measured, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) troubles: Vec<String>,
}

/// One engine at one size.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub(crate) struct Round {
    /// `sqlite` or `postgres`.
    pub(crate) engine: String,
    /// Mailboxes.
    pub(crate) size: u32,
    /// Added to each `fsync`, in milliseconds.
    pub(crate) fsync_delay_ms: f64,
    /// Mailboxes loaded each second, with everything that belongs to them.
    pub(crate) loaded_per_s: f64,
    /// Seconds for the search's index alone.
    pub(crate) index_s: f64,
    /// Milliseconds from the start of the process to its first answer.
    pub(crate) first_answer_ms: f64,
    /// Of the control plane at rest, in MiB.
    pub(crate) rest_pss: f64,
    /// Of the control plane after everything was measured, in MiB.
    pub(crate) pss: f64,
    /// The same, resident.
    pub(crate) rss: f64,
    /// Of the database server, where there is one, in MiB.
    pub(crate) database_pss: f64,
    /// Nanoseconds for one decision: the main Admin's.
    pub(crate) decision_ns: f64,
    /// A Sub-Admin's with a grant for each of up to 200 domains.
    pub(crate) decision_limited_ns: f64,
    /// By name.
    pub(crate) measured: BTreeMap<String, Measured>,
}

/// Real mail servers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq)]
pub(crate) struct Servers {
    /// Mailboxes there were.
    pub(crate) size: u32,
    /// Submissions and sign-ins with us behind the servers.
    pub(crate) ours: BTreeMap<String, Measured>,
    /// The same servers with plain files and the same hash, which they compute at each sign-in.
    pub(crate) plain: BTreeMap<String, Measured>,
    /// The same with passwords that cost nothing to compare, as ours do when they are remembered.
    #[serde(default)]
    pub(crate) unhashed: BTreeMap<String, Measured>,
}

impl Results {
    /// The round of an engine at a size, without added delays.
    pub(crate) fn round(&self, engine: &str, size: u32) -> Option<&Round> {
        self.rounds
            .iter()
            .find(|round| round.engine == engine && round.size == size && round.fsync_delay_ms == 0.0)
    }

    /// The engines there are.
    pub(crate) fn engines(&self) -> Vec<&str> {
        let mut engines: Vec<&str> = self.rounds.iter().map(|round| round.engine.as_str()).collect();
        engines.sort_unstable_by(|one, other| other.cmp(one));
        engines.dedup();
        engines
    }

    /// The sizes there are, smallest first.
    pub(crate) fn sizes(&self) -> Vec<u32> {
        let plain = self.rounds.iter().filter(|round| round.fsync_delay_ms == 0.0);
        let mut sizes: Vec<u32> = plain.map(|round| round.size).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }
}
