//! The task that takes lines from disk to `serve`, again and again until they are acknowledged.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::{Pending, Spool};
use crate::serve_api::ServeApi;

/// Lines that come close together travel together.
const GATHER: Duration = Duration::from_millis(50);

/// Posts for ever; stop it by dropping it.
pub(crate) async fn post(spool: Arc<Mutex<Spool>>, api: ServeApi, written: Arc<Notify>) {
    let mut pause = Duration::from_millis(100);
    let mut away = false;
    loop {
        match post_one(&spool, &api).await {
            Ok(true) => {
                if away {
                    tracing::info!("log lines are taken again");
                }
                (away, pause) = (false, Duration::from_millis(100));
            }
            Ok(false) => {
                written.notified().await;
                tokio::time::sleep(GATHER).await;
            }
            Err(why) => {
                if !away {
                    tracing::warn!(%why, "log lines are not taken; they wait in the spool");
                }
                away = true;
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(5));
            }
        }
    }
}

/// Posts what is there, as long as it is taken.
pub(crate) async fn post_rest(spool: Arc<Mutex<Spool>>, api: ServeApi) {
    while matches!(post_one(&spool, &api).await, Ok(true)) {}
}

/// Posts one batch; false if there is none.
async fn post_one(spool: &Arc<Mutex<Spool>>, api: &ServeApi) -> Result<bool, String> {
    let Some(pending) = on_disk(spool, Spool::pending).await? else { return Ok(false) };
    let answer = api.log(&pending.batch).await.map_err(|error| error.to_string())?;
    let progress = on_disk(spool, move |spool| acknowledge(spool, &pending, answer.next)).await?;
    if progress { Ok(true) } else { Err(format!("the answer {} acknowledges nothing", answer.next)) }
}

/// A batch that was dropped for space while it travelled needs no acknowledging.
fn acknowledge(spool: &mut Spool, pending: &Pending, next: u64) -> std::io::Result<bool> {
    if spool.acknowledged.number != pending.batch.first {
        return Ok(true);
    }
    spool.acknowledge(pending, next)
}

async fn on_disk<T: Send + 'static>(
    spool: &Arc<Mutex<Spool>>,
    act: impl FnOnce(&mut Spool) -> std::io::Result<T> + Send + 'static,
) -> Result<T, String> {
    let shared = Arc::clone(spool);
    tokio::task::spawn_blocking(move || act(&mut shared.lock().unwrap_or_else(PoisonError::into_inner)))
        .await
        .map_err(|error| error.to_string())?
        .map_err(|error| error.to_string())
}
