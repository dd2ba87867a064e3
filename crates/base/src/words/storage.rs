//! Amounts of mail storage.

use std::fmt;
use std::str::FromStr;

/// An amount of storage, in bytes. People enter and read it in GB of 10^9 bytes ("0.5" = 500 MB).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, sqlx::Type, serde::Serialize)]
#[sqlx(transparent)]
pub struct Storage(i64);

/// Largest amount that can be entered: a million GB.
const MAX_BYTES: i64 = 1_000_000 * Storage::GB;

/// The text is not an amount of storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StorageError;

impl Storage {
    /// Bytes in a GB.
    pub const GB: i64 = 1_000_000_000;

    /// An amount of whole gigabytes.
    pub const fn gb(gb: i64) -> Self {
        Self(gb * Self::GB)
    }

    /// An amount of bytes, as read from the database or a mail server; negative ones are nothing.
    pub const fn bytes(bytes: i64) -> Self {
        Self(if bytes < 0 { 0 } else { bytes })
    }

    /// The amount in bytes.
    pub const fn as_bytes(self) -> i64 {
        self.0
    }

    /// What is left of this amount after `used`.
    #[must_use]
    pub const fn left(self, used: Self) -> Self {
        let left = self.0.saturating_sub(used.0);
        Self::bytes(if left < 0 { 0 } else { left })
    }

    /// The number that stands in a form, in GB: "0.5", "12".
    pub fn in_gb(self) -> String {
        let whole = self.0 / Self::GB;
        let rest = self.0 % Self::GB;
        if rest == 0 {
            return whole.to_string();
        }
        format!("{whole}.{rest:09}").trim_end_matches('0').to_owned()
    }
}

impl TryFrom<i64> for Storage {
    type Error = StorageError;

    /// An amount of bytes as somebody gives it: none that is negative or absurd.
    fn try_from(bytes: i64) -> Result<Self, StorageError> {
        if (0..=MAX_BYTES).contains(&bytes) { Ok(Self(bytes)) } else { Err(StorageError) }
    }
}

impl fmt::Display for Storage {
    /// For reading: "500 MB", "1.5 GB", at most one decimal.
    #[expect(clippy::cast_precision_loss, reason = "for reading only, one decimal is shown")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0 {
            0 => return f.write_str("0 MB"),
            1..=999_999 => (1e3, "kB"),
            1_000_000..=999_999_999 => (1e6, "MB"),
            1_000_000_000..=999_999_999_999 => (1e9, "GB"),
            _ => (1e12, "TB"),
        };
        let shown = format!("{:.1}", self.0 as f64 / unit);
        write!(f, "{} {name}", shown.strip_suffix(".0").unwrap_or(&shown))
    }
}

impl FromStr for Storage {
    type Err = StorageError;

    fn from_str(text: &str) -> Result<Self, StorageError> {
        let text = text.trim();
        let (whole, rest) = text.split_once(['.', ',']).unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 7 || rest.len() > 9 || !digits(whole) || !digits(rest) {
            return Err(StorageError);
        }
        let whole: i64 = whole.parse().map_err(|_| StorageError)?;
        let rest: i64 = format!("{rest:0<9}").parse().map_err(|_| StorageError)?;
        let bytes = whole * Self::GB + rest;
        if bytes == 0 || bytes > MAX_BYTES { Err(StorageError) } else { Ok(Self(bytes)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_a_gb_is_500_mb() {
        let half: Storage = "0.5".parse().expect("a number");
        assert_eq!(half.as_bytes(), 500_000_000);
        assert_eq!(half.to_string(), "500 MB");
        assert_eq!(half.in_gb(), "0.5");
        assert_eq!(Storage::gb(12).to_string(), "12 GB");
        assert_eq!(Storage::bytes(1_500_000_000_000).to_string(), "1.5 TB");
    }

    #[test]
    fn what_is_not_a_positive_amount_is_refused() {
        for text in ["", "0", "-1", "1e3", "1 GB", "1.2.3", "١", "99999999", "0.0000000001", "NaN"] {
            assert_eq!(text.parse::<Storage>(), Err(StorageError), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_a_form_shows_can_be_sent_back(bytes in 1..=MAX_BYTES) {
            prop_assert_eq!(Storage(bytes).in_gb().parse(), Ok(Storage(bytes)));
        }
    }
}
