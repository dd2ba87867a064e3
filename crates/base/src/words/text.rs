//! A line of text typed by a person.

use std::fmt;
use std::str::FromStr;

/// One line of text, trimmed, without control or direction-changing characters, at most `MAX` characters.
/// Safe to put into a mail header or a log line (K20).
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Line<const MAX: usize>(String);

/// Why a text is not such a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineError {
    /// More than the permitted characters.
    TooLong,
    /// A line break, a control character or one that changes the direction of writing.
    BadCharacter,
}

impl<const MAX: usize> Line<MAX> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing was entered.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn is_bad(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

impl<const MAX: usize> FromStr for Line<MAX> {
    type Err = LineError;

    fn from_str(text: &str) -> Result<Self, LineError> {
        let text = text.trim();
        if text.chars().any(is_bad) {
            Err(LineError::BadCharacter)
        } else if text.chars().count() > MAX {
            Err(LineError::TooLong)
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl<const MAX: usize> fmt::Display for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_10_a_line_that_could_break_a_header_is_refused() {
        for text in ["x\r\nBcc: v@e.example", "x\ny", "x\ry", "x\0y", "x\u{2028}y", "x\u{202E}y"] {
            assert_eq!(text.parse::<Line<100>>(), Err(LineError::BadCharacter), "{text:?}");
        }
    }

    #[test]
    fn a_line_is_trimmed_and_counted_in_characters() {
        assert_eq!("  Ana Núñez ".parse::<Line<9>>().expect("fits").as_str(), "Ana Núñez");
        assert_eq!("0123456789".parse::<Line<9>>(), Err(LineError::TooLong));
    }
}
