//! Tenants: the customers of e-mail hosting. Staff creates them, sets their limits, suspends and resumes them.

mod actions;
mod admins;
mod api;
mod form;
mod header;
mod hosted;
mod licences;
mod pages;
mod service;
mod store;
mod usage;
mod usage_api;

pub use actions::{CreateTenant, ResumeTenant, SuspendTenant, UpdateTenant};
pub use admins::{
    AdminLogin, Admins, BindByLimits, ChangeAdminAddress, LiftLimits, LoginStatus, SendAdminLink,
};
pub(crate) use admins::{choices as admin_choices, lift_limits};
pub(crate) use api::api;
pub(crate) use form::whole_number;
pub use hosted::{Hosted, TenantDomain};
pub use licences::{Licence, Licences};
pub(crate) use licences::{
    count_removed, exchange, give_back, licence, of_tenant as licences_of, take, take_many,
};
pub(crate) use pages::{pager_of, routes};
pub use service::{Limits, NewTenant, Overview, Tenants};
pub use store::{Tenant, TenantStatus};
pub(crate) use store::{count_domain, count_storage, main_admin_address};
pub use usage::Usage;
pub(crate) use usage::{sees_limits, usage};
pub(crate) use usage_api::api as usage_api;

#[cfg(test)]
mod tests;
