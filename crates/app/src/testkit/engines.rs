//! A fresh database for each test, on each engine.

use std::str::FromStr;

use bailiwick_base::db::{Db, Location};
use bailiwick_base::words::Clock;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

use super::TestApp;

/// Names the PostgreSQL server tests may use; `cargo xtask test` starts one. Without it only SQLite is tested.
const SERVER: &str = "BAILIWICK_TEST_POSTGRES";

/// Whom the application acts as: no superuser, for whom no privilege would be missing.
const ROLE: &str = "bailiwick_application";

/// Runs a test against SQLite and, where a server is named, against PostgreSQL.
pub async fn on_each_engine(test: impl AsyncFn(TestApp)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let location = Location::Sqlite(folder.path().to_owned());
    Db::migrate(&location, &Clock::System).await.expect("the schema is made");
    run(&test, &location, "SQLite").await;
    if let Ok(server) = std::env::var(SERVER) {
        let database = Database::create(&server).await;
        run(&test, &Location::Postgres(database.url.clone()), "PostgreSQL").await;
        database.remove().await;
    }
}

async fn run(test: &impl AsyncFn(TestApp), location: &Location, engine: &str) {
    eprintln!("on {engine}");
    let app = TestApp::start(location).await;
    // On the heap: a test that awaits several things at once is large.
    Box::pin(test(app.clone())).await;
    app.core().close().await;
}

/// A database of its own, cloned from a template that has the schema.
struct Database {
    server: PgConnection,
    name: String,
    url: String,
}

impl Database {
    async fn create(server_url: &str) -> Self {
        let options = PgConnectOptions::from_str(server_url).expect("a postgres:// URL");
        let mut server = options.connect().await.expect("the test server answers");
        let template = template_name();
        run_sql(&mut server, "SELECT pg_advisory_lock(20260101)".to_owned()).await;
        let there: Option<(bool,)> = sqlx::query_as("SELECT TRUE FROM pg_database WHERE datname = $1")
            .bind(&template)
            .fetch_optional(&mut server)
            .await
            .expect("the catalogue is read");
        run_sql(
            &mut server,
            format!("DO $$ BEGIN CREATE ROLE {ROLE}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"),
        )
        .await;
        if there.is_none() {
            run_sql(&mut server, format!("CREATE DATABASE {template} OWNER {ROLE}")).await;
            let location = Location::Postgres(url_of(server_url, &template));
            Db::migrate(&location, &Clock::System).await.expect("the schema is made");
        }
        let random: [u8; 8] = bailiwick_base::words::Random::System.bytes();
        let name = format!("bw_test_{}", data_encoding::HEXLOWER.encode(&random));
        run_sql(&mut server, format!("CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template}")).await;
        run_sql(&mut server, "SELECT pg_advisory_unlock(20260101)".to_owned()).await;
        Self { url: url_of(server_url, &name), server, name }
    }

    async fn remove(mut self) {
        run_sql(&mut self.server, format!("DROP DATABASE {} WITH (FORCE)", self.name)).await;
        self.server.close().await.expect("the connection closes");
    }
}

async fn run_sql(server: &mut PgConnection, statement: String) {
    server.execute(sqlx::raw_sql(AssertSqlSafe(statement))).await.expect("the test server obeys");
}

/// The template's name carries the schema's digest, so that another schema makes another template.
fn template_name() -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, Db::schema_text().as_bytes());
    format!("bw_template_{}", data_encoding::HEXLOWER.encode(&digest.as_ref()[..8]))
}

/// The server's URL with another database, acting as the application's role.
fn url_of(server: &str, database: &str) -> String {
    let (before, query) = server
        .split_once('?')
        .map_or((server, String::new()), |(before, query)| (before, format!("&{query}")));
    let base =
        before.rsplit_once('/').filter(|(head, _)| !head.ends_with('/')).map_or(before, |(head, _)| head);
    format!("{base}/{database}?options=-c%20role%3D{ROLE}{query}")
}
