//! Postfix' lines.

use super::fields::{address, client_ip, enhanced, is_queue_id, named, named_address, tag};
use super::lines::bounded;
use std::net::IpAddr;

/// Which of our listeners took the mail in: the last part of its `syslog_name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listener {
    /// From other servers: incoming.
    Mx,
    /// From a login, STARTTLS: outgoing.
    Submission,
    /// From a login, TLS from the start: outgoing.
    Submissions,
    /// From ourselves: forwards, vacation answers, list copies.
    Reinject,
}

/// A line with the process that wrote it.
#[derive(Debug, Clone, PartialEq)]
pub struct PostfixLine<'a> {
    /// The listener, where the process belongs to one.
    pub listener: Option<Listener>,
    /// The program, for example `smtpd`.
    pub daemon: &'a str,
    /// Its process id.
    pub pid: u32,
    /// What happened.
    pub event: PostfixEvent<'a>,
}

/// What became of one recipient in one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// The next server has it.
    Sent,
    /// It will be tried again; such a line repeats.
    Deferred,
    /// It failed for good.
    Bounced,
}

/// What a line says. The key over all lines of a message is its queue id (`qid`).
#[derive(Debug, Clone, PartialEq)]
pub enum PostfixEvent<'a> {
    /// A client connected.
    Connect {
        /// The client.
        client_ip: Option<IpAddr>,
    },
    /// A message begins: who brought it. With a login it is outgoing.
    ClientSasl {
        /// Queue id.
        qid: &'a str,
        /// The client.
        client_ip: Option<IpAddr>,
        /// The login, as our SASL server said it.
        sasl_username: Option<&'a str>,
    },
    /// The Message-ID header, without its brackets; the sender's choice.
    MessageId {
        /// Queue id.
        qid: &'a str,
        /// As in the header, cut with the line.
        message_id: &'a str,
    },
    /// The message is whole and in the queue. Repeats at each attempt for a deferred message.
    QueueActive {
        /// Queue id.
        qid: &'a str,
        /// Envelope sender, empty for the null sender.
        from: &'a str,
        /// Octets.
        size: u64,
        /// Recipients.
        nrcpt: u32,
    },
    /// One attempt for one recipient.
    Delivery {
        /// Queue id.
        qid: &'a str,
        /// The recipient after aliases and lists.
        to: &'a str,
        /// The recipient as it came, if another.
        orig_to: Option<&'a str>,
        /// `host[address]:port`, or `none`.
        relay: &'a str,
        /// Seconds since the message arrived, as printed.
        delay: f64,
        /// Enhanced status code.
        dsn: &'a str,
        /// What became of it.
        status: DeliveryStatus,
        /// The next server's or Postfix' words, without the brackets around them.
        text: &'a str,
    },
    /// The message was too long in the queue and goes back to its sender. Its recipients are those last deferred.
    Expired {
        /// Queue id.
        qid: &'a str,
        /// Envelope sender.
        from: &'a str,
    },
    /// We refused a command or a message.
    Rejected {
        /// The queue id, if some recipient had been accepted before.
        qid: Option<&'a str>,
        /// The client.
        client_ip: Option<IpAddr>,
        /// Envelope sender; `None` before MAIL FROM.
        from: Option<&'a str>,
        /// Envelope recipient; `None` before RCPT TO.
        to: Option<&'a str>,
        /// SMTP code; a milter's refusal is logged without one.
        code: Option<u16>,
        /// Enhanced status code, if the reply had one.
        dsn: Option<&'a str>,
        /// The reply without its codes.
        text: &'a str,
    },
    /// A sign-in failed.
    AuthFailed {
        /// The client.
        client_ip: Option<IpAddr>,
        /// The login as typed, if our SASL server named it.
        username: Option<&'a str>,
        /// What our SASL server said.
        reason: &'a str,
    },
    /// A bounce, or a report asked for, was made for a message.
    NonDelivery {
        /// The message.
        qid: &'a str,
        /// The bounce.
        new_qid: &'a str,
    },
    /// The message has left the queue.
    Removed {
        /// Queue id.
        qid: &'a str,
    },
    /// Anything else.
    Other,
}

/// Reads one line of Postfix, at most its first [`super::MAX_LOG_LINE`] octets. `None` if it has no program's tag.
pub fn parse_postfix(line: &str) -> Option<PostfixLine<'_>> {
    let (name, pid, text) = tag(bounded(line).trim_end_matches(['\r', '\n']))?;
    let (prefix, daemon) = name.rsplit_once('/').unwrap_or(("", name));
    let listener = match prefix.rsplit('/').next() {
        Some("mx") => Some(Listener::Mx),
        Some("submission") => Some(Listener::Submission),
        Some("submissions") => Some(Listener::Submissions),
        Some("reinject") => Some(Listener::Reinject),
        _ => None,
    };
    let event = event(daemon, text).unwrap_or(PostfixEvent::Other);
    Some(PostfixLine { listener, daemon, pid, event })
}

fn event<'a>(daemon: &str, text: &'a str) -> Option<PostfixEvent<'a>> {
    if let Some(warning) = text.strip_prefix("warning: ") {
        return auth_failed(warning);
    }
    if let Some(client) = text.strip_prefix("connect from ") {
        return Some(PostfixEvent::Connect { client_ip: client_ip(client) });
    }
    let (qid, rest) = text.split_once(": ")?;
    if qid == "NOQUEUE" {
        return rejected(None, rest);
    }
    if !is_queue_id(qid) {
        return None;
    }
    match daemon {
        "smtpd" => client(qid, rest).or_else(|| rejected(Some(qid), rest)),
        "cleanup" => message_id(qid, rest).or_else(|| rejected(Some(qid), rest)),
        "qmgr" => queue(qid, rest),
        "bounce" => non_delivery(qid, rest),
        "smtp" | "lmtp" | "local" | "virtual" | "pipe" | "discard" | "error" | "retry" => delivery(qid, rest),
        _ => None,
    }
}

/// `client=name[ip], sasl_method=PLAIN, sasl_username=alice@a.test`
fn client<'a>(qid: &'a str, text: &'a str) -> Option<PostfixEvent<'a>> {
    let (client, mut rest) = named(text, "client")?;
    let mut sasl_username = None;
    while let Some((name, _)) = rest.split_once('=') {
        let (value, behind) = named(rest, name)?;
        if name == "sasl_username" {
            sasl_username = Some(value);
        }
        rest = behind;
    }
    Some(PostfixEvent::ClientSasl { qid, client_ip: client_ip(client), sasl_username })
}

/// `message-id=<x@y>`; the header may hold anything.
fn message_id<'a>(qid: &'a str, text: &'a str) -> Option<PostfixEvent<'a>> {
    let id = text.strip_prefix("message-id=")?;
    let message_id = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id);
    Some(PostfixEvent::MessageId { qid, message_id })
}

/// `from=<a>, size=295, nrcpt=3 (queue active)`, `from=<a>, status=expired, returned to sender`, `removed`
fn queue<'a>(qid: &'a str, text: &'a str) -> Option<PostfixEvent<'a>> {
    if text == "removed" {
        return Some(PostfixEvent::Removed { qid });
    }
    let (from, rest) = named_address(text, "from")?;
    let rest = rest.strip_prefix(", ")?;
    if rest.starts_with("status=expired, ") || rest.starts_with("status=force-expired, ") {
        return Some(PostfixEvent::Expired { qid, from });
    }
    let (size, rest) = named(rest, "size")?;
    let nrcpt = rest.strip_prefix("nrcpt=")?.strip_suffix(" (queue active)")?;
    Some(PostfixEvent::QueueActive { qid, from, size: size.parse().ok()?, nrcpt: nrcpt.parse().ok()? })
}

/// `to=<b>, orig_to=<t>, relay=r, delay=0.5, delays=0/0/0/0, dsn=2.0.0, status=sent (text)`
fn delivery<'a>(qid: &'a str, text: &'a str) -> Option<PostfixEvent<'a>> {
    let (to, rest) = named_address(text, "to")?;
    let rest = rest.strip_prefix(", ")?;
    let (orig_to, rest) = match named_address(rest, "orig_to") {
        Some((orig_to, rest)) => (Some(orig_to), rest.strip_prefix(", ")?),
        None => (None, rest),
    };
    let (relay, rest) = named(rest, "relay")?;
    let rest = named(rest, "conn_use").map_or(rest, |(_, rest)| rest);
    let (delay, rest) = named(rest, "delay")?;
    let (_, rest) = named(rest, "delays")?;
    let (dsn, rest) = named(rest, "dsn")?;
    let (status, text) = rest.strip_prefix("status=")?.split_once(' ')?;
    let status = match status {
        "sent" => DeliveryStatus::Sent,
        "deferred" => DeliveryStatus::Deferred,
        "bounced" => DeliveryStatus::Bounced,
        _ => return None,
    };
    let (dsn, delay) = (enhanced(dsn)?.0, delay.parse().ok().filter(|d: &f64| d.is_finite())?);
    let text = text.strip_prefix('(').unwrap_or(text);
    let text = text.strip_suffix(')').unwrap_or(text);
    Some(PostfixEvent::Delivery { qid, to, orig_to, relay, delay, dsn, status, text })
}

/// `sender non-delivery notification: QID2`
fn non_delivery<'a>(qid: &'a str, text: &'a str) -> Option<PostfixEvent<'a>> {
    let (kind, new_qid) = text.split_once(" notification: ")?;
    let known = kind.ends_with("non-delivery") || kind.ends_with("delivery status");
    (known && is_queue_id(new_qid)).then_some(PostfixEvent::NonDelivery { qid, new_qid })
}

/// `reject: RCPT from name[ip]: 552 5.2.2 <b>: text; from=<a> to=<b> proto=ESMTP helo=<h>`
fn rejected<'a>(qid: Option<&'a str>, text: &'a str) -> Option<PostfixEvent<'a>> {
    let rest = text.strip_prefix("reject: ").or_else(|| text.strip_prefix("milter-reject: "))?;
    let (_, rest) = rest.split_once(" from ")?;
    let (client, rest) = rest.split_once(": ")?;
    let (code, rest) = code(rest);
    let (dsn, rest) = enhanced(rest).map_or((None, rest), |(dsn, rest)| (Some(dsn), rest));
    let (text, envelope) = split_envelope(rest);
    let (from, envelope) = optional_address(envelope, "from");
    let (to, _) = optional_address(envelope, "to");
    Some(PostfixEvent::Rejected { qid, client_ip: client_ip(client), from, to, code, dsn, text })
}

fn code(text: &str) -> (Option<u16>, &str) {
    let parsed = text.split_once(' ').filter(|(code, _)| code.len() == 3);
    parsed.and_then(|(code, rest)| Some((Some(code.parse().ok()?), rest))).unwrap_or((None, text))
}

/// The reply and the envelope behind it. The reply may begin with an address in which `; from=` is quoted.
fn split_envelope(text: &str) -> (&str, &str) {
    let skipped = address(text).map_or(0, |(_, behind)| text.len() - behind.len());
    let rest = &text[skipped..];
    let found = ["; from=<", "; to=<", "; proto="].iter().filter_map(|mark| rest.find(mark)).min();
    found.map_or((text, ""), |at| (&text[..skipped + at], &rest[at + 2..]))
}

fn optional_address<'a>(text: &'a str, name: &str) -> (Option<&'a str>, &'a str) {
    named_address(text, name)
        .map_or((None, text), |(address, rest)| (Some(address), rest.strip_prefix(' ').unwrap_or(rest)))
}

/// `name[ip]: SASL PLAIN authentication failed: reason, sasl_username=night@a.test`
fn auth_failed(text: &str) -> Option<PostfixEvent<'_>> {
    let (client, rest) = text.split_once(": SASL ")?;
    let (_, rest) = rest.split_once(" authentication failed: ")?;
    let (reason, username) = match rest.rsplit_once(", sasl_username=") {
        Some((reason, "(unavailable)")) => (reason, None),
        Some((reason, username)) => (reason, Some(username)),
        None => (rest, None),
    };
    Some(PostfixEvent::AuthFailed { client_ip: client_ip(client), username, reason })
}

#[cfg(test)]
#[path = "postfix_tests.rs"]
mod tests;
