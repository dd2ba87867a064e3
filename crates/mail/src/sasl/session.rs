//! One connection of an smtpd: its conversations, and what comes of them.

use super::credentials::{MAX_USER, Next, Password, Step};
use super::wire::{self, Auth, Line, MAX_LINE, MAX_PENDING, Mechanism};
use crate::{WireError, backlog::Backlog, text};
use std::{collections::BTreeMap, net::IpAddr};

/// What a session wants done.
#[derive(Debug)]
pub enum Event {
    /// Decide, then write what [`Session::ok`] or [`Session::fail`] says.
    Attempt(Attempt),
    /// Write this line: a challenge, or the refusal of what needs no decision.
    Send(String),
}

/// A user and a password to be verified.
#[derive(Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Names the attempt on this connection, for the answer.
    pub id: u32,
    /// As typed: not empty, printable, at most [`MAX_USER`] octets; not yet known to be an address.
    pub user: String,
    /// As typed.
    pub password: Password,
    /// By which mechanism it came.
    pub mechanism: Mechanism,
    /// What the client said it is: `smtp` for Postfix.
    pub service: String,
    /// The client's address, an IPv4 address mapped into IPv6 as IPv4.
    pub remote_ip: Option<IpAddr>,
    /// The address the client connected to.
    pub local_ip: Option<IpAddr>,
    /// The client's connection is under TLS.
    pub secured: bool,
}

/// What to do with the connection after a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Write this line.
    Line(String),
    /// Write nothing and close: Postfix answers 454 4.7.0 to its client and connects anew.
    Close,
}

#[derive(Debug)]
struct Conversation {
    step: Step,
    mechanism: Mechanism,
    service: String,
    remote_ip: Option<IpAddr>,
    local_ip: Option<IpAddr>,
    secured: bool,
}

#[derive(Debug)]
enum Pending {
    Waiting(Box<Conversation>),
    Deciding,
}

/// The state of one connection, from bytes to attempts and back.
#[derive(Debug)]
pub struct Session {
    backlog: Backlog,
    pending: BTreeMap<u32, Pending>,
    version_seen: bool,
    client_pid: Option<u32>,
    failed: Option<WireError>,
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl Session {
    /// A new connection. [`Session::handshake`] is to be written first.
    pub const fn new() -> Self {
        Self {
            backlog: Backlog::new(MAX_LINE),
            pending: BTreeMap::new(),
            version_seen: false,
            client_pid: None,
            failed: None,
        }
    }

    /// The server's greeting. `cookie` is random for each connection; Postfix does not use it.
    pub fn handshake(server_pid: u32, connection: u32, cookie: [u8; 16]) -> String {
        wire::handshake(server_pid, connection, cookie)
    }

    /// Appends what was read from the peer.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.failed.is_none() {
            self.backlog.push(bytes);
        }
    }

    /// The process id the client gave for itself: the smtpd to end when its login is revoked.
    pub const fn client_pid(&self) -> Option<u32> {
        self.client_pid
    }

    /// The next thing to do, `None` while more bytes are needed. After an error the connection is closed.
    #[expect(clippy::should_implement_trait, reason = "an item may be missing for now and come later")]
    pub fn next(&mut self) -> Result<Option<Event>, WireError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.take().inspect_err(|error| {
            self.failed = Some(*error);
            self.pending.clear();
        })
    }

    /// The attempt is right; `user` is the login as Postfix shall know it, which may differ from what was typed.
    ///
    /// Closes if the attempt is not being decided, or if the name cannot be said: never an `OK` that was not
    /// asked for.
    pub fn ok(&mut self, id: u32, user: &str) -> Answer {
        if !self.decided(id) || user.is_empty() || user.len() > MAX_USER || user.contains(text::breaks_line) {
            return Answer::Close;
        }
        Answer::Line(wire::ok(id, user))
    }

    /// The attempt fails. `reason` reaches the client and the log in clear text: one line of ASCII, and empty for
    /// Postfix' own words. `temporary` is for our own faults, and closes.
    pub fn fail(&mut self, id: u32, user: &str, reason: &str, temporary: bool) -> Answer {
        if !self.decided(id) || temporary {
            return Answer::Close;
        }
        let sayable = !user.is_empty() && user.len() <= MAX_USER && !user.contains(text::breaks_line);
        Answer::Line(wire::fail(id, sayable.then_some(user), reason))
    }

    fn decided(&mut self, id: u32) -> bool {
        let deciding = matches!(self.pending.get(&id), Some(Pending::Deciding));
        if deciding {
            self.pending.remove(&id);
        }
        deciding
    }

    fn take(&mut self) -> Result<Option<Event>, WireError> {
        loop {
            let Some(bytes) = self.backlog.next_line("authentication line", MAX_LINE)? else {
                return Ok(None);
            };
            let event = match wire::line(bytes)? {
                Line::Version { major: 1 } if !self.version_seen => {
                    self.version_seen = true;
                    None
                }
                Line::Version { .. } => return Err(WireError::Malformed("authentication protocol version")),
                Line::Pid(pid) if self.version_seen && self.client_pid.is_none() => {
                    self.client_pid = Some(pid);
                    None
                }
                _ if self.client_pid.is_none() => {
                    return Err(WireError::Malformed("authentication handshake"));
                }
                Line::Pid(_) => return Err(WireError::Malformed("authentication handshake")),
                Line::Auth { id, request } => Some(begin(&mut self.pending, id, request)?),
                Line::Cont { id, answer } => proceed(&mut self.pending, id, answer),
                Line::Cancel { id } => {
                    if matches!(self.pending.get(&id), Some(Pending::Waiting(_))) {
                        self.pending.remove(&id);
                    }
                    None
                }
            };
            if event.is_some() {
                return Ok(event);
            }
        }
    }
}

type Conversations = BTreeMap<u32, Pending>;

fn begin(pending: &mut Conversations, id: u32, request: Option<Auth<'_>>) -> Result<Event, WireError> {
    if pending.contains_key(&id) {
        return Err(WireError::Malformed("authentication line: an id in use"));
    }
    let Some(auth) = request else { return Ok(refuse(id)) };
    make_room(pending)?;
    let conversation = Conversation {
        step: Step::first(auth.mechanism),
        mechanism: auth.mechanism,
        service: auth.service,
        remote_ip: auth.remote_ip,
        local_ip: auth.local_ip,
        secured: auth.secured,
    };
    if let Some(answer) = auth.initial {
        return Ok(advance(pending, id, conversation, answer));
    }
    let challenge = conversation.step.challenge();
    pending.insert(id, Pending::Waiting(Box::new(conversation)));
    Ok(Event::Send(wire::cont(id, challenge)))
}

/// A conversation that waits for its client is dropped for a new one, the lowest id first: Postfix says
/// nothing when its client gives up. Attempts being decided are not dropped.
fn make_room(pending: &mut Conversations) -> Result<(), WireError> {
    if pending.len() < MAX_PENDING {
        return Ok(());
    }
    let waiting = pending.iter().find_map(|(id, p)| matches!(p, Pending::Waiting(_)).then_some(*id));
    let id = waiting.ok_or(WireError::TooMany { part: "pending attempts", limit: MAX_PENDING })?;
    pending.remove(&id);
    Ok(())
}

/// `None` for an answer that was not asked for: Postfix may still send one after a conversation was dropped, and
/// gets a refusal; one that is being decided gets its answer anyway.
fn proceed(pending: &mut Conversations, id: u32, answer: &[u8]) -> Option<Event> {
    match pending.remove(&id) {
        Some(Pending::Waiting(conversation)) => Some(advance(pending, id, *conversation, answer)),
        Some(Pending::Deciding) => {
            pending.insert(id, Pending::Deciding);
            None
        }
        None => Some(refuse(id)),
    }
}

fn advance(pending: &mut Conversations, id: u32, conversation: Conversation, answer: &[u8]) -> Event {
    let Conversation { step, mechanism, service, remote_ip, local_ip, secured } = conversation;
    match step.answer(answer) {
        None => refuse(id),
        Some(Next::Ask(challenge, step)) => {
            let waiting = Conversation { step, mechanism, service, remote_ip, local_ip, secured };
            pending.insert(id, Pending::Waiting(Box::new(waiting)));
            Event::Send(wire::cont(id, challenge))
        }
        Some(Next::Known(user, password)) => {
            pending.insert(id, Pending::Deciding);
            Event::Attempt(Attempt { id, user, password, mechanism, service, remote_ip, local_ip, secured })
        }
    }
}

fn refuse(id: u32) -> Event {
    Event::Send(wire::fail(id, None, "Credentials not understood"))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
