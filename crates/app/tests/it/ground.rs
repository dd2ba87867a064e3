//! The ground on both engines: schemas agree, transactions hold.

use bailiwick_app::testkit::on_each_engine;
use bailiwick_base::Code;
use bailiwick_base::db::{Db, Ground, Location, SchemaColumn};
use bailiwick_base::words::{Clock, Keyring, Random};

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_indexes() {
    let Ok(server) = std::env::var("BAILIWICK_TEST_POSTGRES") else {
        eprintln!("no PostgreSQL server is named: nothing to compare with");
        return;
    };
    drop(server);
    let described = std::sync::Mutex::new(Vec::new());
    on_each_engine(async |app| {
        let columns = app.describe_schema().await;
        described.lock().expect("no panic").push(columns);
    })
    .await;
    let described = described.into_inner().expect("no panic");
    let [sqlite, postgres] = described.as_slice() else { panic!("two engines") };
    assert!(sqlite.len() > 100);
    let only = |these: &[SchemaColumn], those: &[SchemaColumn]| {
        these.iter().filter(|column| !those.contains(column)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        (only(sqlite, postgres), only(postgres, sqlite)),
        (Vec::new(), Vec::new()),
        "only in SQLite, only in PostgreSQL"
    );
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let location = Location::Sqlite(folder.path().to_owned());
    assert!(!Db::migrate(&location, &Clock::System).await.expect("made").is_empty());
    assert!(Db::migrate(&location, &Clock::System).await.expect("made again").is_empty());
}

#[tokio::test]
async fn fi_23_a_database_is_not_opened_with_another_secret_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let location = Location::Sqlite(folder.path().to_owned());
    Db::migrate(&location, &Clock::System).await.expect("made");
    let open = async |key: u8| {
        let ground = Ground { clock: Clock::System, random: Random::System, keys: Keyring::new([key; 32]) };
        Db::open(&location, ground).await.map(drop).map_err(|error| error.code())
    };
    assert_eq!(open(1).await, Ok(()));
    assert_eq!(open(2).await, Err(Code::KeyOfAnother));
    assert_eq!(open(1).await, Ok(()));
}

#[tokio::test]
async fn ab_04_audit_events_cannot_be_changed_or_removed() {
    on_each_engine(async |app| {
        app.main_admin("acme").await;
        for statement in [
            "UPDATE audit_events SET action = 'nothing'",
            "DELETE FROM audit_events",
            "DELETE FROM audit_seals WHERE FALSE OR TRUE",
        ] {
            let tried = app.try_statement(statement).await;
            assert!(
                tried.is_err() || statement.contains("seals") && tried == Ok(0),
                "{statement}: {tried:?}"
            );
        }
    })
    .await;
}
