//! How the installation stands, for whoever is root on the machine: the database, the history, what waits to be done.
//!
//! It only looks. Numbers for machines are in `metrics`.

mod actions;
mod service;

pub use actions::InspectInstallation;
pub use service::{Condition, Health, WaitingJobs};
