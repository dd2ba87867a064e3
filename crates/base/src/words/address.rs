//! E-mail addresses: one parser and one canonical form for every way in (rule K8).

use std::fmt;
use std::str::FromStr;

use super::{DomainName, DomainNameError};

/// The part before the `@`: RFC 5321 dot-atom, ASCII, lower-case, 1 to 64 octets. Quoted local parts
/// are refused everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct LocalPart(String);

/// Why a text is not a local part, or may not be given to a new address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalPartError {
    /// Not an ASCII dot-atom of 1 to 64 octets.
    Malformed,
    /// `+` separates a detail; new names must not contain it.
    Plus,
    /// A name the mail system itself uses (`mailer-daemon`, `srs0=…`).
    Reserved,
}

impl LocalPart {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Parses a name for a new mailbox, alias or list: no `+`, no leading `-`, none that the mail system uses.
    pub fn for_new_address(text: &str) -> Result<Self, LocalPartError> {
        let part: Self = text.parse()?;
        if part.0.contains('+') {
            Err(LocalPartError::Plus)
        } else if part.0.starts_with('-') {
            Err(LocalPartError::Malformed)
        } else if part.0 == "mailer-daemon" || part.0.starts_with("srs0=") || part.0.starts_with("srs1=") {
            Err(LocalPartError::Reserved)
        } else {
            Ok(part)
        }
    }

    /// Without the `+detail` of a plus address (RFC 5233); itself if it has none.
    #[must_use]
    pub fn without_detail(&self) -> Self {
        match self.0.split_once('+') {
            Some((base, _)) if !base.is_empty() && !base.ends_with('.') => Self(base.to_owned()),
            _ => self.clone(),
        }
    }
}

impl FromStr for LocalPart {
    type Err = LocalPartError;

    fn from_str(text: &str) -> Result<Self, LocalPartError> {
        let is_atext = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
        let atoms = text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext));
        if atoms && text.len() <= 64 {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(LocalPartError::Malformed)
        }
    }
}

impl fmt::Display for LocalPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An e-mail address in canonical form: lower-case, the domain as A-labels, at most 254 octets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmailAddress {
    /// Before the `@`.
    pub local: LocalPart,
    /// After the `@`.
    pub domain: DomainName,
}

impl EmailAddress {
    /// Puts the two parts together.
    pub fn new(local: LocalPart, domain: DomainName) -> Self {
        Self { local, domain }
    }
}

/// Why a text is not an e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmailAddressError;

impl From<LocalPartError> for EmailAddressError {
    fn from(_: LocalPartError) -> Self {
        Self
    }
}

impl From<DomainNameError> for EmailAddressError {
    fn from(_: DomainNameError) -> Self {
        Self
    }
}

impl FromStr for EmailAddress {
    type Err = EmailAddressError;

    fn from_str(text: &str) -> Result<Self, EmailAddressError> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(EmailAddressError)?;
        let address = Self { local: local.parse()?, domain: domain.parse()? };
        if address.local.0.len() + 1 + address.domain.as_str().len() > 254 {
            Err(EmailAddressError)
        } else {
            Ok(address)
        }
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl serde::Serialize for EmailAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_has_one_canonical_form() {
        let address: EmailAddress = " Sales@BÜCHER.example ".parse().expect("an address");
        assert_eq!(address.to_string(), "sales@xn--bcher-kva.example");
    }

    #[test]
    fn an_19_letters_that_only_look_like_ascii_are_not_ascii() {
        for text in ["mıke@example.org", "mi\u{212A}e@example.org", "ｍike@example.org", "ſales@example.org"]
        {
            assert_eq!(text.parse::<EmailAddress>(), Err(EmailAddressError), "{text}");
        }
    }

    #[test]
    fn mp_24_what_is_not_an_address_is_refused() {
        for text in [
            "a@b@t1.example",
            "\"a@b\"@t1.example",
            "",
            "@t1.example",
            "a@",
            "a",
            ".a@t1.example",
            "a.@t1.example",
            "a..b@t1.example",
            "a b@t1.example",
            "a\n@t1.example",
            "a@[127.0.0.1]",
        ] {
            assert_eq!(text.parse::<EmailAddress>(), Err(EmailAddressError), "{text:?}");
        }
    }

    #[test]
    fn mp_21_names_for_new_addresses_are_stricter() {
        for name in ["postmaster", "abuse", "o'brien", "a.b_c-d"] {
            assert!(LocalPart::for_new_address(name).is_ok(), "{name}");
        }
        assert_eq!(LocalPart::for_new_address("alice+x"), Err(LocalPartError::Plus));
        assert_eq!(LocalPart::for_new_address(".alice"), Err(LocalPartError::Malformed));
        assert_eq!(LocalPart::for_new_address("-alice"), Err(LocalPartError::Malformed));
        assert_eq!(LocalPart::for_new_address("mailer-daemon"), Err(LocalPartError::Reserved));
        assert_eq!(LocalPart::for_new_address(&"a".repeat(65)), Err(LocalPartError::Malformed));
    }

    #[test]
    fn the_detail_of_a_plus_address_is_stripped() {
        let part = |text: &str| text.parse::<LocalPart>().expect("a local part");
        assert_eq!(part("alice+news+x").without_detail(), part("alice"));
        assert_eq!(part("+alice").without_detail(), part("+alice"));
        assert_eq!(part("alice").without_detail(), part("alice"));
    }

    proptest! {
        #[test]
        fn what_was_parsed_parses_to_itself(text in "[ -~]{0,30}@?[ -~]{0,30}") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                prop_assert_eq!(address.to_string().parse(), Ok(address.clone()));
            }
        }
    }
}
