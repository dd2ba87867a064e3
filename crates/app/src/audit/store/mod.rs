//! The audit log in the database. Nothing of it is ever changed or removed by a statement here but the list of what
//! waits to be sealed and where each chain ends.

mod heads;
mod history;
mod names;
mod proof;
mod refusals;
mod seals;

pub(super) use heads::{Waiting, checked, differing, heads_waiting, last_checkpoint, waiting};
pub use history::{EntryDetail, HistoryEntry, Told};
pub(super) use history::{about, last_sealed, page, page_of_export};
pub(super) use names::find;
pub(super) use proof::{MayWalk, seals_after, unsealed_after, waiting_for_nothing};
pub(super) use refusals::{login_names, refused};
pub(super) use seals::{SEAL_BATCH, any_pending, seal_batch};
pub(crate) use seals::{Unsealed, unsealed};
