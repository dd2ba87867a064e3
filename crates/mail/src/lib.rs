#![doc = include_str!("../README.md")]

mod backlog;
mod error;
mod text;

pub mod dict;
pub mod doveadm;
pub mod internal;
pub mod lmtp;
pub mod log_line;
pub mod lua_auth;
pub mod netstring;
pub mod policy;
pub mod sasl;
pub mod socketmap;
pub mod srs;

pub use error::WireError;
