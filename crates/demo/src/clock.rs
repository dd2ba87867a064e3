//! The one place where the demonstration reads the clock: mails show when they came.

use std::time::SystemTime;

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "the outside world has its own clock; no rule of the product is decided by it"
)]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
