//! The sockets of the sink: bounded connections, and a limit on silence.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::session::Session;
use super::{Shared, lock};
use crate::clock;

/// Connections at a time; more wait in the listener's queue.
const MAX_CONNECTIONS: usize = 100;
/// A client that says nothing for so long is sent away (RFC 5321, 4.5.3.2.7).
const IDLE: Duration = Duration::from_mins(5);

/// Serves until aborted; the connections end with it.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            sleep(Duration::from_millis(10)).await; // out of descriptors, for instance
            continue;
        };
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let _place = place;
            if let Err(error) = connection(stream, &shared).await {
                tracing::debug!(%error, "an SMTP connection ended");
            }
        });
    }
}

async fn connection(mut stream: TcpStream, shared: &Shared) -> io::Result<()> {
    let mut session = Session::default();
    let mut buffer = vec![0; 16 * 1024];
    stream.write_all(Session::GREETING).await?;
    loop {
        let Ok(length) = timeout(IDLE, stream.read(&mut buffer)).await else {
            return stream.write_all(b"421 4.4.2 Nothing was said for too long\r\n").await;
        };
        let length = length?;
        if length == 0 {
            return Ok(());
        }
        let out = session.receive(&buffer[..length], &|to| lock(&shared.store).verdict(to));
        for mail in out.mails {
            lock(&shared.store).keep(mail, clock::now());
            shared.arrived.notify_waiters();
        }
        stream.write_all(&out.reply).await?;
        if out.close {
            return stream.shutdown().await;
        }
    }
}
