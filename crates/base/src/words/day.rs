//! A calendar day as forms have it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::{TimeZoneName, Timestamp};

/// A day of the calendar in UTC: `2026-11-22` (RFC 3339 full-date), of the years 1970 to 9998.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(jiff::civil::Date);

/// The text is not a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotADay;

impl Day {
    /// The day in which an instant lies.
    pub fn of(instant: Timestamp) -> Self {
        let instant = jiff::Timestamp::from_millisecond(instant.0).unwrap_or_default();
        Self(instant.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// The instant at which it is over: the first of the next day.
    pub fn end(self) -> Timestamp {
        let begin = self.0.to_zoned(jiff::tz::TimeZone::UTC).map(|at| at.timestamp().as_millisecond());
        Timestamp(begin.unwrap_or(0)).after(Duration::from_hours(24))
    }

    /// Its first instant where the clocks show `zone`, and the first of the next day.
    pub fn within(self, zone: &TimeZoneName) -> (Timestamp, Timestamp) {
        let begin = |date: jiff::civil::Date| {
            Timestamp(date.to_zoned(zone.zone()).map_or(0, |at| at.timestamp().as_millisecond()))
        };
        (begin(self.0), begin(self.0.tomorrow().unwrap_or(self.0)))
    }

    /// The last day of something that is over at `end`.
    pub fn last_before(end: Timestamp) -> Self {
        Self::of(Timestamp(end.0.saturating_sub(1)))
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let text = text.trim();
        let shaped = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let day: jiff::civil::Date =
            if shaped { text.parse().map_err(|_| NotADay)? } else { return Err(NotADay) };
        if (1970..=9998).contains(&day.year()) { Ok(Self(day)) } else { Err(NotADay) }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_over_when_the_next_begins() {
        let day: Day = "2026-01-01".parse().expect("a day");
        assert_eq!(day.end(), Timestamp(1_767_225_600_000 + 86_400_000));
        assert_eq!(Day::last_before(day.end()), day);
        assert_eq!(Day::of(day.end()).to_string(), "2026-01-02");
        assert_eq!("9998-12-31".parse::<Day>().expect("a day").to_string(), "9998-12-31");
    }

    #[test]
    fn a_day_begins_and_ends_where_the_zone_says() {
        let madrid: TimeZoneName = "Europe/Madrid".parse().expect("exists");
        let (begins, ends) = "2026-03-29".parse::<Day>().expect("a day").within(&madrid);
        assert_eq!(begins.to_string(), "2026-03-28T23:00:00.000Z");
        assert_eq!(ends.since(begins), Duration::from_hours(23), "an hour is left out in spring");
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "2026-02-30",
            "2026-13-01",
            "22.11.2026",
            "2026-1-1",
            "1969-12-31",
            "9999-01-01",
            "-002026-01-01",
            "2026-01-01T00:00",
            "20260101",
            "２０２６-01-01",
        ] {
            assert_eq!(text.parse::<Day>(), Err(NotADay), "{text}");
        }
    }
}
