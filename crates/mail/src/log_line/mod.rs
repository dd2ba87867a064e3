//! What the mail servers say in their logs, as events.
//!
//! Source: the log formats of Postfix 3.7 (smtpd, cleanup, qmgr, smtp, lmtp, bounce; listeners named by
//! `syslog_name=postfix/mx` and so on) and of Dovecot 2.3 with its default `login_log_format_elements`,
//! `mail_log_prefix` and `deliver_log_format`. A time stamp and a host in front of the program's name are
//! skipped: a stamp of syslog has no year, so the reader stamps a line when it arrives.
//!
//! Lines are foreign text: senders choose addresses, message-ids, HELO names and the answers of their servers.
//! Fields are therefore read from the left, quoted local parts are stepped over, and what a line says after the
//! last field we need is not looked at. A line that is not understood is an `Other`, never an error.

mod dovecot;
mod fields;
mod lines;
mod postfix;

pub use dovecot::{DovecotEvent, parse_dovecot};
pub use lines::{LogLines, MAX_LOG_LINE};
pub use postfix::{DeliveryStatus, Listener, PostfixEvent, PostfixLine, parse_postfix};
