//! What is looked up when somebody asks for the numbers.

use std::fmt;
use std::time::Duration;

use bailiwick_base::Error;
use bailiwick_base::authz::Caller;
use bailiwick_base::db::PoolState;
use bailiwick_base::words::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use super::process;
use crate::core::service;
use crate::{audit, jobs};

service! {
    /// The numbers, for whoever watches.
    Watch
}

/// How long the database may take to say how it stands.
const PATIENCE: Duration = Duration::from_secs(2);

/// The media type of the text.
const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What waits in the database.
struct Backlog {
    jobs: Vec<jobs::Standing>,
    unsealed: audit::Unsealed,
    now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobLabels {
    kind: String,
    state: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabels {
    kind: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PoolLabels {
    pool: &'static str,
    connections: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BuildLabels {
    version: &'static str,
    database: &'static str,
}

impl Watch {
    /// The media type of the text.
    pub const MEDIA_TYPE: &'static str = MEDIA_TYPE;

    /// Everything there is to tell, in the OpenMetrics text format. When the database does not answer the rest is told
    /// all the same, and `bailiwick_database_up` is 0.
    pub async fn text(&self) -> Result<String, fmt::Error> {
        let backlog = match tokio::time::timeout(PATIENCE, self.backlog()).await {
            Ok(Ok(backlog)) => Some(backlog),
            Ok(Err(_)) | Err(_) => None,
        };
        let mut text = String::new();
        encode_registry(&mut text, self.core.metrics().registry())?;
        encode_registry(&mut text, &self.of_now(backlog))?;
        encode_eof(&mut text)?;
        Ok(text)
    }

    async fn backlog(&self) -> Result<Backlog, Error> {
        let mut tx = self.core.read(&Caller::system("watch")).await?;
        let now = bailiwick_base::db::Query::now(&tx);
        Ok(Backlog { jobs: jobs::standing(&mut tx).await?, unsealed: audit::unsealed(&mut tx).await?, now })
    }

    fn of_now(&self, backlog: Option<Backlog>) -> Registry {
        let mut registry = Registry::with_prefix("bailiwick");
        registry.register(
            "build",
            "The version that runs, and its database",
            Info::new(BuildLabels {
                version: env!("CARGO_PKG_VERSION"),
                database: self.core.db().engine_name(),
            }),
        );
        registry.register(
            "database_up",
            "1 if the database answered just now",
            ConstGauge::new(i64::from(backlog.is_some())),
        );
        self.telemetry(&mut registry);
        pools(&mut registry, &self.core.db().pools());
        if let Some(backlog) = backlog {
            waiting(&mut registry, &backlog);
        }
        if let Some(process) = process::look() {
            registry.register_with_unit(
                "process_resident_memory",
                "Memory in use",
                Unit::Bytes,
                ConstGauge::new(process.resident_bytes),
            );
            registry.register("process_open_files", "Open files", ConstGauge::new(process.open_files));
        }
        registry
    }

    fn telemetry(&self, registry: &mut Registry) {
        let state = self.core.db().telemetry().state();
        let waiting = i64::try_from(state.waiting).unwrap_or(i64::MAX);
        registry.register("telemetry_waiting", "Telemetry entries that wait", ConstGauge::new(waiting));
        registry.register("telemetry_written", "Telemetry rows written", ConstCounter::new(state.written));
        registry.register(
            "telemetry_dropped",
            "Telemetry rows dropped, because too many waited or they could not be written",
            ConstCounter::new(state.dropped),
        );
    }
}

fn pools(registry: &mut Registry, pools: &[PoolState]) {
    let connections: Family<PoolLabels, Gauge> = Family::default();
    for state in pools {
        for (connections_are, number) in [("used", state.used), ("idle", state.idle), ("most", state.most)] {
            let labels = PoolLabels { pool: state.name, connections: connections_are };
            connections.get_or_create(&labels).set(i64::from(number));
        }
    }
    registry.register("database_connections", "Connections to the database, by pool", connections);
}

fn waiting(registry: &mut Registry, backlog: &Backlog) {
    let number: Family<JobLabels, Gauge> = Family::default();
    let oldest: Family<KindLabels, Gauge> = Family::default();
    for standing in &backlog.jobs {
        let labels = JobLabels { kind: standing.kind.clone(), state: standing.state.clone() };
        number.get_or_create(&labels).set(standing.number);
        if standing.state != "failed" {
            let gauge = oldest.get_or_create_owned(&KindLabels { kind: standing.kind.clone() });
            gauge.set(gauge.get().max(seconds(backlog.now.since(standing.oldest))));
        }
    }
    registry.register("jobs", "Jobs not done, by kind and state: queued, leased, failed", number);
    registry.register_with_unit(
        "jobs_oldest_age",
        "Age of the oldest job that is queued or lent",
        Unit::Seconds,
        oldest,
    );
    registry.register(
        "history_unsealed",
        "Entries of the history that wait to be sealed",
        ConstGauge::new(backlog.unsealed.number),
    );
    let lag = backlog.unsealed.oldest.map_or(0, |at| seconds(backlog.now.since(at)));
    registry.register_with_unit(
        "history_seal_lag",
        "Age of the oldest entry of the history that is not sealed",
        Unit::Seconds,
        ConstGauge::new(lag),
    );
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
