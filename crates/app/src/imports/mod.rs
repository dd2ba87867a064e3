//! Imports: files of users and aliases, read, checked, and carried out row by row in the background.
//!
//! Nothing is changed before its sender has seen what the check found and says "start". A row is done by the rules of
//! doing it by hand, in the name of whoever began the import, with what they may do at that moment (K1, K2): rows are
//! done up to 500 in a transaction, all of it or nothing, each row once however often the import stops and goes on. What is wrong with a row is said of that row.

mod actions;
mod api;
mod batch;
mod file;
mod import;
mod kept_error;
mod kind;
mod pages;
mod row;
mod service;
mod store;
mod upload;
mod views;
mod work;

pub use actions::{CancelImport, CarryOutImport, RemoveImport, StartImport, UploadImport, WorkImports};
pub(crate) use api::api;
pub use import::{Import, ImportRow, RowState, State, Tally};
pub use kind::{Column, Kind};
pub(crate) use pages::routes;
pub use service::Imports;
pub(crate) use service::interrupt;
pub use store::Importer;
