//! Dovecot's dict protocol, the server's side, as far as the plugin `quota_clone` speaks it.
//!
//! Source: Dovecot 2.3, `src/lib-dict/dict-client.h`, protocol 3.2. A client says which dict it means, then sets keys in
//! transactions, and waits for an answer to each commit. Here there is one dict, `quota`, with the two keys that say
//! how much a user stores; nothing can be read from it. Every other command, dict or key is refused.

mod session;
mod wire;

pub use session::{Session, Update};
pub use wire::{Answer, MAX_LINE};

/// The name of the only dict.
pub const DICT: &str = "quota";
