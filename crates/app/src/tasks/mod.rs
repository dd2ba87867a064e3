//! What customers ask of staff, and what became of it: so far one thing, that an API Sub-Admin may create without the
//! limits of what was bought. The main Admin asks and says what for; staff accepts, which does it, or declines and
//! says why. Nothing is done by asking.

mod actions;
mod api;
mod pages;
mod request;
mod service;
mod store;
mod task;

pub use actions::{AcceptTask, DeclineTask, RequestUnlimited};
pub(crate) use api::api;
pub(crate) use pages::{open_notice, routes};
pub(crate) use request::{routes as admin_routes, unlimited_card};
pub use service::{Tasks, UnlimitedState};
pub use task::{Task, TaskStatus};

#[cfg(test)]
mod tests;
