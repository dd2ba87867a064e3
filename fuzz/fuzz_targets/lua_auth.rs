//! Bodies of Dovecot's Lua script: what is read is written the same and read again.
#![no_main]

use bailiwick_mail::lua_auth::{PassdbAnswer, PassdbRequest, UserdbAnswer, UserdbRequest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    if let Ok(request) = PassdbRequest::decode(body) {
        let again = request.encode();
        if again.len() <= bailiwick_mail::lua_auth::MAX_BODY {
            assert_eq!(PassdbRequest::decode(again.as_bytes()), Ok(request));
        }
    }
    if let Ok(request) = UserdbRequest::decode(body) {
        let again = request.encode();
        if again.len() <= bailiwick_mail::lua_auth::MAX_BODY {
            assert_eq!(UserdbRequest::decode(again.as_bytes()), Ok(request));
        }
    }
    let _ = PassdbAnswer::decode(body);
    let _ = UserdbAnswer::decode(body);
});
