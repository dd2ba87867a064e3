//! The whole mail plane, from preflight to the last log line.

use std::fs::{File, OpenOptions, TryLockError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bailiwick_mail::internal::{Daemon, Hello, LogLine};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;

use crate::child::Spec;
use crate::clock::{now_ms, random_hex};
use crate::doveadm::Doveadm;
use crate::homes::Homes;
use crate::jobs::{self, Hands};
use crate::preflight::{self, Users};
use crate::programs::{self, DOVECOT, POSTFIX_MASTER, Versions};
use crate::secrets::Secrets;
use crate::serve_api::ServeApi;
use crate::spool::{self, Bounds, Spool};
use crate::supervise::{asked_to_end, keep};
use crate::{PlaneError, PlaneSettings, leftovers, ready, render, tls};

/// How long the start waits for the sockets of `serve`.
const SERVE_PATIENCE: Duration = Duration::from_secs(10);
/// How long the last log lines may take to be handed over at the end; the rest waits on disk.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Runs the mail plane until `shutdown` turns true.
pub async fn run(settings: PlaneSettings, shutdown: watch::Receiver<bool>) -> Result<(), PlaneError> {
    run_and_tell(settings, shutdown, watch::Sender::new(false)).await
}

/// As [`run`]; `ready` is true while every listener answers, and false again when a server has died.
pub async fn run_and_tell(
    settings: PlaneSettings,
    mut shutdown: watch::Receiver<bool>,
    ready: watch::Sender<bool>,
) -> Result<(), PlaneError> {
    let (_lock, versions, secrets) = prepare(&settings).await?;
    let spool = Spool::open(&settings.spool_dir(), Bounds::default())?;
    let api = ServeApi::new(settings.internal_socket());
    wait_for_serve(&settings, &mut shutdown).await;
    // Postfix may only use the sockets once they are its group's.
    preflight::lay_out(&settings, Users::find()?)?;
    if *shutdown.borrow() {
        return Ok(());
    }

    let spool = Arc::new(Mutex::new(spool));
    let (lines, incoming) = mpsc::channel::<LogLine>(4_096);
    let written = Arc::new(Notify::new());
    let writer = tokio::spawn(spool::write(Arc::clone(&spool), incoming, Arc::clone(&written)));
    let (postfix_alive, postfix) = watch::channel(None);
    let (dovecot_alive, dovecot) = watch::channel(None);

    let mut errands = JoinSet::new();
    errands.spawn(spool::post(Arc::clone(&spool), api.clone(), Arc::clone(&written)));
    errands.spawn(greet(api.clone(), versions));
    errands.spawn(tell_ready(settings.clone(), [postfix.clone(), dovecot], ready));
    let doveadm = Doveadm::new(settings.doveadm_address(), &secrets.doveadm);
    let hands = Hands { doveadm, homes: Homes::new(&settings), postfix };
    errands.spawn(jobs::work(api.clone(), hands, random_hex::<8>()?));

    let [postfix, dovecot] = specs(&settings);
    tokio::join!(
        keep(postfix, lines.clone(), shutdown.clone(), postfix_alive),
        keep(dovecot, lines, shutdown, dovecot_alive),
    );
    errands.shutdown().await;
    let _ = writer.await;
    let _ = tokio::time::timeout(LAST_LINES, spool::post_rest(spool, api)).await;
    Ok(())
}

/// Everything before the servers start: checks, files, and the end of what an earlier run left behind.
async fn prepare(settings: &PlaneSettings) -> Result<(File, Versions, Secrets), PlaneError> {
    settings.validate()?;
    preflight::root()?;
    let versions = programs::versions()?;
    let users = Users::find()?;
    preflight::lay_out(settings, users)?;
    let lock = lock(settings)?;
    leftovers::take_over(settings).await?;
    preflight::ports_free(settings)?;
    let secrets = Secrets::load_or_make(settings)?;
    let certificate = tls::certificate(settings)?;
    let files = render::render(settings, &certificate, &secrets.doveadm)?;
    preflight::write_files(settings, &files, &secrets, users)?;
    preflight::check_configuration(settings)?;
    Ok((lock, versions, secrets))
}

/// Held as long as the file is open, so a killed run holds nothing.
fn lock(settings: &PlaneSettings) -> Result<File, PlaneError> {
    let path = settings.lock_file();
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(PlaneError::file(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(PlaneError::AlreadyRunning { lock: path }),
        Err(TryLockError::Error(error)) => Err(PlaneError::file(&path)(error)),
    }
}

fn specs(settings: &PlaneSettings) -> [Spec; 2] {
    let path = |path: std::path::PathBuf| path.to_string_lossy().into_owned();
    [
        Spec {
            daemon: Daemon::Postfix,
            program: POSTFIX_MASTER,
            arguments: vec!["-d".into(), "-c".into(), path(settings.postfix_etc_dir())],
        },
        Spec {
            daemon: Daemon::Dovecot,
            program: DOVECOT,
            arguments: vec!["-F".into(), "-c".into(), path(settings.dovecot_conf())],
        },
    ]
}

/// Starting before `serve` answers would only make the servers complain; after a while they may.
async fn wait_for_serve(settings: &PlaneSettings, shutdown: &mut watch::Receiver<bool>) {
    let sockets = [settings.socketmap_socket(), settings.policy_socket(), settings.sasl_socket()];
    let start = Instant::now();
    let mut said = false;
    while !sockets.iter().all(|socket| std::os::unix::net::UnixStream::connect(socket).is_ok()) {
        if start.elapsed() > SERVE_PATIENCE {
            tracing::warn!("`serve` does not answer; the mail servers start and refuse everything for now");
            return;
        }
        if !said {
            tracing::info!("waiting for `serve`");
            said = true;
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
            () = asked_to_end(shutdown) => return,
        }
    }
}

/// Says who we are, once, however long it takes to be heard.
async fn greet(api: ServeApi, versions: Versions) {
    let hello = Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        postfix_version: versions.postfix,
        dovecot_version: versions.dovecot,
        started_at_ms: now_ms(),
    };
    while let Err(error) = api.hello(&hello).await {
        tracing::debug!(%error, "the greeting was not heard");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    std::future::pending::<()>().await;
}

/// Keeps `ready` true while both servers run and everything answers.
async fn tell_ready(
    settings: PlaneSettings,
    mut servers: [watch::Receiver<Option<i32>>; 2],
    ready: watch::Sender<bool>,
) {
    loop {
        let up = servers.iter_mut().all(|server| server.borrow_and_update().is_some());
        let silent = if up { ready::silent(&settings).await } else { vec!["a mail server".to_owned()] };
        if silent.is_empty() && !ready.send_replace(true) {
            tracing::info!("the mail plane is up");
        }
        if !silent.is_empty() {
            tracing::debug!(?silent, "not everything answers yet");
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        }
        let [postfix, dovecot] = &mut servers;
        let gone = tokio::select! {
            changed = postfix.changed() => changed.is_err(),
            changed = dovecot.changed() => changed.is_err(),
        };
        ready.send_replace(false);
        if gone {
            std::future::pending::<()>().await;
        }
    }
}
