//! Keeps a mail server running: starts it, starts it again when it dies, ends it when asked.

use std::time::{Duration, Instant};

use bailiwick_mail::internal::LogLine;
use tokio::sync::{mpsc, watch};

use crate::child::{Running, Spec};
use crate::processes;

/// How long a server may take to end before it is killed.
pub(crate) const GRACE: Duration = Duration::from_secs(10);
/// A server that ran this long is started again at once when it dies.
const STEADY: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Runs until `shutdown` is true or its sender is gone. `alive` holds the server's first process while it runs.
pub(crate) async fn keep(
    spec: Spec,
    lines: mpsc::Sender<LogLine>,
    mut shutdown: watch::Receiver<bool>,
    alive: watch::Sender<Option<i32>>,
) {
    let mut pause = Pause::default();
    loop {
        let began = Instant::now();
        match Running::start(&spec, &lines) {
            Ok(mut running) => {
                alive.send_replace(Some(running.pid()));
                let ended = tokio::select! {
                    ended = running.ended() => Some(ended),
                    () = asked_to_end(&mut shutdown) => None,
                };
                alive.send_replace(None);
                let Some(ended) = ended else { return running.stop(GRACE).await };
                tracing::error!(daemon = ?spec.daemon, ?ended, "a mail server ended by itself");
                // Its children hold the ports; they are worth nothing without it.
                processes::kill_group(running.pid());
                running.stop(Duration::ZERO).await;
            }
            Err(error) => tracing::error!(daemon = ?spec.daemon, %error, "a mail server did not start"),
        }
        tokio::select! {
            () = tokio::time::sleep(pause.after(began.elapsed())) => {}
            () = asked_to_end(&mut shutdown) => return,
        }
    }
}

/// Resolves when the end is wanted.
pub(crate) async fn asked_to_end(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|end| *end).await;
}

/// Grows while a server keeps dying early.
struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(Duration::from_millis(250))
    }
}

impl Pause {
    fn after(&mut self, ran: Duration) -> Duration {
        if ran > STEADY {
            *self = Self::default();
        }
        let pause = self.0;
        self.0 = (self.0 * 2).min(LONGEST_PAUSE);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bailiwick_mail::internal::Daemon;

    #[test]
    fn the_pause_grows_and_a_steady_run_resets_it() {
        let mut pause = Pause::default();
        let pauses: Vec<_> = (0..9).map(|_| pause.after(Duration::ZERO).as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert_eq!(pause.after(Duration::from_mins(1)).as_millis(), 250);
    }

    #[tokio::test]
    async fn a_server_that_dies_is_started_again_and_one_that_is_stopped_is_not() {
        let spec = Spec {
            daemon: Daemon::Dovecot,
            program: "/bin/sh",
            arguments: vec!["-c".into(), "echo up; sleep 60".into()],
        };
        let (sender, mut lines) = mpsc::channel(16);
        let (end, shutdown) = watch::channel(false);
        let (alive, mut seen) = watch::channel(None);
        let keeper = tokio::spawn(keep(spec, sender, shutdown, alive));
        assert_eq!(lines.recv().await.expect("line").line, "up");
        let first = seen.wait_for(Option::is_some).await.expect("pid").expect("pid");
        processes::kill_group(first);
        assert_eq!(lines.recv().await.expect("line").line, "up");
        let second =
            seen.wait_for(|pid| pid.is_some_and(|pid| pid != first)).await.expect("pid").expect("pid");
        end.send_replace(true);
        keeper.await.expect("ended");
        assert_eq!(processes::group_members(second), Vec::<i32>::new());
        assert!(lines.recv().await.is_none(), "all pipes are closed");
    }
}
