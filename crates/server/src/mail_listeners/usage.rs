//! What Dovecot says of how much each mailbox holds, one connection for each change.

use bailiwick_app::mail_policy::MailPolicy;
use bailiwick_mail::dict::{Answer, Session, Update};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixListener;

use super::door::Door;
use super::peer::Peer;
use super::{IDLE, in_time};

pub(super) async fn serve(door: Door, listener: UnixListener, questions: MailPolicy) {
    door.serve(listener, |stream, shutdown| {
        let questions = questions.clone();
        converse(Peer::new(stream, Some(IDLE), shutdown), move |update| {
            let questions = questions.clone();
            async move { questions.usage(&update).await }
        })
    })
    .await;
}

/// Answers until the peer closes or sends what is not of the protocol, which has no answer.
pub(super) async fn converse<S, F>(mut peer: Peer<S>, note: impl Fn(Update) -> F)
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Future<Output = Answer>,
{
    let mut session = Session::new();
    while let Some(bytes) = peer.read().await {
        session.push(bytes);
        loop {
            let update = match session.next() {
                Ok(None) => break,
                Ok(Some(update)) => update,
                Err(error) => {
                    tracing::warn!(%error, "what Dovecot said of a mailbox's usage was not understood");
                    return;
                }
            };
            let id = update.id;
            let answer = in_time(note(update)).await;
            let answer = answer.unwrap_or_else(|| Answer::Fail("no answer in time".to_owned()));
            if !peer.write(answer.encode(id).as_bytes()).await {
                return;
            }
        }
    }
}
