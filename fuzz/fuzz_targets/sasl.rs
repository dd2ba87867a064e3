//! A connection to the SASL server, greeted or not.
#![no_main]

use bailiwick_mail::sasl::{Answer, Event, Session};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((first, bytes)) = input.split_first() else { return };
    let mut session = Session::new();
    if first & 1 == 1 {
        session.push(b"VERSION\t1\t0\nCPID\t1\n");
    }
    for piece in bytes.chunks(usize::from(first >> 1) + 1) {
        session.push(piece);
        while let Ok(Some(event)) = session.next() {
            match event {
                Event::Send(line) => {
                    assert!(line.ends_with('\n') && line.matches('\n').count() == 1);
                    assert!(!line.starts_with("OK"));
                }
                Event::Attempt(attempt) => {
                    assert!(!attempt.user.is_empty() && !attempt.user.contains(char::is_control));
                    assert!(matches!(session.ok(attempt.id, &attempt.user), Answer::Line(_)));
                    assert_eq!(session.ok(attempt.id, &attempt.user), Answer::Close);
                }
            }
        }
    }
});
