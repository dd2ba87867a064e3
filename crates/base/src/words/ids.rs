//! Identifiers: i64 in the database, a prefixed base-32 string (`mbx_4g7k`) in URLs and the API.
//!
//! The string has one canonical form, so two spellings never name one object. Ids are never reused
//! and carry no meaning: neither order nor size may be relied on.

use std::fmt;
use std::str::FromStr;

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The text is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdError;

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id of this kind")
    }
}

impl std::error::Error for IdError {}

fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, id: i64) -> fmt::Result {
    let mut digits = [0_u8; 13];
    let mut rest = id.unsigned_abs();
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = DIGITS[usize::try_from(rest % 32).unwrap_or(0)];
        rest /= 32;
        if rest == 0 {
            break;
        }
    }
    write!(f, "{prefix}_{}", std::str::from_utf8(&digits[at..]).unwrap_or_default())
}

fn parse_id(prefix: &str, text: &str) -> Result<i64, IdError> {
    let digits = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(IdError)?;
    if digits.is_empty() || digits.len() > 13 || digits.starts_with('0') {
        return Err(IdError);
    }
    digits.bytes().try_fold(0_i64, |id, byte| {
        let digit = DIGITS.iter().position(|digit| *digit == byte).ok_or(IdError)?;
        id.checked_mul(32).and_then(|id| id.checked_add(i64::try_from(digit).ok()?)).ok_or(IdError)
    })
}

/// How an id is described in the API's documents.
fn id_schema(prefix: &str) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .pattern(Some(format!("^{prefix}_[1-9a-hjkmnp-tv-z][0-9a-hjkmnp-tv-z]{{0,12}}$")))
        .examples([format!("{prefix}_4g7k")])
        .into()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
        #[sqlx(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_id(f, $prefix, self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                parse_id($prefix, text).map(Self)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                id_schema($prefix)
            }
        }

        impl utoipa::ToSchema for $name {}

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// One customer of e-mail hosting: what an Admin administers.
    TenantId = "ten";
    /// How somebody signs in.
    LoginId = "log";
    /// A signed-in browser.
    SessionId = "ses";
    /// Powers given to a login.
    GrantId = "grt";
    /// A mail domain.
    DomainId = "dom";
    /// A row of the one address space.
    AddressId = "adr";
    /// A mailbox ("User" in the Admin Panel).
    MailboxId = "mbx";
    /// A type of user that the installation offers.
    MailboxTypeId = "typ";
    /// An address that stands for others.
    AliasId = "als";
    /// A row of the audit log ("Account History").
    AuditEventId = "evt";
    /// A row of the outbox.
    JobId = "job";
    /// Somebody acting as another, from beginning to end.
    ImpersonationId = "act";
    /// A file of users or aliases, from its upload to its end.
    ImportId = "imp";
    /// Something that is asked of staff.
    TaskId = "tsk";
    /// A key to the API.
    ApiKeyId = "key";
}

/// The whole installation, as the target of acts that concern no single tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installation;

impl fmt::Display for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("installation")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_is_written_with_its_kind_and_read_back() {
        assert_eq!(MailboxId(147_699).to_string(), "mbx_4g7k");
        assert_eq!("mbx_4g7k".parse(), Ok(MailboxId(147_699)));
        assert_eq!(i64::MAX, format!("{}", TenantId(i64::MAX)).parse::<TenantId>().expect("reads back").0);
    }

    #[test]
    fn an_id_has_one_spelling_and_one_kind() {
        for text in [
            "mbx_04g7k",
            "mbx_4G7K",
            "mbx_",
            "mbx",
            "dom_4g7k",
            "4g7k",
            "mbx_4g7k ",
            "mbx_zzzzzzzzzzzzz",
            "mbx_-1",
            "mbx_0",
        ] {
            assert_eq!(text.parse::<MailboxId>(), Err(IdError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_positive_id_survives_the_round_trip(id in 1..=i64::MAX) {
            prop_assert_eq!(DomainId(id).to_string().parse(), Ok(DomainId(id)));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,40}") {
            if let Ok(id) = text.parse::<DomainId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
