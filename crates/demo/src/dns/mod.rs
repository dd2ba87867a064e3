//! A tiny authoritative DNS server for `*.test`, over UDP and TCP on one loopback port.
//!
//! The demonstration and the tests publish ownership proofs, mail exchangers and keys here. It forwards nothing,
//! transfers nothing and knows nothing outside `test.` (RFC 6761 keeps that name free for such use). Faults can be
//! switched on, for all names or for one, so that tests can see how the product bears a broken name server.

mod serve;
#[cfg(test)]
mod tests;
mod zone;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, UdpSocket};
use tokio::task::AbortHandle;

pub use zone::{MAX_RECORDS, MAX_TXT, PublishError, Published, Value, Zone};

/// Questions that are remembered for `Dns::questions`; the oldest go first.
const KEPT_QUESTIONS: usize = 1_000;
/// Names with a fault of their own.
const MAX_FAULTS: usize = 1_000;

/// What is wrong with the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Answers SERVFAIL.
    ServFail,
    /// Answers REFUSED.
    Refused,
    /// Says that the name does not exist.
    NxDomain,
    /// Takes the question and never answers.
    Silence,
    /// Answers after this time.
    Slow(Duration),
    /// Answers with an id that nobody asked with: a resolver must not believe it.
    WrongId,
    /// Answers another question than the one asked.
    WrongQuestion,
    /// Says over UDP "too long, ask over TCP"; TCP answers rightly.
    Truncated,
    /// Sends bytes that are no DNS message.
    Garbage,
}

#[derive(Debug, Default)]
struct State {
    zone: Zone,
    fault: Option<Fault>,
    faults: HashMap<String, Fault>,
    questions: VecDeque<String>,
}

/// The running server; ends when dropped.
#[derive(Debug)]
pub struct Dns {
    addr: SocketAddr,
    state: Arc<Mutex<State>>,
    tasks: [AbortHandle; 2],
}

impl Drop for Dns {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Dns {
    /// Starts on a free port of 127.0.0.1, the same for UDP and TCP.
    pub async fn start() -> io::Result<Self> {
        let mut last = None;
        for _ in 0..20 {
            match Self::start_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await {
                Ok(dns) => return Ok(dns),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| io::Error::from(io::ErrorKind::AddrInUse)))
    }

    /// Starts on this address, which must be a loopback one.
    pub async fn start_on(addr: SocketAddr) -> io::Result<Self> {
        if !addr.ip().is_loopback() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the demonstration's DNS listens on loopback only",
            ));
        }
        let udp = UdpSocket::bind(addr).await?;
        let addr = udp.local_addr()?;
        let tcp = TcpListener::bind(addr).await?;
        let state = Arc::default();
        let tasks = [
            tokio::spawn(serve::udp(Arc::new(udp), Arc::clone(&state))).abort_handle(),
            tokio::spawn(serve::tcp(tcp, Arc::clone(&state))).abort_handle(),
        ];
        Ok(Self { addr, state, tasks })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Publishes a TXT record beside those the name has.
    pub fn publish_txt(&self, name: &str, value: &str) -> Result<(), PublishError> {
        self.publish(name, Value::Txt(value.to_owned()))
    }

    /// Publishes an address.
    pub fn publish_a(&self, name: &str, address: Ipv4Addr) -> Result<(), PublishError> {
        self.publish(name, Value::A(address))
    }

    /// Publishes a mail exchanger.
    pub fn publish_mx(&self, name: &str, preference: u16, host: &str) -> Result<(), PublishError> {
        self.publish(name, Value::Mx(preference, host.to_owned()))
    }

    /// Publishes a record of any kind.
    pub fn publish(&self, name: &str, value: Value) -> Result<(), PublishError> {
        self.with(|state| state.zone.publish(name, value))
    }

    /// Takes a record away; says whether it was there.
    pub fn remove(&self, name: &str, value: &Value) -> bool {
        self.with(|state| state.zone.remove(name, value))
    }

    /// Takes all records away. Faults stay.
    pub fn clear(&self) {
        self.with(|state| state.zone.clear());
    }

    /// All records, by name.
    pub fn records(&self) -> Vec<Published> {
        self.with(|state| state.zone.records())
    }

    /// Breaks the answers for all names, or with `None` mends them (also those broken by name).
    pub fn fail(&self, fault: Option<Fault>) {
        self.with(|state| {
            state.fault = fault;
            if fault.is_none() {
                state.faults.clear();
            }
        });
    }

    /// Breaks the answers for one name, given in any case and without the final dot. At most 1,000 names.
    pub fn fail_for(&self, name: &str, fault: Fault) {
        self.with(|state| {
            if state.faults.len() < MAX_FAULTS {
                state.faults.insert(name.trim_end_matches('.').to_ascii_lowercase(), fault);
            }
        });
    }

    /// What was asked, oldest first, as `TXT example.test`: the last 1,000.
    pub fn questions(&self) -> Vec<String> {
        self.with(|state| state.questions.iter().cloned().collect())
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
