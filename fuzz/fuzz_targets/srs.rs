//! Rewritten senders: none opens without the key, and each of ours does.
#![no_main]

use bailiwick_mail::srs::Srs;
use libfuzzer_sys::fuzz_target;

const NOW: u64 = 1_790_000_000;

fuzz_target!(|text: &str| {
    let Some(ours) = Srs::new(&[b"a key of sixteen or more"], "fwd.test") else { return };
    let Some(other) = Srs::new(&[b"another key of sixteen or more"], "fwd.test") else { return };
    assert!(ours.reverse(text, NOW).is_err());
    if let Some(address) = ours.forward(text, NOW) {
        assert_eq!(ours.reverse(&address, NOW).as_deref(), Ok(text));
        assert!(other.reverse(&address, NOW).is_err());
    }
});
