//! The audit log ("Account History"): sealed into hash chains, proven, and shown.
//!
//! Events are written by the transaction of the change itself; nothing here adds, changes or removes one.

mod actions;
mod api;
mod card;
mod chain;
mod checkpoints;
mod export;
mod filter;
mod pages;
mod proof_api;
mod sealer;
mod service;
mod store;
#[cfg(test)]
mod tampering;
#[cfg(test)]
mod tests;
mod verify;
mod words;

pub use actions::{Chains, ChainsOf, CheckpointHistory, ProveHistory, SealHistory, VerifyHistory};
pub(crate) use api::api;
pub(crate) use card::{card_about, newest_card};
pub use checkpoints::{Checkpoint, CheckpointTrouble, Overdue, PublicKey, Signer};
pub use filter::{By, HistoryFilter, HistoryQuery, ObjectNamed};
pub(crate) use pages::routes;
pub use service::{Audit, Overview, Proof, Reading, Refused};
pub use store::{EntryDetail, HistoryEntry, Told};
pub(crate) use store::{Unsealed, unsealed};
pub use verify::{Fault, FaultKind, Head, Verification};
