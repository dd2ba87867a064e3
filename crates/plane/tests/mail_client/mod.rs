//! A client that speaks in lines, with TLS or without.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection; every answer must come within ten seconds.
pub(crate) struct Client {
    stream: BufReader<Box<dyn Stream>>,
}

/// Trusts one certificate, for one host name.
#[derive(Clone)]
pub(crate) struct Trust {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Trust {
    pub(crate) fn new(pem: &[u8], name: &str) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(pem).expect("PEM")).expect("certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions");
        let config = config.with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from(name.to_owned()).expect("name");
        Self { connector: TlsConnector::from(Arc::new(config)), name }
    }
}

impl Client {
    pub(crate) async fn plain(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("connect");
        Self { stream: BufReader::new(Box::new(stream)) }
    }

    pub(crate) async fn local(socket: &Path) -> Self {
        let stream = UnixStream::connect(socket).await.expect("connect");
        Self { stream: BufReader::new(Box::new(stream)) }
    }

    pub(crate) async fn tls(address: SocketAddr, trust: &Trust) -> Self {
        Self::plain(address).await.secured(trust).await
    }

    /// Begins TLS on a connection on which nothing is waiting to be read.
    pub(crate) async fn secured(self, trust: &Trust) -> Self {
        let stream =
            trust.connector.connect(trust.name.clone(), self.stream.into_inner()).await.expect("TLS");
        Self { stream: BufReader::new(Box::new(stream)) }
    }

    /// The next line; empty when the server has hung up.
    pub(crate) async fn line(&mut self) -> String {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line);
        let read =
            tokio::time::timeout(Duration::from_secs(10), read).await.expect("an answer in ten seconds");
        // A killed server may leave TLS without a proper end.
        if read.is_ok() { line.trim_end().to_owned() } else { String::new() }
    }

    pub(crate) async fn send(&mut self, line: &str) {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await.expect("send");
        self.stream.flush().await.expect("flush");
    }

    /// An SMTP command and the last line of its answer.
    pub(crate) async fn smtp(&mut self, command: &str) -> String {
        self.send(command).await;
        self.smtp_answer().await
    }

    pub(crate) async fn smtp_answer(&mut self) -> String {
        loop {
            let line = self.line().await;
            if line.len() < 4 || line.as_bytes()[3] != b'-' {
                return line;
            }
        }
    }

    /// An IMAP command and its whole answer, the tagged line last.
    pub(crate) async fn imap(&mut self, command: &str) -> String {
        self.send(&format!("x {command}")).await;
        let mut answer = String::new();
        loop {
            let line = self.line().await;
            answer.push_str(&line);
            if line.starts_with("x ") || line.is_empty() && answer.ends_with("\n\n\n") {
                return answer;
            }
            answer.push('\n');
        }
    }

    /// Whether the server hangs up within the time.
    pub(crate) async fn hung_up_within(&mut self, patience: Duration) -> bool {
        let to_the_end = async { while !self.line().await.is_empty() {} };
        tokio::time::timeout(patience, to_the_end).await.is_ok()
    }
}
