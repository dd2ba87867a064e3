//! The demonstration's outside world.
//!
//! DNS for `*.test`, a place where outside mail ends, pages to look at both, and made-up customers. Everything
//! listens on loopback only, and nothing here is used by an installation that serves people. The end-to-end tests
//! use the same parts.

mod clock;
pub mod config;
pub mod dataset;
pub mod dns;
pub mod load;
pub mod pages;
pub mod place;
pub mod ports;
pub mod post;
pub mod product;
pub mod sink;
pub mod summary;
pub mod world;
