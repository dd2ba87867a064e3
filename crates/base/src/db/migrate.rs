//! Migrations: files of SQL, the same names for both engines, each applied once in one transaction.

use rust_embed::RustEmbed;
use sqlx::FromRow;

use super::engine::{Begin, Engine};
use super::sql;
use crate::error::Error;
use crate::words::Clock;

#[derive(RustEmbed)]
#[folder = "../../migrations"]
struct Files;

/// Names of the migrations that were applied.
pub type Migrated = Vec<String>;

/// A column as an engine describes it, in words both share.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, FromRow)]
pub struct SchemaColumn {
    /// Table or index.
    pub table_name: String,
    /// Its name.
    pub column_name: String,
    /// `integer`, `text`, `bytes`, `boolean`.
    pub kind: String,
    /// May it be null?
    pub nullable: bool,
}

/// The files of one part for one engine, in order: `(name, text)`.
fn files(engine: &str, part: &str) -> Vec<(String, String)> {
    let folder = format!("{engine}/{part}/");
    let mut files: Vec<(String, String)> = Files::iter()
        .filter(|path| path.starts_with(&folder))
        .filter_map(|path| {
            let text = String::from_utf8(Files::get(&path)?.data.into_owned()).ok()?;
            Some((path[folder.len()..].to_owned(), text))
        })
        .collect();
    files.sort();
    files
}

/// All files of both engines.
pub(super) fn text() -> String {
    Files::iter().filter_map(|path| String::from_utf8(Files::get(&path)?.data.into_owned()).ok()).collect()
}

pub(super) async fn run(engine: &Engine, part: &str, clock: &Clock) -> Result<Migrated, Error> {
    let folder = if engine.is_postgres() { "postgres" } else { "sqlite" };
    let mut connection = engine.begin(Begin::Write).await?;
    connection
        .script(
            "CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)".to_owned(),
        )
        .await?;
    connection.commit().await?;
    let mut applied = Vec::new();
    for (file, text) in files(folder, part) {
        let name = format!("{part}/{file}");
        let mut connection = engine.begin(Begin::Write).await?;
        let claim =
            sql("INSERT INTO schema_migrations (name, applied_at) VALUES ($, $) ON CONFLICT DO NOTHING")
                .bind(&name)
                .bind(clock.now());
        if connection.run(claim).await? == 1 {
            connection.script(text).await?;
            connection.commit().await?;
            applied.push(name);
        }
    }
    Ok(applied)
}

/// Names of migrations of this program that a database lacks, and of those it has that this program does not know.
pub(super) async fn compare(engine: &Engine, part: &str) -> Result<(Vec<String>, Vec<String>), Error> {
    let folder = if engine.is_postgres() { "postgres" } else { "sqlite" };
    let known: Vec<String> =
        files(folder, part).into_iter().map(|(file, _)| format!("{part}/{file}")).collect();
    let mut connection = engine.begin(Begin::Read).await?;
    let applied: Vec<(String,)> =
        connection.all(sql("SELECT name FROM schema_migrations ORDER BY name")).await?;
    let applied: Vec<String> = applied.into_iter().map(|(name,)| name).collect();
    let missing = known.iter().filter(|name| !applied.contains(name)).cloned().collect();
    let mine = |name: &String| name.split('/').next() == Some(part);
    let unknown = applied.into_iter().filter(|name| mine(name) && !known.contains(name)).collect();
    Ok((missing, unknown))
}

// Indexes of words for search (`…_search`) have each engine's own shape.
const DESCRIBE_SQLITE: &str = "SELECT m.name AS table_name, c.name AS column_name, \
     CASE WHEN c.type IN ('INTEGER', 'BIGINT') THEN 'integer' WHEN c.type = 'BLOB' THEN 'bytes' ELSE lower(c.type) END AS kind, \
     (c.\"notnull\" = 0 AND c.pk = 0) AS nullable \
     FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '%\\_search%' ESCAPE '\\' \
     UNION ALL \
     SELECT 'index ' || m.tbl_name, m.name, CASE WHEN m.sql LIKE 'CREATE UNIQUE%' THEN 'unique' ELSE 'plain' END, FALSE \
     FROM sqlite_schema m WHERE m.type = 'index' AND m.sql IS NOT NULL";

const DESCRIBE_POSTGRES: &str = "SELECT table_name::text, column_name::text, \
     CASE data_type WHEN 'bigint' THEN 'integer' WHEN 'bytea' THEN 'bytes' ELSE data_type::text END AS kind, \
     is_nullable = 'YES' AS nullable \
     FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '%\\_search%' \
     UNION ALL \
     SELECT 'index ' || i.tablename, i.indexname, CASE WHEN i.indexdef LIKE 'CREATE UNIQUE%' THEN 'unique' ELSE 'plain' END, FALSE \
     FROM pg_indexes i WHERE i.schemaname = 'public' AND i.indexname NOT LIKE '%\\_pkey' AND i.tablename NOT LIKE '%\\_search%'";

pub(super) async fn describe(engine: &Engine) -> Result<Vec<SchemaColumn>, Error> {
    let mut connection = engine.begin(Begin::Read).await?;
    connection.all(sql(if engine.is_postgres() { DESCRIBE_POSTGRES } else { DESCRIBE_SQLITE })).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_have_the_same_migrations() {
        for part in ["main", "telemetry"] {
            let names = |engine| files(engine, part).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
            assert!(!names("sqlite").is_empty());
            assert_eq!(names("sqlite"), names("postgres"), "{part}");
        }
    }

    #[test]
    fn each_migration_opens_with_a_sentence_of_why() {
        for path in Files::iter() {
            let file = Files::get(&path).expect("embedded");
            assert!(file.data.starts_with(b"-- "), "{path}");
        }
    }
}
