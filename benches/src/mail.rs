//! Submissions and IMAP sign-ins over TLS, each on a connection of its own, as mail programs do it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::dataset::PASSWORD;
use crate::flows::{address, plain};
use crate::pace::Client;
use crate::trouble::{Outcome, Trouble, While};

/// People who do it in turn; their passwords are remembered after the first time.
const PEOPLE: u64 = 16;
/// About a kilobyte.
const TEXT: &str = "It was a bright cold day in April, and nobody looked at the clocks.\r\n";

/// What is done on each connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    /// Sign in and send a message of a kilobyte to an address outside.
    Submission,
    /// Sign in and out.
    Imap,
}

/// A mail program.
pub(crate) struct Program {
    doing: Doing,
    server: SocketAddr,
    connector: TlsConnector,
    next: u64,
}

/// Takes whatever certificate a server shows: these servers were started by this very run, on loopback.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }
    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

impl Program {
    /// Number `seed` of the programs at a server's port.
    pub(crate) fn new(doing: Doing, port: u16, seed: usize) -> Outcome<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .during("TLS")?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
            .with_no_client_auth();
        let server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let next = u64::try_from(seed).unwrap_or(0) * 7;
        Ok(Self { doing, server, connector: TlsConnector::from(Arc::new(config)), next })
    }

    async fn connect(&self) -> Outcome<Talk> {
        let stream = TcpStream::connect(self.server).await.during("connecting")?;
        stream.set_nodelay(true).during("connecting")?;
        let name = ServerName::try_from("mail.provider.test").during("a name")?;
        let stream = self.connector.connect(name, stream).await.during("TLS")?;
        Ok(Talk { stream: BufReader::new(stream), line: String::new() })
    }

    async fn submit(&self, n: u64) -> Outcome {
        let mut talk = self.connect().await?;
        talk.answer().await?;
        talk.say("EHLO laptop.test", "250").await?;
        talk.say(&format!("AUTH PLAIN {}", plain(n)), "235").await?;
        talk.say(&format!("MAIL FROM:<{}>", address(n)), "250").await?;
        talk.say("RCPT TO:<somebody@outside.example>", "250").await?;
        talk.say("DATA", "354").await?;
        let message = format!("From: <{}>\r\nSubject: a measurement\r\n\r\n{}.", address(n), TEXT.repeat(14));
        talk.say(&message, "250").await?;
        talk.say("QUIT", "221").await
    }

    async fn look_in(&self, n: u64) -> Outcome {
        let mut talk = self.connect().await?;
        talk.line().await?;
        talk.tagged(&format!("a LOGIN {} \"{PASSWORD}\"", address(n)), "a OK").await?;
        talk.tagged("a LOGOUT", "a OK").await
    }
}

impl Client for Program {
    async fn ask(&mut self) -> Outcome {
        self.next += 1;
        let n = self.next % PEOPLE;
        match self.doing {
            Doing::Submission => self.submit(n).await,
            Doing::Imap => self.look_in(n).await,
        }
    }
}

/// A conversation by lines.
struct Talk {
    stream: BufReader<TlsStream<TcpStream>>,
    line: String,
}

impl Talk {
    async fn line(&mut self) -> Outcome {
        self.line.clear();
        match self.stream.read_line(&mut self.line).await.during("reading")? {
            0 => Err(Trouble::new("the server hung up")),
            _ => Ok(()),
        }
    }

    /// The last line of an answer of SMTP.
    async fn answer(&mut self) -> Outcome {
        loop {
            self.line().await?;
            if self.line.as_bytes().get(3) != Some(&b'-') {
                return Ok(());
            }
        }
    }

    async fn send(&mut self, text: &str) -> Outcome {
        self.stream.write_all(format!("{text}\r\n").as_bytes()).await.during("sending")?;
        self.stream.flush().await.during("sending")
    }

    async fn say(&mut self, text: &str, wanted: &str) -> Outcome {
        self.send(text).await?;
        self.answer().await?;
        self.must(wanted)
    }

    async fn tagged(&mut self, text: &str, wanted: &str) -> Outcome {
        self.send(text).await?;
        loop {
            self.line().await?;
            if !self.line.starts_with('*') {
                return self.must(wanted);
            }
        }
    }

    fn must(&self, wanted: &str) -> Outcome {
        if self.line.starts_with(wanted) {
            return Ok(());
        }
        Err(Trouble::new(format!("answered {:?} instead of {wanted}", self.line.trim_end())))
    }
}
