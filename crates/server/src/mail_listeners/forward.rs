//! Sends on what aliases lead outside: LMTP from our Postfix, asked about per recipient, and back in by SMTP.
//!
//! Nothing is acknowledged before our Postfix has the copy for that recipient in its queue (K26). What was sent on
//! but not acknowledged, because the connection broke in between, is sent again: twice rather than never.

use std::sync::Arc;
use std::time::Duration;

use bailiwick_app::mail_policy::{Forward, MailPolicy};
use bailiwick_base::words::Clock;
use bailiwick_mail::lmtp::{Command, CommandDecoder, CommandError, DataDecoder, DataError, DataStep, Reply};
use bailiwick_plane::PlaneSettings;
use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixListener;
use tokio::sync::Semaphore;

use super::door::Door;
use super::forwarded;
use super::in_time;
use super::peer::Peer;
use super::reinject::{NotTaken, Reinject};

/// Recipients of one message.
const RECIPIENTS: usize = 100;
/// How long Postfix may be silent within a conversation.
const PATIENCE: Duration = Duration::from_mins(5);
/// Octets of messages held at a time (K28).
const HELD: usize = 256 * 1024 * 1024;
/// The unit in which they are counted.
const UNIT: usize = 64 * 1024;
/// How long a message waits for room.
const ROOM: Duration = Duration::from_mins(1);

/// What all conversations share.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) host: String,
    /// The longest message, in octets.
    pub(super) limit: usize,
    pub(super) clock: Clock,
    /// Room for messages.
    room: Arc<Semaphore>,
}

/// A recipient that was accepted, and where its copy goes.
#[derive(Debug)]
struct Target {
    sender: String,
    recipient: String,
}

/// A message being sent.
#[derive(Debug, Default)]
struct Envelope {
    sender: Option<String>,
    announced: Option<u64>,
    targets: Vec<Target>,
}

pub(super) async fn serve(
    door: Door,
    listener: UnixListener,
    questions: MailPolicy,
    settings: &PlaneSettings,
    clock: Clock,
) {
    let limit = usize::try_from(settings.message_size_limit).unwrap_or(usize::MAX);
    let rules = Rules::new(&settings.hostname, limit, clock);
    let way_back = Reinject::new(&settings.hostname, settings.ports.reinject);
    door.serve(listener, |stream, shutdown| {
        let (rules, questions, way_back) = (rules.clone(), questions.clone(), way_back.clone());
        async move {
            let ask = |sender: Option<String>, recipient: String| {
                let questions = questions.clone();
                async move { questions.forward(sender.as_deref(), &recipient).await }
            };
            let send = |sender: String, recipient: String, message: Bytes| {
                let way_back = way_back.clone();
                async move { way_back.send(&sender, &recipient, &message).await }
            };
            converse(Peer::new(stream, Some(PATIENCE), shutdown), &rules, ask, send).await;
        }
    })
    .await;
}

impl Rules {
    pub(super) fn new(host: &str, limit: usize, clock: Clock) -> Self {
        let room = Semaphore::new(units(limit.max(HELD)).try_into().unwrap_or(usize::MAX >> 4));
        Self { host: host.to_owned(), limit, clock, room: Arc::new(room) }
    }

    /// What a message may take up: line ends double at most when they become CRLF.
    fn size_of(&self, announced: Option<u64>) -> usize {
        let announced = announced.and_then(|size| usize::try_from(size).ok()).unwrap_or(self.limit);
        announced.saturating_mul(2).saturating_add(UNIT).min(self.limit)
    }
}

fn units(octets: usize) -> u32 {
    u32::try_from(octets.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

/// Serves one LMTP client until it quits or breaks.
pub(super) async fn converse<S, A, AF, R, RF>(mut peer: Peer<S>, rules: &Rules, ask: A, send: R)
where
    S: AsyncRead + AsyncWrite + Unpin,
    A: Fn(Option<String>, String) -> AF,
    AF: Future<Output = Forward>,
    R: Fn(String, String, Bytes) -> RF,
    RF: Future<Output = Result<(), NotTaken>>,
{
    let mut decoder = CommandDecoder::new();
    let mut envelope: Option<Envelope> = None;
    let mut greeted = false;
    let hello = Reply::new(220, &format!("{} LMTP", rules.host));
    if !peer.write(hello.encode().as_bytes()).await {
        return;
    }
    while let Some(bytes) = peer.read().await {
        decoder.push(bytes);
        loop {
            let reply = match decoder.next() {
                Ok(None) => break,
                Err(error) => {
                    tracing::warn!(%error, "an LMTP command was not understood");
                    let _ = peer.write(Reply::enhanced(421, "4.5.2", "Not LMTP").encode().as_bytes()).await;
                    return;
                }
                Ok(Some(Err(error))) => malformed(error),
                Ok(Some(Ok(Command::Quit))) => {
                    let _ = peer.write(Reply::enhanced(221, "2.0.0", "Bye").encode().as_bytes()).await;
                    return;
                }
                Ok(Some(Ok(Command::Data))) => {
                    let Some(envelope) = envelope.take().filter(|envelope| !envelope.targets.is_empty())
                    else {
                        let refused = Reply::enhanced(503, "5.5.1", "No recipients");
                        if peer.write(refused.encode().as_bytes()).await {
                            continue;
                        }
                        return;
                    };
                    let sent_ahead = decoder.take_rest();
                    if !sent_ahead.is_empty() {
                        return; // a client that does not wait for 354 could have its message taken for commands
                    }
                    let Some(rest) = message(&mut peer, rules, envelope, &send).await else { return };
                    decoder = CommandDecoder::new();
                    decoder.push(&rest);
                    continue;
                }
                Ok(Some(Ok(Command::Lhlo(_)))) => {
                    (greeted, envelope) = (true, None);
                    Reply::lhlo(&rules.host, rules.limit)
                }
                Ok(Some(Ok(Command::Rset))) => {
                    envelope = None;
                    Reply::enhanced(250, "2.0.0", "Ok")
                }
                Ok(Some(Ok(Command::Noop))) => Reply::enhanced(250, "2.0.0", "Ok"),
                Ok(Some(Ok(Command::Vrfy(_)))) => Reply::enhanced(252, "2.5.0", "Try to send"),
                Ok(Some(Ok(_))) if !greeted => Reply::enhanced(503, "5.5.1", "LHLO first"),
                Ok(Some(Ok(Command::Mail { from, size, .. }))) => mail(&mut envelope, rules, from, size),
                Ok(Some(Ok(Command::Rcpt { to, .. }))) => recipient(envelope.as_mut(), to, &ask).await,
            };
            if !peer.write(reply.encode().as_bytes()).await {
                return;
            }
        }
    }
}

fn malformed(error: CommandError) -> Reply {
    let (code, enhanced) = match error {
        CommandError::Unknown => (500, "5.5.1"),
        CommandError::Arguments => (501, "5.5.4"),
        CommandError::Parameters => (555, "5.5.4"),
    };
    Reply::enhanced(code, enhanced, &error.to_string())
}

fn mail(envelope: &mut Option<Envelope>, rules: &Rules, from: String, size: Option<u64>) -> Reply {
    if envelope.is_some() {
        return Reply::enhanced(503, "5.5.1", "A message has begun already");
    }
    if size.is_some_and(|size| size > rules.limit as u64) {
        return Reply::enhanced(552, "5.3.4", "Message is too large");
    }
    let sender = (!from.is_empty()).then_some(from);
    *envelope = Some(Envelope { sender, announced: size, targets: Vec::new() });
    Reply::enhanced(250, "2.1.0", "Ok")
}

async fn recipient<A, F>(envelope: Option<&mut Envelope>, to: String, ask: &A) -> Reply
where
    A: Fn(Option<String>, String) -> F,
    F: Future<Output = Forward>,
{
    let Some(envelope) = envelope else { return Reply::enhanced(503, "5.5.1", "MAIL first") };
    if envelope.targets.len() >= RECIPIENTS {
        return Reply::enhanced(452, "4.5.3", "Too many recipients");
    }
    match in_time(ask(envelope.sender.clone(), to)).await {
        Some(Forward::To { sender, recipient }) => {
            envelope.targets.push(Target { sender, recipient });
            Reply::enhanced(250, "2.1.5", "Ok")
        }
        Some(Forward::Gone(text)) => Reply::enhanced(550, "5.1.1", &text),
        Some(Forward::Temporary) | None => Reply::enhanced(451, "4.3.0", "Try again later"),
    }
}

/// Takes the message and sends it on, with one reply for each recipient. What came behind it; `None` when the
/// connection is over.
async fn message<S, R, F>(peer: &mut Peer<S>, rules: &Rules, envelope: Envelope, send: &R) -> Option<Vec<u8>>
where
    S: AsyncRead + AsyncWrite + Unpin,
    R: Fn(String, String, Bytes) -> F,
    F: Future<Output = Result<(), NotTaken>>,
{
    let room = rules.room.acquire_many(units(rules.size_of(envelope.announced)));
    let Ok(Ok(_room)) = tokio::time::timeout(ROOM, room).await else {
        let busy = Reply::enhanced(451, "4.3.2", "Busy, try again later");
        return peer.write(busy.encode().as_bytes()).await.then(Vec::new);
    };
    let go_on = Reply::new(354, "End data with <CR><LF>.<CR><LF>");
    if !peer.write(go_on.encode().as_bytes()).await {
        return None;
    }
    let (message, rest) = data(peer, rules.size_of(envelope.announced)).await?;
    let message = message.map_err(refused).and_then(|message| {
        forwarded::marked(&message, &rules.host, rules.clock.now())
            .map_err(|_| Reply::enhanced(554, "5.4.6", "Too many hops: this message goes in circles"))
    });
    for target in envelope.targets {
        let reply = match &message {
            Err(refused) => refused.clone(),
            Ok(message) => match send(target.sender, target.recipient, message.clone()).await {
                Ok(()) => Reply::enhanced(250, "2.0.0", "Sent on"),
                Err(NotTaken) => Reply::enhanced(451, "4.3.0", "Not sent on, try again later"),
            },
        };
        if !peer.write(reply.encode().as_bytes()).await {
            return None;
        }
    }
    Some(rest)
}

/// Reads to the message's end: the message, and what came behind it.
async fn data<S>(peer: &mut Peer<S>, limit: usize) -> Option<(Result<Vec<u8>, DataError>, Vec<u8>)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut decoder = DataDecoder::new(limit);
    loop {
        let bytes = peer.read().await?;
        if let DataStep::Done { message, consumed } = decoder.push(bytes) {
            return Some((message, bytes[consumed..].to_vec()));
        }
    }
}

fn refused(error: DataError) -> Reply {
    match error {
        DataError::TooLarge => Reply::enhanced(552, "5.3.4", "Message is too large"),
        DataError::BareNewline => Reply::enhanced(550, "5.6.0", "Message has a bare CR or LF"),
    }
}
