//! The internal API and Dovecot's questions, over HTTP.

use std::convert::Infallible;
use std::time::Duration;

use bailiwick_mail::internal::{
    HELLO_PATH, HelloAnswer, JobReport, JobReportAnswer, LEASE_PATH, LOG_PATH, LeaseAnswer, LeaseRequest,
    LogAnswer, LogBatch,
};
use bailiwick_mail::lua_auth::{
    Account, PASSDB_PATH, PassdbAnswer, PassdbRequest, SECRET_HEADER, USERDB_PATH, UserdbAnswer,
    UserdbRequest,
};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinSet;

use super::{Shared, questions};

type Answer = Response<Full<Bytes>>;

pub(super) async fn internal(listener: UnixListener, shared: Shared) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(connection(stream, shared.clone(), |path, _, body, shared| async move {
            internal_answer(&path, &body, &shared).await
        }));
    }
}

pub(super) async fn passdb(listener: TcpListener, shared: Shared) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(connection(stream, shared.clone(), |path, secret, body, shared| async move {
            passdb_answer(&path, &secret, &body, &shared)
        }));
    }
}

async fn connection<S, F>(stream: S, shared: Shared, answer: fn(String, String, Bytes, Shared) -> F)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: Future<Output = Option<Answer>> + Send,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let shared = shared.clone();
        async move {
            let path = request.uri().path().to_owned();
            let secret = request.headers().get(SECRET_HEADER).and_then(|value| value.to_str().ok());
            let secret = secret.unwrap_or_default().to_owned();
            let body = request
                .into_body()
                .collect()
                .await
                .map(http_body_util::Collected::to_bytes)
                .unwrap_or_default();
            let refused = || status(StatusCode::BAD_REQUEST);
            Ok::<_, Infallible>(answer(path, secret, body, shared).await.unwrap_or_else(refused))
        }
    });
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

fn status(status: StatusCode) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    answer
}

fn json(value: &impl Serialize) -> Option<Answer> {
    Some(Response::new(Full::from(serde_json::to_vec(value).ok()?)))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Option<T> {
    serde_json::from_slice(body).ok()
}

async fn internal_answer(path: &str, body: &[u8], shared: &Shared) -> Option<Answer> {
    match path {
        HELLO_PATH => {
            shared.state().hellos.push(read(body)?);
            json(&HelloAnswer {})
        }
        LOG_PATH => json(&LogAnswer { next: take_lines(shared, read(body)?) }),
        LEASE_PATH => json(&lease(shared, &read(body)?).await),
        _ => {
            let id = path.strip_prefix("/plane/jobs/")?.strip_suffix("/done")?.parse().ok()?;
            let report: JobReport = read(body)?;
            assert_eq!(report.lease, format!("lease-{id}"));
            shared.state().outcomes.insert(id, report.outcome);
            json(&JobReportAnswer {})
        }
    }
}

/// Every number once and without a gap.
fn take_lines(shared: &Shared, batch: LogBatch) -> u64 {
    let mut state = shared.state();
    let first = *state.first_line.get_or_insert(batch.first);
    let next = first + state.lines.len() as u64;
    assert!(batch.first <= next, "lines {next} to {} never came", batch.first);
    let known = usize::try_from(next - batch.first).expect("small");
    state.lines.extend(batch.lines.into_iter().skip(known));
    first + state.lines.len() as u64
}

async fn lease(shared: &Shared, request: &LeaseRequest) -> LeaseAnswer {
    let wait = tokio::time::sleep(Duration::from_millis(request.wait_ms.into()));
    tokio::pin!(wait);
    loop {
        let changed = shared.changed.notified();
        {
            let mut state = shared.state();
            if !state.queue.is_empty() {
                let count = state.queue.len().min(request.max as usize);
                return LeaseAnswer { jobs: state.queue.drain(..count).collect() };
            }
        }
        tokio::select! {
            () = changed => {}
            () = &mut wait => return LeaseAnswer::default(),
        }
    }
}

fn passdb_answer(path: &str, secret: &str, body: &[u8], shared: &Shared) -> Option<Answer> {
    if secret != &*shared.secret {
        return Some(status(StatusCode::FORBIDDEN));
    }
    let text = match path {
        PASSDB_PATH => {
            let request = PassdbRequest::decode(body).ok()?;
            let admitted = questions::admits(shared, &request.user, request.password.as_bytes());
            match account(shared, &request.user) {
                Some(account) if admitted => PassdbAnswer::Ok(account).encode(),
                _ => PassdbAnswer::Mismatch.encode(),
            }
        }
        USERDB_PATH => match account(shared, &UserdbRequest::decode(body).ok()?.user) {
            Some(account) => UserdbAnswer::Ok(account).encode(),
            None => UserdbAnswer::UnknownUser.encode(),
        },
        _ => return None,
    };
    Some(Response::new(Full::from(text)))
}

fn account(shared: &Shared, user: &str) -> Option<Account> {
    let state = shared.state();
    let id = *state.mailboxes.get(user).filter(|_| !state.revoked.contains(user))?;
    let home = bailiwick_mail::internal::mail_home(&shared.mail_dir.to_string_lossy(), id);
    let quota_bytes = Some(state.quotas.get(user).copied().unwrap_or(10_000_000));
    Some(Account { user: user.to_owned(), uid: 5000, gid: 5000, home, quota_bytes })
}
