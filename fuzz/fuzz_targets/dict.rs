//! A connection of `quota_clone`, greeted or not, cut anywhere.
#![no_main]

use bailiwick_mail::WireError;
use bailiwick_mail::dict::{Session, Update};
use libfuzzer_sys::fuzz_target;

fn read(greeted: bool, bytes: &[u8], step: usize) -> (Vec<Update>, Option<WireError>) {
    let (mut session, mut updates) = (Session::new(), Vec::new());
    if greeted {
        session.push(b"H3\t2\t0\t\tquota\n");
    }
    for piece in bytes.chunks(step) {
        session.push(piece);
        loop {
            match session.next() {
                Ok(Some(update)) => updates.push(update),
                Ok(None) => break,
                Err(error) => return (updates, Some(error)),
            }
        }
    }
    (updates, None)
}

fuzz_target!(|input: &[u8]| {
    let Some((first, bytes)) = input.split_first() else { return };
    if bytes.len() <= 60_000 {
        let greeted = first & 1 == 1;
        let whole = read(greeted, bytes, bytes.len() + 1);
        assert_eq!(read(greeted, bytes, usize::from(first >> 1) + 1), whole);
        assert!(whole.0.iter().all(|update| update.user.len() <= 320));
    }
});
