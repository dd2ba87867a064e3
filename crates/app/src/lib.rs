//! Bailiwick's slices. Each noun is a folder: what it is and its rules, its actions, its operations
//! (`service`), its SQL (`store`), its pages.
//!
//! Pages call services; services open transactions, obtain proofs and call stores. A slice calls another's
//! service-level functions, never its store.

pub mod addresses;
pub mod aliases;
pub mod api;
pub mod api_keys;
pub mod audit;
#[cfg(test)]
mod clock {
    mod tests;
}
mod core;
pub mod domains;
pub mod emails;
pub mod explanation;
pub mod health;
pub mod home;
pub mod impersonation;
pub mod imports;
pub mod jobs;
pub mod mail_policy;
pub mod mailbox_types;
pub mod mailboxes;
mod matrix;
pub mod metrics;
mod ranks;
mod routes;
pub mod security;
mod settings;
pub mod shell;
pub mod sign_in;
pub mod spreadsheet;
pub mod staff;
pub mod sub_admins;
pub mod tasks;
pub mod tenants;
#[cfg(feature = "testkit")]
pub mod testkit;
pub mod user_panel;

pub use crate::core::Core;
pub use matrix::{actions, matrix};
pub use routes::{Access, RouteInfo, router, routes};
pub use settings::{DemoLinks, KeptCheckpoints, MailProgram, MailStore, Origins, Portal, Settings};
