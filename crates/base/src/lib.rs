//! The ground Bailiwick stands on: its words, its one error, the database and the authority model.
//!
//! Nothing here knows a slice (a mailbox, a domain, an invoice). What it must not let anybody do (open
//! a transaction without a caller, make up an actor, forge a proof) is simply not public.

pub mod authz;
pub mod db;
pub mod error;
pub mod texts;
pub mod words;

pub use error::{Code, Error, Kind};
