//! A tenant's domains as staff sees them: which there are, whether they carry mail, what each uses. Nothing is changed
//! here; that is done as the tenant's Admin.

mod api;
mod pages;
mod service;
mod store;

pub(super) use api::api;
pub(super) use pages::routes;
pub use service::Hosted;
pub use store::TenantDomain;
