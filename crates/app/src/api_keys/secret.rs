//! The text of a key: `bwk_` and 256 random bits in base 32, as scanners of published code can find it.

use bailiwick_base::words::Token;

/// What every key begins with.
const PREFIX: &str = "bwk_";

/// How much of a key is kept readable, to tell which of several stands in a file.
const HINT: usize = 4;

/// The key as its holder sees it, once.
pub(super) fn reveal(token: &Token) -> String {
    format!("{PREFIX}{}", token.reveal())
}

/// The beginning of a key, too short to be of use to anybody.
pub(super) fn hint(token: &Token) -> String {
    let text = reveal(token);
    text.chars().take(PREFIX.len() + HINT).collect()
}

/// The key in a text; none where it is no key at all.
pub(super) fn parse(text: &str) -> Option<Token> {
    text.strip_prefix(PREFIX)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bailiwick_base::words::Random;

    use super::*;

    #[test]
    fn a_key_is_read_back_and_what_is_none_is_refused() {
        let token = Token::new(&Random::Seeded(Arc::default()));
        let text = reveal(&token);
        assert_eq!((text.len(), text.starts_with("bwk_")), (56, true));
        assert_eq!(parse(&text), Some(token.clone()));
        assert_eq!(hint(&token), text[..8]);
        for wrong in [
            "",
            "bwk_",
            &text[4..],
            &text[..55],
            &text.to_uppercase(),
            &format!("{text} "),
            &format!(" {text}"),
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in "(bwk_)?.{0,80}") {
            if let Some(token) = parse(&text) {
                proptest::prop_assert_eq!(reveal(&token), text);
            }
        }
    }
}
