//! Log lines of Postfix and Dovecot.
#![no_main]

use bailiwick_mail::log_line::{LogLines, MAX_LOG_LINE, parse_dovecot, parse_postfix};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut lines = LogLines::new();
    let parse = |line: &str| {
        // One foreign octet becomes the three of U+FFFD.
        assert!(line.len() <= 3 * MAX_LOG_LINE && !line.contains('\n'));
        let _ = (parse_postfix(line), parse_dovecot(line));
        let tagged = format!("postfix/mx/smtpd[1]: {line}");
        assert!(parse_postfix(&tagged).is_some());
    };
    lines.push(bytes, parse);
    lines.finish(parse);
});
