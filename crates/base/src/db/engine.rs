//! The two engines: the only module that knows there are two.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{Arguments, AssertSqlSafe, Connection as _, FromRow, Postgres, Sqlite, Transaction};

use super::{Location, Sql, Value};
use crate::error::{Code, Error};
use crate::words::limits;

/// A row as a slice's private `Row` reads it, from either engine.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin> Row for T {}

/// Which of the two databases: changes that are acknowledged, or telemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Main,
    Telemetry,
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Begin {
    Read,
    Write,
    Mail,
}

/// How the connections of one pool are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolState {
    /// Which.
    pub name: &'static str,
    /// Connections in use.
    pub used: u32,
    /// Connections open and free.
    pub idle: u32,
    /// Connections it may have.
    pub most: u32,
}

#[derive(Debug, Clone)]
pub(super) enum Engine {
    Sqlite { write: SqlitePool, read: SqlitePool, mail: SqlitePool },
    Postgres { pool: PgPool, mail: PgPool },
}

/// An open transaction on one of the engines. Only the ground can use it.
#[derive(Debug)]
pub struct Connection(Inner);

#[derive(Debug)]
enum Inner {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

const ACQUIRE: Duration = Duration::from_secs(5);

impl Engine {
    pub(super) async fn open(location: &Location, part: Part) -> Result<Self, Error> {
        match location {
            Location::Sqlite(folder) => open_sqlite(folder, part).await,
            Location::Postgres(url) => open_postgres(url).await,
        }
    }

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres { .. })
    }

    /// The pools under the names for writing, reading and the mail servers; PostgreSQL writes and reads on one.
    pub(super) fn pools(&self, [write_name, read_name, mail_name]: [&'static str; 3]) -> Vec<PoolState> {
        match self {
            Self::Sqlite { write, read, mail } => {
                vec![state(write_name, write), state(read_name, read), state(mail_name, mail)]
            }
            Self::Postgres { pool, mail } => vec![state(write_name, pool), state(mail_name, mail)],
        }
    }

    pub(super) async fn begin(&self, purpose: Begin) -> Result<Connection, Error> {
        let inner = match (self, purpose) {
            (Self::Sqlite { write, .. }, Begin::Write) => {
                Inner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?)
            }
            (Self::Sqlite { read, .. }, Begin::Read) => Inner::Sqlite(read.begin().await.map_err(failed)?),
            (Self::Sqlite { mail, .. }, Begin::Mail) => Inner::Sqlite(mail.begin().await.map_err(failed)?),
            (Self::Postgres { pool, .. }, Begin::Write) => {
                Inner::Postgres(pool.begin().await.map_err(failed)?)
            }
            (Self::Postgres { pool, .. }, Begin::Read) => {
                Inner::Postgres(pool.begin_with("BEGIN READ ONLY").await.map_err(failed)?)
            }
            (Self::Postgres { mail, .. }, Begin::Mail) => {
                Inner::Postgres(mail.begin_with("BEGIN READ ONLY").await.map_err(failed)?)
            }
        };
        Ok(Connection(inner))
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { write, read, mail } => {
                read.close().await;
                mail.close().await;
                write.close().await;
            }
            Self::Postgres { pool, mail } => {
                pool.close().await;
                mail.close().await;
            }
        }
    }
}

fn state<D: sqlx::Database>(name: &'static str, pool: &sqlx::Pool<D>) -> PoolState {
    let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
    PoolState {
        name,
        used: pool.size().saturating_sub(idle),
        idle,
        most: pool.options().get_max_connections(),
    }
}

async fn open_sqlite(folder: &std::path::Path, part: Part) -> Result<Engine, Error> {
    let (file, synchronous) = match part {
        Part::Main => ("bailiwick.db", SqliteSynchronous::Full),
        Part::Telemetry => ("telemetry.db", SqliteSynchronous::Normal),
    };
    let options = SqliteConnectOptions::new()
        .filename(folder.join(file))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(ACQUIRE)
        // A page of a list passes from the engine's thread in one go, without the two waiting for each other.
        .row_buffer_size(512)
        .pragma("cache_size", "-2048");
    let write = sound()
        .max_connections(1)
        .min_connections(1)
        .acquire_timeout(ACQUIRE)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone())
        .await
        .map_err(failed)?;
    let readers = |count: u32| {
        sound()
            .max_connections(count)
            .acquire_timeout(ACQUIRE)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.clone().read_only(true))
    };
    Ok(Engine::Sqlite { write, read: readers(4), mail: readers(2) })
}

/// Pools that take no connection whose last transaction is thought to be open still. When a disk is full or breaks, SQLite
/// ends the transaction by itself; the library's count of what is open is one too high from then on, and nothing could
/// begin on that connection ever again.
fn sound() -> SqlitePoolOptions {
    SqlitePoolOptions::new().before_acquire(|connection, _| {
        let sound = !connection.is_in_transaction();
        if !sound {
            tracing::warn!(
                "a connection to the database was left in the middle of a transaction and is replaced"
            );
        }
        Box::pin(std::future::ready(Ok(sound)))
    })
}

async fn open_postgres(url: &str) -> Result<Engine, Error> {
    let options = PgConnectOptions::from_str(url).map_err(failed)?.application_name("bailiwick");
    let pool = |count: u32| PgPoolOptions::new().max_connections(count).acquire_timeout(ACQUIRE);
    let statement_timeout = limits::MAIL_STATEMENT.as_millis().to_string();
    let mail = pool(4).connect_lazy_with(options.clone().options([("statement_timeout", statement_timeout)]));
    Ok(Engine::Postgres { pool: pool(12).connect_with(options).await.map_err(failed)?, mail })
}

/// Runs `$run` with the statement prepared for the engine at hand.
macro_rules! on_engine {
    ($connection:expr, $sql:expr, |$text:ident, $values:ident, $on:ident| $run:expr) => {{
        let ($text, bound) = $sql.into_parts();
        let $text = AssertSqlSafe($text);
        match &mut $connection.0 {
            Inner::Sqlite(transaction) => {
                let $values = arguments::<SqliteArguments>(bound)?;
                let $on = &mut **transaction;
                $run.await.map_err(failed)
            }
            Inner::Postgres(transaction) => {
                let $values = arguments::<PgArguments>(bound)?;
                let $on = &mut **transaction;
                $run.await.map_err(failed)
            }
        }
    }};
}

impl Connection {
    pub(super) async fn all<R: Row>(&mut self, sql: Sql) -> Result<Vec<R>, Error> {
        on_engine!(self, sql, |text, values, on| sqlx::query_as_with::<_, R, _>(text, values).fetch_all(on))
    }

    pub(super) async fn optional<R: Row>(&mut self, sql: Sql) -> Result<Option<R>, Error> {
        on_engine!(self, sql, |text, values, on| sqlx::query_as_with::<_, R, _>(text, values)
            .fetch_optional(on))
    }

    pub(super) async fn run(&mut self, sql: Sql) -> Result<u64, Error> {
        let (text, bound) = sql.into_parts();
        let text = AssertSqlSafe(text);
        match &mut self.0 {
            Inner::Sqlite(transaction) => {
                let query = sqlx::query_with(text, arguments::<SqliteArguments>(bound)?);
                query.execute(&mut **transaction).await.map(|done| done.rows_affected()).map_err(failed)
            }
            Inner::Postgres(transaction) => {
                let query = sqlx::query_with(text, arguments::<PgArguments>(bound)?);
                query.execute(&mut **transaction).await.map(|done| done.rows_affected()).map_err(failed)
            }
        }
    }

    /// Runs a migration's statements as they stand.
    pub(super) async fn script(&mut self, text: String) -> Result<(), Error> {
        let script = sqlx::raw_sql(AssertSqlSafe(text));
        match &mut self.0 {
            Inner::Sqlite(transaction) => script.execute(&mut **transaction).await.map(drop).map_err(failed),
            Inner::Postgres(transaction) => {
                script.execute(&mut **transaction).await.map(drop).map_err(failed)
            }
        }
    }

    pub(super) async fn commit(self) -> Result<(), Error> {
        match self.0 {
            Inner::Sqlite(transaction) => transaction.commit().await.map_err(failed),
            Inner::Postgres(transaction) => transaction.commit().await.map_err(failed),
        }
    }

    /// What a SELECT in a write ends with, so that the row is still there as read when it is changed.
    pub(super) fn for_update(&self) -> &'static str {
        if self.is_postgres() { " FOR NO KEY UPDATE" } else { "" }
    }

    /// What a SELECT in a write ends with, so that the row is not changed until the commit.
    pub(super) fn for_share(&self) -> &'static str {
        if self.is_postgres() { " FOR SHARE" } else { "" }
    }

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self.0, Inner::Postgres(_))
    }
}

fn arguments<A: Arguments>(values: Vec<Value>) -> Result<A, Error>
where
    for<'t> Option<i64>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
    for<'t> Option<String>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
    for<'t> Option<Vec<u8>>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
    for<'t> bool: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
{
    let mut arguments = A::default();
    for value in values {
        match value {
            Value::Int(value) => arguments.add(value),
            Value::Text(value) => arguments.add(value),
            Value::Bytes(value) => arguments.add(value),
            Value::Bool(value) => arguments.add(value),
        }
        .map_err(Error::internal)?;
    }
    Ok(arguments)
}

/// Turns an engine's failure into our error: lost races may be retried, a missing or full database is
/// "unavailable", a broken constraint names its table.
pub(super) fn failed(error: sqlx::Error) -> Error {
    let sqlx::Error::Database(inner) = &error else {
        return match error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Tls(_)
            | sqlx::Error::WorkerCrashed => Error::new(Code::DatabaseUnavailable).because(error),
            _ => Error::internal(error),
        };
    };
    let code = inner.code().unwrap_or_default().into_owned();
    if inner.is_unique_violation() {
        // PostgreSQL names the table; SQLite writes "UNIQUE constraint failed: table.column, …".
        let table = match inner.table() {
            Some(table) => table.to_owned(),
            None => inner
                .message()
                .rsplit(": ")
                .next()
                .and_then(|columns| columns.split('.').next())
                .unwrap_or("")
                .to_owned(),
        };
        return Error::internal(error).violating(table);
    }
    match code.as_str() {
        // PostgreSQL: serialization_failure, deadlock_detected. SQLite: BUSY_SNAPSHOT.
        "40001" | "40P01" | "517" => Error::lost_race(error),
        // SQLite: BUSY and BUSY_RECOVERY, after all the time there was to wait for another program; IOERR, FULL, CANTOPEN,
        // READONLY, and IOERR's kinds. PostgreSQL: out of resources, shutting down.
        "5" | "261" | "10" | "13" | "14" | "8" => Error::new(Code::DatabaseUnavailable).because(error),
        pg if pg.starts_with("53") || pg.starts_with("57") || pg.starts_with("08") => {
            Error::new(Code::DatabaseUnavailable).because(error)
        }
        sqlite if sqlite.parse::<u32>().is_ok_and(|code| sqlite.len() <= 4 && code & 0xff == 10) => {
            Error::new(Code::DatabaseUnavailable).because(error)
        }
        // PostgreSQL: a character no text may have (NUL), and a value of another type than the column it is compared
        // with, as only a page's address that somebody made up can hold.
        "22021" | "42883" => Error::new(Code::MalformedRequest).because(error),
        _ => Error::internal(error),
    }
}
