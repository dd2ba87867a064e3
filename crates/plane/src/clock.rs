//! The two things a pure function cannot have: the time of day, and random bytes.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use ring::rand::{SecureRandom, SystemRandom};

use crate::PlaneError;

/// Milliseconds since the epoch, UTC.
#[expect(
    clippy::disallowed_methods,
    reason = "log lines are stamped when they are read; nothing is decided by it"
)]
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// `N` random bytes in hexadecimal.
#[expect(clippy::disallowed_methods, reason = "secrets and names of a spool are made here and nowhere else")]
pub(crate) fn random_hex<const N: usize>() -> Result<String, PlaneError> {
    let mut bytes = [0_u8; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| PlaneError::Random)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
