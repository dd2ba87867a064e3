//! The server's side of Dovecot's authentication protocol, as Postfix' smtpd speaks it.
//!
//! Source: Dovecot's "Authentication Protocol", version 1.2, and Postfix' client for it
//! (`smtpd_sasl_type = dovecot`). Lines of fields separated by TAB. The client sends `VERSION`, `CPID`, then
//! `AUTH <id> <mechanism> service=… rip=… lip=… [secured] [resp=<base64>]` and `CONT <id> <base64>`; the server
//! answers `CONT`, `OK` or `FAIL` with the same id. Mechanisms are PLAIN (RFC 4616) and LOGIN, each with and
//! without an initial response.
//!
//! Nothing is verified here: [`Session`] yields [`Attempt`]s and encodes what was decided about them. It
//! refuses by itself what no decision is needed for: broken base64, other mechanisms, an authorization identity
//! that is not the authentication identity, empty or unprintable names and empty passwords.
//!
//! **A temporary failure has no line.** Postfix (3.7 and 3.12 alike) ignores the field `temp` and
//! answers any `FAIL` with 535, which mail clients take for a wrong password. It answers 454 when the
//! connection is lost. So [`Session::fail`] with a temporary reason says [`Answer::Close`].

mod credentials;
mod session;
mod wire;

pub use credentials::{MAX_PASSWORD, MAX_USER, Password};
pub use session::{Answer, Attempt, Event, Session};
pub use wire::{MAX_LINE, MAX_PENDING, Mechanism};
