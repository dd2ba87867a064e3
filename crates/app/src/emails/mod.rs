//! Mails Bailiwick itself writes: composed here, left in the outbox by the operation that causes them, sent by
//! the worker.

mod letter;
mod send;

pub use letter::Letter;
pub(crate) use letter::{KIND, enqueue};
pub(crate) use send::deliver;

#[cfg(feature = "testkit")]
pub(crate) use letter::waiting_letters;
