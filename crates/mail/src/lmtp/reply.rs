//! Replies: RFC 5321 §4.2, with enhanced status codes (RFC 2034).

use crate::text;

/// Longest text of one line, below the 512 octets of a reply line.
const MAX_TEXT: usize = 480;

/// One reply of one or more lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    lines: Vec<String>,
}

impl Reply {
    /// A reply of one line. `code` outside of 200 to 599 becomes 451: a fault of ours is temporary.
    pub fn new(code: u16, text: &str) -> Self {
        Self::lines(code, &[text])
    }

    /// A reply with an enhanced status code, for example `Reply::enhanced(250, "2.1.5", "Ok")`.
    pub fn enhanced(code: u16, enhanced: &str, text: &str) -> Self {
        Self::new(code, &format!("{enhanced} {text}"))
    }

    /// A reply of several lines, such as that to LHLO.
    pub fn lines(code: u16, lines: &[&str]) -> Self {
        let code = if (200..600).contains(&code) { code } else { 451 };
        Self { code, lines: lines.iter().map(|line| text::ascii_line(line, MAX_TEXT)).collect() }
    }

    /// The answer to LHLO: our name, then what we can do. `size` is the longest message in octets.
    pub fn lhlo(name: &str, size: usize) -> Self {
        let size = format!("SIZE {size}");
        Self::lines(250, &[name, "PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", &size])
    }

    /// The code as it is sent.
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// The reply as it goes over the wire. Texts are printable ASCII; other characters become `?`.
    pub fn encode(&self) -> String {
        let Some((last, rest)) = self.lines.split_last() else { return format!("{}\r\n", self.code) };
        let mut out = String::new();
        for line in rest {
            out.push_str(&self.line('-', line));
        }
        out + &self.line(' ', last)
    }

    fn line(&self, mark: char, text: &str) -> String {
        format!("{}{mark}{text}\r\n", self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_line_has_a_blank_and_the_others_a_dash() {
        assert_eq!(
            Reply::lhlo("mail.a.test", 1000).encode(),
            "250-mail.a.test\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 SIZE 1000\r\n"
        );
        assert_eq!(Reply::enhanced(550, "5.6.0", "Bare LF").encode(), "550 5.6.0 Bare LF\r\n");
        assert_eq!(Reply::lines(250, &[]).encode(), "250\r\n");
    }

    #[test]
    fn a_code_that_is_none_is_temporary() {
        assert_eq!(Reply::new(0, "x").encode(), "451 x\r\n");
    }

    proptest! {
        #[test]
        fn no_text_adds_a_line(text in any::<String>(), code in any::<u16>()) {
            let wire = Reply::new(code, &text).encode();
            prop_assert!(wire.len() <= 512);
            prop_assert!(wire.strip_suffix("\r\n").unwrap().bytes().all(|b| (b' '..=b'~').contains(&b)));
        }
    }
}
