//! The one way to end: SIGTERM or Ctrl-C turn a watched value true, and everything that runs looks at it.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::failure::{Failure, Outcome};

/// True from the first SIGTERM or SIGINT on.
pub(crate) fn on_signal() -> Outcome<watch::Receiver<bool>> {
    let catch =
        |kind| signal(kind).map_err(|error| Failure::new(format!("Signals cannot be caught: {error}.")));
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

/// Waits until the end is asked for. A sender that is gone asks too.
pub(crate) async fn asked(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|ended| *ended).await;
}
