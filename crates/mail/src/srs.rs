//! Sender rewriting (SRS): the envelope sender of what is forwarded.
//!
//! Source: "Sender Rewriting Scheme" (openspf.org, M. Seaman and S. Ghosh, 2004), its SRS0 form:
//! `SRS0=HHHHHHHH=TT=domain=local@forwarder`. HHHHHHHH is 40 bits of an HMAC-SHA256, TT the day number mod
//! 1024, both in base32 (RFC 4648, either case). An address of ours is taken back for 21 days, so nobody else
//! can make one, and a found one opens for three weeks a way to exactly one address.
//!
//! There is no SRS1. A local part holds 64 octets (RFC 5321 §4.5.3.1.1). What would be longer is left as it
//! is: the mail goes on under its own sender, as an ordinary forward does; an opaque short form would need a
//! table, which this crate has not.

use data_encoding::{BASE32_NOPAD, Specification};
use ring::hmac;
use std::{fmt, sync::LazyLock};
use subtle::ConstantTimeEq;

/// Days for which an address is taken back.
pub const VALID_DAYS: u64 = 21;
/// Longest local part (RFC 5321 §4.5.3.1.1).
pub const MAX_LOCAL: usize = 64;
/// Longest address (RFC 5321 §4.5.3.1.3, without its brackets).
const MAX_ADDRESS: usize = 254;
/// Fewest octets of a key.
pub const MIN_KEY: usize = 16;
const PREFIX: &str = "SRS0=";
const HASH_OCTETS: usize = 5;
const DAY: u64 = 86_400;
const DAYS: u64 = 1024;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Base32 in either case.
static BASE32_ANY_CASE: LazyLock<data_encoding::Encoding> = LazyLock::new(|| {
    let mut specification: Specification = BASE32_NOPAD.specification();
    specification.translate.from = ('a'..='z').collect();
    specification.translate.to = ('A'..='Z').collect();
    specification.encoding().expect("the translation is one to one")
});

/// Why an address was not taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SrsError {
    /// It is no SRS0 address; an ordinary recipient.
    NotSrs,
    /// It begins like one and is none.
    Malformed,
    /// Not made by us, or altered.
    Forged,
    /// Stamped with a day that is not within the last [`VALID_DAYS`]; whether it was ever ours is not looked at.
    Expired,
}

impl fmt::Display for SrsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSrs => "not a rewritten address",
            Self::Malformed => "malformed rewritten address",
            Self::Forged => "rewritten address with a wrong signature",
            Self::Expired => "rewritten address that is too old",
        })
    }
}

impl std::error::Error for SrsError {}

/// The keys and the domain of this installation.
pub struct Srs {
    keys: Vec<hmac::Key>,
    forwarder: String,
}

impl fmt::Debug for Srs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Srs").field("forwarder", &self.forwarder).finish_non_exhaustive()
    }
}

impl Srs {
    /// The first key signs, all of them verify, so that keys can be rotated. `forwarder` is the domain to which
    /// bounces come back. `None` if there is no key, one is shorter than [`MIN_KEY`] octets, or the domain is
    /// not one in ASCII.
    pub fn new(keys: &[&[u8]], forwarder: &str) -> Option<Self> {
        let sound = !keys.is_empty() && keys.iter().all(|key| key.len() >= MIN_KEY) && is_domain(forwarder);
        sound.then(|| Self {
            keys: keys.iter().map(|key| hmac::Key::new(hmac::HMAC_SHA256, key)).collect(),
            forwarder: forwarder.to_ascii_lowercase(),
        })
    }

    /// The sender under which a message of `sender` is forwarded, at `now` in seconds since 1970.
    ///
    /// `None` means to leave the sender as it is: the null sender, one rewritten here already, one that is not a plain ASCII `dot-atom@domain`, or one whose rewritten local part would be over [`MAX_LOCAL`] octets.
    pub fn forward(&self, sender: &str, now: u64) -> Option<String> {
        let (local, domain) = sender.rsplit_once('@')?;
        let rewritten_here =
            domain.eq_ignore_ascii_case(&self.forwarder) && self.reverse(sender, now).is_ok();
        if !is_dot_atom(local) || !is_domain(domain) || rewritten_here {
            return None;
        }
        let day = now / DAY;
        let hash = BASE32_NOPAD.encode(&tag(self.keys.first()?, day, domain, local));
        let address = format!("{PREFIX}{hash}={}={domain}={local}@{}", stamp(day), self.forwarder);
        let fits = address.len() - self.forwarder.len() - 1 <= MAX_LOCAL && address.len() <= MAX_ADDRESS;
        fits.then_some(address)
    }

    /// The original sender behind `recipient`, an address or its local part, at `now` in seconds since 1970.
    ///
    /// The domain of `recipient` is the caller's to check. Upper and lower case of the result are as they came
    /// back; the signature does not cover them, because some systems change them.
    pub fn reverse(&self, recipient: &str, now: u64) -> Result<String, SrsError> {
        let local = recipient.rsplit_once('@').map_or(recipient, |(local, _)| local);
        let head = local.get(..PREFIX.len()).ok_or(SrsError::NotSrs)?;
        if !head.eq_ignore_ascii_case(PREFIX) {
            return Err(SrsError::NotSrs);
        }
        if local.len() > MAX_LOCAL {
            return Err(SrsError::Malformed);
        }
        let mut parts = local[PREFIX.len()..].splitn(4, '=');
        let mut part = || parts.next().ok_or(SrsError::Malformed);
        let (hash, stamp, domain, original) = (part()?, part()?, part()?, part()?);
        if !is_domain(domain) || !is_dot_atom(original) {
            return Err(SrsError::Malformed);
        }
        let hash = decode(hash).ok_or(SrsError::Malformed)?;
        let stamp = read_stamp(stamp).ok_or(SrsError::Malformed)?;
        let day = full_day(stamp, now / DAY).ok_or(SrsError::Expired)?;
        if !self.keys.iter().any(|key| bool::from(tag(key, day, domain, original).ct_eq(&hash))) {
            return Err(SrsError::Forged);
        }
        Ok(format!("{original}@{domain}"))
    }
}

/// The first 40 bits of the HMAC over day, domain and local part, lower-cased. `=` cannot occur in the first
/// two, so no two addresses give the same input. The whole day number is signed, not its 10 bits: an address
/// does not become valid again after 1024 days.
fn tag(key: &hmac::Key, day: u64, domain: &str, local: &str) -> [u8; HASH_OCTETS] {
    let input = format!("{day}={domain}={local}").to_ascii_lowercase();
    let full = hmac::sign(key, input.as_bytes());
    let mut short = [0; HASH_OCTETS];
    short.copy_from_slice(&full.as_ref()[..HASH_OCTETS]);
    short
}

/// The one valid day with this stamp: at most [`VALID_DAYS`] ago, or tomorrow, since another node's clock may
/// be a little ahead.
fn full_day(stamp: u64, today: u64) -> Option<u64> {
    match (today % DAYS + DAYS - stamp) % DAYS {
        age @ 0..=VALID_DAYS => today.checked_sub(age),
        age if age == DAYS - 1 => today.checked_add(1),
        _ => None,
    }
}

fn decode(hash: &str) -> Option<[u8; HASH_OCTETS]> {
    BASE32_ANY_CASE.decode(hash.as_bytes()).ok()?.try_into().ok()
}

fn stamp(day: u64) -> String {
    let digit = |n: u64| char::from(ALPHABET[usize::try_from(n % 32).unwrap_or_default()]);
    [digit(day / 32), digit(day)].into_iter().collect()
}

fn read_stamp(stamp: &str) -> Option<u64> {
    let digit = |b: u8| ALPHABET.iter().position(|d| *d == b.to_ascii_uppercase());
    match stamp.as_bytes() {
        [high, low] => u64::try_from(digit(*high)? * 32 + digit(*low)?).ok(),
        _ => None,
    }
}

/// RFC 5322 §3.2.3 in ASCII. Quoted local parts are not rewritten: inside `SRS0=…` they would be no atom.
fn is_dot_atom(local: &str) -> bool {
    let atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(atext))
}

fn is_domain(domain: &str) -> bool {
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    domain.len() <= 253 && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: u64 = 1_790_000_000;
    const KEY: &[u8] = b"0123456789abcdef";

    fn srs() -> Srs {
        Srs::new(&[KEY], "fwd.test").unwrap()
    }

    #[test]
    fn a_rewritten_sender_comes_back() {
        let address = srs().forward("alice+x@a.test", NOW).unwrap();
        assert!(address.starts_with("SRS0=") && address.ends_with("=a.test=alice+x@fwd.test"), "{address}");
        assert_eq!(address.split('=').nth(1).unwrap().len(), 8);
        assert_eq!(srs().reverse(&address, NOW), Ok("alice+x@a.test".into()));
    }

    #[test]
    fn the_signature_is_stable() {
        // HMAC-SHA256(KEY, "20717=a.test=alice"), first 40 bits: a change here breaks bounces under way.
        assert_eq!(srs().forward("alice@a.test", NOW).unwrap(), "SRS0=VRQGNMSH=HN=a.test=alice@fwd.test");
    }

    #[test]
    fn case_does_not_matter() {
        let address = srs().forward("Alice@a.test", NOW).unwrap();
        assert_eq!(srs().reverse(&address.to_lowercase(), NOW), Ok("alice@a.test".into()));
        assert_eq!(srs().reverse(&address.to_uppercase(), NOW), Ok("ALICE@A.TEST".into()));
    }

    #[test]
    fn it_is_valid_for_21_days_and_one_day_ahead() {
        let address = srs().forward("alice@a.test", NOW).unwrap();
        assert!(srs().reverse(&address, NOW + 21 * DAY).is_ok());
        assert!(srs().reverse(&address, NOW - DAY).is_ok());
        assert_eq!(srs().reverse(&address, NOW + 22 * DAY), Err(SrsError::Expired));
        assert_eq!(srs().reverse(&address, NOW - 2 * DAY), Err(SrsError::Expired));
    }

    #[test]
    fn it_does_not_become_valid_again_when_the_stamp_repeats() {
        let address = srs().forward("alice@a.test", NOW).unwrap();
        assert_eq!(srs().reverse(&address, NOW + DAYS * DAY), Err(SrsError::Forged));
    }

    #[test]
    fn any_change_is_a_forgery() {
        let address = srs().forward("alice@a.test", NOW).unwrap();
        for (from, to) in
            [("=alice@", "=bob@"), ("=a.test=", "=b.test="), ("=a.test=alice", "=a.test=x=alice")]
        {
            assert_eq!(srs().reverse(&address.replace(from, to), NOW), Err(SrsError::Forged), "{to}");
        }
        let other = Srs::new(&[b"another key of ours"], "fwd.test").unwrap();
        assert_eq!(other.reverse(&address, NOW), Err(SrsError::Forged));
    }

    #[test]
    fn an_old_key_still_opens_what_it_signed() {
        let rotated = Srs::new(&[b"the newer key, 16+", KEY], "fwd.test").unwrap();
        let address = srs().forward("alice@a.test", NOW).unwrap();
        assert_eq!(rotated.reverse(&address, NOW), Ok("alice@a.test".into()));
        assert_ne!(rotated.forward("alice@a.test", NOW).unwrap(), address);
    }

    #[test]
    fn the_null_sender_our_own_and_what_does_not_fit_are_left_alone() {
        let own = srs().forward("alice@a.test", NOW).unwrap();
        let long = format!("{}@a.test", "x".repeat(60));
        for sender in
            ["", "<>", own.as_str(), long.as_str(), "\"a b\"@a.test", "grüße@a.test", "a@b@", "a..b@a.test"]
        {
            assert_eq!(srs().forward(sender, NOW), None, "{sender}");
        }
    }

    #[test]
    fn a_sender_of_the_forwarders_own_domain_is_rewritten_too_for_nobody_has_proven_it() {
        let address = srs().forward("boss@fwd.test", NOW).unwrap();
        assert_eq!(srs().reverse(&address, NOW), Ok("boss@fwd.test".into()));
    }

    #[test]
    fn a_foreign_srs_sender_is_wrapped_again_if_it_fits() {
        let address = srs().forward("SRS0=ab=CD=o.test=bob@f2.test", NOW).unwrap();
        assert_eq!(srs().reverse(&address, NOW), Ok("SRS0=ab=CD=o.test=bob@f2.test".into()));
    }

    #[test]
    fn an_ordinary_recipient_is_not_ours() {
        for address in ["alice@a.test", "", "SRS", "SRS1=x=y==z@fwd.test", "srs-news@fwd.test"] {
            assert_eq!(srs().reverse(address, NOW), Err(SrsError::NotSrs), "{address}");
        }
        for address in [
            "SRS0=",
            "SRS0=a=b=c",
            "SRS0=AAAAAAAA=AA=a.test=",
            "SRS0=AAAA=AA=a.test=x",
            "SRS0=AAAAAAAA=A1=a.test=x",
            "SRS0=AAAAAAA1=AA=a.test=x",
            "SRS0=AAAAAAAA=AA=a b=x",
        ] {
            assert_eq!(srs().reverse(address, NOW), Err(SrsError::Malformed), "{address}");
        }
    }

    #[test]
    fn weak_keys_and_foreign_domains_are_not_taken() {
        assert!(Srs::new(&[], "fwd.test").is_none());
        assert!(Srs::new(&[b"short"], "fwd.test").is_none());
        assert!(Srs::new(&[KEY], "fwd test").is_none());
    }

    proptest! {
        #[test]
        fn every_address_made_comes_back_within_its_days(
            local in "[a-zA-Z0-9+=_-]{1,20}(\\.[a-z]{1,5})?", domain in "[a-z0-9-]{1,10}\\.[a-z]{2,5}",
            now in 0_u64..10_000_000_000, later in 0..=VALID_DAYS,
        ) {
            let sender = format!("{local}@{domain}");
            if let Some(address) = srs().forward(&sender, now) {
                prop_assert!(address.split('@').next().unwrap().len() <= MAX_LOCAL);
                prop_assert_eq!(srs().reverse(&address, now + later * DAY), Ok(sender));
            }
        }

        #[test]
        fn foreign_text_never_panics_and_never_opens(text in "(SRS0=)?.{0,80}", now in any::<u64>()) {
            let now = now / 2;
            prop_assert!(srs().reverse(&text, now).is_err());
            let _ = srs().forward(&text, now);
        }
    }
}
