//! Limits on guessing (K12): what is counted, and when somebody must wait.
//!
//! Three counts: wrong passwords for a name from one network, for a name from all networks it never signed in
//! from, and from one network for all names. A network the login signed in from lately is bound only by its own
//! pair's count, so that nobody can shut out the rightful user. Only a full success resets a pair.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bailiwick_base::authz::Realm;
use bailiwick_base::words::{ClientAddress, Timestamp, limits};
use lru::LruCache;
use sqlx::FromRow;

/// How often something was guessed wrongly, and when.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(super) struct Count {
    pub(super) counted: String,
    pub(super) wrong: i64,
    pub(super) since: Timestamp,
    pub(super) last_at: Timestamp,
}

/// The three things a wrong guess counts for.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    pub(super) pair: String,
    pub(super) name: String,
    pub(super) network: String,
}

impl Counted {
    pub(super) fn new(realm: Realm, name: &str, address: ClientAddress) -> Self {
        let (realm, network) = (realm.key(), address.network());
        Self {
            pair: format!("pair {realm} {name} {network}"),
            name: format!("name {realm} {name}"),
            network: format!("network {network}"),
        }
    }

    /// For guessing the present password of a session at hand: counted for the login alone, wherever it comes from.
    pub(super) fn of_own_password(realm: Realm, name: &str) -> Self {
        let own = format!("own password {} {name}", realm.key());
        Self { pair: own.clone(), name: own.clone(), network: own }
    }

    /// For API keys that are none: counted for the network they come from. A good key is never asked to wait.
    pub(super) fn of_api_keys(address: ClientAddress) -> Self {
        let network = format!("api keys {}", address.network());
        Self { pair: network.clone(), name: network.clone(), network }
    }

    pub(super) fn keys(&self) -> [&str; 3] {
        [&self.pair, &self.name, &self.network]
    }

    /// What a wrong guess from a known or unknown network adds to.
    pub(super) fn to_count(&self, known: bool) -> Vec<&str> {
        if known { vec![&self.pair] } else { self.keys().to_vec() }
    }

    /// How long the next guess must wait, if at all.
    pub(super) fn wait(&self, counts: &[Count], known: bool, now: Timestamp) -> Option<Duration> {
        let find = |key: &str| counts.iter().find(|count| count.counted == key);
        let pair = find(&self.pair).and_then(|count| pair_wait(count, now));
        let rest = [(&self.name, limits::GUESSES_PER_LOGIN), (&self.network, limits::GUESSES_PER_NETWORK)];
        let rest = rest.into_iter().filter(|_| !known).filter_map(|(key, limit)| {
            let count = find(key).filter(|count| count.wrong >= limit)?;
            let left = limits::GUESS_WINDOW.saturating_sub(now.apart(count.since));
            (!left.is_zero()).then_some(left)
        });
        pair.into_iter().chain(rest).max()
    }
}

/// After [`limits::GUESSES_PER_PAIR`] wrong guesses a minute, doubled with each further one, up to half an hour.
fn pair_wait(count: &Count, now: Timestamp) -> Option<Duration> {
    let over = u32::try_from(count.wrong - limits::GUESSES_PER_PAIR).ok()?;
    let wait = limits::GUESS_WAIT.saturating_mul(1 << over.min(5)).min(limits::GUESS_WAIT_MOST);
    let left = wait.saturating_sub(now.apart(count.last_at));
    (!left.is_zero()).then_some(left)
}

/// A count after one more wrong guess; it begins anew when its window is over.
pub(super) fn one_more(before: Option<&Count>, counted: &str, now: Timestamp) -> Count {
    match before {
        Some(count) if now.apart(count.since) < limits::GUESS_WINDOW => {
            Count { wrong: count.wrong + 1, last_at: now, ..count.clone() }
        }
        _ => Count { counted: counted.to_owned(), wrong: 1, since: now, last_at: now },
    }
}

/// Guesses over mail protocols and of API keys: counted in memory, and noted as telemetry so that they survive a restart.
#[derive(Debug)]
pub struct MailGuesses(Mutex<LruCache<String, Count>>);

/// Counts kept at once; those untouched for longest go first beyond it (K28).
const KEPT: NonZeroUsize = NonZeroUsize::new(200_000).expect("not zero");

impl Default for MailGuesses {
    fn default() -> Self {
        Self(Mutex::new(LruCache::unbounded()))
    }
}

impl MailGuesses {
    fn locked(&self) -> MutexGuard<'_, LruCache<String, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The counts that matter for `counted`.
    pub(super) fn counts(&self, counted: &Counted) -> Vec<Count> {
        let counts = self.locked();
        counted.keys().iter().filter_map(|key| counts.peek(*key).cloned()).collect()
    }

    /// Counts a wrong guess; what is to be noted.
    pub(super) fn wrong(&self, counted: &Counted, known: bool, now: Timestamp) -> Vec<Count> {
        let mut counts = self.locked();
        let after: Vec<Count> =
            counted.to_count(known).into_iter().map(|key| one_more(counts.peek(key), key, now)).collect();
        for count in &after {
            counts.put(count.counted.clone(), count.clone());
            if counts.len() > KEPT.get() {
                counts.pop_lru();
            }
        }
        after
    }

    /// Forgets a pair after a success; true if there was something to forget.
    pub(super) fn right(&self, counted: &Counted) -> bool {
        self.locked().pop(&counted.pair).is_some()
    }

    /// Takes over what was noted before a restart, newest first.
    pub(super) fn restore(&self, noted: Vec<Count>) {
        let mut counts = self.locked();
        for count in noted.into_iter().take(KEPT.get()).rev() {
            counts.put(count.counted.clone(), count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(name: &str, address: &str) -> Counted {
        Counted::new(Realm::Mailbox, name, address.parse().expect("an address"))
    }

    fn minutes(n: i64) -> Timestamp {
        Timestamp(n * 60_000)
    }

    #[test]
    fn after_five_wrong_guesses_a_pair_waits_longer_each_time() {
        let guesses = MailGuesses::default();
        let alice = counted("alice@a.test", "192.0.2.1");
        let waits: Vec<u64> = (0..8)
            .map(|_| {
                guesses.wrong(&alice, false, minutes(0));
                alice.wait(&guesses.counts(&alice), false, minutes(0)).map_or(0, |wait| wait.as_secs() / 60)
            })
            .collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8]);
        assert_eq!(alice.wait(&guesses.counts(&alice), false, minutes(8)), None);
    }

    #[test]
    fn an_21_one_account_from_many_networks_is_throttled_but_not_for_its_own() {
        let guesses = MailGuesses::default();
        for n in 0..20 {
            guesses.wrong(&counted("alice@a.test", &format!("198.51.{n}.1")), false, minutes(0));
        }
        let fresh = counted("alice@a.test", "203.0.113.1");
        assert!(fresh.wait(&guesses.counts(&fresh), false, minutes(1)).is_some());
        assert_eq!(fresh.wait(&guesses.counts(&fresh), true, minutes(1)), None, "a known network goes on");
        let other = counted("bob@a.test", "203.0.113.1");
        assert_eq!(other.wait(&guesses.counts(&other), false, minutes(1)), None);
        assert_eq!(fresh.wait(&guesses.counts(&fresh), false, minutes(61)), None, "the window is over");
    }

    #[test]
    fn an_21_one_network_trying_many_accounts_is_throttled() {
        let guesses = MailGuesses::default();
        for n in 0..60 {
            guesses.wrong(&counted(&format!("user{n}@a.test"), "192.0.2.1"), false, minutes(0));
        }
        let next = counted("user99@a.test", "192.0.2.77");
        assert!(next.wait(&guesses.counts(&next), false, minutes(0)).is_some());
    }

    #[test]
    fn success_forgets_the_pair_only() {
        let guesses = MailGuesses::default();
        let alice = counted("alice@a.test", "192.0.2.1");
        for _ in 0..6 {
            guesses.wrong(&alice, false, minutes(0));
        }
        assert!(guesses.right(&alice));
        let left: Vec<String> = guesses.counts(&alice).into_iter().map(|count| count.counted).collect();
        assert_eq!(left, [alice.name.clone(), alice.network.clone()]);
    }
}
