//! What the mail plane asks over its own socket: it says hello, hands over log lines, leases and reports jobs.

use std::time::Duration;

use bailiwick_app::jobs::Jobs;
use bailiwick_app::mail_policy::MailPolicy;
use bailiwick_base::words::JobId;
use bailiwick_base::{Error, Kind};
use bailiwick_mail::internal::{
    HELLO_PATH, Hello, HelloAnswer, JobReport, JobReportAnswer, LEASE_PATH, LOG_PATH, LeaseAnswer,
    LeaseRequest, LogBatch, MAX_BODY, MAX_JOBS, MAX_LINES, MAX_WAIT_MS,
};
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::{Method, Request, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixListener;
use tokio::sync::watch;

use super::door::Door;
use super::http::{self, Answer};

/// Longer than a lease request may wait for a job.
const PATIENCE: Duration = Duration::from_millis(MAX_WAIT_MS as u64 + 10_000);
/// How long a waiting lease request may hold up our end.
const STEP_MS: u32 = 500;

pub(super) async fn serve(door: Door, listener: UnixListener, questions: MailPolicy, jobs: Jobs) {
    door.serve(listener, |stream, shutdown| {
        let (questions, jobs, ending) = (questions.clone(), jobs.clone(), shutdown.clone());
        http::converse(stream, shutdown, move |request| {
            let (questions, jobs, ending) = (questions.clone(), jobs.clone(), ending.clone());
            async move {
                let answer =
                    tokio::time::timeout(PATIENCE, answer(&questions, &jobs, &ending, request)).await;
                answer.unwrap_or(Err(StatusCode::SERVICE_UNAVAILABLE)).unwrap_or_else(http::status)
            }
        })
    })
    .await;
}

async fn answer(
    questions: &MailPolicy,
    jobs: &Jobs,
    ending: &watch::Receiver<bool>,
    request: Request<Incoming>,
) -> Result<Answer, StatusCode> {
    if request.method() != Method::POST {
        return Err(StatusCode::METHOD_NOT_ALLOWED);
    }
    let path = request.uri().path().to_owned();
    let body = http::body(request, MAX_BODY).await?;
    match path.as_str() {
        HELLO_PATH => {
            let Hello { version, postfix_version, dovecot_version, .. } = read(&body)?;
            tracing::info!(
                version,
                postfix = postfix_version,
                dovecot = dovecot_version,
                "the mail plane is here"
            );
            json(&HelloAnswer {})
        }
        LOG_PATH => {
            let batch: LogBatch = read(&body)?;
            if batch.lines.len() > MAX_LINES {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            json(&questions.take_log(&batch).await.map_err(failed)?)
        }
        LEASE_PATH => {
            let mut wanted: LeaseRequest = read(&body)?;
            wanted.max = wanted.max.min(MAX_JOBS);
            wanted.wait_ms = wanted.wait_ms.min(MAX_WAIT_MS);
            json(&lease(jobs, ending, wanted).await.map_err(failed)?)
        }
        path => {
            let id = job_id(path).ok_or(StatusCode::NOT_FOUND)?;
            let report: JobReport = read(&body)?;
            jobs.report(JobId(id), &report).await.map_err(failed)?;
            json(&JobReportAnswer {})
        }
    }
}

/// Waits for jobs, in steps: our end does not wait for a mail plane that waits, and no lease is broken off between
/// the claim and its answer.
async fn lease(
    jobs: &Jobs,
    ending: &watch::Receiver<bool>,
    mut wanted: LeaseRequest,
) -> Result<LeaseAnswer, Error> {
    let mut left = wanted.wait_ms;
    loop {
        wanted.wait_ms = left.min(STEP_MS);
        left -= wanted.wait_ms;
        let answer = jobs.lease(&wanted).await?;
        if left == 0 || !answer.jobs.is_empty() || *ending.borrow() {
            return Ok(answer);
        }
    }
}

/// The id in `/plane/jobs/{id}/done`, in its one spelling.
fn job_id(path: &str) -> Option<i64> {
    let id = path.strip_prefix("/plane/jobs/")?.strip_suffix("/done")?.parse().ok()?;
    (bailiwick_mail::internal::done_path(id) == path).then_some(id)
}

fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, StatusCode> {
    serde_json::from_slice(body).map_err(|error| {
        tracing::warn!(
            line = error.line(),
            column = error.column(),
            "a request of the mail plane was not understood"
        );
        StatusCode::BAD_REQUEST
    })
}

fn json(answer: &impl Serialize) -> Result<Answer, StatusCode> {
    let body = serde_json::to_vec(answer).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(http::with("application/json", body))
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn failed(error: Error) -> StatusCode {
    tracing::warn!(code = error.code().key(), inside = ?error.inside(), "the mail plane was not served");
    match error.kind() {
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Conflict | Kind::Stale => StatusCode::CONFLICT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::job_id;

    #[test]
    fn a_job_is_named_in_one_spelling() {
        assert_eq!(job_id("/plane/jobs/12/done"), Some(12));
        for path in [
            "/plane/jobs//done",
            "/plane/jobs/012/done",
            "/plane/jobs/+1/done",
            "/plane/jobs/1",
            "/plane/jobs/1/done/",
        ] {
            assert_eq!(job_id(path), None, "{path}");
        }
    }
}
