//! What the mail servers ask: who may sign in, where an address leads, who may send as what.

mod live;

pub use live::LiveSubmissions;
