//! LMTP commands, cut anywhere.
#![no_main]

use bailiwick_mail::lmtp::{Command, CommandDecoder};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((step, bytes)) = input.split_first() else { return };
    let mut decoder = CommandDecoder::new();
    for piece in bytes.chunks(usize::from(*step) + 1) {
        decoder.push(piece);
        while let Ok(Some(command)) = decoder.next() {
            if let Ok(Command::Rcpt { to, .. }) = command {
                assert!(!to.is_empty() && !to.contains(char::is_control));
            }
        }
    }
});
