//! Checkpoints: where the chains end, signed, and kept elsewhere (P15).
//!
//! Whoever owns the database can cut off the end of a chain or make a whole one anew, and the chain alone does not
//! show it. A checkpoint that was kept out of their reach does.

mod document;
mod keeper;
mod run;

pub use document::{Checkpoint, CheckpointTrouble, PublicKey, Signer};
pub use run::Overdue;
#[cfg(test)]
pub(super) use {keeper::Keeper, run::Round};
