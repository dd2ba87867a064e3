//! An import: a file that was read, what it is waiting for, and how far it has come.

use bailiwick_base::Error;
use bailiwick_base::words::{ApiKeyId, ImportId, LoginId, Storage, TenantId, Timestamp};

use super::kept_error::KeptError;
use super::kind::Kind;
use crate::mailboxes::Wanted;

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its file arrives.
    Reading,
    /// Its rows are looked at; nothing is changed.
    Checking,
    /// It waits for the word to begin.
    Checked,
    /// Its rows are done.
    Running,
    /// It cannot go on; the import says why.
    Paused,
    /// Somebody stopped it.
    Cancelled,
    /// It is at its end.
    Done,
}

impl State {
    const ALL: [Self; 7] = [
        Self::Reading,
        Self::Checking,
        Self::Checked,
        Self::Running,
        Self::Paused,
        Self::Cancelled,
        Self::Done,
    ];

    /// Its name in the database and the API.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Done => "done",
        }
    }

    /// By its name; one that is not understood waits for nobody.
    pub(super) fn by_key(key: &str) -> Self {
        Self::ALL.into_iter().find(|state| state.key() == key).unwrap_or(Self::Cancelled)
    }

    /// Does something happen without anybody's doing?
    pub const fn is_at_work(self) -> bool {
        matches!(self, Self::Checking | Self::Running)
    }

    /// Can it be started, or started again?
    pub const fn may_start(self) -> bool {
        matches!(self, Self::Checked | Self::Paused | Self::Cancelled)
    }

    /// Can it be stopped?
    pub const fn may_cancel(self) -> bool {
        matches!(self, Self::Checking | Self::Checked | Self::Running | Self::Paused)
    }
}

/// Rows, by what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// In the file.
    pub read: i64,
    /// Found good, those that are done since among them.
    pub good: i64,
    /// Found wrong; they are passed over.
    pub wrong: i64,
    /// Done.
    pub done: i64,
    /// Found good and refused all the same when they were to be done.
    pub failed: i64,
    /// Links that are sent to users, for good rows.
    pub invitations: i64,
}

/// An import.
#[derive(Debug, Clone)]
pub struct Import {
    /// Its id.
    pub id: ImportId,
    /// Into which tenant.
    pub tenant_id: TenantId,
    /// Who began it.
    pub login_id: LoginId,
    /// The key through which a program began it: the import can do no more than the key.
    pub(super) key_id: Option<ApiKeyId>,
    /// From where: as far as its login is bound to networks, so is the import.
    pub(super) client_address: String,
    /// What its rows become.
    pub kind: Kind,
    /// As its file was called; may be empty.
    pub file_name: String,
    /// How far it has come.
    pub state: State,
    /// Its rows.
    pub tally: Tally,
    /// Licences that its good rows want.
    pub(super) wanted: Wanted,
    /// Storage that its good rows assign.
    pub storage: Storage,
    /// Why it stopped.
    pub(super) stopped: KeptError,
    /// When its file came.
    pub created_at: Timestamp,
    /// When its rows were begun to be done.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Import {
    /// Why it stopped, if it did by itself.
    pub fn why_stopped(&self) -> Option<Error> {
        self.stopped.error()
    }

    /// Rows that are still to be done.
    pub fn left(&self) -> i64 {
        self.tally.good - self.tally.done - self.tally.failed
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// Not looked at yet.
    Read,
    /// It can be done.
    Good,
    /// It cannot.
    Wrong,
    /// It is done.
    Done,
    /// It was refused when it was to be done.
    Failed,
}

impl RowState {
    /// Its name in the database and the API.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Good => "good",
            Self::Wrong => "wrong",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    pub(super) fn by_key(key: &str) -> Self {
        let all = [Self::Read, Self::Good, Self::Wrong, Self::Done, Self::Failed];
        all.into_iter().find(|state| state.key() == key).unwrap_or(Self::Failed)
    }
}

/// A row as it is shown.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// As a spreadsheet counts: the row with the names of the columns is the first.
    pub number: i64,
    /// What became of it.
    pub state: RowState,
    /// Its cells in the order of the kind's columns; never a password.
    pub cells: Vec<String>,
    pub(super) error: KeptError,
}

impl ImportRow {
    /// What is wrong with it, and what to do.
    pub fn error(&self) -> Option<Error> {
        self.error.error()
    }
}
