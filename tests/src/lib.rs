//! What the end-to-end tests share: an installation of the real programs, its customers, and the outside world.
//!
//! Everything here is for tests: what goes wrong panics and says where.

pub mod browser;
pub mod cluster;
pub mod customer;
pub mod database;
pub mod installation;
pub mod lines;
pub mod mail_programs;
pub mod mailing;
mod places;
mod processes;
pub mod questions;
pub mod secrets;
pub mod soak;
pub mod volume;
