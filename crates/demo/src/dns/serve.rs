//! The sockets of the DNS server: bounded tasks, bounded connections, and the faults that are switched on.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::Name;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::{Fault, KEPT_QUESTIONS, State};

/// UDP questions under way and TCP connections open at a time; more are dropped.
const MAX_UNDER_WAY: usize = 256;
/// A TCP connection that says nothing for so long is closed.
const IDLE: Duration = Duration::from_secs(10);
/// Answers over UDP without EDNS fit in this (RFC 1035, 4.2.1).
const PLAIN_UDP: usize = 512;
/// Larger than any answer of ours that a resolver allows over UDP (RFC 6891, 6.2.5 and common practice).
const MAX_UDP: usize = 1_232;

type Shared = Arc<Mutex<State>>;

/// One answer on its way: after which time, and which bytes; none means silence.
struct Answer {
    after: Duration,
    bytes: Option<Vec<u8>>,
}

pub(super) async fn udp(socket: Arc<UdpSocket>, state: Shared) {
    let room = Arc::new(Semaphore::new(MAX_UNDER_WAY));
    let mut buffer = vec![0; 4_096];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            sleep(Duration::from_millis(10)).await; // an ICMP error of an earlier answer; nothing is lost
            continue;
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
        let answer = answer(&state, &buffer[..length], true);
        if answer.after.is_zero() {
            send(&socket, answer.bytes, from).await;
        } else {
            let socket = Arc::clone(&socket);
            tokio::spawn(async move {
                let _place = place;
                sleep(answer.after).await;
                send(&socket, answer.bytes, from).await;
            });
        }
    }
}

async fn send(socket: &UdpSocket, bytes: Option<Vec<u8>>, to: SocketAddr) {
    if let Some(bytes) = bytes
        && let Err(error) = socket.send_to(&bytes, to).await
    {
        tracing::debug!(%error, "a DNS answer could not be sent");
    }
}

pub(super) async fn tcp(listener: TcpListener, state: Shared) {
    let room = Arc::new(Semaphore::new(MAX_UNDER_WAY));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(Duration::from_millis(10)).await; // out of descriptors, for instance
            continue;
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = connection(stream, &state).await {
                tracing::debug!(%error, "a DNS connection ended");
            }
        });
    }
}

/// Length-prefixed messages one after another (RFC 1035, 4.2.2) until the client goes or is idle.
async fn connection(mut stream: TcpStream, state: &Shared) -> io::Result<()> {
    loop {
        let Ok(length) = timeout(IDLE, stream.read_u16()).await else { return Ok(()) };
        let mut request = vec![0; usize::from(length?)];
        timeout(IDLE, stream.read_exact(&mut request)).await??;
        let answer = answer(state, &request, false);
        sleep(answer.after).await;
        let Some(bytes) = answer.bytes else { continue };
        let Ok(length) = u16::try_from(bytes.len()) else { return Ok(()) };
        stream.write_u16(length).await?;
        stream.write_all(&bytes).await?;
    }
}

fn answer(state: &Shared, request: &[u8], udp: bool) -> Answer {
    let silence = Answer { after: Duration::ZERO, bytes: None };
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(reply) = state.zone.answer(request) else { return silence };
    let fault = note(&mut state, &reply);
    drop(state);
    let limit = if udp { udp_limit(request) } else { usize::MAX };
    match fault {
        Some(Fault::Silence) => silence,
        Some(Fault::Slow(after)) => Answer { after, bytes: encode(reply, limit) },
        Some(Fault::Garbage) => Answer { after: Duration::ZERO, bytes: Some(vec![0xff; 7]) },
        Some(fault) => Answer { after: Duration::ZERO, bytes: encode(broken(reply, fault, udp), limit) },
        None => Answer { after: Duration::ZERO, bytes: encode(reply, limit) },
    }
}

/// Remembers the question and finds the fault that its name has.
fn note(state: &mut State, reply: &Message) -> Option<Fault> {
    let question = reply.queries.first()?;
    let name = question.name.to_lowercase().to_ascii();
    let name = name.trim_end_matches('.');
    if state.questions.len() >= KEPT_QUESTIONS {
        state.questions.pop_front();
    }
    state.questions.push_back(format!("{} {name}", question.query_type));
    state.faults.get(name).copied().or(state.fault)
}

fn broken(mut reply: Message, fault: Fault, udp: bool) -> Message {
    let empty = |mut reply: Message, code| {
        reply.answers.clear();
        reply.authorities.clear();
        reply.metadata.response_code = code;
        reply
    };
    match fault {
        Fault::ServFail => empty(reply, ResponseCode::ServFail),
        Fault::Refused => empty(reply, ResponseCode::Refused),
        Fault::NxDomain => empty(reply, ResponseCode::NXDomain),
        Fault::Truncated if udp => {
            reply.metadata.truncation = true;
            let code = reply.metadata.response_code;
            empty(reply, code)
        }
        Fault::WrongId => {
            reply.metadata.id ^= 0x5555;
            reply
        }
        Fault::WrongQuestion => {
            let other = Name::from_ascii("somebody-else.test.").expect("a constant name");
            for query in &mut reply.queries {
                query.name = other.clone();
            }
            for record in &mut reply.answers {
                record.name = other.clone();
            }
            reply
        }
        Fault::Truncated | Fault::Silence | Fault::Slow(_) | Fault::Garbage => reply,
    }
}

fn udp_limit(request: &[u8]) -> usize {
    let allowed = Message::from_vec(request).ok().and_then(|m| m.edns.map(|edns| edns.max_payload()));
    allowed.map_or(PLAIN_UDP, |allowed| usize::from(allowed).clamp(PLAIN_UDP, MAX_UDP))
}

/// The bytes, or the mark "ask over TCP" when they are more than the limit.
fn encode(mut reply: Message, limit: usize) -> Option<Vec<u8>> {
    let bytes = reply.to_vec().ok()?;
    if bytes.len() <= limit {
        return Some(bytes);
    }
    reply.answers.clear();
    reply.authorities.clear();
    reply.metadata.truncation = true;
    reply.to_vec().ok()
}
