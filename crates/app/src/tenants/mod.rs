//! Tenants: the customers of e-mail hosting. Staff creates them, sets their limits, suspends and resumes them.

mod actions;
mod admins;
mod header;
mod hosted;
mod pages;
mod service;
mod store;
mod usage;

pub use actions::{CreateTenant, ResumeTenant, SuspendTenant, UpdateTenant};
pub use admins::{
    AdminLogin, Admins, BindByLimits, ChangeAdminAddress, LiftLimits, LoginStatus, SendAdminLink,
};
pub(crate) use admins::{choices as admin_choices, lift_limits};
pub use hosted::{Hosted, TenantDomain};
pub(crate) use pages::{pager_of, routes};
pub use service::{Limits, NewTenant, Tenants};
pub use store::{Tenant, TenantStatus};
pub(crate) use store::{count_domain, count_mailbox, main_admin_address};
pub use usage::Usage;
pub(crate) use usage::usage;

#[cfg(test)]
mod tests;
