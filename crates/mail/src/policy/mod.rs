//! Postfix' access policy delegation: SMTPD_POLICY_README.
//!
//! A request is a block of `name=value` lines ended by an empty line; the answer is `action=<action>` and an
//! empty line; the connection stays open for the next request. This module decides nothing. It refuses
//! what is not exactly such a block, and its answers hold no unconditional permit: `DUNNO` leaves the
//! decision to the restrictions that follow, and whatever was malformed is answered with 451.

mod action;
mod decoder;
mod request;

pub use action::PolicyAction;
pub use decoder::{MAX_ATTRIBUTES, MAX_BLOCK, PolicyDecoder};
pub use request::{PolicyRequest, ProtocolState, instance_pid};
