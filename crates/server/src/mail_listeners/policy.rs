//! Postfix' policy questions, one after the other on a connection.

use bailiwick_app::mail_policy::MailPolicy;
use bailiwick_mail::policy::{PolicyAction, PolicyDecoder, PolicyRequest};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixListener;

use super::door::Door;
use super::peer::Peer;
use super::{IDLE, in_time};

pub(super) async fn serve(door: Door, listener: UnixListener, questions: MailPolicy) {
    door.serve(listener, |stream, shutdown| {
        let questions = questions.clone();
        converse(Peer::new(stream, Some(IDLE), shutdown), move |request| {
            let questions = questions.clone();
            async move { questions.policy(&request).await }
        })
    })
    .await;
}

/// Answers until the peer closes or sends what is no request. A request that breaks off gets no answer.
pub(super) async fn converse<S, F>(mut peer: Peer<S>, answer: impl Fn(PolicyRequest) -> F)
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Future<Output = PolicyAction>,
{
    let mut decoder = PolicyDecoder::new();
    while let Some(bytes) = peer.read().await {
        decoder.push(bytes);
        loop {
            let (action, last) = match decoder.next() {
                Ok(None) => break,
                Ok(Some(request)) => (in_time(answer(request)).await.unwrap_or_else(temporary), false),
                Err(error) => {
                    tracing::warn!(%error, "a policy request was not understood");
                    (PolicyAction::malformed(), true)
                }
            };
            if !peer.write(action.encode().as_bytes()).await || last {
                return;
            }
        }
    }
}

fn temporary() -> PolicyAction {
    PolicyAction::Defer("No answer in time, try again later".to_owned())
}
