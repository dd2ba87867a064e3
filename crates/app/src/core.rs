//! What every service stands on.

use std::sync::Arc;

use bailiwick_base::Error;
use bailiwick_base::authz::Caller;
use bailiwick_base::db::{Db, Ground, ReadTx, WriteTx};

use crate::api::Rates;
use crate::api_keys::Programs;
use crate::domains::Lookup;
use crate::mail_policy::{LiveSubmissions, RecentUsage};
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::sign_in::{Hasher, MailGuesses};

/// The database, the settings and the few things kept in memory. Cheap to clone; pages never see it.
#[derive(Debug, Clone)]
pub struct Core(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Db,
    settings: Settings,
    hasher: Hasher,
    lookup: Lookup,
    guesses: MailGuesses,
    programs: Programs,
    submissions: LiveSubmissions,
    recent_usage: RecentUsage,
    metrics: Metrics,
    rates: Rates,
}

impl Core {
    /// Puts an installation together.
    pub fn new(db: Db, settings: Settings) -> Self {
        let lookup = Lookup::new(settings.resolver);
        let rates = Rates::new(settings.api_requests);
        let metrics = Metrics::default();
        let hasher = Hasher::new(db.ground(), metrics.clone());
        Self(Arc::new(Inner {
            db,
            settings,
            hasher,
            lookup,
            guesses: MailGuesses::default(),
            programs: Programs::default(),
            submissions: LiveSubmissions::default(),
            recent_usage: RecentUsage::default(),
            rates,
            metrics,
        }))
    }

    pub(crate) async fn read(&self, caller: &Caller) -> Result<ReadTx, Error> {
        self.0.db.read(caller).await
    }

    pub(crate) async fn write(&self, caller: &Caller) -> Result<WriteTx, Error> {
        self.0.db.write(caller).await
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn ground(&self) -> &Ground {
        self.0.db.ground()
    }

    /// What the installation is told about itself.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    pub(crate) fn lookup(&self) -> &Lookup {
        &self.0.lookup
    }

    pub(crate) fn guesses(&self) -> &MailGuesses {
        &self.0.guesses
    }

    /// Programs that were here lately.
    pub(crate) fn programs(&self) -> &Programs {
        &self.0.programs
    }

    /// What is counted for whoever watches.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Requests that credentials made to the API lately.
    pub(crate) fn rates(&self) -> &Rates {
        &self.0.rates
    }

    /// Submission sessions that are open at the mail servers.
    pub fn submissions(&self) -> &LiveSubmissions {
        &self.0.submissions
    }

    /// What the mail servers said lately of how much mailboxes hold.
    pub(crate) fn recent_usage(&self) -> &RecentUsage {
        &self.0.recent_usage
    }

    /// Writes what waits and closes the database.
    pub async fn close(&self) {
        self.0.db.close().await;
    }

    /// Everything noted as telemetry so far is written when this returns.
    pub async fn flush_telemetry(&self) -> Result<(), Error> {
        self.0.db.telemetry().flush().await
    }
}

/// Declares a slice's service: a handle that pages take from the router's state.
macro_rules! service {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            pub(super) core: $crate::Core,
        }

        impl $name {
            /// The service of an installation.
            pub fn new(core: $crate::Core) -> Self {
                Self { core }
            }
        }

        impl axum::extract::FromRef<$crate::Core> for $name {
            fn from_ref(core: &$crate::Core) -> Self {
                Self::new(core.clone())
            }
        }
    };
}
pub(crate) use service;
