//! Hands a waiting letter to the mail server.

use std::time::Duration;

use bailiwick_base::Error;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::letter::{SEALED_FOR, Waiting};
use crate::core::Core;

/// Sends the letter of a job; `key` becomes its Message-ID, so that a repetition can be told from a new letter.
pub(crate) async fn deliver(core: &Core, key: &str, sealed: &[u8]) -> Result<(), Error> {
    let plain = core
        .ground()
        .keys
        .open(SEALED_FOR, sealed)
        .map_err(|_| Error::internal("a waiting mail cannot be unsealed"))?;
    let letter: Waiting = serde_json::from_slice(&plain).map_err(Error::internal)?;
    let message = compose(core, key, &letter)?;
    let settings = core.settings();
    let transport =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.outgoing.ip().to_string())
            .port(settings.outgoing.port())
            .hello_name(ClientId::Domain(settings.from.domain.to_string()))
            .timeout(Some(Duration::from_secs(20)))
            .build();
    transport.send(message).await.map(drop).map_err(Error::internal)
}

fn compose(core: &Core, key: &str, letter: &Waiting) -> Result<Message, Error> {
    let from = &core.settings().from;
    let digest = core.ground().keys.mac("message id", key.as_bytes());
    let sender = Mailbox::new(
        Some(bailiwick_base::t!("product-name").into_owned()),
        from.to_string().parse().map_err(Error::internal)?,
    );
    Message::builder()
        .from(sender)
        .to(letter.to.parse().map_err(Error::internal)?)
        .subject(letter.subject.clone())
        .message_id(Some(format!("<{}@{}>", data_encoding::HEXLOWER.encode(&digest[..16]), from.domain)))
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(letter.text(), letter.html()))
        .map_err(Error::internal)
}

/// `Auto-Submitted: auto-generated` (RFC 3834): nobody's autoresponder answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
