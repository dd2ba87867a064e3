//! The outbox as whoever is root on the machine sees it: which jobs wait, which were given up, and why.
//!
//! What a job says is not shown: a mail holds a link, and a link is a way in.

use bailiwick_base::Error;
use bailiwick_base::authz::Caller;
use bailiwick_base::db::{Page, PageRequest};
use bailiwick_base::words::{Installation, JobId, Timestamp};

use super::actions::ViewOutbox;
use super::service::Jobs;
use super::store;

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits to be handed out, perhaps again.
    Queued,
    /// Somebody is at it.
    Leased,
    /// It was given up.
    Failed,
    /// It is done; it is kept for a week.
    Done,
}

impl JobState {
    const ALL: [Self; 4] = [Self::Queued, Self::Leased, Self::Failed, Self::Done];

    /// Its name in the database and in filters.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Leased => "leased",
            Self::Failed => "failed",
            Self::Done => "done",
        }
    }

    /// By its name.
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// A job without what it says.
#[derive(Debug, Clone)]
pub struct WaitingJob {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub kind: String,
    /// How far it has come.
    pub state: JobState,
    /// How often it was handed out.
    pub attempts: i64,
    /// When it is handed out next.
    pub due_at: Timestamp,
    /// What went wrong the last time.
    pub last_error: Option<String>,
    /// When it was left.
    pub created_at: Timestamp,
    /// When it was done.
    pub done_at: Option<Timestamp>,
}

impl Jobs {
    /// A page of jobs in a state, or of all that are not done; the oldest first.
    pub async fn page(
        &self,
        caller: &Caller,
        state: Option<JobState>,
        request: &PageRequest,
    ) -> Result<Page<WaitingJob>, Error> {
        let mut tx = self.core.read(caller).await?;
        let proof = tx.authorize::<ViewOutbox>(Installation).await?;
        store::page(&mut tx, &proof, state, request).await
    }
}
