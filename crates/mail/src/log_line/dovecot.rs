//! Dovecot's lines.

use super::lines::bounded;
use std::net::IpAddr;

/// What a line of Dovecot says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DovecotEvent<'a> {
    /// LMTP put a message into a mailbox.
    Saved {
        /// The mailbox's user.
        user: &'a str,
        /// LMTP's session.
        session: &'a str,
        /// Message-ID, without its brackets; the sender's choice.
        message_id: &'a str,
        /// The folder: `INBOX`, `Junk`, …
        folder: &'a str,
    },
    /// A client signed in.
    Login {
        /// `imap`, `pop3` or `managesieve`.
        service: &'a str,
        /// The login.
        user: &'a str,
        /// `PLAIN`, …
        method: &'a str,
        /// The client.
        remote_ip: Option<IpAddr>,
        /// The address the client connected to.
        local_ip: Option<IpAddr>,
        /// The process that serves the session.
        mail_pid: Option<u32>,
        /// TLS, or a connection from this machine.
        secured: bool,
        /// Joins the sign-in with its disconnection.
        session: &'a str,
    },
    /// A client left or gave up before it had signed in.
    LoginFailed {
        /// `imap`, `pop3` or `managesieve`.
        service: &'a str,
        /// The login as typed, empty if none was.
        user: &'a str,
        /// The client.
        remote_ip: Option<IpAddr>,
        /// Dovecot's words, for example `auth failed, 1 attempts in 2 secs`.
        reason: &'a str,
        /// The session.
        session: &'a str,
    },
    /// A session ended.
    Disconnected {
        /// `imap`, `pop3` or `managesieve`.
        service: &'a str,
        /// The login.
        user: &'a str,
        /// The session.
        session: &'a str,
        /// Dovecot's words and counters.
        text: &'a str,
    },
    /// Anything else.
    Other,
}

/// Reads one line of Dovecot, at most its first [`super::MAX_LOG_LINE`] octets, with or without a time stamp and
/// with or without the level that Dovecot writes into files.
pub fn parse_dovecot(line: &str) -> DovecotEvent<'_> {
    let line = bounded(line).trim_end_matches(['\r', '\n']);
    login(line).or_else(|| mail(line)).unwrap_or(DovecotEvent::Other)
}

const SERVICES: [&str; 3] = ["imap", "pop3", "managesieve"];

/// `imap-login: Info: …`. The program's name stands before anything a client can write.
fn login(line: &str) -> Option<DovecotEvent<'_>> {
    let (head, text) = line.split_once("-login: ")?;
    let service = program(head)?;
    let text = text.strip_prefix("Info: ").unwrap_or(text);
    if let Some(fields) = text.strip_prefix("Login: ") {
        let (user, rest) = user(fields)?;
        return Some(DovecotEvent::Login {
            service,
            user,
            method: value(rest, "method")?,
            remote_ip: ip(rest, "rip"),
            local_ip: ip(rest, "lip"),
            mail_pid: value(rest, "mpid").and_then(|pid| pid.parse().ok()),
            secured: rest.split(", ").any(|field| matches!(field, "TLS" | "secured")),
            session: value(rest, "session")?,
        });
    }
    let (words, fields) = text.split_once(": user=<")?;
    let (user, rest) = user(&text[text.len() - fields.len() - "user=<".len()..])?;
    let (_, reason) = words.split_once('(')?;
    Some(DovecotEvent::LoginFailed {
        service,
        user,
        remote_ip: ip(rest, "rip"),
        reason: reason.strip_suffix(')')?,
        session: value(rest, "session").unwrap_or(""),
    })
}

/// `lmtp(user)<pid><session>: Info: …`, `imap(user)<pid><session>: Info: …`
fn mail(line: &str) -> Option<DovecotEvent<'_>> {
    let (head, rest) = line.split_once('(')?;
    let program = head.rsplit(' ').next()?;
    let (user, rest) = rest.split_once(")<")?;
    let (_, rest) = rest.split_once("><")?;
    let (session, text) = rest.split_once(">: ")?;
    let text = text.strip_prefix("Info: ").unwrap_or(text);
    if program == "lmtp" {
        return saved(user, session, text);
    }
    let service = SERVICES.into_iter().find(|service| *service == program)?;
    let text = text.strip_prefix("Disconnected: ")?;
    Some(DovecotEvent::Disconnected { service, user, session, text })
}

/// `msgid=<x@y>: saved mail to INBOX`; of Sieve `sieve: msgid=<x@y>: stored mail into mailbox 'Junk'`. The folder is
/// looked for from the right, because the Message-ID is the sender's.
fn saved<'a>(user: &'a str, session: &'a str, text: &'a str) -> Option<DovecotEvent<'a>> {
    let text = text.strip_prefix("sieve: ").unwrap_or(text).strip_prefix("msgid=")?;
    let (id, folder) = text.rsplit_once(": saved mail to ").or_else(|| {
        let (id, folder) = text.rsplit_once(": stored mail into mailbox ")?;
        Some((id, folder.strip_prefix('\'')?.strip_suffix('\'')?))
    })?;
    let message_id = id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(id);
    Some(DovecotEvent::Saved { user, session, message_id, folder })
}

fn program(head: &str) -> Option<&'static str> {
    let name = head.rsplit(' ').next()?;
    SERVICES.into_iter().find(|service| *service == name)
}

/// Takes `user=<…>, ` from the front. Dovecot lets no `>` into a user name.
fn user(text: &str) -> Option<(&str, &str)> {
    let (user, rest) = text.strip_prefix("user=<")?.split_once('>')?;
    Some((user, rest.strip_prefix(", ").unwrap_or(rest)))
}

fn value<'a>(fields: &'a str, name: &str) -> Option<&'a str> {
    let value = fields.split(", ").find_map(|field| field.strip_prefix(name)?.strip_prefix('='))?;
    Some(value.strip_prefix('<').and_then(|value| value.strip_suffix('>')).unwrap_or(value))
}

fn ip(fields: &str, name: &str) -> Option<IpAddr> {
    value(fields, name)?.parse().ok().map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_sign_in_is_read_with_or_without_stamp_and_level() {
        for head in ["", "Feb 03 12:00:01 ", "Feb  3 12:00:01 mail dovecot: "] {
            for level in ["Info: ", ""] {
                let line = format!(
                    "{head}imap-login: {level}Login: user=<bob@a.test>, method=PLAIN, rip=203.0.113.9, \
                     lip=192.0.2.1, mpid=519, TLS, session=<abc/D+e>"
                );
                assert_eq!(
                    parse_dovecot(&line),
                    DovecotEvent::Login {
                        service: "imap",
                        user: "bob@a.test",
                        method: "PLAIN",
                        remote_ip: Some("203.0.113.9".parse().unwrap()),
                        local_ip: Some("192.0.2.1".parse().unwrap()),
                        mail_pid: Some(519),
                        secured: true,
                        session: "abc/D+e",
                    }
                );
            }
        }
    }

    #[test]
    fn a_failed_sign_in_says_why() {
        let line = "Feb 03 12:00:01 pop3-login: Info: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): \
            user=<bob@a.test>, method=PLAIN, rip=::ffff:203.0.113.9, lip=192.0.2.1, session=<s1>";
        assert_eq!(
            parse_dovecot(line),
            DovecotEvent::LoginFailed {
                service: "pop3",
                user: "bob@a.test",
                remote_ip: Some("203.0.113.9".parse().unwrap()),
                reason: "auth failed, 1 attempts in 2 secs",
                session: "s1",
            }
        );
        let line =
            "imap-login: Info: Aborted login (internal failure, 1 successful auths): user=<>, rip=192.0.2.2";
        assert!(matches!(parse_dovecot(line), DovecotEvent::LoginFailed { user: "", session: "", .. }));
    }

    #[test]
    fn sessions_end() {
        let line = "imap(bob@a.test)<519><abc/D+e>: Info: Disconnected: Logged out in=36 out=512 deleted=0";
        assert_eq!(
            parse_dovecot(line),
            DovecotEvent::Disconnected {
                service: "imap",
                user: "bob@a.test",
                session: "abc/D+e",
                text: "Logged out in=36 out=512 deleted=0",
            }
        );
        let line = "Feb 03 12:00:01 pop3(bob@a.test)<5><s>: Info: Disconnected: Logged out top=0/0, retr=0/0";
        assert!(matches!(parse_dovecot(line), DovecotEvent::Disconnected { service: "pop3", .. }));
    }

    #[test]
    fn lmtp_saves_into_inbox_and_sieve_into_folders() {
        let line = "lmtp(bob@a.test)<519><R2 x>: Info: msgid=<x@y.test>: saved mail to INBOX";
        assert_eq!(
            parse_dovecot(line),
            DovecotEvent::Saved {
                user: "bob@a.test",
                session: "R2 x",
                message_id: "x@y.test",
                folder: "INBOX"
            }
        );
        let line = "Feb 03 12:00:01 lmtp(bob@a.test)<519><R2>: Info: sieve: msgid=<x@y.test>: stored mail into mailbox 'Junk'";
        assert!(matches!(parse_dovecot(line), DovecotEvent::Saved { folder: "Junk", .. }));
    }

    #[test]
    fn a_message_id_cannot_name_its_own_folder() {
        let line = "lmtp(b@a.test)<5><R>: Info: msgid=<x: saved mail to Sent>: saved mail to INBOX";
        assert!(matches!(parse_dovecot(line), DovecotEvent::Saved { folder: "INBOX", .. }));
    }

    #[test]
    fn other_lines_are_other() {
        for line in [
            "",
            "master: Info: Dovecot v2.3.19.1 (9b53102964) starting up",
            "lmtp(519): Info: Connect from local",
            "auth: Info: lua(bob@a.test,203.0.113.9): Password mismatch",
            "x-login: Info: Login: user=<a>, method=PLAIN, session=<s>",
            "imap-login: Info: Login: user=<a",
        ] {
            assert_eq!(parse_dovecot(line), DovecotEvent::Other, "{line}");
        }
    }

    proptest! {
        #[test]
        fn foreign_lines_never_panic(line in any::<String>()) {
            let _ = parse_dovecot(&line);
        }

        #[test]
        fn pieces_of_real_lines_never_panic(
            line in "(imap-login: |lmtp\\(|imap\\(|\\)<|><|>: |Info: |Login: |user=<|msgid=<|: saved mail to |\\(|é|, rip=|[a-z@ ]){0,30}",
        ) {
            let _ = parse_dovecot(&line);
        }
    }
}
