//! Hands a message back to our own Postfix, which is on this machine.

use std::time::Duration;

use bytes::Bytes;
use lettre::address::Envelope;
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

/// How long Postfix may take over one step.
const PATIENCE: Duration = Duration::from_mins(1);
/// Connections kept open.
const CONNECTIONS: u32 = 20;
/// Shorter than Postfix keeps a silent client.
const IDLE: Duration = Duration::from_secs(20);

/// The way back in.
#[derive(Debug, Clone)]
pub(super) struct Reinject(AsyncSmtpTransport<Tokio1Executor>);

/// It was not taken; it may be tried again.
#[derive(Debug)]
pub(super) struct NotTaken;

impl Reinject {
    pub(super) fn new(host: &str, port: u16) -> Self {
        let pool = PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE);
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
            .port(port)
            .hello_name(ClientId::Domain(host.to_owned()))
            .timeout(Some(PATIENCE))
            .pool_config(pool);
        Self(transport.build())
    }

    /// Returns when Postfix has the message in its queue. An empty sender is the null sender.
    pub(super) async fn send(&self, sender: &str, recipient: &str, message: &Bytes) -> Result<(), NotTaken> {
        let address = |text: &str| {
            text.parse::<Address>().map_err(|_| {
                tracing::warn!("a forward leads to or from what is no address");
                NotTaken
            })
        };
        let from = if sender.is_empty() { None } else { Some(address(sender)?) };
        let envelope = Envelope::new(from, vec![address(recipient)?]).map_err(|_| NotTaken)?;
        self.0.send_raw(&envelope, message).await.map(drop).map_err(|error| {
            tracing::warn!(%error, "a message was not sent on; it will be tried again");
            NotTaken
        })
    }
}
