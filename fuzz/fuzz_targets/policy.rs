//! Policy requests, cut anywhere.
#![no_main]

use bailiwick_mail::{WireError, policy::PolicyDecoder, policy::PolicyRequest, policy::instance_pid};
use libfuzzer_sys::fuzz_target;

fn read(bytes: &[u8], step: usize) -> Vec<Result<PolicyRequest, WireError>> {
    let (mut decoder, mut out) = (PolicyDecoder::new(), Vec::new());
    for piece in bytes.chunks(step) {
        decoder.push(piece);
        while let Some(request) = decoder.next().transpose() {
            let last = request.is_err();
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
    if let Ok(text) = str::from_utf8(bytes) {
        assert_ne!(instance_pid(text), Some(0));
    }
});
