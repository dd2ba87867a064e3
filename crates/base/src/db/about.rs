//! What a database says of itself: engine, version, clock, and which migrations it has.

use super::engine::Begin;
use super::{Db, migrate, sql};
use crate::error::Error;
use crate::words::Timestamp;

/// Milliseconds since 1970 by the engine's own clock.
const SQLITE: &str = "SELECT sqlite_version(), CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)";
const POSTGRES: &str = "SELECT current_setting('server_version'), \
     CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

/// What a database says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseAbout {
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
    /// Such as `15.14 (Debian 15.14-0+deb12u1)`.
    pub version: String,
    /// What time it is by its clock, in the middle of the question.
    pub clock: Timestamp,
    /// By how many milliseconds its clock is ahead of this machine's; less than zero if behind.
    pub ahead_ms: i64,
    /// Migrations of this program that it lacks.
    pub missing: Vec<String>,
    /// Migrations it has that this program does not know: a later version was here.
    pub unknown: Vec<String>,
}

impl Db {
    /// Asks the database about itself.
    pub async fn about(&self) -> Result<DatabaseAbout, Error> {
        let mut connection = self.main.begin(Begin::Read).await?;
        let before = self.ground.clock.now();
        let question = if self.main.is_postgres() { POSTGRES } else { SQLITE };
        let asked: Option<(String, Timestamp)> = connection.optional(sql(question)).await?;
        let after = self.ground.clock.now();
        drop(connection);
        let (version, clock) = asked.ok_or_else(|| Error::internal("the database says nothing of itself"))?;
        let middle = Timestamp(before.0.midpoint(after.0));
        let (mut missing, mut unknown) = (Vec::new(), Vec::new());
        for (engine, part) in [(&self.main, "main"), (self.telemetry.engine(), "telemetry")] {
            let (lacks, has) = migrate::compare(engine, part).await?;
            missing.extend(lacks);
            unknown.extend(has);
        }
        let engine = self.engine_name();
        Ok(DatabaseAbout { engine, version, clock, ahead_ms: clock.0 - middle.0, missing, unknown })
    }
}
