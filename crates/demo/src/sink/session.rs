//! The SMTP dialogue (RFC 5321) from the receiver's side, without sockets: bytes in, replies and mails out.
//!
//! It takes every sender and every recipient unless a fault says otherwise. It refuses what would make two servers
//! read one stream differently: only CR LF ends a line, only CR LF . CR LF ends a mail.

/// Largest mail in bytes; announced by SIZE (RFC 1870).
pub const MAX_MAIL: usize = 25 * 1024 * 1024;
/// Most recipients of one mail.
const MAX_RECIPIENTS: usize = 1_000;
/// Longest command line in bytes with its end: RFC 5321 demands 512, MAIL with parameters some more.
const MAX_LINE: usize = 2_048;
/// Unknown commands before the connection is ended.
const MAX_MISTAKES: u32 = 20;

/// What to say to a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// 250.
    Accept,
    /// 550 5.1.1: no such user.
    Refuse,
    /// 451 4.3.0: try again later.
    Defer,
}

/// A mail as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Name given in EHLO or HELO.
    pub helo: String,
    /// Envelope sender, empty for a bounce.
    pub from: String,
    /// Envelope recipients that were accepted, in order.
    pub to: Vec<String>,
    /// The mail, dots unstuffed.
    pub raw: Vec<u8>,
}

/// What came of some bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// To be sent, in order.
    pub reply: Vec<u8>,
    /// Mails that are complete.
    pub mails: Vec<Received>,
    /// Whether the connection ends after the reply.
    pub close: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    LineStart,
    InLine,
    Cr,
    Dot,
    DotCr,
}

#[derive(Debug)]
enum State {
    Command,
    /// The rest of a line that is too long is thrown away up to its end.
    TooLong {
        after_cr: bool,
    },
    Data {
        place: Place,
        raw: Vec<u8>,
        too_large: bool,
    },
}

/// One client's dialogue.
#[derive(Debug)]
pub struct Session {
    state: State,
    line: Vec<u8>,
    helo: Option<String>,
    from: Option<String>,
    to: Vec<String>,
    mistakes: u32,
}

impl Default for Session {
    fn default() -> Self {
        let state = State::Command;
        Self { state, line: Vec::new(), helo: None, from: None, to: Vec::new(), mistakes: 0 }
    }
}

impl Session {
    /// What is said first.
    pub const GREETING: &'static [u8] =
        b"220 outside.localhost ESMTP demonstration: nothing leaves this machine\r\n";

    /// Takes bytes as they arrive, split anywhere. `verdict` decides about each recipient.
    pub fn receive(&mut self, bytes: &[u8], verdict: &dyn Fn(&str) -> Verdict) -> Output {
        let mut out = Output::default();
        for &byte in bytes {
            if out.close {
                break;
            }
            match &mut self.state {
                State::Command => self.command_byte(byte, verdict, &mut out),
                State::TooLong { after_cr } => {
                    if *after_cr && byte == b'\n' {
                        self.state = State::Command;
                        self.mistake("500 5.5.2 Line too long", &mut out);
                    } else {
                        *after_cr = byte == b'\r';
                    }
                }
                State::Data { place, raw, too_large } => {
                    if data_byte(byte, place, raw, too_large) {
                        self.end_of_data(&mut out);
                    }
                }
            }
        }
        out
    }

    fn command_byte(&mut self, byte: u8, verdict: &dyn Fn(&str) -> Verdict, out: &mut Output) {
        self.line.push(byte);
        if self.line.ends_with(b"\r\n") {
            let mut line = std::mem::take(&mut self.line);
            line.truncate(line.len() - 2);
            match String::from_utf8(line) {
                Ok(line) if line.is_ascii() && !line.contains(['\r', '\n', '\0']) => {
                    self.command(&line, verdict, out);
                }
                _ => self.mistake("500 5.5.2 Commands are ASCII", out),
            }
        } else if self.line.len() >= MAX_LINE {
            self.state = State::TooLong { after_cr: byte == b'\r' };
            self.line.clear();
        }
    }

    fn command(&mut self, line: &str, verdict: &dyn Fn(&str) -> Verdict, out: &mut Output) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.hello(rest);
                let lines = format!(
                    "250-outside.localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {MAX_MAIL}"
                );
                say(&lines, out);
            }
            "HELO" => {
                self.hello(rest);
                say("250 outside.localhost", out);
            }
            "MAIL" => self.mail(rest, out),
            "RCPT" => self.rcpt(rest, verdict, out),
            "DATA" if self.to.is_empty() => say("503 5.5.1 No recipients", out),
            "DATA" => {
                self.state = State::Data { place: Place::LineStart, raw: Vec::new(), too_large: false };
                say("354 End with a dot on a line of its own", out);
            }
            "RSET" => {
                self.reset();
                say("250 2.0.0 Forgotten", out);
            }
            "NOOP" => say("250 2.0.0 Here", out),
            "VRFY" => say("252 2.5.0 Every address is accepted", out),
            "QUIT" => {
                say("221 2.0.0 Bye", out);
                out.close = true;
            }
            _ => self.mistake("502 5.5.1 Unknown command", out),
        }
    }

    fn hello(&mut self, name: &str) {
        self.reset();
        self.helo = Some(name.trim().to_owned());
    }

    fn mail(&mut self, rest: &str, out: &mut Output) {
        if self.helo.is_none() {
            return say("503 5.5.1 Say EHLO first", out);
        }
        if self.from.is_some() {
            return say("503 5.5.1 One sender at a time", out);
        }
        let Some((from, parameters)) = path(rest, "FROM:") else {
            return self.mistake("501 5.5.4 MAIL FROM:<address>", out);
        };
        for parameter in parameters.split_ascii_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match (name.to_ascii_uppercase().as_str(), value) {
                ("SIZE", size) => match size.parse::<u64>() {
                    Ok(size) if size <= MAX_MAIL as u64 => {}
                    Ok(_) => return say("552 5.3.4 Mail is too large", out),
                    Err(_) => return say("501 5.5.4 SIZE is a number", out),
                },
                ("BODY", "7BIT" | "8BITMIME") => {}
                _ => return say("555 5.5.4 Unknown parameter", out),
            }
        }
        self.from = Some(from.to_owned());
        say("250 2.1.0 Sender accepted", out);
    }

    fn rcpt(&mut self, rest: &str, verdict: &dyn Fn(&str) -> Verdict, out: &mut Output) {
        if self.from.is_none() {
            return say("503 5.5.1 Say MAIL first", out);
        }
        let Some((to, "")) = path(rest, "TO:").filter(|(to, _)| !to.is_empty()) else {
            return self.mistake("501 5.5.4 RCPT TO:<address>", out);
        };
        if self.to.len() >= MAX_RECIPIENTS {
            return say("452 4.5.3 Too many recipients", out);
        }
        match verdict(to) {
            Verdict::Accept => {
                self.to.push(to.to_owned());
                say("250 2.1.5 Recipient accepted", out);
            }
            Verdict::Refuse => say("550 5.1.1 No such user (a fault of the demonstration)", out),
            Verdict::Defer => say("451 4.3.0 Try again later (a fault of the demonstration)", out),
        }
    }

    fn end_of_data(&mut self, out: &mut Output) {
        let State::Data { raw, too_large, .. } = std::mem::replace(&mut self.state, State::Command) else {
            return;
        };
        let helo = self.helo.clone().unwrap_or_default();
        let from = self.from.take().unwrap_or_default();
        let to = std::mem::take(&mut self.to);
        if too_large {
            say("552 5.3.4 Mail is too large", out);
        } else {
            out.mails.push(Received { helo, from, to, raw });
            say("250 2.0.0 Kept", out);
        }
    }

    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn mistake(&mut self, text: &str, out: &mut Output) {
        self.mistakes += 1;
        if self.mistakes > MAX_MISTAKES {
            say("421 4.7.0 Too many mistakes", out);
            out.close = true;
        } else {
            say(text, out);
        }
    }
}

/// Takes one byte of a mail; says whether it was the last.
fn data_byte(byte: u8, place: &mut Place, raw: &mut Vec<u8>, too_large: &mut bool) -> bool {
    let mut keep = |bytes: &[u8]| {
        if raw.len() + bytes.len() > MAX_MAIL {
            *too_large = true;
            *raw = Vec::new();
        }
        if !*too_large {
            raw.extend_from_slice(bytes);
        }
    };
    *place = match (*place, byte) {
        (Place::DotCr, b'\n') => return true,
        (Place::LineStart, b'.') => Place::Dot,
        (Place::Dot, b'\r') => Place::DotCr,
        (Place::LineStart | Place::InLine, b'\r') => Place::Cr,
        (Place::Cr, b'\n') => {
            keep(b"\r\n");
            Place::LineStart
        }
        (Place::Cr | Place::DotCr, b'\r') => {
            keep(b"\r");
            Place::Cr
        }
        (Place::Cr | Place::DotCr, other) => {
            keep(&[b'\r', other]);
            Place::InLine
        }
        (Place::LineStart | Place::InLine | Place::Dot, other) => {
            keep(&[other]);
            Place::InLine
        }
    };
    false
}

/// `FROM:<a@b> SIZE=1` as address and parameters; a source route (RFC 5321, appendix C) is left out.
fn path<'a>(rest: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let (start, rest) = rest.trim_start().split_at_checked(word.len())?;
    if !start.eq_ignore_ascii_case(word) {
        return None;
    }
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    let address = match address.strip_prefix('@') {
        Some(routed) => routed.split_once(':')?.1,
        None => address,
    };
    (address.len() <= 320 && !address.contains(' ')).then_some((address, parameters.trim()))
}

fn say(text: &str, out: &mut Output) {
    out.reply.extend_from_slice(text.as_bytes());
    out.reply.extend_from_slice(b"\r\n");
}
