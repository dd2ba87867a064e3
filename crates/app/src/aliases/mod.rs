//! Aliases: addresses that stand for others, inside or outside (SPEC-ADMIN §7).
//!
//! An alias never makes mail loop, and never says whether an address of another tenant exists.

mod actions;
mod api;
mod chain;
mod export;
mod forms;
mod many;
mod pages;
mod service;
mod store;
mod targets;

pub use actions::{AddAlias, RemoveAlias, UpdateAlias};
pub(crate) use api::api;
pub(crate) use many::{AliasOfMany, Domains as ManyDomains};
pub(crate) use pages::routes;
pub use service::{Aliases, Leading};
pub use store::Alias;
pub(crate) use store::{forget_domain, forget_target};
pub(crate) use targets::read_targets;

#[cfg(test)]
mod tests;
