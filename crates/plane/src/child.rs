//! One mail server as our child: started in a process group of its own, its output read, ended without trace.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bailiwick_mail::internal::{Daemon, LogLine};
use nix::sys::signal::Signal;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use crate::log_pipe;
use crate::processes;

/// How a server is started.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) daemon: Daemon,
    pub(crate) program: &'static str,
    pub(crate) arguments: Vec<String>,
}

/// A running server with all its processes. Dropping it kills them.
pub(crate) struct Running {
    child: Child,
    group: i32,
    daemon: Daemon,
}

impl Running {
    pub(crate) fn start(spec: &Spec, lines: &mpsc::Sender<LogLine>) -> std::io::Result<Self> {
        let mut child = Command::new(spec.program)
            .args(&spec.arguments)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
        let group = pid.ok_or_else(|| std::io::Error::other("the server ended at once"))?;
        if let Some(pipe) = child.stdout.take() {
            tokio::spawn(log_pipe::read(pipe, spec.daemon, lines.clone()));
        }
        if let Some(pipe) = child.stderr.take() {
            tokio::spawn(log_pipe::read(pipe, spec.daemon, lines.clone()));
        }
        Ok(Self { child, group, daemon: spec.daemon })
    }

    /// The server's first process, which is also its group.
    pub(crate) fn pid(&self) -> i32 {
        self.group
    }

    /// Waits for the end of the first process. The others are still there perhaps.
    pub(crate) async fn ended(&mut self) -> std::io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Asks the server to end, and kills whatever is left of it after the grace.
    pub(crate) async fn stop(mut self, grace: Duration) {
        if self.child.id().is_some() {
            processes::signal(self.group, Signal::SIGTERM);
            let _ = tokio::time::timeout(grace, self.child.wait()).await;
        }
        // Once the first process has gone, the others are told too and have two seconds.
        let rest = if self.child.id().is_some() { Duration::ZERO } else { Duration::from_secs(2) };
        processes::signal_group(self.group, Signal::SIGTERM);
        if let Err(pids) = processes::end_group(self.group, rest).await {
            tracing::error!(daemon = ?self.daemon, ?pids, "processes could not be ended, not even by force");
        }
        let _ = tokio::time::timeout(Duration::from_secs(1), self.child.wait()).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        processes::kill_group(self.group);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Spec {
        Spec { daemon: Daemon::Postfix, program: "/bin/sh", arguments: vec!["-c".into(), script.into()] }
    }

    async fn started(script: &str) -> (Running, mpsc::Receiver<LogLine>) {
        let (sender, mut lines) = mpsc::channel(16);
        let running = Running::start(&shell(script), &sender).expect("start");
        assert_eq!(lines.recv().await.expect("a line").line, "up");
        (running, lines)
    }

    #[tokio::test]
    async fn a_server_and_its_hanging_child_are_gone_after_stop() {
        let (running, _lines) =
            started("trap '' TERM; sh -c \"trap '' TERM; sleep 60\" & echo up; wait; sleep 60").await;
        let group = running.pid();
        assert!(processes::group_members(group).len() >= 2);
        running.stop(Duration::from_millis(200)).await;
        assert_eq!(processes::group_members(group), Vec::<i32>::new());
    }

    #[tokio::test]
    async fn a_stopped_process_cannot_stay_behind() {
        let (running, _lines) = started("sleep 60 & kill -STOP $!; echo up; wait").await;
        let group = running.pid();
        running.stop(Duration::from_secs(5)).await;
        assert_eq!(processes::group_members(group), Vec::<i32>::new());
    }

    #[tokio::test]
    async fn dropping_a_server_kills_it() {
        let (running, _lines) = started("sleep 60 & echo up; wait").await;
        let group = running.pid();
        drop(running);
        for _ in 0..100 {
            if processes::group_members(group).is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("still there: {:?}", processes::group_members(group));
    }
}
