//! The audit log ("Account History"): sealed into hash chains, proven, and shown.
//!
//! Events are written by the transaction of the change itself; nothing here adds, changes or removes one.

mod actions;
mod chain;
mod pages;
mod sealer;
mod service;
mod store;
#[cfg(test)]
mod tampering;
#[cfg(test)]
mod tests;
mod verify;
mod words;

pub use actions::{SealHistory, VerifyHistory};
pub(crate) use pages::history_card;
pub use service::Audit;
pub use store::{EntryDetail, HistoryEntry, Told};
pub use verify::{Fault, FaultKind, Head, Verification};
