//! The other side of a connection: reads with a bound in time and size, writes whole.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;

use crate::shutdown;

/// Bytes read at a time.
const PIECE: usize = 8 * 1024;
/// How long a peer may take to take our answer.
const TAKE: Duration = Duration::from_secs(30);

/// A connected mail server's process.
#[derive(Debug)]
pub(super) struct Peer<S> {
    stream: S,
    piece: Box<[u8; PIECE]>,
    patience: Option<Duration>,
    shutdown: watch::Receiver<bool>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    /// A new connection that may be silent for `patience`.
    pub(super) fn new(stream: S, patience: Option<Duration>, shutdown: watch::Receiver<bool>) -> Self {
        Self { stream, piece: Box::new([0; PIECE]), patience, shutdown }
    }

    /// What was sent next; `None` when the peer has closed, broke, was silent for too long, or we are to end.
    pub(super) async fn read(&mut self) -> Option<&[u8]> {
        let patience = self.patience;
        let silence = async {
            match patience {
                Some(patience) => tokio::time::sleep(patience).await,
                None => std::future::pending().await,
            }
        };
        let read = tokio::select! {
            biased;
            read = self.stream.read(&mut self.piece[..]) => read.unwrap_or(0),
            () = silence => 0,
            () = shutdown::asked(&mut self.shutdown) => 0,
        };
        if read == 0 { None } else { Some(&self.piece[..read]) }
    }

    /// Writes everything; false when the peer does not take it.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> bool {
        let all = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        matches!(tokio::time::timeout(TAKE, all).await, Ok(Ok(())))
    }
}
