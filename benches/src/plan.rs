//! What a run is asked to do. `cargo xtask bench` puts it together; `cargo xtask help` explains it.

use std::path::PathBuf;
use std::time::Duration;

use crate::installation::Delay;
use crate::pace::Watch;
use crate::trouble::{Outcome, Trouble, While};

/// What to measure, and with what.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// The release binary.
    pub(crate) program: PathBuf,
    /// Data lies below this, for as long as it is needed.
    pub(crate) above: PathBuf,
    /// The results and the page are written here.
    pub(crate) out: PathBuf,
    /// `sqlite`, `postgres`.
    pub(crate) engines: Vec<String>,
    /// Mailboxes, smallest first.
    pub(crate) sizes: Vec<u32>,
    /// Only what has this in its name.
    pub(crate) only: Option<String>,
    /// Short times; the page says so.
    pub(crate) quick: bool,
    /// How long each measurement takes.
    pub(crate) watch: Watch,
    /// A PostgreSQL that may make databases.
    pub(crate) postgres: Option<Postgres>,
    /// Another, whose `fsync` takes longer.
    pub(crate) delayed_postgres: Option<Postgres>,
    /// What makes `fsync` take longer.
    pub(crate) delay: Option<Delay>,
    /// `c241985+`.
    pub(crate) commit: String,
    /// Only writes the page anew from this file of results.
    pub(crate) render: Option<PathBuf>,
}

/// A running PostgreSQL.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    /// `postgres://user:password@127.0.0.1:port/postgres`
    pub(crate) url: String,
    /// Its first process.
    pub(crate) pid: u32,
    /// The program `psql`, which makes the databases.
    pub(crate) psql: PathBuf,
}

impl Plan {
    /// From `--name value` pairs.
    pub(crate) fn parse(words: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut plan = Self {
            program: PathBuf::new(),
            above: PathBuf::from("/var/tmp"),
            out: PathBuf::new(),
            engines: vec!["sqlite".to_owned()],
            sizes: vec![1_000],
            only: None,
            quick: false,
            watch: Watch { warm: Duration::from_secs(1), time: Duration::from_secs(4), roots: Vec::new() },
            postgres: None,
            delayed_postgres: None,
            delay: None,
            commit: String::new(),
            render: None,
        };
        let (mut library, mut time, mut psql) = (None, Duration::from_millis(2), PathBuf::from("psql"));
        let mut words = words;
        while let Some(name) = words.next() {
            if name == "--quick" {
                plan.quick = true;
                plan.watch.warm = Duration::from_millis(300);
                plan.watch.time = Duration::from_millis(1_200);
                continue;
            }
            let value = words.next().ok_or_else(|| Trouble::new(format!("{name} needs a value")))?;
            match name.as_str() {
                "--program" => plan.program = value.into(),
                "--above" => plan.above = value.into(),
                "--out" => plan.out = value.into(),
                "--engines" => plan.engines = engines(&value)?,
                "--sizes" => plan.sizes = sizes(&value)?,
                "--only" => plan.only = Some(value),
                "--psql" => psql = value.into(),
                "--postgres" => plan.postgres = Some(postgres(&value, &psql)?),
                "--delayed-postgres" => plan.delayed_postgres = Some(postgres(&value, &psql)?),
                "--fsync-delay" => time = milliseconds(&value)?,
                "--fsync-library" => library = Some(PathBuf::from(value)),
                "--commit" => plan.commit = value,
                "--render" => plan.render = Some(value.into()),
                _ => return Err(Trouble::new(format!("{name} is no option"))),
            }
        }
        plan.delay = library.map(|library| Delay { library, time });
        Ok(plan)
    }

    /// Is something of this name wanted?
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.only.as_ref().is_none_or(|only| name.contains(only.as_str()))
    }

    /// The names, and each with whether it is wanted at all.
    pub(crate) fn wants_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.wants(name))
    }
}

fn engines(text: &str) -> Outcome<Vec<String>> {
    let engines: Vec<String> = text.split(',').map(|engine| engine.trim().to_owned()).collect();
    match engines.iter().find(|engine| !matches!(engine.as_str(), "sqlite" | "postgres")) {
        Some(engine) => Err(Trouble::new(format!("{engine:?} is no engine; sqlite and postgres are"))),
        None => Ok(engines),
    }
}

fn sizes(text: &str) -> Outcome<Vec<u32>> {
    let sizes: Result<Vec<u32>, _> =
        text.split(',').map(|size| size.trim().replace('_', "").parse()).collect();
    let mut sizes = sizes.during("--sizes takes numbers, with commas between")?;
    sizes.sort_unstable();
    sizes.dedup();
    match sizes.iter().find(|size| !(300..=10_000_000).contains(*size)) {
        Some(size) => {
            Err(Trouble::new(format!("{size} mailboxes cannot be measured; from 300 to 10,000,000 can")))
        }
        None => Ok(sizes),
    }
}

/// `2ms`, or plain `2`.
fn milliseconds(text: &str) -> Outcome<Duration> {
    let number: f64 =
        text.trim_end_matches("ms").parse().during("--fsync-delay takes milliseconds, such as 2ms")?;
    if (0.0..=1_000.0).contains(&number) {
        return Ok(Duration::from_secs_f64(number / 1000.0));
    }
    Err(Trouble::new("--fsync-delay takes up to 1000ms"))
}

/// `PID=URL`.
fn postgres(text: &str, psql: &std::path::Path) -> Outcome<Postgres> {
    let (pid, url) = text.split_once('=').ok_or_else(|| Trouble::new("a PostgreSQL is named as PID=URL"))?;
    Ok(Postgres { url: url.to_owned(), pid: pid.parse().during("a process id")?, psql: psql.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Outcome<Plan> {
        Plan::parse(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn sizes_are_sorted_and_bounded_and_engines_known() {
        let plan =
            parse(&["--sizes", "100000,1_000,1000", "--engines", "postgres,sqlite"]).expect("understood");
        assert_eq!((plan.sizes, plan.engines.len()), (vec![1_000, 100_000], 2));
        for words in [
            &["--sizes", "5"][..],
            &["--sizes", "many"],
            &["--engines", "oracle"],
            &["--sizes"],
            &["--x", "y"],
        ] {
            assert!(parse(words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn only_chooses_by_a_part_of_the_name() {
        let plan = parse(&["--only", "list"]).expect("understood");
        assert!(plan.wants("list_small") && !plan.wants("create"));
        assert!(plan.wants_any(&["create", "together_list"]));
    }

    #[test]
    fn a_delay_needs_its_library() {
        assert!(parse(&["--fsync-delay", "5ms"]).expect("understood").delay.is_none());
        let plan = parse(&["--fsync-library", "/l.so", "--fsync-delay", "0.5"]).expect("understood");
        assert_eq!(plan.delay.map(|delay| delay.time), Some(Duration::from_micros(500)));
        assert!(parse(&["--fsync-delay", "a day"]).is_err());
    }
}
