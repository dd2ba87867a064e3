//! A small HTTP/1.1 client for the two neighbours on this machine: `serve` on a unix socket, Dovecot's
//! management on loopback. One connection a request; the answer's size and the whole exchange are bounded.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// Where to ask.
#[derive(Debug, Clone)]
pub(crate) enum Target {
    Unix(PathBuf),
    Tcp(SocketAddr),
}

/// Why there is no answer that can be used.
#[derive(Debug)]
pub(crate) enum HttpError {
    Connect(std::io::Error),
    Exchange(Box<dyn std::error::Error + Send + Sync>),
    Status(StatusCode),
    Body(serde_json::Error),
    TimedOut,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => write!(f, "nobody answers: {error}"),
            Self::Exchange(error) => write!(f, "the exchange failed: {error}"),
            Self::Status(status) => write!(f, "the answer is {status}"),
            Self::Body(error) => write!(f, "the answer cannot be read: {error}"),
            Self::TimedOut => write!(f, "no answer in time"),
        }
    }
}

impl std::error::Error for HttpError {}

impl HttpError {
    fn exchange(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Exchange(error.into())
    }
}

/// Posts JSON and gives the body of a 2xx answer.
pub(crate) async fn post(
    target: &Target,
    path: &str,
    authorization: Option<&str>,
    body: Vec<u8>,
    max_answer: usize,
    patience: Duration,
) -> Result<Bytes, HttpError> {
    let exchange = async {
        let mut request =
            Request::post(path).header(HOST, "localhost").header(CONTENT_TYPE, "application/json");
        if let Some(value) = authorization {
            request = request.header(AUTHORIZATION, value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(HttpError::exchange)?;
        match target {
            Target::Unix(path) => {
                send(UnixStream::connect(path).await.map_err(HttpError::Connect)?, request, max_answer).await
            }
            Target::Tcp(address) => {
                send(TcpStream::connect(address).await.map_err(HttpError::Connect)?, request, max_answer)
                    .await
            }
        }
    };
    tokio::time::timeout(patience, exchange).await.map_err(|_| HttpError::TimedOut)?
}

async fn send<S>(stream: S, request: Request<Full<Bytes>>, max_answer: usize) -> Result<Bytes, HttpError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(HttpError::exchange)?;
    let connection = tokio::spawn(connection);
    let answer = async {
        let answer = sender.send_request(request).await.map_err(HttpError::exchange)?;
        let status = answer.status();
        let body =
            Limited::new(answer.into_body(), max_answer).collect().await.map_err(HttpError::exchange)?;
        if status.is_success() { Ok(body.to_bytes()) } else { Err(HttpError::Status(status)) }
    }
    .await;
    connection.abort();
    answer
}
