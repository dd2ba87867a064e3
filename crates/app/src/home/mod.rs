//! The first page of each portal: what needs attention, and what was done lately.

mod pages;
mod service;
mod store;
#[cfg(test)]
mod tests;

pub(crate) use pages::{admin_routes, staff_routes};
pub use service::{Attention, Home, TenantCounts};
pub use store::WaitingDomain;
