//! `bailiwick job`: what waits to be done after a change.

use bailiwick_app::jobs::{JobState, Jobs, WaitingJob};
use bailiwick_base::db::PageRequest;

use super::print::{self, Answer};
use super::shape::Shape;
use crate::cli;
use crate::failure::Outcome;
use crate::installation::{Installation, operator};

const COLUMNS: &[&str] = &["id", "kind", "state", "attempts", "due_at", "created_at", "last_error"];

pub(super) async fn run(open: &Installation, command: cli::Job, answer: Answer) -> Outcome {
    let cli::Job::List { state } = command;
    let jobs = Jobs::new(open.core.clone());
    let state = state.as_deref().and_then(JobState::by_key);
    let mut list = answer.list(COLUMNS);
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = jobs.page(&operator(), state, &request).await?;
        next = print::following(&page);
        list.page(page.rows.iter().map(shape))?;
    }
    list.end()
}

fn shape(job: &WaitingJob) -> Shape {
    Shape::default()
        .text("id", job.id)
        .text("kind", &job.kind)
        .text("state", job.state.key())
        .with("attempts", job.attempts)
        .maybe("last_error", job.last_error.as_ref())
        .text("due_at", job.due_at)
        .text("created_at", job.created_at)
        .maybe("done_at", job.done_at)
}
