//! The logins with which a tenant is administered, as staff sees them: its main Admin and its Sub-Admins.
//!
//! Staff sees who they are and helps the main Admin back in; what a Sub-Admin may do is the main Admin's affair, but
//! for one thing: whether a program of theirs is bound by what was bought.

mod actions;
mod api;
mod pages;
mod service;
mod store;

pub use actions::{BindByLimits, ChangeAdminAddress, LiftLimits, SendAdminLink};
pub(super) use api::api;
pub(super) use pages::{routes, status_badge};
pub use service::Admins;
pub(crate) use service::lift_limits;
pub(crate) use store::choices;
pub(super) use store::main_admin;
pub use store::{AdminLogin, LoginStatus};

#[cfg(test)]
mod tests;
