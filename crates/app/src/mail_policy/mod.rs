//! What the mail servers ask: who may sign in, where an address leads, who may send as what (K23, K24).
//!
//! One [`resolve`](resolve::Destination) stands behind aliases, deliveries, senders and forwards, and the one
//! `authorize_sign_in` behind SASL and passdb. Whatever goes wrong on our side is a temporary answer.

mod asked;
mod delivery_log;
mod live;
mod resolve;
mod room;
mod service;
mod store;
pub(crate) mod usage;

pub use live::{Live, LiveSubmissions};
pub(crate) use resolve::RESERVED_DOMAIN;
pub use service::{Forward, MailPolicy, SaslVerdict};
pub use usage::{RecentUsage, Usage};
pub(crate) use usage::{is_nearly_full, usage_meter};
