//! Signing in as an Admin of a tenant (K17): staff says whom and why, is led to the Admin Panel by a token that is
//! good once and for half a minute, and acts there for at most half an hour. Everything that is done names both.
//!
//! The session of whoever acts is the parent of the one that is acted with: it is asked again at each request, and
//! when it ends, so does the other. Nobody acts as another while acting as another.

mod actions;
mod banner;
mod pages;
mod service;
mod store;

pub use actions::{
    BeginImpersonation, CloseImpersonation, EnterByToken, Impersonate, LeaveImpersonation,
    TimeOutImpersonation,
};
pub(crate) use banner::banner;
pub(crate) use pages::{admin_routes, staff_routes};
pub use service::{Handover, Impersonations};
pub use store::Impersonation;

#[cfg(test)]
mod tests;
