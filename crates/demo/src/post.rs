//! Writes a mail from outside and hands it to a mail server on this machine by SMTP.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

/// Longest text that is sent, in bytes.
pub const MAX_TEXT: usize = 256 * 1024;
/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// `a@b.test` or `Ann <a@b.test>`.
    pub from: String,
    /// Likewise.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// Its date.
    pub at: SystemTime,
}

/// Why it was not sent.
#[derive(Debug)]
pub enum PostError {
    /// This field can't be read as an address, or is too long.
    Field(&'static str),
    /// What the server said.
    Refused(String),
    /// Nobody answered there, or the connection broke.
    Unreachable(String),
}

impl fmt::Display for PostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, "The field “{name}” does not hold what belongs there."),
            Self::Refused(text) => write!(f, "The mail server refused it: {text}"),
            Self::Unreachable(text) => write!(f, "The mail server can't be reached: {text}"),
        }
    }
}

impl std::error::Error for PostError {}

/// Sends it, without TLS: the server must be on this machine.
pub async fn send(server: SocketAddr, mail: &Outgoing) -> Result<(), PostError> {
    let message = compose(mail)?;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.ip().to_string())
        .port(server.port())
        .hello_name(ClientId::Domain("outside.localhost".to_owned()))
        .timeout(Some(PATIENCE))
        .build();
    transport.send(message).await.map_err(|error| {
        if error.is_permanent() || error.is_transient() {
            PostError::Refused(error.to_string())
        } else {
            PostError::Unreachable(error.to_string())
        }
    })?;
    Ok(())
}

fn compose(mail: &Outgoing) -> Result<Message, PostError> {
    let address = |text: &str, field| {
        let parsed: Result<Mailbox, _> = text.trim().parse();
        parsed.ok().filter(|_| text.len() <= 400).ok_or(PostError::Field(field))
    };
    if mail.subject.len() > 900 || mail.subject.contains(['\r', '\n', '\0']) {
        return Err(PostError::Field("Subject"));
    }
    if mail.text.len() > MAX_TEXT {
        return Err(PostError::Field("Text"));
    }
    Message::builder()
        .from(address(&mail.from, "From")?)
        .to(address(&mail.to, "To")?)
        .date(mail.at)
        .message_id(None) // lettre makes one
        .subject(mail.subject.clone())
        .header(ContentType::TEXT_PLAIN)
        .body(mail.text.clone())
        .map_err(|_| PostError::Field("Text"))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::{Outgoing, PostError, send};
    use crate::sink::{Sink, Verdict};

    fn mail() -> Outgoing {
        Outgoing {
            from: "Jürgen Weiß <juergen@a.test>".into(),
            to: "ann@b.test".into(),
            subject: "Größe".into(),
            text: "Hello\n.\nÄnne\n".into(),
            at: SystemTime::UNIX_EPOCH + Duration::from_hours(24),
        }
    }

    #[tokio::test]
    async fn a_mail_arrives_with_its_text_date_and_names_whole() {
        let sink = Sink::start().await.unwrap();
        send(sink.addr(), &mail()).await.unwrap();
        let kept = sink.wait_for("ann@b.test", Duration::from_secs(1)).await.unwrap();
        let parsed = mail_parser::MessageParser::default().parse(&kept.raw).unwrap();
        assert_eq!(parsed.subject(), Some("Größe"));
        assert_eq!(parsed.body_text(0).unwrap().replace('\r', ""), "Hello\n.\nÄnne\n");
        assert_eq!(parsed.date().unwrap().to_rfc3339(), "1970-01-02T00:00:00Z");
        assert_eq!(parsed.from().and_then(|from| from.first()).and_then(|a| a.name()), Some("Jürgen Weiß"));
    }

    #[tokio::test]
    async fn a_refusal_a_missing_server_and_a_bad_field_are_told_apart() {
        let sink = Sink::start().await.unwrap();
        sink.fail(Verdict::Refuse);
        assert!(
            matches!(send(sink.addr(), &mail()).await, Err(PostError::Refused(text)) if text.contains("550"))
        );
        sink.stop_listening().await;
        assert!(matches!(send(sink.addr(), &mail()).await, Err(PostError::Unreachable(_))));
        for bad in ["", "not an address", "a@b.test\r\nBcc: c@d.test"] {
            let mail = Outgoing { to: bad.into(), ..mail() };
            assert!(matches!(send(sink.addr(), &mail).await, Err(PostError::Field("To"))), "{bad:?}");
        }
        let mail = Outgoing { subject: "a\r\nBcc: c@d.test".into(), ..mail() };
        assert!(matches!(send(sink.addr(), &mail).await, Err(PostError::Field("Subject"))));
    }
}
