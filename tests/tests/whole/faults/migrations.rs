//! An upgrade is killed at any moment (FI-03): the next start completes it, and nothing is lost.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use bailiwick_demo::config::Config;
use bailiwick_demo::ports::Ports;
use bailiwick_tests::cluster::Cluster;
use bailiwick_tests::installation::program;
use bailiwick_tests::soak;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection, SqliteConnection};
use tokio::process::{Child, Command};
use tokio::time::sleep;

/// The schema that shipped first, and the names under which it is noted.
const FIRST: [(&str, &str, &str); 2] = [
    (
        "main/0001_ground.sql",
        include_str!("../../../../migrations/sqlite/main/0001_ground.sql"),
        include_str!("../../../../migrations/postgres/main/0001_ground.sql"),
    ),
    (
        "telemetry/0001_telemetry.sql",
        include_str!("../../../../migrations/sqlite/telemetry/0001_telemetry.sql"),
        include_str!("../../../../migrations/postgres/telemetry/0001_telemetry.sql"),
    ),
];

const NOTED: &str =
    "CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)";

/// A customer with a thousand users, as the first version wrote them.
const PEOPLE: [&str; 3] = [
    "INSERT INTO tenants (name, name_key, status, max_users, max_storage, max_domains, users_used, storage_used, \
     domains_used, created_at) VALUES ('acme', 'acme', 'active', 2000, 2000000000000, 5, 1000, 1000000000000, 1, 1)",
    "INSERT INTO domains (tenant_id, name, skeleton, status, proof, held, time_zone, catch_all, users_used, \
     storage_used, created_at) VALUES (1, 'acme.test', 'acme.test', 'active', 'x', TRUE, 'UTC', 'none', 1000, \
     1000000000000, 1)",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
     INSERT INTO mailboxes (tenant_id, domain_id, local_part, address, name, name_key, quota, status, created_at) \
     SELECT 1, 1, 'u' || i, 'u' || i || '@acme.test', 'User ' || i, 'user ' || i, 1000000000, 'active', 1 FROM n",
];

#[tokio::test(flavor = "multi_thread")]
async fn fi_03_an_upgrade_killed_at_any_moment_is_completed_by_the_next_start_on_sqlite() {
    let mut longest = Duration::ZERO;
    let kills = soak::rounds(15, 200);
    for kill in 0..=kills {
        let folder = tempfile::tempdir_in("/var/tmp").expect("a folder");
        for (file, text) in [("bailiwick.db", &FIRST[0]), ("telemetry.db", &FIRST[1])] {
            let mut database = sqlite(folder.path(), file).await;
            begin_sqlite(&mut database, text.0, text.1).await;
            database.close().await.expect("closed");
        }
        upgrade(folder.path(), None, &mut longest, kill, kills).await;
        let mut database = sqlite(folder.path(), "bailiwick.db").await;
        let sound: String =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut database).await.expect("asked");
        let users: i64 = sqlx::query_scalar("SELECT count(*) FROM mailboxes")
            .fetch_one(&mut database)
            .await
            .expect("asked");
        assert_eq!((sound.as_str(), users), ("ok", 1000));
        let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut database).await.expect("asked");
        assert_eq!(orphans.len(), 0);
    }
    soak::result(
        "FI-03",
        &format!("SQLite: {kills} upgrades killed within {longest:.1?}, all completed by the next start"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fi_03_an_upgrade_killed_at_any_moment_is_completed_by_the_next_start_on_postgresql() {
    let cluster = Cluster::start();
    let mut longest = Duration::ZERO;
    let kills = soak::rounds(8, 200);
    for kill in 0..=kills {
        let folder = tempfile::tempdir_in("/var/tmp").expect("a folder");
        let mut server = PgConnection::connect(&cluster.url()).await.expect("it answers");
        for statement in ["DROP DATABASE IF EXISTS old WITH (FORCE)", "CREATE DATABASE old"] {
            sqlx::query(statement).execute(&mut server).await.expect("a new database");
        }
        let url = format!("{}/old", cluster.url().rsplit_once('/').expect("a name").0);
        let mut database = PgConnection::connect(&url).await.expect("it answers");
        for (name, _, text) in FIRST {
            sqlx::raw_sql(NOTED).execute(&mut database).await.expect("the list");
            sqlx::raw_sql(text).execute(&mut database).await.expect("the first schema");
            let note = sqlx::query("INSERT INTO schema_migrations VALUES ($1, 1)").bind(name);
            note.execute(&mut database).await.expect("noted");
        }
        for people in PEOPLE {
            sqlx::raw_sql(people).execute(&mut database).await.expect("people");
        }
        upgrade(folder.path(), Some(&url), &mut longest, kill, kills).await;
        let users: i64 = sqlx::query_scalar("SELECT count(*) FROM mailboxes")
            .fetch_one(&mut database)
            .await
            .expect("asked");
        assert_eq!(users, 1000);
    }
    soak::result(
        "FI-03",
        &format!("PostgreSQL: {kills} upgrades killed within {longest:.1?}, all completed by the next start"),
    );
}

async fn sqlite(folder: &Path, file: &str) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(folder.join(file)).create_if_missing(true);
    options.connect().await.expect("it opens")
}

async fn begin_sqlite(database: &mut SqliteConnection, name: &str, text: &'static str) {
    sqlx::raw_sql(NOTED).execute(&mut *database).await.expect("the list");
    sqlx::raw_sql(text).execute(&mut *database).await.expect("the first schema");
    let note = sqlx::query("INSERT INTO schema_migrations VALUES ($1, 1)").bind(name.to_owned());
    note.execute(&mut *database).await.expect("noted");
    if name.starts_with("main/") {
        for people in PEOPLE {
            sqlx::raw_sql(people).execute(&mut *database).await.expect("people");
        }
    }
}

/// Upgrades, the first time undisturbed to see how long it takes; then killed at one of `kills` moments within that time.
/// In the end every migration there is was applied, once.
async fn upgrade(folder: &Path, url: Option<&str>, longest: &mut Duration, kill: usize, kills: usize) {
    let ports = Ports::free().expect("free ports");
    let config = folder.join("bailiwick.toml");
    Config::new(folder, folder, &ports, url, false).write(&config).expect("a configuration");
    // The key comes before the data: a database begun without it is refused.
    let key = folder.join("secret.key");
    std::fs::write(&key, [7; 32]).expect("a key");
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
    if kill > 0 {
        let mut killed = setup(&config);
        let share = u32::try_from(kill).expect("few") * 1000 / u32::try_from(kills).expect("few");
        sleep(*longest * share / 1000).await;
        killed.kill().await.expect("it ends");
    }
    let start = Instant::now();
    let output = setup(&config).wait_with_output().await.expect("it ends");
    if kill == 0 {
        *longest = start.elapsed();
    }
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "after kill {kill}: {said}");
    let again = setup(&config).wait_with_output().await.expect("it ends");
    assert!(again.status.success(), "once more: {}", String::from_utf8_lossy(&again.stderr));
    let verified = command("history", &config).arg("verify").output().await.expect("it ends");
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

fn setup(config: &Path) -> Child {
    command("setup", config).spawn().expect("it starts")
}

fn command(verb: &str, config: &Path) -> Command {
    let mut command = Command::new(program());
    command.arg("--config").arg(config).arg(verb).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}
