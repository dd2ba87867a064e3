//! Whoever has the database's file can edit it; the proof finds every edit.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bailiwick_base::db::{Db, Ground, Location, Query, sql};
use bailiwick_base::words::{Clock, Keyring, Random, Storage, Timestamp};
use bailiwick_base::{Code, Error};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Executor};

use super::checkpoints::{Keeper, Round};
use super::tests::{root, suspend_and_resume, tenant, verify};
use super::{Audit, Checkpoint, CheckpointTrouble, FaultKind, Signer};
use crate::Core;
use crate::settings::{KeptCheckpoints, Origins, Settings};
use crate::tenants::{Licences, Limits, NewTenant, Tenants};

/// A database on SQLite whose file is at hand for whoever has the machine.
struct Tampered {
    _folder: tempfile::TempDir,
    core: Core,
    file: SqliteConnection,
}

fn settings() -> Settings {
    Settings {
        origins: Origins {
            staff: "http://staff.localhost".into(),
            admin: "http://admin.localhost".into(),
            mail: "http://mail.localhost".into(),
            api: Some("http://api.localhost".into()),
        },
        trusted_proxies: Vec::new(),
        resolver: Some(SocketAddr::from(([127, 0, 0, 1], 9))),
        from: "bailiwick@provider.example".parse().expect("an address"),
        outgoing: SocketAddr::from(([127, 0, 0, 1], 9)),
        mail_program: None,
        mail_store: None,
        billing_url: None,
        api_requests: bailiwick_base::words::limits::API_REQUESTS,
        own_domains: Vec::new(),
        checkpoints: None,
        demo: None,
    }
}

async fn open(location: &Location) -> Core {
    let ground = Ground {
        clock: Clock::set_to(Timestamp(1_767_225_600_000)),
        random: Random::Seeded(Arc::new(AtomicU64::new(11))),
        keys: Keyring::new([1; 32]),
    };
    let db = Db::open(location, ground).await.expect("the database opens");
    Core::new(db, settings())
}

impl Tampered {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let location = Location::Sqlite(folder.path().to_owned());
        Db::migrate(&location, &Clock::System).await.expect("the schema is made");
        let core = open(&location).await;
        let file = SqliteConnectOptions::new().filename(folder.path().join("bailiwick.db"));
        let file = file.foreign_keys(false).connect().await.expect("the file opens");
        Self { _folder: folder, core, file }
    }

    async fn try_run(&mut self, statement: &str) -> Result<(), sqlx::Error> {
        self.file.execute(sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))).await.map(drop)
    }

    async fn run(&mut self, statement: &str) {
        self.try_run(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    async fn number(&mut self, query: &str) -> i64 {
        let (number,): (i64,) = sqlx::query_as(AssertSqlSafe(query.to_owned()))
            .fetch_one(&mut self.file)
            .await
            .unwrap_or_else(|error| panic!("{query}: {error}"));
        number
    }
}

#[tokio::test]
async fn ab_08_without_its_audit_event_nothing_is_changed() {
    let mut at = Tampered::new().await;
    tenant(&at.core, "acme").await;
    for table in ["audit_details", "audit_pending"] {
        at.run(&format!("ALTER TABLE {table} RENAME TO gone")).await;
        let new = NewTenant {
            name: "other".parse().expect("a name"),
            limits: Limits { users: Licences::OfFirst(1), storage: Storage::gb(1), domains: 1 },
            admin_name: "other".into(),
            admin_full_name: "Bob".parse().expect("a name"),
            admin_address: "bob@outside.example".parse().expect("an address"),
        };
        let refused: Result<_, Error> = Tenants::new(at.core.clone()).create(&root(), &new).await;
        assert_eq!(refused.map(|tenant| tenant.name).map_err(|error| error.code()), Err(Code::Internal));
        at.run(&format!("ALTER TABLE gone RENAME TO {table}")).await;
        assert_eq!(at.number("SELECT count(*) FROM tenants").await, 1);
        assert_eq!(at.number("SELECT count(*) FROM logins").await, 1);
        assert_eq!(at.number("SELECT count(*) FROM outbox").await, 1);
        assert_eq!(at.number("SELECT count(*) FROM audit_events").await, 1);
    }
}

/// A source of small numbers that repeats.
struct Dice(Random);

impl Dice {
    fn below(&self, bound: i64) -> i64 {
        i64::try_from(u64::from_le_bytes(self.0.bytes()) % u64::try_from(bound).expect("positive"))
            .expect("small")
    }
}

/// An edit of somebody who has the file: what it does, and the kinds of fault it may be told as.
struct Edit {
    statements: String,
    kinds: &'static [FaultKind],
    /// The bad entry, where it is one alone.
    at: Option<(i64, i64)>,
}

const KINDS_OF_EDITS: i64 = 20;

/// An edit of kind `kind` at the entry `(chain, seq)`, which is not the last of its chain.
fn edit(kind: i64, (chain, seq): (i64, i64), dice: &Dice) -> Edit {
    use FaultKind::{Changed, DetailChanged, Gap, Inserted, Missing, OutOfOrder, Unsealed};
    let this = format!("chain = {chain} AND seq = {seq}");
    let event = format!("(SELECT event_id FROM audit_seals WHERE {this})");
    let of_event = |change: &str| format!("UPDATE audit_events SET {change} WHERE id = {event}");
    let columns =
        "at, tenant_id, domain_id, actor_login_id, actor_kind, action, object_kind, object_id, detail_hash";
    let copy =
        format!("INSERT INTO audit_events ({columns}) SELECT {columns} FROM audit_events WHERE id = {event}");
    let last = "(SELECT max(id) FROM audit_events)";
    let byte = dice.below(32) + 1;
    let flip = |column: &str| {
        format!(
            "{column} = unhex(substr(hex({column}), 1, {0}) || CASE substr(hex({column}), {1}, 2) WHEN '00' THEN 'FF' ELSE '00' END || substr(hex({column}), {1} + 2))",
            2 * (byte - 1),
            2 * byte - 1,
        )
    };
    let (statements, kinds): (String, &'static [FaultKind]) = match kind {
        0 => (format!("UPDATE audit_seals SET {} WHERE {this}", flip("hash")), &[Changed]),
        1 => (of_event("at = at + 1"), &[Changed]),
        2 => (of_event("actor_login_id = coalesce(actor_login_id, 0) + 1"), &[Changed]),
        3 => (of_event("domain_id = coalesce(domain_id, 0) + 1"), &[Changed]),
        4 => (of_event("tenant_id = NULL"), &[Changed]),
        5 => (of_event("action = action || 'x'"), &[Changed]),
        6 => (of_event("object_id = 'ten_9'"), &[Changed]),
        7 => (of_event("actor_kind = 'staff', object_kind = 'domain'"), &[Changed]),
        8 => (of_event(&flip("detail_hash")), &[Changed]),
        9 => (
            format!(
                "UPDATE audit_details SET detail = replace(detail, 'root', 'ruth') WHERE event_id = {event}"
            ),
            &[DetailChanged],
        ),
        10 => (
            format!("UPDATE audit_details SET salt = zeroblob(16) WHERE event_id = {event}"),
            &[DetailChanged],
        ),
        11 => (format!("DELETE FROM audit_events WHERE id = {event}"), &[Missing]),
        12 => (format!("DELETE FROM audit_seals WHERE {this}"), &[Gap]),
        13 => (
            format!("DELETE FROM audit_events WHERE id = {event}; DELETE FROM audit_seals WHERE {this}"),
            &[Gap],
        ),
        14 => (
            format!(
                "CREATE TEMP TABLE pair AS SELECT seq, event_id FROM audit_seals WHERE chain = {chain} AND seq IN ({seq}, {seq} + 1); \
                 UPDATE audit_seals SET event_id = -seq WHERE chain = {chain} AND seq IN ({seq}, {seq} + 1); \
                 UPDATE audit_seals SET event_id = (SELECT pair.event_id FROM pair WHERE pair.seq <> audit_seals.seq) \
                 WHERE chain = {chain} AND seq IN ({seq}, {seq} + 1); DROP TABLE pair"
            ),
            &[OutOfOrder],
        ),
        15 => (
            format!(
                "{copy}; UPDATE audit_seals SET seq = -seq WHERE chain = {chain} AND seq >= {seq}; \
                 UPDATE audit_seals SET seq = 1 - seq WHERE chain = {chain} AND seq < 0; \
                 INSERT INTO audit_seals (chain, seq, event_id, hash, sealed_at) \
                 SELECT chain, {seq}, {last}, hash, sealed_at FROM audit_seals WHERE chain = {chain} AND seq = {seq} + 1"
            ),
            &[Inserted],
        ),
        16 => (copy, &[Unsealed]),
        17 => (
            format!(
                "{copy}; INSERT INTO audit_seals (chain, seq, event_id, hash, sealed_at) SELECT chain, max(seq) + 1, {last}, hash, sealed_at \
                 FROM audit_seals WHERE chain = {chain}"
            ),
            &[Changed],
        ),
        18 => (
            "DELETE FROM audit_pending WHERE event_id = (SELECT max(event_id) FROM audit_pending)".into(),
            &[Unsealed],
        ),
        _ => (
            "DELETE FROM audit_events WHERE id = (SELECT max(event_id) FROM audit_pending)".into(),
            &[Missing],
        ),
    };
    Edit { statements, kinds, at: (kind <= 15).then_some((chain, seq)) }
}

#[tokio::test]
async fn ab_02_every_one_of_200_random_edits_is_found_and_its_first_bad_entry_named() {
    const TABLES: [&str; 4] = ["audit_events", "audit_details", "audit_pending", "audit_seals"];
    let mut at = Tampered::new().await;
    let mut tenants = Vec::new();
    for name in ["acme", "beta", "core"] {
        tenants.push(tenant(&at.core, name).await);
    }
    for turn in 0..12 {
        suspend_and_resume(&at.core, tenants[turn % 3]).await;
    }
    Audit::new(at.core.clone()).seal().await.expect("sealed");
    suspend_and_resume(&at.core, tenants[0]).await;
    at.run("PRAGMA synchronous = OFF").await;
    for trigger in
        ["events_are_not_changed", "events_are_not_removed", "seals_are_not_changed", "seals_are_not_removed"]
    {
        at.run(&format!("DROP TRIGGER audit_{trigger}")).await;
    }
    for table in TABLES {
        at.run(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
    }
    let sound = verify(&at.core).await;
    assert!(sound.is_sound());
    assert_eq!((sound.sealed, sound.unsealed), (27, 2));
    let dice = Dice(Random::Seeded(Arc::new(AtomicU64::new(2_026))));
    for number in 0..200 {
        let kind = if number < KINDS_OF_EDITS { number } else { dice.below(KINDS_OF_EDITS) };
        let place = (tenants[usize::try_from(dice.below(3)).expect("small")].0, dice.below(8) + 1);
        let edit = edit(kind, place, &dice);
        at.run(&edit.statements).await;
        let found = verify(&at.core).await;
        let first = found
            .faults
            .first()
            .unwrap_or_else(|| panic!("edit {number} was not found: {}", edit.statements));
        assert!(edit.kinds.contains(&first.kind), "edit {number}: {first:?} for {}", edit.statements);
        if let Some((chain, seq)) = edit.at {
            assert_eq!((first.chain, first.seq), (chain, Some(seq)), "edit {number}: {}", edit.statements);
        }
        for table in TABLES {
            at.run(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}")).await;
        }
    }
    assert_eq!(verify(&at.core).await, sound);
}

#[tokio::test]
async fn ab_02_a_chain_whose_end_was_cut_off_or_made_anew_shows_against_a_checkpoint_only() {
    let mut at = Tampered::new().await;
    let acme = tenant(&at.core, "acme").await;
    for _ in 0..3 {
        suspend_and_resume(&at.core, acme).await;
    }
    let audit = Audit::new(at.core.clone());
    audit.seal().await.expect("sealed");
    let vault = tempfile::tempdir().expect("a folder");
    let kept = KeptCheckpoints { directory: Some(vault.path().to_owned()), command: None };
    let signer = Signer::of(&at.core.ground().keys);
    at.run("UPDATE audit_heads SET waiting_since = 0").await;
    let made = audit.checkpoint(&Keeper::new(kept), &signer, "one").await;
    assert_eq!(made.expect("the database answers"), Round::Kept);
    let file =
        std::fs::read_dir(vault.path()).expect("read").next().expect("a file").expect("an entry").path();
    let document = std::fs::read(&file).expect("read");
    let checkpoint = Checkpoint::read(&document, &signer.public_key()).expect("ours");
    assert_eq!(checkpoint.heads.len(), 1);
    assert_eq!(audit.differing(&root(), &checkpoint.heads).await.expect("compared"), []);

    for trigger in
        ["events_are_not_changed", "events_are_not_removed", "seals_are_not_changed", "seals_are_not_removed"]
    {
        at.run(&format!("DROP TRIGGER audit_{trigger}")).await;
    }
    at.run("DELETE FROM audit_details WHERE event_id > 5; DELETE FROM audit_events WHERE id > 5; DELETE FROM audit_seals WHERE event_id > 5")
        .await;
    assert!(verify(&at.core).await.is_sound(), "the chain alone does not show it");
    let cut = audit.differing(&root(), &checkpoint.heads).await.expect("compared");
    assert_eq!(cut, [(checkpoint.heads[0].clone(), None)]);

    suspend_and_resume(&at.core, acme).await;
    audit.seal().await.expect("sealed");
    assert!(verify(&at.core).await.is_sound());
    let anew = audit.differing(&root(), &checkpoint.heads).await.expect("compared");
    assert!(matches!(anew.as_slice(), [(head, Some(_))] if *head == checkpoint.heads[0]), "{anew:?}");

    let forged = String::from_utf8(document).expect("text").replace("\"seq\":7", "\"seq\":5");
    assert_eq!(Checkpoint::read(forged.as_bytes(), &signer.public_key()), Err(CheckpointTrouble::Forged));
}

#[tokio::test]
async fn cc_20_two_processes_over_one_file_make_one_chain() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let location = Location::Sqlite(folder.path().to_owned());
    Db::migrate(&location, &Clock::System).await.expect("the schema is made");
    let (one, two) = (open(&location).await, open(&location).await);
    let acme = tenant(&one, "acme").await;
    let (tell, told) = tokio::sync::watch::channel(false);
    let sealers: Vec<_> = [&one, &two]
        .map(|core| {
            let (audit, told) = (Audit::new(core.clone()), told.clone());
            tokio::spawn(async move { audit.run_sealer(told).await })
        })
        .into();
    for _ in 0..10 {
        suspend_and_resume(&one, acme).await;
        suspend_and_resume(&two, acme).await;
    }
    tell.send(true).expect("the sealers listen");
    for sealer in sealers {
        sealer.await.expect("it ends");
    }
    let found = verify(&one).await;
    assert!(found.is_sound(), "{:?}", found.faults);
    assert_eq!((found.sealed, found.unsealed), (41, 0));
    let mut tx = one.read(&root()).await.expect("a transaction");
    let seals: Vec<(i64, i64)> =
        tx.all(sql("SELECT seq, event_id FROM audit_seals ORDER BY seq")).await.expect("the seals are read");
    assert!(seals.is_sorted_by(|(_, first), (_, then)| first < then), "sealed in the order of the commits");
}
