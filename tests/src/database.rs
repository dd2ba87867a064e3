//! Looks into the installation's databases, reading only.

use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions, Row, SqliteConnection};

use crate::installation::Installation;

impl Installation {
    async fn reading(&self, file: &str) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.folder().join(file)).read_only(true);
        options.connect().await.expect("the database opens")
    }

    /// The rows of a query on the data, each column as text.
    pub async fn data(&self, query: &'static str) -> Vec<Vec<String>> {
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

async fn rows(mut database: SqliteConnection, query: &'static str) -> Vec<Vec<String>> {
    let rows = sqlx::query(query).fetch_all(&mut database).await.expect("a good query");
    rows.iter().map(|row| (0..row.len()).map(|column| text(row, column)).collect()).collect()
}

fn text(row: &SqliteRow, column: usize) -> String {
    let number = || row.try_get::<Option<i64>, _>(column).ok().flatten().map(|number| number.to_string());
    row.try_get::<Option<String>, _>(column).ok().flatten().or_else(number).unwrap_or_default()
}
