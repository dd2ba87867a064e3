//! Aliases: addresses that stand for others, inside or outside (SPEC-ADMIN §7).
//!
//! An alias never makes mail loop, and never says whether an address of another tenant exists.

mod actions;
mod chain;
mod forms;
mod pages;
mod service;
mod store;
mod targets;

pub use actions::{AddAlias, RemoveAlias, UpdateAlias};
pub(crate) use pages::routes;
pub use service::{Aliases, Leading};
pub use store::Alias;
pub(crate) use store::{forget_domain, forget_target};

#[cfg(test)]
mod tests;
