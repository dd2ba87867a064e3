//! A large installation, loaded by a few large statements.
//!
//! Domains of 100 mailboxes, `user0@dom0.example` and on. The last domain is a small tenant's, all others a large one's,
//! so that both directions can be measured: a small tenant in a large installation, and a tenant that is all of it. Every
//! mailbox has the same password. Counters are right, as if each had been added by hand.

use std::time::{Duration, Instant};

use bailiwick_base::authz::{Caller, Events, Permission};
use bailiwick_base::db::{Db, Ground, Location, Query, Sql, WriteTx, sql};
use bailiwick_base::words::{
    ClientAddress, Clock, HashMemory, Keyring, LoginId, Password, PasswordHash, Random, Token,
};

use crate::pace::to_f64;
use crate::trouble::{Outcome, Trouble, While};

/// Mailboxes of a domain.
pub(crate) const IN_DOMAIN: u32 = 100;
/// Domains that the limited Sub-Admin sees, at most.
pub(crate) const LIMITED: u32 = 200;
/// Everybody's password.
pub(crate) const PASSWORD: &str = "vexing quilt mango orbit";
/// Rows that one statement inserts.
const AT_ONCE: u32 = 50_000;
/// Logins, from the last, that signed in from here before, so that their passwords are checked without waiting behind
/// strangers'.
pub(crate) const KNOWN: u32 = 20_000;

/// What is needed to come in.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    /// Mailboxes.
    pub(crate) size: u32,
    /// The large tenant's main Admin: the cookie's value, and a key for the API.
    pub(crate) large: Entry,
    /// The small tenant's.
    pub(crate) small: Entry,
    /// A Sub-Admin's of the large tenant, who sees [`LIMITED`] of its domains.
    pub(crate) limited: Entry,
    /// The id of each domain, by number.
    pub(crate) domains: Vec<i64>,
    /// How long loading took.
    pub(crate) took: Duration,
    /// How much of it went into the search's index.
    pub(crate) index_took: Duration,
}

/// How a main Admin comes in.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Value of the session cookie.
    pub(crate) session: String,
    /// `bwk_…`.
    pub(crate) key: String,
}

/// Opens the database with the installation's key; its schema is made first.
pub(crate) async fn open(location: &Location, key: [u8; 32]) -> Outcome<Db> {
    Db::migrate(location, &Clock::System).await.during("making the schema")?;
    let ground = Ground { clock: Clock::System, random: Random::System, keys: Keyring::new(key) };
    Db::open(location, ground).await.during("opening the database")
}

/// Loads `size` mailboxes into an empty database.
pub(crate) async fn load(db: &Db, size: u32) -> Outcome<Loaded> {
    let started = Instant::now();
    let hash = hash();
    let domains = size.div_ceil(IN_DOMAIN).max(2);
    let large = tenant(db, "large", &hash).await?;
    let small = tenant(db, "small", &hash).await?;
    insert_domains(db, domains, large.id, small.id).await?;
    let limited = limited(db, large.id).await?;
    for from in (0..size).step_by(AT_ONCE as usize) {
        insert_mailboxes(db, from, size.min(from + AT_ONCE), &hash).await?;
    }
    run(
        db,
        sql(KNOWN_NETWORKS)
            .bind(ClientAddress::LOCAL.network().to_string())
            .bind(db.ground().clock.now())
            .bind(i64::from(KNOWN)),
    )
    .await?;
    for statement in COUNTERS {
        run(db, sql(statement)).await?;
    }
    let indexing = Instant::now();
    run(db, sql(index_statement(db)?)).await?;
    let index_took = indexing.elapsed();
    for statement in analyze(db) {
        run(db, sql(statement)).await?;
    }
    let mut tx = db.read(&Caller::operator("bench")).await.during("reading domains")?;
    let rows: Vec<(i64,)> =
        tx.all(sql("SELECT id FROM domains ORDER BY id")).await.during("reading domains")?;
    drop(tx);
    Ok(Loaded {
        size,
        large: large.entry(),
        small: small.entry(),
        limited: limited.entry(),
        domains: rows.into_iter().map(|(id,)| id).collect(),
        took: started.elapsed(),
        index_took,
    })
}

/// A tenant and how its main Admin comes in.
struct Tenant {
    id: i64,
    session: Token,
    key: Token,
}

impl Tenant {
    fn entry(&self) -> Entry {
        Entry { session: self.session.reveal(), key: format!("bwk_{}", self.key.reveal()) }
    }
}

/// Everybody's hash: computed once.
pub(crate) fn hash() -> PasswordHash {
    let password: Password = PASSWORD.parse().expect("short enough");
    PasswordHash::of(&password, &Random::System, &mut HashMemory::default())
}

/// What a key of a main Admin for mailboxes carries.
const CARRIED: [Permission; 5] = [
    Permission::MailboxView,
    Permission::MailboxAdd,
    Permission::MailboxAccess,
    Permission::DomainView,
    Permission::MailboxUpdate,
];

async fn tenant(db: &Db, name: &'static str, hash: &PasswordHash) -> Outcome<Tenant> {
    let (session, key) = (Token::new(&db.ground().random), Token::new(&db.ground().random));
    let mut tx = db.write(&Caller::operator("bench")).await.during("a tenant")?;
    let now = tx.now();
    let tenant = sql(
        "INSERT INTO tenants (name, name_key, status, max_storage, max_domains, created_at) VALUES ($1, $1, 'active', 4000000000000000000, 10000000, $2) RETURNING id",
    );
    let (id,): (i64,) = tx.one(tenant.bind(name).bind(now)).await.during("a tenant")?;
    let licences =
        sql("INSERT INTO licences (tenant_id, type_id, licensed) SELECT $, id, 10000000 FROM mailbox_types");
    tx.run(licences.bind(id)).await.during("a tenant")?;
    let login = admin(&mut tx, id, name, Some(hash), (&session, &key)).await?;
    let grant = sql(
        "INSERT INTO grants (login_id, role, scope_kind, scope_id, tenant_id, given_by_name, created_at) \
         VALUES ($1, 'main_admin', 'tenant', $2, $2, 'bench', $3)",
    );
    tx.run(grant.bind(login).bind(id).bind(now)).await.during("a tenant")?;
    tx.commit(Events::none("a benchmark loads its data")).await.during("a tenant")?;
    Ok(Tenant { id, session, key })
}

/// A login of a tenant's Admin Panel, with a session and a key.
async fn admin(
    tx: &mut WriteTx,
    tenant: i64,
    name: &str,
    hash: Option<&PasswordHash>,
    (session, key): (&Token, &Token),
) -> Outcome<LoginId> {
    let now = tx.now();
    let login = sql(
        "INSERT INTO logins (realm, name, full_name, tenant_id, status, password, password_at, recovery_address, created_at) \
         VALUES ('admin', $1, $1, $2, 'active', $3, $4, 'admin@outside.example', $4) RETURNING id",
    );
    let hash = hash.map_or("", PasswordHash::as_str);
    let login = login.bind(format!("admin-{name}")).bind(tenant).bind(hash).bind(now);
    let (login,): (LoginId,) = tx.one(login).await.during("an Admin")?;
    let permissions: Vec<&str> = CARRIED.iter().map(|permission| permission.key()).collect();
    let session = sql("INSERT INTO sessions (token_hash, login_id, realm, client_address, user_agent, created_at, last_seen_at, expires_at) \
         VALUES ($1, $2, 'admin', '127.0.0.1', 'bench', $3, $3, $4)")
    .bind(session.hash()).bind(login).bind(now).bind(now.after(Duration::from_hours(12)));
    let key = sql("INSERT INTO api_keys (login_id, tenant_id, name, token_hash, hint, permissions, domains_only, networks_only, created_at, made_by_name) \
         VALUES ($, $, 'bench', $, 'bench', $, FALSE, FALSE, $, 'bench')")
    .bind(login).bind(tenant).bind(key.hash()).bind(permissions.join(" ")).bind(now);
    for statement in [session, key] {
        tx.run(statement).await.during("an Admin")?;
    }
    Ok(login)
}

/// A Sub-Admin who sees some of the domains, by a grant for each.
async fn limited(db: &Db, tenant: i64) -> Outcome<Tenant> {
    let (session, key) = (Token::new(&db.ground().random), Token::new(&db.ground().random));
    let mut tx = db.write(&Caller::operator("bench")).await.during("a Sub-Admin")?;
    let now = tx.now();
    let login = admin(&mut tx, tenant, "limited", None, (&session, &key)).await?;
    let grants = sql(
        "INSERT INTO grants (login_id, role, permissions, scope_kind, scope_id, tenant_id, given_by_name, created_at) \
         SELECT CAST($1 AS BIGINT), 'sub_admin', 'mailbox.view domain.view', 'domain', id, tenant_id, 'bench', CAST($2 AS BIGINT) \
         FROM domains WHERE tenant_id = $3 ORDER BY id LIMIT $4",
    );
    let grants = grants.bind(login).bind(now).bind(tenant).bind(i64::from(LIMITED));
    tx.run(grants).await.during("a Sub-Admin")?;
    tx.commit(Events::none("a benchmark loads its data")).await.during("a Sub-Admin")?;
    Ok(Tenant { id: tenant, session, key })
}

/// `$1` domains; the last is of tenant `$3`, all others of `$2`.
const DOMAINS: &str = "INSERT INTO domains (tenant_id, name, skeleton, status, proof, held, verified_at, checked_at, time_zone, catch_all, created_at) \
     WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < $1) \
     SELECT CASE WHEN i + 1 < $1 THEN CAST($2 AS BIGINT) ELSE CAST($3 AS BIGINT) END, 'dom' || i || '.example', 'dom' || i || '.example', \
     'active', 'bench', TRUE, CAST($4 AS BIGINT), CAST($4 AS BIGINT), 'UTC', 'none', CAST($4 AS BIGINT) FROM numbers ORDER BY i";

async fn insert_domains(db: &Db, domains: u32, large: i64, small: i64) -> Outcome {
    let statement =
        sql(DOMAINS).bind(i64::from(domains)).bind(large).bind(small).bind(db.ground().clock.now());
    run(db, statement).await
}

/// Mailboxes from `$1` to before `$2`. Names come from short lists, as among people.
const MAILBOXES: &str = "INSERT INTO mailboxes (tenant_id, domain_id, local_part, address, name, name_key, quota, status, created_at, type_id) \
     WITH RECURSIVE numbers (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < $2), \
     first (n, word) AS (VALUES (0, 'Ann'), (1, 'Bob'), (2, 'Carla'), (3, 'Dieter'), (4, 'Eva'), (5, 'Frank'), (6, 'Greta'), (7, 'Hans'), \
      (8, 'Ines'), (9, 'Jonas'), (10, 'Karin'), (11, 'Lukas'), (12, 'Maria'), (13, 'Nils'), (14, 'Olga'), (15, 'Paul'), (16, 'Rosa')), \
     last (n, word) AS (VALUES (0, 'Smith'), (1, 'Miller'), (2, 'Jones'), (3, 'Weber'), (4, 'Garcia'), (5, 'Rossi'), (6, 'Novak'), (7, 'Larsen'), \
      (8, 'Dubois'), (9, 'Kim'), (10, 'Tanaka'), (11, 'Silva'), (12, 'Horvat')) \
     SELECT d.tenant_id, d.id, 'user' || i, 'user' || i || '@' || d.name, first.word || ' ' || last.word || ' ' || i, \
     lower(first.word || ' ' || last.word || ' ' || i), 1000000000, 'active', CAST($3 AS BIGINT), (SELECT min(id) FROM mailbox_types) \
     FROM numbers JOIN first ON first.n = i % 17 JOIN last ON last.n = (i / 17) % 13 \
     JOIN domains d ON d.name = 'dom' || (i / 100) || '.example' ORDER BY i";
/// What belongs to each, for those that have none of it yet. `$1` the hash, `$2` now.
const ADDRESSES: &str = "INSERT INTO addresses (tenant_id, domain_id, local_part, kind, mailbox_id, created_at) \
     SELECT tenant_id, domain_id, local_part, 'mailbox', id, created_at FROM mailboxes WHERE id > $ ORDER BY id";
const LOGINS: &str = "INSERT INTO logins (realm, name, full_name, tenant_id, domain_id, mailbox_id, status, password, password_at, created_at) \
     SELECT 'mailbox', address, name, tenant_id, domain_id, id, 'active', CAST($1 AS TEXT), created_at, created_at FROM mailboxes WHERE id > $2 ORDER BY id";

async fn insert_mailboxes(db: &Db, from: u32, until: u32, hash: &PasswordHash) -> Outcome {
    let what = format!("mailboxes {from} to {until}");
    let mut tx = db.write(&Caller::operator("bench")).await.during(&what)?;
    let (last,): (i64,) = tx.one(sql("SELECT coalesce(max(id), 0) FROM mailboxes")).await.during(&what)?;
    let now = tx.now();
    for statement in [
        sql(MAILBOXES).bind(i64::from(from)).bind(i64::from(until)).bind(now),
        sql(ADDRESSES).bind(last),
        sql(LOGINS).bind(hash).bind(last),
    ] {
        tx.run(statement).await.during(&what)?;
    }
    tx.commit(Events::none("a benchmark loads its data")).await.during(&what)
}

/// `$1` the network, `$2` now, `$3` how many.
const KNOWN_NETWORKS: &str = "INSERT INTO known_networks (login_id, network, last_at) \
     SELECT id, CAST($1 AS TEXT), CAST($2 AS BIGINT) FROM logins WHERE realm = 'mailbox' ORDER BY id DESC LIMIT $3";

/// What the product counts as it goes.
const COUNTERS: [&str; 3] = [
    "UPDATE domains SET users_used = (SELECT count(*) FROM mailboxes m WHERE m.domain_id = domains.id), \
     storage_used = (SELECT CAST(coalesce(sum(quota), 0) AS BIGINT) FROM mailboxes m WHERE m.domain_id = domains.id)",
    "UPDATE tenants SET domains_used = (SELECT count(*) FROM domains d WHERE d.tenant_id = tenants.id), \
     storage_used = (SELECT CAST(coalesce(sum(storage_used), 0) AS BIGINT) FROM domains d WHERE d.tenant_id = tenants.id)",
    "UPDATE licences SET used = (SELECT count(*) FROM mailboxes m WHERE m.tenant_id = licences.tenant_id AND m.type_id = licences.type_id)",
];

/// Fills the search's index for what is there: the very statement of the migration that brought it.
fn index_statement(db: &Db) -> Outcome<&'static str> {
    let text = if is_postgres(db) {
        include_str!("../../migrations/postgres/main/0007_search.sql")
    } else {
        include_str!("../../migrations/sqlite/main/0007_search.sql")
    };
    let from = text
        .find("INSERT INTO mailbox_search")
        .ok_or_else(|| Trouble::new("0007_search.sql fills no index"))?;
    let rest = &text[from..];
    rest.split(';').next().ok_or_else(|| Trouble::new("0007_search.sql has no end"))
}

fn is_postgres(db: &Db) -> bool {
    db.engine_name() == "postgres"
}

fn analyze(db: &Db) -> &'static [&'static str] {
    // SQLite decides well without statistics, and ships without them; PostgreSQL gathers them by itself, later.
    if is_postgres(db) {
        &[
            "ANALYZE mailboxes",
            "ANALYZE mailbox_search",
            "ANALYZE logins",
            "ANALYZE addresses",
            "ANALYZE domains",
        ]
    } else {
        &[]
    }
}

async fn run(db: &Db, statement: Sql) -> Outcome {
    let mut tx = db.write(&Caller::operator("bench")).await.during("loading")?;
    tx.run(statement).await.during("loading")?;
    tx.commit(Events::none("a benchmark loads its data")).await.during("loading")
}

impl Loaded {
    /// Mailboxes loaded each second.
    pub(crate) fn per_s(&self) -> f64 {
        to_f64(self.size as usize) / self.took.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn counters_are_as_if_each_had_been_added_by_hand() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = open(&Location::Sqlite(folder.path().to_owned()), [7; 32]).await.expect("opened");
        let loaded = load(&db, 230).await.expect("loaded");
        assert_eq!(loaded.domains.len(), 3);
        let mut tx = db.read(&Caller::operator("test")).await.expect("a transaction");
        let count = |table: &'static str| sql(table);
        for (statement, wanted) in [
            ("SELECT count(*) FROM mailboxes", 230),
            ("SELECT count(*) FROM addresses", 230),
            ("SELECT count(*) FROM logins WHERE realm = 'mailbox'", 230),
            ("SELECT users_used FROM domains WHERE name = 'dom0.example'", 100),
            ("SELECT users_used FROM domains WHERE name = 'dom2.example'", 30),
            ("SELECT CAST(sum(used) AS BIGINT) FROM licences", 230),
            ("SELECT used FROM licences WHERE tenant_id = (SELECT id FROM tenants WHERE name = 'small')", 30),
            ("SELECT storage_used FROM tenants WHERE name = 'large'", 200_000_000_000),
            ("SELECT domains_used FROM tenants WHERE name = 'large'", 2),
            (
                "SELECT count(*) FROM mailboxes m WHERE m.local_part || '@dom' || (CAST(substr(m.local_part, 5) AS INTEGER) / 100) || '.example' <> m.address",
                0,
            ),
        ] {
            let (found,): (i64,) = tx.one(count(statement)).await.expect(statement);
            assert_eq!(found, wanted, "{statement}");
        }
    }
}
