//! Accepts peers: so many at a time and no more, until the end is asked for.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::shutdown;

/// How long conversations may go on after the end was asked for.
const DRAIN: Duration = Duration::from_secs(10);
/// How long to wait when no more connections can be opened.
const SHORT_OF_FILES: Duration = Duration::from_millis(100);

/// Something that peers connect to.
pub(crate) trait Listener {
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;
    fn next(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

impl Listener for UnixListener {
    type Stream = UnixStream;
    async fn next(&self) -> io::Result<UnixStream> {
        self.accept().await.map(|(stream, _)| stream)
    }
}

impl Listener for TcpListener {
    type Stream = TcpStream;
    async fn next(&self) -> io::Result<TcpStream> {
        let (stream, _) = self.accept().await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

/// How a socket is served.
#[derive(Debug)]
pub(crate) struct Door {
    /// For the log.
    pub(crate) name: &'static str,
    /// Peers at a time; the excess is closed.
    pub(crate) peers: usize,
    pub(crate) shutdown: watch::Receiver<bool>,
}

impl Door {
    /// Holds a conversation with each peer. After the end was asked for, those under way are finished.
    pub(crate) async fn serve<L, C, F>(mut self, listener: L, converse: C)
    where
        L: Listener,
        C: Fn(L::Stream, watch::Receiver<bool>) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let mut conversations = JoinSet::new();
        let mut full = false;
        loop {
            tokio::select! {
                () = shutdown::asked(&mut self.shutdown) => break,
                Some(_) = conversations.join_next() => full = false,
                accepted = listener.next() => match accepted {
                    Ok(stream) if conversations.len() < self.peers => {
                        conversations.spawn(converse(stream, self.shutdown.clone()));
                    }
                    Ok(_) => {
                        if !full {
                            tracing::warn!(socket = self.name, peers = self.peers, "too many peers; more are closed");
                        }
                        full = true;
                    }
                    Err(error) => {
                        tracing::warn!(socket = self.name, %error, "a peer could not be accepted");
                        tokio::time::sleep(SHORT_OF_FILES).await;
                    }
                }
            }
        }
        drop(listener);
        let all = async { while conversations.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(DRAIN, all).await;
        conversations.shutdown().await;
    }
}
