//! Message data, cut anywhere: it ends with CRLF.CRLF and nowhere else.
#![no_main]

use bailiwick_mail::lmtp::{DataDecoder, DataStep};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 1000;

fuzz_target!(|input: &[u8]| {
    let Some((step, bytes)) = input.split_first() else { return };
    let from_line_start = [b"\r\n", bytes].concat();
    let end = from_line_start.windows(5).position(|window| window == b"\r\n.\r\n").map(|at| at + 3);
    let (mut decoder, mut before) = (DataDecoder::new(LIMIT), 0);
    for piece in bytes.chunks(usize::from(*step) + 1) {
        if let DataStep::Done { message, consumed } = decoder.push(piece) {
            assert_eq!(Some(before + consumed), end);
            if let Ok(message) = message {
                assert!(message.len() <= LIMIT && (message.is_empty() || message.ends_with(b"\r\n")));
            }
            return;
        }
        before += piece.len();
    }
    assert_eq!(end, None);
});
