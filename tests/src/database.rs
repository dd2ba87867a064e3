//! Looks into the installation's databases, reading only.

use std::time::{Duration, Instant};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, Row, SqliteConnection};

use crate::installation::Installation;

impl Installation {
    async fn reading(&self, file: &str) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.folder().join(file)).read_only(true);
        options.connect().await.expect("the database opens")
    }

    /// The rows of a query on the data, each column as text.
    pub async fn data(&self, query: &'static str) -> Vec<Vec<String>> {
        if let Some(url) = &self.database {
            let mut database = PgConnection::connect(url).await.expect("the database opens");
            let rows = sqlx::query(query).fetch_all(&mut database).await.expect("a good query");
            return rows.iter().map(|row| (0..row.len()).map(|column| text(row, column)).collect()).collect();
        }
        rows(self.reading("bailiwick.db").await, query).await
    }

    /// The rows of a query on the telemetry, each column as text.
    pub async fn telemetry(&self, query: &'static str) -> Vec<Vec<String>> {
        rows(self.reading("telemetry.db").await, query).await
    }
}

impl Installation {
    /// What is still to be done outside the database.
    pub async fn pending(&self) -> Vec<Vec<String>> {
        self.data("SELECT kind, job_key, state, last_error FROM outbox WHERE done_at IS NULL").await
    }

    /// Waits until nothing is left to be done: at most the half minute that is promised (P3).
    pub async fn settled(&self, when: &str) {
        let start = Instant::now();
        loop {
            let left = self.pending().await;
            if left.is_empty() {
                eprintln!("{when}: settled after {:?}", start.elapsed());
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{when}: {left:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Somebody else's transaction on the data, that keeps everybody from writing.
pub struct Held(SqliteConnection);

impl Installation {
    /// Holds the file of the data as another program would.
    pub async fn hold_the_file(&self) -> Held {
        let options = SqliteConnectOptions::new().filename(self.folder().join("bailiwick.db"));
        let mut database =
            options.busy_timeout(Duration::from_secs(10)).connect().await.expect("the database opens");
        sqlx::query("BEGIN IMMEDIATE").execute(&mut database).await.expect("it is held");
        Held(database)
    }
}

impl Held {
    /// Lets go of it.
    pub async fn let_go(mut self) {
        sqlx::query("ROLLBACK").execute(&mut self.0).await.expect("it is let go");
        self.0.close().await.expect("closed");
    }
}

async fn rows(mut database: SqliteConnection, query: &'static str) -> Vec<Vec<String>> {
    let rows = sqlx::query(query).fetch_all(&mut database).await.expect("a good query");
    rows.iter().map(|row| (0..row.len()).map(|column| text(row, column)).collect()).collect()
}

/// A text or a whole number, as text; empty for none.
fn text<R: Row>(row: &R, column: usize) -> String
where
    usize: sqlx::ColumnIndex<R>,
    for<'r> Option<i64>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
    for<'r> Option<String>: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let number = || row.try_get::<Option<i64>, _>(column).ok().flatten().map(|number| number.to_string());
    row.try_get::<Option<String>, _>(column).ok().flatten().or_else(number).unwrap_or_default()
}
