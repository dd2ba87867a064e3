//! Programs that were here lately: they come with each request, and it is enough to note them once in a while.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use bailiwick_base::words::{ApiKeyId, ClientAddress, LoginId, Timestamp, limits};
use lru::LruCache;

/// What a program comes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Program {
    /// A key.
    Key(ApiKeyId),
    /// The password of an API Sub-Admin.
    Login(LoginId),
}

/// When programs were noted last, by where they came from; those away for longest are forgotten first (K28).
#[derive(Debug)]
pub(crate) struct Programs(Mutex<LruCache<(Program, ClientAddress), Timestamp>>);

impl Default for Programs {
    fn default() -> Self {
        let most = NonZeroUsize::new(limits::PROGRAMS_REMEMBERED).unwrap_or(NonZeroUsize::MIN);
        Self(Mutex::new(LruCache::new(most)))
    }
}

impl Programs {
    /// Is it time to note that a program came from there? Then it is taken as noted.
    pub(crate) fn is_due(&self, program: Program, address: ClientAddress, now: Timestamp) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = |at: &Timestamp| *at <= now && now.since(*at) < limits::PROGRAM_NOTED;
        if noted.get(&(program, address)).is_some_and(lately) {
            return false;
        }
        noted.put((program, address), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_noted_once_a_minute_for_each_address() {
        let programs = Programs::default();
        let (here, there) = ("192.0.2.1".parse().expect("an address"), "192.0.2.2".parse().expect("one"));
        let key = Program::Key(ApiKeyId(1));
        let due = |address, at| programs.is_due(key, address, Timestamp(at));
        assert_eq!(
            [due(here, 0), due(here, 59_999), due(there, 59_999), due(here, 60_000)],
            [true, false, true, true]
        );
        assert!(due(here, 10), "a clock that was set back silences nobody");
        assert!(programs.is_due(Program::Login(LoginId(1)), here, Timestamp(60_000)));
    }
}
