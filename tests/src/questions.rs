//! Asks `serve` in the mail servers' place, over the sockets they use.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::time::timeout;

use crate::customer::User;
use crate::installation::Installation;

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

impl Installation {
    /// Where a kind of question is asked: `socketmap`, `policy` or `sasl`.
    pub fn socket(&self, kind: &str) -> PathBuf {
        self.folder().join("run").join(format!("{kind}.sock"))
    }

    /// A look-up of Postfix: `OK …`, `NOTFOUND `, `TEMP …`, `PERM …`; empty if the other side hung up.
    pub async fn ask_map(&self, map: &str, key: &str) -> String {
        let mut stream = UnixStream::connect(self.socket("socketmap")).await.expect("it listens");
        let question = format!("{map} {key}");
        let asked = async {
            stream.write_all(format!("{}:{question},", question.len()).as_bytes()).await?;
            netstring(&mut BufReader::new(stream)).await
        };
        timeout(PATIENCE, asked).await.expect("an answer in time").unwrap_or_default()
    }

    /// Postfix's question at a recipient from outside: the action.
    pub async fn ask_policy(&self, recipient: &str) -> String {
        let stream = UnixStream::connect(self.socket("policy")).await.expect("it listens");
        timeout(PATIENCE, policy(stream, recipient)).await.expect("an answer in time").unwrap_or_default()
    }

    /// A sign-in at submission: `OK …`, `FAIL …`; empty if the other side hung up, which is a temporary failure.
    pub async fn ask_sasl(&self, user: &User) -> String {
        let stream = UnixStream::connect(self.socket("sasl")).await.expect("it listens");
        let response = self.secrets.add_plain(&user.address, &user.password);
        timeout(PATIENCE, sasl(stream, &response)).await.expect("an answer in time").unwrap_or_default()
    }
}

async fn netstring(stream: &mut BufReader<UnixStream>) -> io::Result<String> {
    let mut length = Vec::new();
    stream.read_until(b':', &mut length).await?;
    let length = String::from_utf8_lossy(&length);
    let length: usize = length.trim_end_matches(':').parse().map_err(io::Error::other)?;
    let mut content = vec![0; length + 1];
    stream.read_exact(&mut content).await?;
    content.pop();
    String::from_utf8(content).map_err(io::Error::other)
}

/// Asks on an open connection to the policy server.
pub async fn policy(mut stream: UnixStream, recipient: &str) -> io::Result<String> {
    let question = format!(
        "request=smtpd_access_policy\nprotocol_state=RCPT\nprotocol_name=ESMTP\nsender=eve@far.test\n\
         recipient={recipient}\nclient_address=192.0.2.9\ninstance=1.2.3\n\n"
    );
    stream.write_all(question.as_bytes()).await?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await?;
    Ok(line.trim().to_owned())
}

async fn sasl(stream: UnixStream, response: &str) -> io::Result<String> {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    while !line.starts_with("DONE") {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(String::new());
        }
    }
    let pid = std::process::id();
    let attempt = format!(
        "VERSION\t1\t1\nCPID\t{pid}\nAUTH\t1\tPLAIN\tservice=smtp\trip=192.0.2.9\tsecured\tresp={response}\n"
    );
    stream.get_mut().write_all(attempt.as_bytes()).await?;
    line.clear();
    stream.read_line(&mut line).await?;
    Ok(line.trim().to_owned())
}

/// A password that nobody has.
pub fn wrong_password_of(user: &User) -> User {
    User { password: "canary wrong 5813 password".to_owned(), ..user.clone() }
}

/// Not more than what `AUTH PLAIN` carries.
pub fn plain(user: &str, password: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(format!("\0{user}\0{password}"))
}
