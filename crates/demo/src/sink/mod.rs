//! Where outside mail ends: an SMTP server that accepts every mail, keeps it and sends nothing on.
//!
//! The product's relay in the demonstration and in tests. The last 10,000 mails (and at most 256 MiB) are kept in
//! memory, the oldest go first. Faults can be switched on: refused or deferred recipients, or no server at all.

mod serve;
mod session;
mod store;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout_at};

pub use session::{MAX_MAIL, Output, Received, Session, Verdict};
use store::Store;
pub use store::{MAX_BYTES, MAX_KEPT, Mail};

#[derive(Debug)]
struct Shared {
    store: Mutex<Store>,
    arrived: Notify,
}

/// The running server; ends when dropped.
#[derive(Debug)]
pub struct Sink {
    addr: SocketAddr,
    shared: Arc<Shared>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Sink {
    fn drop(&mut self) {
        if let Some(task) = lock(&self.task).take() {
            task.abort();
        }
    }
}

impl Sink {
    /// Starts on a free port of 127.0.0.1.
    pub async fn start() -> io::Result<Self> {
        Self::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await
    }

    /// Starts on this address, which must be a loopback one.
    pub async fn start_on(addr: SocketAddr) -> io::Result<Self> {
        if !addr.ip().is_loopback() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the sink listens on loopback only"));
        }
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared { store: Mutex::default(), arrived: Notify::new() });
        let task = tokio::spawn(serve::accept(listener, Arc::clone(&shared)));
        Ok(Self { addr, shared, task: Mutex::new(Some(task)) })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Waits for a mail whose envelope names this recipient (case does not matter). Each mail is handed out once
    /// per recipient, oldest first, so that a test which waits twice sees the second mail.
    pub async fn wait_for(&self, to: &str, within: Duration) -> Option<Arc<Mail>> {
        self.wait(within, |store| store.take(to)).await
    }

    /// Waits until a kept mail fits; the same mail may be found again.
    pub async fn wait_until(&self, within: Duration, fits: impl Fn(&Mail) -> bool) -> Option<Arc<Mail>> {
        self.wait(within, |store| store.oldest(&fits)).await
    }

    async fn wait(
        &self,
        within: Duration,
        mut find: impl FnMut(&mut Store) -> Option<Arc<Mail>>,
    ) -> Option<Arc<Mail>> {
        let deadline = tokio::time::Instant::from_std(Instant::now() + within);
        loop {
            let arrived = self.shared.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable(); // from here on no mail can slip by
            if let Some(mail) = find(&mut lock(&self.shared.store)) {
                return Some(mail);
            }
            timeout_at(deadline, arrived).await.ok()?;
        }
    }

    /// The kept mails to this recipient, newest first.
    pub fn to(&self, address: &str) -> Vec<Arc<Mail>> {
        self.list(|mail| mail.is_to(address))
    }

    /// The kept mails that fit, newest first.
    pub fn list(&self, fits: impl Fn(&Mail) -> bool) -> Vec<Arc<Mail>> {
        lock(&self.shared.store).newest_first(fits)
    }

    /// One mail by its number.
    pub fn mail(&self, id: u64) -> Option<Arc<Mail>> {
        lock(&self.shared.store).mail(id)
    }

    /// Forgets all mails. Faults stay.
    pub fn clear(&self) {
        lock(&self.shared.store).clear();
    }

    /// What all recipients are told; `Verdict::Accept` also forgets what was set by address.
    pub fn fail(&self, verdict: Verdict) {
        lock(&self.shared.store).fail(verdict);
    }

    /// What one recipient is told. At most 1,000 addresses.
    pub fn fail_for(&self, address: &str, verdict: Verdict) {
        lock(&self.shared.store).fail_for(address, verdict);
    }

    /// Stops listening and ends all connections: from now on they are refused.
    pub async fn stop_listening(&self) {
        let task = lock(&self.task).take();
        if let Some(task) = task {
            task.abort();
            let _ = task.await; // an error here is the abort itself
        }
    }

    /// Listens again on the same port. Another program may have taken it meanwhile.
    pub async fn listen_again(&self) -> io::Result<()> {
        self.stop_listening().await;
        let mut tries = 0;
        let listener = loop {
            match TcpListener::bind(self.addr).await {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries < 20 => {
                    tries += 1;
                    sleep(Duration::from_millis(50)).await;
                }
                other => break other?,
            }
        };
        *lock(&self.task) = Some(tokio::spawn(serve::accept(listener, Arc::clone(&self.shared))));
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
