//! Time and randomness, injected once so that tests can set the one and repeat the other.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use ring::rand::SecureRandom;

/// An instant: milliseconds since 1970-01-01 UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, serde::Serialize, serde::Deserialize,
)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant `duration` later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The instant `duration` earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Time passed since `earlier`; none if that lies ahead.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// How far two instants lie apart, whichever is earlier. What is measured so neither lasts for ever nor stands still
    /// after the machine's clock was set back.
    pub fn apart(self, other: Self) -> Duration {
        self.since(other).max(other.since(self))
    }

    /// Wall-clock text for reading, in a zone: "2026-11-22 14:05:09".
    pub fn in_zone(self, zone: &TimeZoneName) -> String {
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        instant.to_zoned(zone.zone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

impl Timestamp {
    /// The same with the zone's name behind it: "2026-11-22 14:05:09 (Europe/Madrid)".
    pub fn with_zone(self, zone: &TimeZoneName) -> String {
        format!("{} ({zone})", self.in_zone(zone))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339, UTC, to the millisecond.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        write!(f, "{instant:.3}")
    }
}

impl FromStr for Timestamp {
    type Err = jiff::Error;

    /// RFC 3339 with any offset from UTC; what is finer than a millisecond is cut off.
    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(|instant| Self(instant.as_millisecond()))
    }
}

/// The name of an IANA time zone, known to exist (K19).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct TimeZoneName(String);

impl TimeZoneName {
    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self("UTC".to_owned())
    }

    /// Its name, as in the IANA database: "Europe/Madrid".
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Every zone a person may choose, sorted.
    pub fn all() -> Vec<String> {
        let mut names: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.to_string())
            .filter(|name| {
                name == "UTC"
                    || (name.contains('/') && !name.starts_with("Etc/") && !name.starts_with("posix"))
            })
            .collect();
        names.sort_unstable();
        names
    }

    pub(super) fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(&self.0).unwrap_or(jiff::tz::TimeZone::UTC)
    }
}

impl FromStr for TimeZoneName {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        let zone = jiff::tz::TimeZone::get(text)?;
        Ok(Self(zone.iana_name().unwrap_or("UTC").to_owned()))
    }
}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where "now" comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands until it is set; for tests.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now`.
    pub fn set_to(now: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(now.0)))
    }

    /// Moves a set clock; the machine's cannot be moved.
    pub fn advance(&self, duration: Duration) {
        if let Self::Set(now) = self {
            now.fetch_add(i64::try_from(duration.as_millis()).unwrap_or(0), Ordering::SeqCst);
        }
    }

    /// Sets a set clock, forward or back; the machine's cannot be set.
    pub fn set(&self, to: Timestamp) {
        if let Self::Set(now) = self {
            now.store(to.0, Ordering::SeqCst);
        }
    }

    /// The present instant.
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's clock is read")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp(jiff::Timestamp::now().as_millisecond()),
            Self::Set(now) => Timestamp(now.load(Ordering::SeqCst)),
        }
    }
}

/// Where randomness comes from.
#[derive(Debug, Clone)]
pub enum Random {
    /// The operating system's.
    System,
    /// A sequence that can be repeated; for tests.
    Seeded(Arc<AtomicU64>),
}

impl Random {
    /// `N` random bytes.
    ///
    /// # Panics
    /// When the operating system gives no randomness: nothing secure can be done then.
    #[expect(clippy::disallowed_methods, reason = "the one place where the machine's randomness is read")]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self {
            Self::System => {
                ring::rand::SystemRandom::new().fill(&mut bytes).expect("the system gives randomness");
            }
            Self::Seeded(step) => {
                let seed = step.fetch_add(1, Ordering::SeqCst).to_le_bytes();
                for (index, chunk) in bytes.chunks_mut(32).enumerate() {
                    let digest = ring::digest::digest(
                        &ring::digest::SHA256,
                        &[&seed[..], &index.to_le_bytes()].concat(),
                    );
                    chunk.copy_from_slice(&digest.as_ref()[..chunk.len()]);
                }
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_in_the_zone_that_was_chosen() {
        let madrid: TimeZoneName = "Europe/Madrid".parse().expect("exists");
        assert_eq!(Timestamp(1_767_225_600_000).in_zone(&madrid), "2026-01-01 01:00:00");
        assert_eq!(Timestamp(1_767_225_600_000).to_string(), "2026-01-01T00:00:00.000Z");
    }

    #[test]
    fn an_instant_reads_back_whatever_zone_it_is_told_in() {
        let noon = Timestamp(1_767_268_800_000);
        assert_eq!(noon.to_string().parse::<Timestamp>().expect("reads back"), noon);
        assert_eq!("2026-01-01T14:00:00.000999+02:00".parse::<Timestamp>().expect("an instant"), noon);
        for text in ["", "2026-01-01", "12:00", "2026-01-01T12:00:00", "now", "2026-02-30T00:00:00Z"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_unknown_zone_is_refused() {
        assert!("Mars/Olympus".parse::<TimeZoneName>().is_err());
        assert!(TimeZoneName::all().iter().any(|name| name == "Australia/Lord_Howe"));
    }

    #[test]
    fn seeded_randomness_repeats_and_never_gives_the_same_twice() {
        let one = Random::Seeded(Arc::default());
        let two = Random::Seeded(Arc::default());
        let first: [u8; 40] = one.bytes();
        assert_eq!(first, two.bytes());
        assert_ne!(first, one.bytes());
    }
}
