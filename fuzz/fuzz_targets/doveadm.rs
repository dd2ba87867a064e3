//! Answers of doveadm.
#![no_main]

use bailiwick_mail::doveadm::decode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((count, body)) = input.split_first() else { return };
    if let Ok(answers) = decode(body, usize::from(*count)) {
        assert_eq!(answers.len(), usize::from(*count));
        for rows in answers.into_iter().flatten() {
            let _ = (rows.who(), rows.mailbox_status(), rows.quota());
        }
    }
});
