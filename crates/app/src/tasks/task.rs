//! Something that is asked of staff.

use bailiwick_base::words::{LoginId, TaskId, TenantId, Timestamp};

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Nobody has dealt with it yet.
    Open,
    /// It was done.
    Done,
    /// It was refused.
    Declined,
}

impl TaskStatus {
    /// Its name in the database.
    pub(super) const fn key(self) -> &'static str {
        match self {
            TaskStatus::Open => "open",
            TaskStatus::Done => "done",
            TaskStatus::Declined => "declined",
        }
    }

    /// From the database; what is not understood is not open to be dealt with (K32).
    pub(super) fn from_stored(text: &str) -> Self {
        match text {
            "open" => TaskStatus::Open,
            "done" => TaskStatus::Done,
            _ => TaskStatus::Declined,
        }
    }
}

/// That an API Sub-Admin may create without limits, as asked by its main Admin.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The tenant's name.
    pub tenant: String,
    /// The login it is about.
    pub login_id: LoginId,
    /// The login's name.
    pub login: String,
    /// What for, in the words of who asked.
    pub text: String,
    /// What became of it.
    pub status: TaskStatus,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// Who dealt with it.
    pub closed_by: String,
    /// When.
    pub closed_at: Option<Timestamp>,
    /// What was answered.
    pub answer: String,
}

impl Task {
    /// Without the name of whoever of the provider's people dealt with it, which is no customer's concern.
    pub(super) fn for_customers(self) -> Self {
        Self { closed_by: String::new(), ..self }
    }
}
