//! Many mailboxes at once: those of an import, and those chosen in the list. Each is added and changed by the rules that
//! hold for a single one, and leaves its own event; the counters are changed once for all of them.

mod adding;
pub(super) mod api;
mod choosing;
pub(super) mod pages;
mod store;

pub(crate) use adding::{OneOfMany, Wanted, add_many, count, look_at};
pub use choosing::Change;
