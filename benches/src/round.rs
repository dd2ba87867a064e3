//! One engine at one size: load, start, measure, end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bailiwick_base::db::Location;
use tokio::process::Command;

use crate::ceilings;
use crate::dataset::{self, KNOWN, Loaded};
use crate::flows::{ALL, Filling, Flow, Visitor};
use crate::installation::{Delay, Place, Running};
use crate::pace::{Client, Measured, Watch, at_rate, saturate};
use crate::plan::{Plan, Postgres};
use crate::process;
use crate::results::Round;
use crate::sockets::{Asked, Asker};
use crate::trouble::{Outcome, Trouble, While};

/// Clients at the same time.
const CLIENTS: usize = 8;

/// What is asked on sockets as fast as it is answered.
const SOCKETS: [(&str, Asked); 4] = [
    ("socketmap", Asked::Socketmap),
    ("policy", Asked::Policy),
    ("sasl_again", Asked::SaslAgain),
    ("sasl", Asked::Sasl),
];

/// Where a round's data lies.
pub(crate) struct Ground<'p> {
    plan: &'p Plan,
    engine: &'static str,
    size: u32,
    place: Place,
    postgres: Option<Postgres>,
    delay: Option<Delay>,
    database: String,
}

/// Goes through a round.
pub(crate) async fn run(plan: &Plan, engine: &str, size: u32, delayed: bool) -> Outcome<Round> {
    let ground = Ground::new(plan, engine, size, delayed).await?;
    let measured = ground.measure().await;
    ground.end().await?;
    measured
}

impl<'p> Ground<'p> {
    async fn new(plan: &'p Plan, engine: &str, size: u32, delayed: bool) -> Outcome<Self> {
        let (engine, postgres) = if engine == "postgres" {
            let server = if delayed { &plan.delayed_postgres } else { &plan.postgres };
            let server = server.clone().ok_or_else(|| Trouble::new("no PostgreSQL was started"))?;
            ("postgres", Some(server))
        } else {
            ("sqlite", None)
        };
        let database = match &postgres {
            Some(server) => server.make_database().await?,
            None => "sqlite".to_owned(),
        };
        let place = Place::new(&plan.above, &database)?;
        Ok(Self {
            plan,
            engine,
            size,
            place,
            postgres,
            delay: plan.delay.clone().filter(|_| delayed),
            database,
        })
    }

    fn location(&self) -> Location {
        match &self.postgres {
            Some(_) => Location::Postgres(self.database.clone()),
            None => Location::Sqlite(self.place.folder.clone()),
        }
    }

    async fn start(&self) -> Outcome<Running> {
        // What slows a database's fsync belongs into the database's process: ours only where the database is in it.
        let delay = self.delay.as_ref().filter(|_| self.postgres.is_none());
        Running::start(&self.plan.program, "serve", &self.place, delay).await
    }

    fn watch(&self, running: &Running) -> Watch {
        let mut roots = vec![running.pid()];
        roots.extend(self.postgres.iter().map(|server| server.pid));
        Watch { roots, ..self.plan.watch.clone() }
    }

    async fn measure(&self) -> Outcome<Round> {
        let mut round = Round { engine: self.engine.to_owned(), size: self.size, ..Round::default() };
        round.fsync_delay_ms = self.delay.as_ref().map_or(0.0, |delay| delay.time.as_secs_f64() * 1000.0);
        let db = dataset::open(&self.location(), self.place.key).await?;
        let loaded = dataset::load(&db, self.size).await?;
        (round.loaded_per_s, round.index_s) = (loaded.per_s(), loaded.index_took.as_secs_f64());
        (round.decision_ns, round.decision_limited_ns) = ceilings::decision(&db, &loaded).await?;
        db.close().await;
        drop(db);
        let running = self.start().await?;
        round.first_answer_ms = running.first_answer.as_secs_f64() * 1000.0;
        round.rest_pss = running.memory().pss;
        let running = self.measure_all(running, &loaded, &mut round).await?;
        let memory = running.memory();
        (round.pss, round.rss) = (memory.pss, memory.rss);
        if let Some(server) = &self.postgres {
            round.database_pss = process::memory(&process::tree(&[server.pid])).pss;
        }
        running.stop().await?;
        Ok(round)
    }

    async fn measure_all(
        &self,
        mut running: Running,
        loaded: &Loaded,
        round: &mut Round,
    ) -> Outcome<Running> {
        let filling = Filling::new(loaded.clone());
        let flows = ALL.iter().filter(|flow| self.plan.wants(flow.name));
        for flow in flows.filter(|flow| {
            self.delay.is_none() || matches!(flow.name, "list" | "create" | "change" | "sign_in")
        }) {
            if flow.name == "sign_in" {
                running = self.forgetting(running).await?;
            }
            let clients = visitors(*flow, &filling, &self.place, CLIENTS).await?;
            note(round, flow.name, saturate(&self.watch(&running), clients).await?);
        }
        let sockets = SOCKETS.iter().filter(|(name, _)| self.plan.wants(name) && self.delay.is_none());
        for (name, asked) in sockets {
            if *asked == Asked::Sasl {
                running = self.forgetting(running).await?;
            }
            let clients = self.askers(*asked, &filling, CLIENTS).await?;
            note(round, name, saturate(&self.watch(&running), clients).await?);
        }
        for (name, rate) in [("policy_2000", 2_000), ("policy_10000", 10_000)] {
            if self.plan.wants(name) && self.delay.is_none() {
                let clients = self.askers(Asked::Policy, &filling, CLIENTS * 4).await?;
                note(round, name, at_rate(&self.watch(&running), clients, rate).await?);
            }
        }
        if self.plan.wants_any(&TOGETHER) && self.delay.is_none() {
            running = self.forgetting(running).await?;
            self.together(&running, &filling, round).await?;
        }
        Ok(running)
    }

    /// A small installation has few passwords that were not checked lately: it starts anew and remembers none.
    async fn forgetting(&self, running: Running) -> Outcome<Running> {
        if self.size >= KNOWN {
            return Ok(running);
        }
        running.stop().await?;
        self.start().await
    }

    async fn askers(&self, asked: Asked, filling: &Arc<Filling>, count: usize) -> Outcome<Vec<Asker>> {
        // Each stands for another smtpd process, in each measurement.
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let mut askers = Vec::new();
        for _ in 0..count {
            let seed = NEXT.fetch_add(1, Ordering::Relaxed) as usize;
            askers.push(Asker::new(asked, &self.place.sockets(), filling, seed).await?);
        }
        Ok(askers)
    }

    /// Everything at the same time, each at its rate.
    async fn together(&self, running: &Running, filling: &Arc<Filling>, round: &mut Round) -> Outcome {
        let watch = self.watch(running);
        let flow = |name: &str| {
            ALL.iter()
                .find(|flow| flow.name == name)
                .copied()
                .ok_or_else(|| Trouble::new(format!("no flow {name}")))
        };
        let [pages, lists, changes, sign_ins] = ["page", "list", "change", "sign_in"].map(flow);
        let pages = visitors(pages?, filling, &self.place, 16).await?;
        let lists = visitors(lists?, filling, &self.place, 8).await?;
        let changes = visitors(changes?, filling, &self.place, 8).await?;
        let sign_ins = visitors(sign_ins?, filling, &self.place, 16).await?;
        let policy = self.askers(Asked::Policy, filling, 32).await?;
        let (pages, lists, changes, sign_ins, policy) = tokio::join!(
            at_rate(&watch, pages, 300),
            at_rate(&watch, lists, 160),
            at_rate(&watch, changes, 40),
            at_rate(&watch, sign_ins, 50),
            at_rate(&watch, policy, 2_000),
        );
        for (name, mut measured) in TOGETHER.into_iter().zip([pages?, lists?, changes?, sign_ins?, policy?]) {
            measured.cpu_us = 0.0; // of all together, and so of none
            note(round, name, measured);
        }
        Ok(())
    }

    async fn end(self) -> Outcome {
        match &self.postgres {
            Some(server) => server.remove_database(&self.database).await,
            None => Ok(()),
        }
    }
}

const TOGETHER: [&str; 5] =
    ["together_page", "together_list", "together_change", "together_sign_in", "together_policy"];

async fn visitors(flow: Flow, filling: &Arc<Filling>, place: &Place, count: usize) -> Outcome<Vec<Visitor>> {
    let mut visitors = Vec::new();
    for seed in 0..count {
        visitors.push(Visitor::new(flow, filling, place, seed).await?);
    }
    // One question before the clock runs, so that a flow that cannot work says why at once.
    if let Some(first) = visitors.first_mut() {
        first.ask().await.map_err(|trouble| Trouble::new(format!("{}: {trouble}", flow.name)))?;
    }
    Ok(visitors)
}

impl Postgres {
    /// A new database; its URL.
    async fn make_database(&self) -> Outcome<String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("bench{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.run(&format!("CREATE DATABASE {name}")).await?;
        let server = self.url.rsplit_once('/').map_or(self.url.as_str(), |(server, _)| server);
        Ok(format!("{server}/{name}"))
    }

    async fn remove_database(&self, url: &str) -> Outcome {
        let name = url.rsplit_once('/').map_or("", |(_, name)| name);
        self.run(&format!("DROP DATABASE {name} WITH (FORCE)")).await
    }

    async fn run(&self, statement: &str) -> Outcome {
        let mut psql = Command::new(&self.psql);
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement, &self.url]);
        let output = psql.output().await.during(self.psql.display())?;
        if output.status.success() {
            return Ok(());
        }
        Err(Trouble::new(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}

/// Keeps a figure, and says it.
fn note(round: &mut Round, name: &str, measured: Measured) {
    println!(
        "    {name:<18} {:>10.0}/s  p50 {:>8.2} ms  p99 {:>8.2} ms  {:>8.0} µs CPU  {} failed{}",
        measured.per_s,
        measured.p50_ms,
        measured.p99_ms,
        measured.cpu_us,
        measured.failures,
        measured.failure.as_ref().map_or_else(String::new, |why| format!(": {why}"))
    );
    round.measured.insert(name.to_owned(), measured);
}
