//! The database and what stands in it: version, schema, clock, history, jobs; and what a running `serve` tells.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use bailiwick_app::health::{Condition, Health};
use bailiwick_base::db::{Db, Ground, Location, SchemaColumn};
use bailiwick_base::words::{Clock, Keyring, Random, Timestamp};

use super::PATIENCE;
use super::finding::{About, Finding};
use super::machine::has_data;
use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};
use crate::place;

/// Clocks that differ by more are a warning: codes and links end at other moments than they say.
const CLOCKS_DIFFER: i64 = 2_000;
/// Clocks that differ by more are a problem: sessions end at once, or not in time.
const CLOCKS_FAR: i64 = 60_000;
/// A running sealer is never so far behind.
const UNSEALED: Duration = Duration::from_mins(1);
/// A job that waits longer needs somebody's help.
const STUCK: Duration = Duration::from_mins(15);

const DATABASE: About = About("database");

pub(super) async fn look(config: &Config) -> Vec<Finding> {
    if matches!(config.database, Location::Sqlite(_)) && !has_data(config) {
        return vec![DATABASE.ok("the database will be made at the first start")];
    }
    if place::load_key(&config.secret_key()).is_err() {
        return vec![DATABASE.warning("the database was not looked at", "put secret.key in order first")];
    }
    let condition = tokio::time::timeout(PATIENCE * 2, condition(config))
        .await
        .unwrap_or_else(|_| Err(Failure::new("it does not answer.")));
    match condition {
        Ok((condition, columns)) => found(config, &condition, &columns).await,
        Err(failure) => vec![DATABASE.problem(
            format!("the database: {failure}"),
            "check data_dir and database in the configuration, and that the database runs",
        )],
    }
}

async fn condition(config: &Config) -> Outcome<(Condition, Vec<SchemaColumn>)> {
    let open = Installation::open(config).await?;
    let seen = async {
        let condition = Health::new(open.core.clone()).look(&operator()).await?;
        Ok((condition, columns(&config.database, open.ground.keys.clone()).await?))
    }
    .await;
    open.close().await;
    seen
}

async fn found(config: &Config, condition: &Condition, columns: &[SchemaColumn]) -> Vec<Finding> {
    let mut findings = vec![version(condition), schema(condition, columns).await, clock(condition)];
    let served =
        place::is_served(config) || condition.housekeeping_until.is_some_and(|until| until > condition.now);
    findings.push(others(config, condition));
    findings.extend(history(config, condition, served));
    findings.extend(jobs(condition, served));
    findings.extend(config.metrics.filter(|_| place::is_served(config)).map(telemetry));
    findings
}

fn version(condition: &Condition) -> Finding {
    let about = &condition.database;
    let name = if about.engine == "sqlite" { "SQLite" } else { "PostgreSQL" };
    let what = format!("the database answers: {name} {}", about.version);
    let major: Option<u32> = about.version.split(['.', ' ']).next().and_then(|major| major.parse().ok());
    if about.engine == "postgres" && major.is_some_and(|major| major < 15) {
        return DATABASE.warning(what, "it was tried with 15 and later only; upgrade it");
    }
    DATABASE.ok(what)
}

async fn schema(condition: &Condition, columns: &[SchemaColumn]) -> Finding {
    let about = &condition.database;
    if !about.unknown.is_empty() {
        return DATABASE.problem(
            format!("a later version has changed the database: {}", about.unknown.join(", ")),
            "run that version, or restore the backup made before the upgrade",
        );
    }
    if !about.missing.is_empty() {
        return DATABASE.warning(
            format!("the database lacks {}", about.missing.join(", ")),
            "the next start of `bailiwick serve` brings it up to date",
        );
    }
    match columns_of_a_new_one().await {
        Ok(wanted) if wanted == columns => DATABASE.ok("its schema is current"),
        Ok(_) => DATABASE.problem(
            "its tables are not as the migrations make them: somebody changed them by hand",
            "compare it with a new database, and undo the difference",
        ),
        Err(failure) => DATABASE.warning(
            format!("the schema was not compared: {failure}"),
            "make room in the temporary directory",
        ),
    }
}

/// Tables and columns of the database.
async fn columns(location: &Location, keys: Keyring) -> Outcome<Vec<SchemaColumn>> {
    let ground = Ground { clock: Clock::System, random: Random::System, keys };
    let db = Db::open(location, ground).await?;
    let columns = db.describe_schema().await;
    db.close().await;
    Ok(columns?)
}

async fn columns_of_a_new_one() -> Outcome<Vec<SchemaColumn>> {
    let dir = tempfile::tempdir().map_err(Failure::file(&std::env::temp_dir()))?;
    let location = Location::Sqlite(dir.path().to_owned());
    Db::migrate(&location, &Clock::System).await?;
    columns(&location, Keyring::new(Random::System.bytes())).await
}

fn clock(condition: &Condition) -> Finding {
    let about = About("clock");
    let ahead = condition.database.ahead_ms;
    let what = || {
        let way = if ahead < 0 { "behind" } else { "ahead of" };
        format!(
            "the database's clock is {}.{} s {way} this machine's",
            ahead.abs() / 1_000,
            ahead.abs() % 1_000 / 100
        )
    };
    let advice = "let chrony or systemd-timesyncd set both";
    if ahead.abs() <= CLOCKS_DIFFER {
        about.ok("the clocks of this machine and of the database agree")
    } else if ahead.abs() <= CLOCKS_FAR {
        about.warning(what(), advice)
    } else {
        about.problem(what(), advice)
    }
}

/// Does another `serve` work on this database?
fn others(config: &Config, condition: &Condition) -> Finding {
    let about = About("serve");
    let keeps_house = condition.housekeeping_until.is_some_and(|until| until > condition.now);
    match (place::is_served(config), keeps_house) {
        (_, true) => about.ok("a running `bailiwick serve` keeps house"),
        (true, false) => about.problem(
            "`bailiwick serve` runs, but nobody keeps house: nothing expires, and removed things stay",
            "look into its log, and restart it",
        ),
        (false, false) => about.warning("no `bailiwick serve` works on this database", "start it"),
    }
}

fn history(config: &Config, condition: &Condition, served: bool) -> Vec<Finding> {
    let about = About("history");
    let waiting = condition.unsealed_since.map(|since| condition.now.since(since)).unwrap_or_default();
    let last = condition
        .last_sealed
        .map_or_else(|| "nothing is sealed yet".to_owned(), |at| format!("the newest seal is of {at}"));
    let sealed = if waiting <= UNSEALED || !served {
        about.ok(format!("{last}; {} entries wait for theirs", condition.unsealed))
    } else {
        about.problem(
            format!(
                "{} entries of the history wait for their seal since {} min; {last}",
                condition.unsealed,
                waiting.as_secs() / 60
            ),
            "look for \"sealer\" in the log of `bailiwick serve`, and restart it",
        )
    };
    let kept = match (&config.settings.checkpoints, condition.overdue_checkpoints) {
        (None, _) => about.warning(
            "no checkpoints are kept: whoever is root could write the history anew",
            "set history.checkpoint_dir or history.checkpoint_command to a place on another machine",
        ),
        (Some(_), Some(overdue)) => about.problem(
            format!("checkpoints are overdue; the last was made {}", said(overdue.last)),
            "look for \"checkpoint\" in the log: the directory or command does not take them",
        ),
        (Some(_), None) => about.ok("checkpoints are kept"),
    };
    vec![sealed, kept]
}

fn said(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "never".to_owned(), |at| format!("at {at}"))
}

fn jobs(condition: &Condition, served: bool) -> Vec<Finding> {
    let about = About("jobs");
    let mut findings = Vec::new();
    for jobs in &condition.jobs {
        let waits = condition.now.since(jobs.oldest);
        if jobs.state == "failed" {
            findings.push(about.warning(
                format!("{} of kind {} were given up", jobs.number, jobs.kind),
                "`bailiwick job list --state failed` says why; send what matters again",
            ));
        } else if waits > STUCK && served {
            let minutes = waits.as_secs() / 60;
            findings.push(about.problem(
                format!(
                    "{} of kind {} are not done; the oldest waits for {minutes} min",
                    jobs.number, jobs.kind
                ),
                "`bailiwick job list` says what goes wrong; they are tried again by themselves",
            ));
        }
    }
    if findings.is_empty() {
        let waiting: i64 = condition.jobs.iter().map(|jobs| jobs.number).sum();
        findings.push(about.ok(format!("none is stuck; {waiting} wait")));
    }
    findings
}

/// What the running `serve` counts: rows of telemetry that were lost.
fn telemetry(address: SocketAddr) -> Finding {
    let about = About("telemetry");
    match numbers(address).ok().and_then(|text| dropped(&text)) {
        Some(0) => about.ok("nothing was dropped since `bailiwick serve` started"),
        Some(rows) => about.warning(
            format!(
                "{rows} rows were dropped since `bailiwick serve` started: sign-ins or log lines are missing"
            ),
            "the database is too slow or the disk is full; see disk and database above",
        ),
        None => about.warning(
            format!("the numbers at {address} (metrics.listen) cannot be read"),
            "look into the log of `bailiwick serve`",
        ),
    }
}

fn numbers(address: SocketAddr) -> std::io::Result<String> {
    const LARGEST: u64 = 4 * 1024 * 1024;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.take(LARGEST).read_to_string(&mut text)?;
    Ok(text)
}

fn dropped(text: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix("bailiwick_telemetry_dropped_total "));
    value.and_then(|value| value.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use bailiwick_app::health::WaitingJobs;
    use bailiwick_base::db::DatabaseAbout;
    use bailiwick_plane::Level;

    use super::*;

    const NOW: Timestamp = Timestamp(1_767_225_600_000);

    fn condition() -> Condition {
        let database = DatabaseAbout {
            engine: "postgres",
            version: "15.14 (Debian 15.14-0+deb12u1)".to_owned(),
            clock: NOW,
            ahead_ms: 0,
            missing: Vec::new(),
            unknown: Vec::new(),
        };
        Condition {
            now: NOW,
            database,
            housekeeping_until: Some(NOW.after(STUCK)),
            unsealed: 0,
            unsealed_since: None,
            last_sealed: Some(NOW),
            overdue_checkpoints: None,
            jobs: Vec::new(),
        }
    }

    fn jobs_of(state: &str, waits: Duration) -> Condition {
        let jobs = WaitingJobs {
            kind: "mail".to_owned(),
            state: state.to_owned(),
            number: 2,
            oldest: NOW.before(waits),
        };
        Condition { jobs: vec![jobs], ..condition() }
    }

    #[test]
    fn jobs_that_wait_too_long_or_were_given_up_are_told() {
        let level = |condition: &Condition| jobs(condition, true)[0].level;
        assert_eq!(level(&condition()), Level::Good);
        assert_eq!(level(&jobs_of("queued", STUCK)), Level::Good);
        assert_eq!(level(&jobs_of("queued", STUCK * 2)), Level::Fault);
        assert_eq!(level(&jobs_of("failed", Duration::ZERO)), Level::Warning);
        assert_eq!(jobs(&jobs_of("queued", STUCK * 2), false)[0].level, Level::Good, "nobody works on them");
    }

    #[test]
    fn clocks_that_differ_are_told_in_seconds_and_which_way() {
        let at = |ahead_ms| {
            let database = DatabaseAbout { ahead_ms, ..condition().database };
            clock(&Condition { database, ..condition() })
        };
        assert_eq!(at(1_999).level, Level::Good);
        assert_eq!(at(-2_500).what, "the database's clock is 2.5 s behind this machine's");
        assert_eq!((at(2_500).level, at(-61_000).level), (Level::Warning, Level::Fault));
    }

    #[test]
    fn an_old_server_and_a_database_of_a_later_version_are_told() {
        let with = |version: &str| DatabaseAbout { version: version.to_owned(), ..condition().database };
        let level =
            |version: &str| super::version(&Condition { database: with(version), ..condition() }).level;
        assert_eq!(
            (level("15.14 (Debian)"), level("14.2"), level("17")),
            (Level::Good, Level::Warning, Level::Good)
        );
    }

    #[tokio::test]
    async fn a_database_of_a_later_version_is_a_problem_and_one_to_be_migrated_a_warning() {
        let with = |missing: &[&str], unknown: &[&str]| {
            let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
            let about = condition().database;
            let database = DatabaseAbout { missing: names(missing), unknown: names(unknown), ..about };
            Condition { database, ..condition() }
        };
        assert_eq!(schema(&with(&[], &["main/9999_later.sql"]), &[]).await.level, Level::Fault);
        assert_eq!(schema(&with(&["main/0005_x.sql"], &[]), &[]).await.level, Level::Warning);
        assert_eq!(schema(&condition(), &[]).await.level, Level::Fault, "there is not a single table");
    }

    #[test]
    fn lost_rows_are_read_from_the_numbers() {
        let text = "HTTP/1.1 200 OK\r\n\r\n# TYPE x counter\nbailiwick_telemetry_dropped_total 7\n# EOF\n";
        assert_eq!(dropped(text), Some(7));
        assert_eq!(dropped("HTTP/1.1 404 Not Found\r\n\r\n"), None);
    }
}
