//! How Dovecot's Lua script and the control plane talk: sign-ins and accounts.
//!
//! Dovecot's own Lua holds an HTTP client and no JSON library, so bodies are `key=value` lines with
//! percent-encoded values (RFC 3986 §2.1), each line ended by LF. An answer ends with `end=1`: Dovecot's client
//! hands a body that broke off to the script as if it were whole. Unknown keys, doubled keys and raw control
//! characters are refused on both sides.
//!
//! Source for the script: Dovecot 2.3, "Lua Authentication Database". Nothing here decides about a sign-in;
//! and the script never turns what it does not understand into a success or into "no such user".

mod messages;
mod script;
mod wire;

pub use messages::{Account, PassdbAnswer, PassdbRequest, UserdbAnswer, UserdbRequest};
pub use script::{ScriptError, script};
pub use wire::MAX_BODY;

/// Path under the script's URL for [`PassdbRequest`].
pub const PASSDB_PATH: &str = "/passdb";
/// Path under the script's URL for [`UserdbRequest`].
pub const USERDB_PATH: &str = "/userdb";
/// Header that carries the secret of the script.
pub const SECRET_HEADER: &str = "X-Bailiwick-Secret";
