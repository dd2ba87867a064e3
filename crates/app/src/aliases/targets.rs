//! The targets of an alias, as a person types them and as a program sends them.

use bailiwick_base::words::{EmailAddress, limits};
use bailiwick_base::{Code, Error};

use crate::mail_policy::RESERVED_DOMAIN;

/// Reads one address a line (commas and semicolons part them too); the same address twice counts once, in the order
/// in which they were typed. Errors are about the field `targets`.
pub(crate) fn read_targets(text: &str) -> Result<Vec<EmailAddress>, Error> {
    let pieces = text.split(['\n', '\r', ',', ';']).map(str::trim);
    targets(pieces.filter(|piece| !piece.is_empty()))
}

/// Reads addresses, of which the same one twice counts once.
pub(super) fn targets<'a>(pieces: impl Iterator<Item = &'a str>) -> Result<Vec<EmailAddress>, Error> {
    let mut targets: Vec<EmailAddress> = Vec::new();
    for piece in pieces {
        let malformed = || Error::new(Code::EmailAddressInvalid).on("targets");
        let target: EmailAddress = piece.parse().map_err(|_| malformed())?;
        if target.domain.as_str().ends_with(RESERVED_DOMAIN) {
            return Err(malformed());
        }
        if !targets.contains(&target) {
            targets.push(target);
        }
        if targets.len() > limits::ALIAS_TARGETS {
            return Err(too_many(limits::ALIAS_TARGETS));
        }
    }
    if targets.is_empty() { Err(Error::new(Code::AliasWithoutTarget).on("targets")) } else { Ok(targets) }
}

/// More targets than one alias, or everything behind it, may have.
pub(super) fn too_many(max: usize) -> Error {
    Error::new(Code::AliasTooManyTargets).with("max", max).on("targets")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Vec<String>, Code> {
        let targets = read_targets(text).map_err(|error| error.code())?;
        Ok(targets.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn targets_are_canonical_and_none_stands_there_twice() {
        let text = " Ann@Acme.Example \r\nbob@BÜCHER.example\n\nann@acme.example, carl@x.example;";
        let read = read(text).expect("targets");
        assert_eq!(read, ["ann@acme.example", "bob@xn--bcher-kva.example", "carl@x.example"]);
    }

    #[test]
    fn an_alias_leads_somewhere_and_not_to_more_than_a_hundred() {
        let many = |n: usize| (0..n).map(|i| format!("u{i}@acme.example")).collect::<Vec<_>>().join("\n");
        assert_eq!(read(" \n,;"), Err(Code::AliasWithoutTarget));
        assert_eq!(read("ann"), Err(Code::EmailAddressInvalid));
        assert_eq!(read("ann@acme.example bob@acme.example"), Err(Code::EmailAddressInvalid));
        assert_eq!(read(&many(100)).map(|targets| targets.len()), Ok(100));
        assert_eq!(read(&many(101)), Err(Code::AliasTooManyTargets));
    }

    proptest! {
        #[test]
        fn what_was_read_reads_back(text in "[a-c@.,;+ \r\n]{0,80}|.{0,80}") {
            if let Ok(targets) = read_targets(&text) {
                prop_assert!((1..=limits::ALIAS_TARGETS).contains(&targets.len()));
                let again: Vec<String> = targets.iter().map(ToString::to_string).collect();
                prop_assert_eq!(read_targets(&again.join("\n")).expect("reads back"), targets);
            }
        }
    }
}
