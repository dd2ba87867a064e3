//! The internal API of `serve`, as the mail plane uses it.

use std::path::PathBuf;
use std::time::Duration;

use bailiwick_mail::internal::{
    HELLO_PATH, Hello, HelloAnswer, JobReport, JobReportAnswer, LEASE_PATH, LOG_PATH, LeaseAnswer,
    LeaseRequest, LogAnswer, LogBatch, MAX_BODY, done_path,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::http::{self, HttpError, Target};

/// How long an answer that does not wait for anything may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A client of the internal API.
#[derive(Debug, Clone)]
pub(crate) struct ServeApi {
    target: Target,
}

impl ServeApi {
    pub(crate) fn new(socket: PathBuf) -> Self {
        Self { target: Target::Unix(socket) }
    }

    pub(crate) async fn hello(&self, hello: &Hello) -> Result<HelloAnswer, HttpError> {
        self.ask(HELLO_PATH, hello, PATIENCE).await
    }

    pub(crate) async fn log(&self, batch: &LogBatch) -> Result<LogAnswer, HttpError> {
        self.ask(LOG_PATH, batch, PATIENCE).await
    }

    pub(crate) async fn lease(&self, request: &LeaseRequest) -> Result<LeaseAnswer, HttpError> {
        self.ask(LEASE_PATH, request, PATIENCE + Duration::from_millis(request.wait_ms.into())).await
    }

    pub(crate) async fn done(&self, id: i64, report: &JobReport) -> Result<JobReportAnswer, HttpError> {
        self.ask(&done_path(id), report, PATIENCE).await
    }

    async fn ask<A: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
        patience: Duration,
    ) -> Result<A, HttpError> {
        let body = serde_json::to_vec(question).map_err(HttpError::Body)?;
        let answer = http::post(&self.target, path, None, body, MAX_BODY, patience).await?;
        serde_json::from_slice(&answer).map_err(HttpError::Body)
    }
}
