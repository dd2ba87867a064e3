//! Socketmap requests, cut anywhere.
#![no_main]

use bailiwick_mail::{WireError, socketmap::SocketmapDecoder, socketmap::SocketmapRequest};
use libfuzzer_sys::fuzz_target;

fn read(bytes: &[u8], step: usize) -> Vec<Result<SocketmapRequest, WireError>> {
    let (mut decoder, mut out) = (SocketmapDecoder::new(), Vec::new());
    for piece in bytes.chunks(step) {
        decoder.push(piece);
        while let Some(request) = decoder.next().transpose() {
            let last = matches!(request, Err(error) if !matches!(error, WireError::NotUtf8(_)));
            out.push(request);
            if last {
                return out;
            }
        }
    }
    out
}

fuzz_target!(|input: &[u8]| {
    let Some((step, bytes)) = input.split_first() else { return };
    if bytes.len() <= 60_000 {
        assert_eq!(read(bytes, usize::from(*step) + 1), read(bytes, bytes.len() + 1));
    }
});
