//! The database: SQLite and PostgreSQL from one SQL text, and the only door to it.
//!
//! [`Db::read`] and [`Db::write`] open a transaction *for a caller* and load the actor and its grants
//! inside it (rule K2). There is no other way to run SQL: pages and API handlers hold a [`Caller`],
//! which opens nothing by itself.

mod about;
mod engine;
mod job;
mod keyset;
mod migrate;
mod once;
mod search;
mod sql;
mod telemetry;
mod tx;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Notify;

pub use about::DatabaseAbout;
pub use engine::{Connection, PoolState, Row};
pub use job::NewJob;
pub use keyset::{Cursor, Order, Page, PageRequest};
pub use migrate::{Migrated, SchemaColumn};
pub use once::{KeptAnswer, Once};
pub use search::{EachEngine, SEARCHED_ANYWHERE, SearchQuestion, SearchWords};
pub use sql::{Sql, Value, like_literal, sql};
pub use telemetry::{Telemetry, TelemetryState};
pub(crate) use tx::Loading;
pub use tx::{Query, ReadTx, TelemetryTx, WriteTx};

use crate::authz::Caller;
use crate::error::{Code, Error};
use crate::words::{Clock, Keyring, Random};
use engine::{Begin, Engine};

/// Where the data lies.
#[derive(Debug, Clone)]
pub enum Location {
    /// Two files in this folder: `bailiwick.db` and `telemetry.db`.
    Sqlite(PathBuf),
    /// A PostgreSQL database, by URL.
    Postgres(String),
}

impl Location {
    /// From the configuration: `sqlite` (files in `data_dir`) or a `postgres://` URL.
    pub fn parse(text: &str, data_dir: &Path) -> Result<Self, String> {
        match text {
            "sqlite" => Ok(Self::Sqlite(data_dir.to_owned())),
            url if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Ok(Self::Postgres(url.to_owned()))
            }
            other => Err(format!("database must be \"sqlite\" or a postgres:// URL, not {other:?}")),
        }
    }
}

/// What the installation stands on besides its data: time, randomness, the secret key.
#[derive(Debug, Clone)]
pub struct Ground {
    /// Where "now" comes from.
    pub clock: Clock,
    /// Where randomness comes from.
    pub random: Random,
    /// The key outside the database.
    pub keys: Keyring,
}

/// The database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Db {
    main: Engine,
    telemetry: Telemetry,
    ground: Arc<Ground>,
    /// Told after each commit that left a job.
    jobs: Arc<Notify>,
    /// Told after each commit that left an audit event.
    audit: Arc<Notify>,
}

impl Db {
    /// Opens the database; its schema must be current (see [`Db::migrate`]).
    pub async fn open(location: &Location, ground: Ground) -> Result<Self, Error> {
        let main = Engine::open(location, engine::Part::Main).await?;
        let telemetry = Telemetry::start(Engine::open(location, engine::Part::Telemetry).await?, &ground);
        let db =
            Self { main, telemetry, ground: Arc::new(ground), jobs: Arc::default(), audit: Arc::default() };
        db.check_key().await?;
        Ok(db)
    }

    /// Makes sure that the key at hand is the one this database was begun with: with another, nothing sealed could
    /// be opened and every session and link would be dead (K33).
    async fn check_key(&self) -> Result<(), Error> {
        let check = self.ground.keys.mac("key check", b"").to_vec();
        let mut connection = self.main.begin(Begin::Write).await?;
        let begun = sql("INSERT INTO installation (id, key_check) VALUES (1, $) ON CONFLICT (id) DO NOTHING")
            .bind(check.clone());
        connection.run(begun).await?;
        let kept: Option<(Vec<u8>,)> =
            connection.optional(sql("SELECT key_check FROM installation WHERE id = 1")).await?;
        connection.commit().await?;
        if kept.is_some_and(|(kept,)| kept == check) { Ok(()) } else { Err(Code::KeyOfAnother.into()) }
    }

    /// Brings the schema of the database at `location` up to date. Safe to run again, also after a
    /// crash half-way: each migration is one transaction.
    pub async fn migrate(location: &Location, clock: &Clock) -> Result<Migrated, Error> {
        let main = Engine::open(location, engine::Part::Main).await?;
        let telemetry = Engine::open(location, engine::Part::Telemetry).await?;
        let mut applied = migrate::run(&main, "main", clock).await?;
        applied.append(&mut migrate::run(&telemetry, "telemetry", clock).await?);
        main.close().await;
        telemetry.close().await;
        Ok(applied)
    }

    /// The text of all migrations, one after the other: its digest names a schema.
    pub fn schema_text() -> String {
        migrate::text()
    }

    /// Opens a transaction that only reads, with its actor.
    pub async fn read(&self, caller: &Caller) -> Result<ReadTx, Error> {
        let connection = self.main.begin(Begin::Read).await?;
        ReadTx::open(self, connection, caller).await
    }

    /// Opens a transaction that may change things, with its actor and its grants (locked on PostgreSQL).
    pub async fn write(&self, caller: &Caller) -> Result<WriteTx, Error> {
        let connection = self.main.begin(Begin::Write).await?;
        WriteTx::open(self, connection, caller).await
    }

    /// Opens a transaction that only reads, on the pool that is kept for the mail servers' questions,
    /// whose statements end after [`crate::words::limits::MAIL_STATEMENT`].
    pub async fn read_for_mail(&self, caller: &Caller) -> Result<ReadTx, Error> {
        let connection = self.main.begin(Begin::Mail).await?;
        ReadTx::open(self, connection, caller).await
    }

    /// Where unacknowledged data goes.
    pub fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    /// Opens a transaction that reads telemetry.
    pub async fn read_telemetry(&self) -> Result<TelemetryTx, Error> {
        self.telemetry.read(&self.ground).await
    }

    /// As [`Db::read_telemetry`], on the pool that is kept for the mail servers' questions.
    pub async fn read_telemetry_for_mail(&self) -> Result<TelemetryTx, Error> {
        self.telemetry.read_for_mail(&self.ground).await
    }

    /// How the connections are used, pool by pool.
    pub fn pools(&self) -> Vec<PoolState> {
        let mut pools = self.main.pools(["write", "read", "mail"]);
        pools.extend(self.telemetry.engine().pools(["telemetry_write", "telemetry_read", "telemetry_mail"]));
        pools
    }

    /// `sqlite` or `postgres`.
    pub fn engine_name(&self) -> &'static str {
        if self.main.is_postgres() { "postgres" } else { "sqlite" }
    }

    /// Time, randomness, the key.
    pub fn ground(&self) -> &Ground {
        &self.ground
    }

    /// Wakes whoever waits for jobs, when a commit left one.
    pub fn job_signal(&self) -> &Notify {
        &self.jobs
    }

    /// Wakes the sealer, when a commit left an audit event.
    pub fn audit_signal(&self) -> &Notify {
        &self.audit
    }

    /// Tables and columns as the engine describes them; for the test that the engines agree.
    pub async fn describe_schema(&self) -> Result<Vec<SchemaColumn>, Error> {
        let mut columns = migrate::describe(&self.main).await?;
        columns.append(&mut migrate::describe(self.telemetry.engine()).await?);
        columns.sort();
        columns.dedup();
        Ok(columns)
    }

    /// Writes telemetry that waits and closes all connections.
    pub async fn close(&self) {
        self.telemetry.close().await;
        self.main.close().await;
    }
}
