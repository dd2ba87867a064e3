//! Postfix' table look-ups, one after the other on a connection.

use bailiwick_app::mail_policy::MailPolicy;
use bailiwick_mail::WireError;
use bailiwick_mail::socketmap::{Reply, SocketmapDecoder, SocketmapRequest};
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
            async move { questions.socketmap(&request).await }
        })
    })
    .await;
}

/// Answers until the peer closes or sends what is no request.
pub(super) async fn converse<S, F>(mut peer: Peer<S>, answer: impl Fn(SocketmapRequest) -> F)
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Future<Output = Reply>,
{
    let mut decoder = SocketmapDecoder::new();
    while let Some(bytes) = peer.read().await {
        decoder.push(bytes);
        loop {
            let (reply, last) = match decoder.next() {
                Ok(None) => break,
                Ok(Some(request)) => (in_time(answer(request)).await.unwrap_or_else(temporary), false),
                Err(error) => (Reply::refusing(&error), !matches!(error, WireError::NotUtf8(_))),
            };
            if !peer.write(&reply.encode()).await || last {
                return;
            }
        }
    }
}

fn temporary() -> Reply {
    Reply::Temp("no answer in time".to_owned())
}
