//! `bailiwick serve`: the portals, the answers to the mail servers, and the work in the background.
//!
//! The order of the start: the lock, all sockets, the database, then everything at once. The order of the end: no new
//! requests, those under way within ten seconds, the mail servers' questions, what waits to be written.

mod crowd;
mod numbers;
mod tls;
mod web;

use bailiwick_app::Core;
use bailiwick_app::audit::Audit;
use bailiwick_app::imports::Imports;
use bailiwick_app::jobs::Jobs;
use bailiwick_app::sign_in::Signing;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::installation::Installation;
use crate::mail_listeners;
use crate::place;
use crate::shutdown;

pub(crate) use tls::{SOON, certificate, fits};

/// When to end.
#[derive(Debug, Clone)]
pub(crate) struct Ends {
    /// The portals and the background.
    pub(crate) portals: watch::Receiver<bool>,
    /// The answers to the mail servers, which end after the servers do.
    pub(crate) mail: watch::Receiver<bool>,
}

/// Serves until the end is asked for; `ready` is told when everything answers.
pub(crate) async fn run(config: Config, ends: Ends, ready: oneshot::Sender<()>) -> Outcome {
    place::make_data_dir(&config)?;
    let _lock = place::lock(&config)?;
    let web = web::Web::bind(&config)?;
    let watched = numbers::bind(&config)?;
    let sockets = config.mail.as_ref().map(mail_listeners::bind).transpose()?;
    let installation = Installation::prepare(&config).await?;
    let core = installation.core.clone();
    Signing::new(core.clone()).restore_guesses().await?;

    let Ends { portals, mail } = ends;
    let (stop, stopped) = watch::channel(false);
    let mut tasks = background(&core, &stopped);
    if let Some(listener) = watched {
        let (core, end) = (core.clone(), stopped.clone());
        tasks.spawn(async move {
            numbers::serve(listener, core, end).await;
            "the numbers for whoever watches"
        });
    }
    let questions = sockets.map(|sockets| {
        let (core, ground) = (core.clone(), installation.ground.clone());
        tokio::spawn(async move { sockets.serve(&core, ground, mail).await })
    });
    let _ = ready.send(()); // nobody waits where there is no mail plane
    let served = tokio::select! {
        served = web.serve(core, portals.clone()) => served,
        Some(ended) = tasks.join_next() => Err(broke(&ended)),
    };
    stop.send_replace(true);
    while tasks.join_next().await.is_some() {}
    if let Some(questions) = questions {
        // When we end by ourselves, nobody says so to the mail servers' side.
        if served.is_err() {
            questions.abort();
        }
        let _ = questions.await;
    }
    installation.close().await;
    tracing::info!("ended");
    served
}

/// The work that nobody waits for.
fn background(core: &Core, stopped: &watch::Receiver<bool>) -> JoinSet<&'static str> {
    let mut tasks = JoinSet::new();
    let (audit, end) = (Audit::new(core.clone()), stopped.clone());
    tasks.spawn(async move {
        audit.run_sealer(end).await;
        "the sealer of the history"
    });
    let (audit, end) = (Audit::new(core.clone()), stopped.clone());
    tasks.spawn(async move {
        audit.run_checkpoints(end).await;
        "the checkpoints of the history"
    });
    let (jobs, end) = (Jobs::new(core.clone()), stopped.clone());
    tasks.spawn(async move {
        jobs.run_mailer(end).await;
        "the mailer"
    });
    let (imports, end) = (Imports::new(core.clone()), stopped.clone());
    tasks.spawn(async move {
        imports.run(end).await;
        "imports"
    });
    let (jobs, end) = (Jobs::new(core.clone()), stopped.clone());
    tasks.spawn(async move {
        jobs.run_housekeeping(end).await;
        "housekeeping"
    });
    tasks
}

fn broke(ended: &Result<&'static str, tokio::task::JoinError>) -> Failure {
    let name = ended.as_ref().copied().unwrap_or("a task in the background");
    tracing::error!(name, "ended unasked");
    Failure::new(format!("{name} ended unasked; the log says why. Everything was stopped."))
}

/// Serves until a signal.
pub(crate) async fn alone(config: Config) -> Outcome {
    let end = shutdown::on_signal()?;
    let (told, ready) = oneshot::channel();
    let telling = tokio::spawn(async {
        if ready.await.is_ok() {
            crate::ready::tell();
        }
    });
    let served = run(config, Ends { portals: end.clone(), mail: end }, told).await;
    telling.abort();
    served
}
