//! Names of mail domains: stored as A-labels, shown as U-labels, look-alikes told apart.

use std::fmt;
use std::str::FromStr;

use unicode_security::MixedScript;

/// A domain name that may carry mail: at least two labels, lower-case A-labels (RFC 5891), no trailing dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub struct DomainName(String);

/// Why a text is not such a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainNameError {
    /// Empty, too long, a label too long, a character that cannot stand in a host name, an IP address.
    Malformed,
    /// Letters of different scripts in one label, as look-alikes use them.
    MixedScripts,
}

impl DomainName {
    /// The A-label form, as mail servers and the database use it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form people read: U-labels.
    pub fn to_unicode(&self) -> String {
        let (name, result) = idna::domain_to_unicode(&self.0);
        if result.is_ok() { name } else { self.0.clone() }
    }

    /// Registries sell names below it (`co.uk`): nobody may claim it as a mail domain.
    pub fn is_public_suffix(&self) -> bool {
        psl::suffix(self.0.as_bytes()).is_some_and(|suffix| suffix.as_bytes() == self.0.as_bytes())
    }

    /// What the name looks like: equal for names a reader would confuse (Unicode TR 39).
    pub fn skeleton(&self) -> String {
        unicode_security::skeleton(&self.to_unicode()).collect()
    }

    /// The names above it that could be mail domains of their own: for `a.b.example.com`,
    /// `b.example.com` and `example.com`.
    pub fn parents(&self) -> Vec<DomainName> {
        let mut rest = self.0.as_str();
        let mut parents = Vec::new();
        while let Some((_, parent)) = rest.split_once('.') {
            if !parent.contains('.') {
                break;
            }
            parents.push(Self(parent.to_owned()));
            rest = parent;
        }
        parents
    }
}

impl FromStr for DomainName {
    type Err = DomainNameError;

    fn from_str(text: &str) -> Result<Self, DomainNameError> {
        let text = text.trim();
        if text.is_empty() || text.len() > 1000 || text.ends_with('.') {
            return Err(DomainNameError::Malformed);
        }
        let name = idna::domain_to_ascii_strict(text).map_err(|_| DomainNameError::Malformed)?;
        let labels: Vec<&str> = name.split('.').collect();
        let digits_last = labels.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        if name.len() > 253
            || labels.len() < 2
            || digits_last
            || !labels.iter().all(|label| is_host_label(label))
        {
            return Err(DomainNameError::Malformed);
        }
        let name = Self(name.to_ascii_lowercase());
        if name.to_unicode().split('.').all(MixedScript::is_single_script) {
            Ok(name)
        } else {
            Err(DomainNameError::MixedScripts)
        }
    }
}

fn is_host_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<String, DomainNameError> {
        text.parse::<DomainName>().map(|name| name.as_str().to_owned())
    }

    #[test]
    fn a_name_has_one_canonical_form() {
        for text in ["Acme.Example", " acme.example ", "ＡＣＭＥ.example"] {
            assert_eq!(parse(text).as_deref(), Ok("acme.example"), "{text}");
        }
        assert_eq!(parse("bücher.example").as_deref(), Ok("xn--bcher-kva.example"));
        assert_eq!(
            "xn--bcher-kva.example".parse::<DomainName>().expect("a name").to_unicode(),
            "bücher.example"
        );
    }

    #[test]
    fn what_cannot_carry_mail_is_refused() {
        for text in [
            "",
            ".",
            "localhost",
            "a..b",
            "-a.example",
            "a-.example",
            "a_b.example",
            "127.0.0.1",
            "acme.example.",
            "a b.example",
            "[::1]",
            "a@b.example",
        ] {
            assert_eq!(parse(text), Err(DomainNameError::Malformed), "{text:?}");
        }
        assert_eq!(parse(&format!("{}.example", "a".repeat(64))), Err(DomainNameError::Malformed));
    }

    #[test]
    fn scripts_are_not_mixed_and_look_alikes_have_one_skeleton() {
        assert_eq!(
            parse("pаypal.example"),
            Err(DomainNameError::MixedScripts),
            "a Cyrillic а among Latin letters"
        );
        let latin: DomainName = "ace.example".parse().expect("a name");
        let other: DomainName = "асе.example".parse().expect("all Cyrillic");
        assert_ne!(latin, other);
        assert_eq!(latin.skeleton(), other.skeleton());
    }

    #[test]
    fn public_suffixes_are_known_and_parents_listed() {
        assert!("co.uk".parse::<DomainName>().expect("a name").is_public_suffix());
        assert!(!"acme.co.uk".parse::<DomainName>().expect("a name").is_public_suffix());
        assert!(!"acme.test".parse::<DomainName>().expect("a name").is_public_suffix());
        let parents = "a.b.example.com".parse::<DomainName>().expect("a name").parents();
        assert_eq!(
            parents.iter().map(DomainName::as_str).collect::<Vec<_>>(),
            ["b.example.com", "example.com"]
        );
    }

    proptest! {
        #[test]
        fn what_was_parsed_parses_to_itself(text in ".{0,60}") {
            if let Ok(name) = text.parse::<DomainName>() {
                prop_assert_eq!(name.as_str().parse(), Ok(name.clone()));
            }
        }
    }
}
