//! Text that leaves on a line of its own: no control characters, bounded.

/// `text` on one line: control characters and Unicode line separators become `?`, and what is over
/// `max` octets is cut at a character.
///
/// `?` rather than a space, because a space or a comma separates addresses in Postfix' map values.
pub(crate) fn one_line(text: &str, max: usize) -> String {
    cut(text.chars().map(|c| if breaks_line(c) { '?' } else { c }), max)
}

/// Like [`one_line`], in printable ASCII alone: SMTP, LMTP and IMAP texts are 7-bit unless the peer asked
/// for more (RFC 6531 §3.7.4.2).
pub(crate) fn ascii_line(text: &str, max: usize) -> String {
    cut(text.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' }), max)
}

/// Whether a character would end, hide or rewrite a line: C0, DEL, C1, LINE and PARAGRAPH SEPARATOR.
pub(crate) fn breaks_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

fn cut(chars: impl Iterator<Item = char>, max: usize) -> String {
    let mut out = String::new();
    for c in chars {
        if out.len() + c.len_utf8() > max {
            break;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn line_breaks_and_controls_become_question_marks() {
        assert_eq!(one_line("a\r\nb\tc\u{2028}d\u{85}é", 100), "a??b?c?d?é");
        assert_eq!(ascii_line("a\nbé", 100), "a?b?");
    }

    #[test]
    fn a_text_is_cut_at_a_character() {
        assert_eq!(one_line("ééé", 3), "é");
    }

    proptest! {
        #[test]
        fn a_line_never_breaks_and_never_exceeds_its_bound(text in ".*", max in 0_usize..64) {
            let line = one_line(&text, max);
            prop_assert!(line.len() <= max);
            prop_assert!(!line.chars().any(breaks_line));
            prop_assert!(ascii_line(&text, max).bytes().all(|b| (b' '..=b'~').contains(&b)));
        }
    }
}
