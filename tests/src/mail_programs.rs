//! Sends and reads mail with the libraries that mail programs use.

use std::net::SocketAddr;

use async_imap::Session;
use futures::TryStreamExt;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::customer::User;
use crate::installation::{HOST, Installation};

/// How a submission is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS after STARTTLS, on the submission port.
    StartTls,
    /// TLS from the first byte, on the submissions port.
    Tls,
}

impl Installation {
    /// Sends a short mail as this user does, with a mail program.
    pub async fn send(
        &self,
        user: &User,
        security: Security,
        to: &[&str],
        subject: &str,
    ) -> Result<(), String> {
        self.secrets.add_plain(&user.address, &user.password);
        let pem = std::fs::read(self.certificate()).expect("the certificate");
        let tls = TlsParameters::builder(HOST.to_owned())
            .add_root_certificate(Certificate::from_pem(&pem).expect("PEM"))
            .build_rustls()
            .expect("TLS");
        let (port, tls) = match security {
            Security::StartTls => (self.ports.submission, Tls::Required(tls)),
            Security::Tls => (self.ports.submissions, Tls::Wrapper(tls)),
        };
        let program = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
            .port(port)
            .tls(tls)
            .credentials(Credentials::new(user.address.clone(), user.password.clone()))
            .build();
        let mut message =
            Message::builder().from(format!("Some Body <{}>", user.address).parse().expect("From"));
        for to in to {
            message = message.to(to.parse::<Mailbox>().expect("To"));
        }
        let message = message.subject(subject).body("Hello from inside.\n".to_owned()).expect("a mail");
        program.send(message).await.map(drop).map_err(|error| error.to_string())
    }

    /// Signs in to IMAP with a mail program.
    pub async fn mail_program(&self, user: &User) -> Session<TlsStream<TcpStream>> {
        self.secrets.add(&user.password);
        let stream = self.trust().connect(SocketAddr::from(([127, 0, 0, 1], self.ports.imaps))).await;
        let mut client = async_imap::Client::new(stream);
        client.read_response().await.expect("a greeting");
        client.login(&user.address, &user.password).await.map_err(|(error, _)| error).expect("signed in")
    }

    /// The subjects in an inbox, oldest first, as a mail program lists them.
    pub async fn subjects(&self, user: &User) -> Vec<String> {
        let mut session = self.mail_program(user).await;
        let inbox = session.select("INBOX").await.expect("the inbox");
        if inbox.exists == 0 {
            return Vec::new();
        }
        let mails: Vec<_> =
            session.fetch("1:*", "ENVELOPE").await.expect("mails").try_collect().await.expect("mails");
        session.logout().await.expect("signed out");
        let subject = |mail: &async_imap::types::Fetch| {
            let envelope = mail.envelope().expect("an envelope");
            envelope
                .subject
                .as_deref()
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
                .unwrap_or_default()
        };
        mails.iter().map(subject).collect()
    }
}
