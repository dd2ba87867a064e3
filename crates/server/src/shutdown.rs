//! The one way to end: SIGTERM or Ctrl-C turn a watched value true, and everything that runs looks at it.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::failure::{Failure, Outcome};

/// True from the first SIGTERM or SIGINT on.
pub(crate) fn on_signal() -> Outcome<watch::Receiver<bool>> {
    let catch =
        |kind| signal(kind).map_err(|error| Failure::new(format!("Signals cannot be caught: {error}.")));
    survive_file_limits()?;
    let (mut terminate, mut interrupt) = (catch(SignalKind::terminate())?, catch(SignalKind::interrupt())?);
    let (end, ended) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("ending");
        end.send_replace(true);
        end.closed().await; // as long as somebody looks
    });
    Ok(ended)
}

/// A file that may not grow is an error where it is written, as a full disk is, and no reason to die: whoever catches the
/// signal lives on.
fn survive_file_limits() -> Outcome {
    let number = nix::sys::signal::Signal::SIGXFSZ as i32;
    signal(SignalKind::from_raw(number))
        .map(drop)
        .map_err(|error| Failure::new(format!("Signals cannot be caught: {error}.")))
}

/// Waits until the end is asked for. A sender that is gone asks too.
pub(crate) async fn asked(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|ended| *ended).await;
}
