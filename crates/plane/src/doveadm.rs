//! Dovecot's management over HTTP: ending the sessions of users, and whose are left.
//!
//! Each request costs Dovecot a process and a list of all sessions, so users that are to be disconnected at the
//! same time share one: a thousand revocations are a dozen requests. Nothing else of doveadm is used here.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bailiwick_mail::doveadm::{
    Command, Failure, MAX_ANSWER, MAX_COMMANDS, PATH, authorization, decode, encode,
};
use tokio::sync::{mpsc, oneshot};

use crate::http::{self, Target};

/// The last command of a request lists the sessions.
const USERS_AT_ONCE: usize = MAX_COMMANDS - 1;
/// How long users gather before a request is sent.
const GATHER: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(3);

/// Why it is not known whether a user's sessions have ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KickError(String);

impl fmt::Display for KickError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dovecot's management: {}", self.0)
    }
}

impl std::error::Error for KickError {}

impl KickError {
    fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }
}

/// How many sessions of the user were left after ending them.
type Left = Result<usize, KickError>;

struct Question {
    user: String,
    answer: oneshot::Sender<Left>,
}

/// A client of Dovecot's management; all clones share its requests.
#[derive(Clone)]
pub(crate) struct Doveadm {
    questions: mpsc::Sender<Question>,
    target: Target,
    authorization: String,
}

impl Doveadm {
    /// The client's own task ends when the last clone is gone.
    pub(crate) fn new(address: SocketAddr, key: &str) -> Self {
        let (questions, incoming) = mpsc::channel(1_024);
        let (target, authorization) = (Target::Tcp(address), authorization(key));
        tokio::spawn(serve(incoming, target.clone(), authorization.clone()));
        Self { questions, target, authorization }
    }

    /// Ends all sessions of everybody in a domain and says how many are still listed.
    pub(crate) async fn kick_domain(&self, domain: &str) -> Left {
        let mut users = self.users_of(domain).await?;
        users.sort_unstable();
        users.dedup();
        let mut kicks: tokio::task::JoinSet<Left> = tokio::task::JoinSet::new();
        for user in users {
            let doveadm = self.clone();
            kicks.spawn(async move { doveadm.kick(&user).await });
        }
        let mut left = 0;
        while let Some(kicked) = kicks.join_next().await {
            left += kicked.map_err(KickError::new)??;
        }
        Ok(left)
    }

    /// Whose sessions are listed, of a domain.
    async fn users_of(&self, domain: &str) -> Result<Vec<String>, KickError> {
        let body = encode(&[Command::who()]).map_err(KickError::new)?.into_bytes();
        let answer = http::post(&self.target, PATH, Some(&self.authorization), body, MAX_ANSWER, PATIENCE);
        let (_, listed) = read(&answer.await.map_err(KickError::new)?, 1)?;
        let of_domain = |user: &String| {
            user.rsplit_once('@').is_some_and(|(_, other)| other.eq_ignore_ascii_case(domain))
        };
        Ok(listed.into_iter().filter(of_domain).collect())
    }

    /// Ends all sessions of a user and says how many are still listed.
    pub(crate) async fn kick(&self, user: &str) -> Left {
        let (answer, left) = oneshot::channel();
        let gone = |_| KickError::new("not running");
        self.questions
            .send(Question { user: user.to_owned(), answer })
            .await
            .map_err(|_| KickError::new("not running"))?;
        left.await.map_err(gone)?
    }
}

async fn serve(mut incoming: mpsc::Receiver<Question>, target: Target, authorization: String) {
    let mut questions = Vec::new();
    while incoming.recv_many(&mut questions, USERS_AT_ONCE).await > 0 {
        tokio::time::sleep(GATHER).await;
        while questions.len() < USERS_AT_ONCE {
            let Ok(question) = incoming.try_recv() else { break };
            questions.push(question);
        }
        let users: Vec<_> = questions.iter().map(|question| question.user.as_str()).collect();
        let answers = kick_all(&target, &authorization, &users).await;
        for (question, answer) in questions.drain(..).zip(answers) {
            let _ = question.answer.send(answer);
        }
    }
}

/// One answer for each user. A name that cannot be used spoils only its own.
async fn kick_all(target: &Target, authorization: &str, users: &[&str]) -> Vec<Left> {
    let commands: Vec<_> = users.iter().map(|user| kick(user)).collect();
    let sound: Vec<_> = commands.iter().flatten().cloned().chain([Command::who()]).collect();
    let answer = async {
        let body = encode(&sound).map_err(KickError::new)?.into_bytes();
        let answer = http::post(target, PATH, Some(authorization), body, MAX_ANSWER, PATIENCE);
        read(&answer.await.map_err(KickError::new)?, sound.len())
    };
    let answer = answer.await;
    let mut kicked = answer.as_ref().map(|(kicked, _)| kicked.iter()).unwrap_or_default();
    commands
        .into_iter()
        .zip(users)
        .map(|(command, user)| {
            command?;
            let (_, listed) = answer.as_ref().map_err(Clone::clone)?;
            kicked.next().cloned().unwrap_or_else(|| Err(KickError::new("no answer")))?;
            Ok(listed.iter().filter(|name| name.eq_ignore_ascii_case(user)).count())
        })
        .collect()
}

/// A mask without `@` could be read as a network.
fn kick(user: &str) -> Result<Command, KickError> {
    if !user.contains('@') {
        return Err(KickError::new("the user is not an address"));
    }
    Command::kick(user).map_err(KickError::new)
}

type Answers = (Vec<Result<(), KickError>>, Vec<String>);

/// What became of each kick, and who is listed. Nobody to kick is as good as done.
fn read(body: &[u8], count: usize) -> Result<Answers, KickError> {
    let mut answers = decode(body, count).map_err(KickError::new)?;
    let who = match answers.pop() {
        Some(Ok(rows)) => rows.who().map_err(KickError::new)?,
        Some(Err(Failure::NotFound)) => Vec::new(),
        Some(Err(failure)) => {
            return Err(KickError::new(format!("the sessions were not listed: {failure:?}")));
        }
        None => return Err(KickError::new("an empty answer")),
    };
    let kicked = answers.into_iter().map(|answer| match answer {
        Ok(_) | Err(Failure::NotFound) => Ok(()),
        Err(failure) => Err(KickError::new(format!("the sessions were not ended: {failure:?}"))),
    });
    Ok((kicked.collect(), who.into_iter().map(|row| row.user).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Answers each connection with the next of these bodies.
    async fn dovecot(bodies: Vec<&'static str>) -> Doveadm {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let address = listener.local_addr().expect("address");
        tokio::spawn(async move {
            for body in bodies {
                let (mut stream, _) = listener.accept().await.expect("accept");
                let mut request = vec![0; 65_536];
                let read = stream.read(&mut request).await.expect("read");
                assert!(String::from_utf8_lossy(&request[..read]).contains("X-Dovecot-API a2V5"));
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                stream.write_all(head.as_bytes()).await.expect("write");
            }
        });
        Doveadm::new(address, "key")
    }

    const BOB_IS_LEFT: &str = r#"[["doveadmResponse",[],"0"],["error",{"type":"exitCode","exitCode":68},"1"],
        ["doveadmResponse",[{"username":"bob@a.test","service":"imap","connections":"1","ips":"(127.0.0.1)"}],"2"]]"#;

    #[tokio::test]
    async fn users_at_the_same_time_share_a_request_and_a_bad_name_spoils_only_its_own() {
        let doveadm = dovecot(vec![BOB_IS_LEFT]).await;
        let (ann, all, bob) =
            tokio::join!(doveadm.kick("ann@a.test"), doveadm.kick("*@a.test"), doveadm.kick("Bob@a.test"));
        assert_eq!((ann, bob), (Ok(0), Ok(1)));
        assert!(all.is_err());
    }

    #[tokio::test]
    async fn a_whole_domain_is_ended_and_no_other() {
        const TWO_DOMAINS: &str = r#"[["doveadmResponse",[
            {"username":"bob@a.test","service":"imap","connections":"1","ips":"(127.0.0.1)"},
            {"username":"eve@notreally-a.test","service":"imap","connections":"1","ips":"(127.0.0.1)"}],"0"]]"#;
        const GONE: &str = r#"[["doveadmResponse",[],"0"],["doveadmResponse",[
            {"username":"eve@notreally-a.test","service":"imap","connections":"1","ips":"(127.0.0.1)"}],"1"]]"#;
        assert_eq!(dovecot(vec![TWO_DOMAINS, GONE]).await.kick_domain("a.test").await, Ok(0));
        assert!(dovecot(vec!["[]"]).await.kick_domain("a.test").await.is_err());
    }

    #[tokio::test]
    async fn an_unclear_answer_never_means_that_nobody_is_there() {
        for body in [
            "[]",
            r#"[["doveadmResponse",[],"0"]]"#,
            r#"[["doveadmResponse",[],"0"],["error",{"type":"exitCode","exitCode":75},"1"]]"#,
            r#"[["error",{"type":"exitCode","exitCode":75},"0"],["doveadmResponse",[],"1"]]"#,
            r#"[["doveadmResponse",[],"0"],["doveadmResponse",[{"service":"imap"}],"1"]]"#,
        ] {
            let doveadm = dovecot(vec![body]).await;
            assert!(doveadm.kick("ann@a.test").await.is_err(), "{body}");
        }
    }

    #[tokio::test]
    async fn a_name_that_could_mean_a_network_is_refused() {
        let doveadm = dovecot(vec![r#"[["doveadmResponse",[],"0"]]"#; 2]).await;
        assert!(doveadm.kick("10.0.0.0/8").await.is_err());
        assert!(doveadm.kick("ann").await.is_err());
    }

    #[tokio::test]
    async fn without_dovecot_nothing_is_confirmed() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let address = listener.local_addr().expect("address");
        drop(listener);
        assert!(Doveadm::new(address, "key").kick("ann@a.test").await.is_err());
    }
}
