//! `bailiwick up`: portals and mail servers in one process. The mail servers start when there is somebody to answer
//! them, and end before the answers do.

use tokio::sync::{oneshot, watch};

use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::serve::{self, Ends};
use crate::shutdown;

/// Runs both until a signal, or until one of them fails.
pub(crate) async fn run(config: Config) -> Outcome {
    let settings = config.mail.clone().ok_or_else(|| {
        Failure::new("There is no [mail] in the configuration, so there are no mail servers to run. Use `bailiwick serve`.")
    })?;
    let mut signal = shutdown::on_signal()?;
    let (end, ended) = watch::channel(false);
    let (plane_over, answers_end) = watch::channel(false);
    let (told, ready) = oneshot::channel();

    let asked = end.clone();
    tokio::spawn(async move {
        shutdown::asked(&mut signal).await;
        asked.send_replace(true);
    });
    let (portals_end, portals_stop) = (end.clone(), ended.clone());
    let portals = async move {
        let served = serve::run(config, Ends { portals: portals_stop, mail: answers_end }, told).await;
        portals_end.send_replace(true);
        served
    };
    let servers = async move {
        let run = match ready.await {
            Ok(()) => {
                crate::ready::tell();
                bailiwick_plane::run(settings, ended).await
            }
            Err(_) => Ok(()), // the portals did not start, and say why
        };
        end.send_replace(true);
        plane_over.send_replace(true);
        run
    };
    let (served, run) = tokio::join!(portals, servers);
    served.and(run.map_err(Failure::from))
}

/// `bailiwick mail`: the mail servers alone.
pub(crate) async fn mail_alone(config: Config) -> Outcome {
    let settings =
        config.mail.ok_or_else(|| Failure::new("There is no [mail] in the configuration. Write one."))?;
    let end = shutdown::on_signal()?;
    let (up, mut is_up) = watch::channel(false);
    let telling = tokio::spawn(async move {
        if is_up.wait_for(|up| *up).await.is_ok() {
            crate::ready::tell();
        }
    });
    let run = bailiwick_plane::run_and_tell(settings, end, up).await;
    telling.abort();
    Ok(run?)
}
