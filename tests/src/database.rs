//! Looks into the installation's databases, reading only.

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

async fn rows(mut database: SqliteConnection, query: &'static str) -> Vec<Vec<String>> {
    let rows = sqlx::query(query).fetch_all(&mut database).await.expect("a good query");
    rows.iter().map(|row| (0..row.len()).map(|column| text(row, column)).collect()).collect()
}

fn text(row: &SqliteRow, column: usize) -> String {
    let number = || row.try_get::<Option<i64>, _>(column).ok().flatten().map(|number| number.to_string());
    row.try_get::<Option<String>, _>(column).ok().flatten().or_else(number).unwrap_or_default()
}
