//! Sign-ins at submission: one connection for each smtpd process.
//!
//! While the connection lives, the process does; who signed in through it is remembered by the application, and
//! forgotten when the connection ends, unless the process has come back on another one meanwhile.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bailiwick_app::mail_policy::{MailPolicy, SaslVerdict};
use bailiwick_base::words::Random;
use bailiwick_mail::sasl::{Answer, Attempt, Event, Session};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixListener;

use super::door::Door;
use super::in_time;
use super::peer::Peer;

pub(super) async fn serve(door: Door, listener: UnixListener, questions: MailPolicy, random: Random) {
    let numbers = AtomicU32::new(1);
    let latest = Latest::default();
    door.serve(listener, |stream, shutdown| {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        let greeting = Session::handshake(std::process::id(), number, random.bytes());
        let (questions, latest) = (questions.clone(), latest.clone());
        async move {
            let peer = Peer::new(stream, None, shutdown);
            let decide = |attempt: Attempt, pid| {
                let (questions, latest) = (questions.clone(), latest.clone());
                async move {
                    if let Some(pid) = pid {
                        latest.is_now(pid, number);
                    }
                    questions.sasl(&attempt, pid).await
                }
            };
            let pid = converse(peer, &greeting, decide).await;
            if let Some(pid) = pid.filter(|pid| latest.forget(*pid, number)) {
                questions.sasl_client_gone(pid);
            }
        }
    })
    .await;
}

/// On which connection a process signed in last.
#[derive(Debug, Clone, Default)]
pub(super) struct Latest(Arc<Mutex<HashMap<u32, u32>>>);

impl Latest {
    pub(super) fn is_now(&self, pid: u32, connection: u32) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(pid, connection);
    }

    /// True if it was this one: then the process has gone.
    pub(super) fn forget(&self, pid: u32, connection: u32) -> bool {
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let was = latest.get(&pid) == Some(&connection);
        if was {
            latest.remove(&pid);
        }
        was
    }
}

/// Answers until the peer closes, sends what is not of the protocol, or an answer is temporary, which has no words
/// of its own: the connection is closed, and Postfix says 454. Returns the process id the peer gave.
pub(super) async fn converse<S, F>(
    mut peer: Peer<S>,
    greeting: &str,
    decide: impl Fn(Attempt, Option<u32>) -> F,
) -> Option<u32>
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Future<Output = SaslVerdict>,
{
    let mut session = Session::new();
    if !peer.write(greeting.as_bytes()).await {
        return None;
    }
    while let Some(bytes) = peer.read().await {
        session.push(bytes);
        loop {
            let line = match session.next() {
                Ok(None) => break,
                Ok(Some(Event::Send(line))) => line,
                Ok(Some(Event::Attempt(attempt))) => {
                    let (id, pid) = (attempt.id, session.client_pid());
                    let verdict = in_time(decide(attempt, pid)).await.unwrap_or(SaslVerdict::Temporary);
                    let answer = match verdict {
                        SaslVerdict::Ok { user } => session.ok(id, &user),
                        SaslVerdict::Fail { user, reason } => session.fail(id, &user, &reason, false),
                        SaslVerdict::Temporary => session.fail(id, "", "", true),
                    };
                    match answer {
                        Answer::Line(line) => line,
                        Answer::Close => return session.client_pid(),
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a sign-in over SMTP was not understood");
                    return session.client_pid();
                }
            };
            if !peer.write(line.as_bytes()).await {
                return session.client_pid();
            }
        }
    }
    session.client_pid()
}
