//! The provider's own people: who they are, what each may do, until when.
//!
//! Owners manage them, one another included: they are the top, so there is nobody above to do it. Nobody manages
//! their own access, and after every change at least one owner can sign in without an end date (K27). What somebody
//! may do is decided by the role alone; nothing else of a login of staff is anybody's but its own.

mod actions;
mod api;
mod forms;
mod member;
mod pages;
mod service;
mod store;

pub use actions::{AddStaff, DisableStaff, EnableStaff, RemoveStaff, ResendStaffInvitation, UpdateStaff};
pub(crate) use api::api;
pub use member::{StaffMember, StaffStatus};
pub(crate) use pages::routes;
pub use service::{NewStaff, Staff, StaffChanges};
pub(crate) use store::lasting_owners;

#[cfg(test)]
mod tests;
