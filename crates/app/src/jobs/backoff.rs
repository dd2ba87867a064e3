//! When a job that failed is tried again, and when no more.

use std::time::Duration;

use bailiwick_base::words::limits;

use super::kinds::{DISCONNECT, DISCONNECT_DOMAIN};
use crate::emails;

/// The longest wait of a job for the mail plane.
const PLANE_MOST: Duration = Duration::from_mins(1);

/// The longest wait of a mail while the mail server may be back any moment (P3).
const MAIL_SOON: Duration = Duration::from_secs(20);

/// The wait of a mail once it has failed often.
const MAIL_MOST: Duration = Duration::from_mins(10);

/// A mail older than this is not sent any more.
pub(super) const MAIL_EXPIRES: Duration = Duration::from_hours(7 * 24);

/// The longest line kept of what went wrong, in characters.
const LINE: usize = 300;

/// How long to wait after `attempts` (at least one) failed.
///
/// No job is given up for having failed often. A session must end and mail must be removed whatever it takes (K2), so
/// those are tried once a minute for ever; a mail is given up when it is too old ([`MAIL_EXPIRES`]).
pub(super) fn wait(kind: &str, attempts: i64) -> Duration {
    let is_mail = kind == emails::KIND;
    if attempts >= limits::JOB_ATTEMPTS {
        return if is_mail { MAIL_MOST } else { PLANE_MOST };
    }
    if kind == DISCONNECT || kind == DISCONNECT_DOMAIN {
        return Duration::from_secs(1);
    }
    let doubled = Duration::from_secs(1 << attempts.clamp(1, 30).saturating_sub(1));
    doubled.min(if is_mail { MAIL_SOON } else { PLANE_MOST })
}

/// What went wrong, on one line of bounded length.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).take(LINE).collect()
}

#[cfg(test)]
mod tests {
    use super::super::kinds::REMOVE_MAIL;
    use super::*;

    fn waits(kind: &str) -> Vec<u64> {
        [1, 2, 3, 6, 7, 11, 19, 20, 1_000, i64::MAX].iter().map(|n| wait(kind, *n).as_secs()).collect()
    }

    #[test]
    fn a_mail_is_soon_tried_again_and_less_often_once_it_has_failed_a_lot() {
        let mail = [1, 2, 4, 20, 20, 20, 20, 600, 600, 600];
        assert_eq!(waits(emails::KIND), mail);
    }

    #[test]
    fn a_session_is_ended_and_mail_removed_however_often_that_fails() {
        assert_eq!(waits(DISCONNECT), [1, 1, 1, 1, 1, 1, 1, 60, 60, 60]);
        assert_eq!(waits(DISCONNECT_DOMAIN), waits(DISCONNECT));
        let removal = [1, 2, 4, 32, 60, 60, 60, 60, 60, 60];
        assert_eq!(waits(REMOVE_MAIL), removal);
    }

    #[test]
    fn what_went_wrong_fits_on_one_line() {
        assert_eq!(one_line("no\r\nanswer\0"), "no  answer ");
        assert_eq!(one_line(&"é".repeat(1_000)).chars().count(), 300);
    }
}
