//! A client that speaks SMTP, IMAP or POP3 in lines, with TLS or without: for what mail programs never do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How long a server may take for a line: Dovecot makes a wrong password wait on purpose.
const PATIENCE: Duration = Duration::from_secs(20);

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Trusts the installation's own certificate, for its own host name.
#[derive(Clone)]
pub struct Trust {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Trust {
    pub(crate) fn new(pem: &[u8], name: &str) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(pem).expect("PEM")).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(name.to_owned()).expect("a name");
        Self { connector: TlsConnector::from(Arc::new(config)), name }
    }

    pub(crate) async fn connect(&self, address: SocketAddr) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(address).await.expect("a connection");
        self.connector.connect(self.name.clone(), stream).await.expect("TLS")
    }
}

/// A connection.
pub struct Lines {
    stream: BufReader<Box<dyn Stream>>,
}

impl Lines {
    pub(crate) async fn plain(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        Self { stream: BufReader::new(Box::new(stream)) }
    }

    pub(crate) async fn tls(address: SocketAddr, trust: &Trust) -> Self {
        Self { stream: BufReader::new(Box::new(trust.connect(address).await)) }
    }

    /// Begins TLS. What the server sent before stays unread and is lost, as it should be.
    pub async fn secured(self, trust: &Trust) -> Self {
        let stream = self.stream.into_inner();
        let stream = trust.connector.connect(trust.name.clone(), stream).await.expect("TLS");
        Self { stream: BufReader::new(Box::new(stream)) }
    }

    /// The next line; empty when the server has hung up.
    pub async fn line(&mut self) -> String {
        let mut line = Vec::new();
        let read = tokio::time::timeout(PATIENCE, self.stream.read_until(b'\n', &mut line)).await;
        match read.expect("a line in time") {
            Ok(_) => String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']).to_owned(),
            Err(_) => String::new(), // a killed server leaves TLS without a proper end
        }
    }

    /// Sends text as it stands; a server that has hung up is noticed at the answer.
    pub async fn raw(&mut self, text: &str) {
        let _ = self.stream.write_all(text.as_bytes()).await;
        let _ = self.stream.flush().await;
    }

    /// Sends a line.
    pub async fn send(&mut self, line: &str) {
        self.raw(&format!("{line}\r\n")).await;
    }

    /// An SMTP command and the last line of its answer; empty when the server has hung up.
    pub async fn smtp(&mut self, command: &str) -> String {
        self.send(command).await;
        self.smtp_answer().await
    }

    /// The last line of an SMTP answer.
    pub async fn smtp_answer(&mut self) -> String {
        self.smtp_answers().await.pop().unwrap_or_default()
    }

    /// All lines of an SMTP answer.
    pub async fn smtp_answers(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await;
            let more = line.as_bytes().get(3) == Some(&b'-');
            lines.push(line);
            if !more {
                return lines;
            }
        }
    }

    /// An IMAP command and its whole answer, the tagged line last; what came until the server hung up.
    pub async fn imap(&mut self, command: &str) -> String {
        self.send(&format!("x {command}")).await;
        let mut answer = String::new();
        let mut empty = 0;
        while empty < 50 {
            let line = self.line().await;
            empty = if line.is_empty() { empty + 1 } else { 0 };
            let last = line.starts_with("x ");
            answer.push_str(&line);
            if last {
                return answer;
            }
            answer.push('\n');
        }
        answer.trim_end().to_owned()
    }

    /// A POP3 command and the line of its answer.
    pub async fn pop3(&mut self, command: &str) -> String {
        self.send(command).await;
        self.line().await
    }

    /// What follows a POP3 answer, up to the line with a dot.
    pub async fn pop3_text(&mut self) -> String {
        let mut text = String::new();
        loop {
            let line = self.line().await;
            if line == "." {
                return text;
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push('\n');
            assert!(text.len() < 100_000, "no end: {text}");
        }
    }

    /// How long it takes until the server hangs up, if it does within the time.
    pub async fn hangs_up_within(&mut self, patience: Duration) -> Option<Duration> {
        let start = Instant::now();
        let end = async {
            let mut line = Vec::new();
            while self.stream.read_until(b'\n', &mut line).await.is_ok_and(|read| read > 0) {
                line.clear();
            }
        };
        tokio::time::timeout(patience, end).await.ok().map(|()| start.elapsed())
    }
}
