//! What the policy service answers.

use crate::text;

/// Longest text: an SMTP reply line has 512 octets (RFC 5321 §4.5.3.1.5), and Postfix puts the address and
/// its own words before ours.
const MAX_TEXT: usize = 200;

/// An answer to one policy request, as Postfix' access(5) actions.
///
/// There is no permit: an `OK` from a policy service would end the restriction list and let everything
/// through that later restrictions refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyAction {
    /// No objection; the next restriction decides.
    Dunno,
    /// Refused for good.
    Reject {
        /// SMTP code, 500 to 599; anything else is sent as 550, so that a refusal stays one.
        code: u16,
        /// Enhanced status code of class 5 (RFC 3463); anything else is sent as 5.7.1.
        enhanced: String,
        /// For the person who reads the bounce.
        text: String,
    },
    /// Refused for now, because of a fault or a limit of ours: `451 4.3.0`.
    Defer(String),
    /// Refused for now, and Postfix hangs up: `421 4.7.0`. For a login that was revoked in mid-session.
    Close421(String),
}

impl PolicyAction {
    /// The answer to a request that could not be read, or that asks what nobody should ask.
    pub fn malformed() -> Self {
        Self::Defer("Policy request not understood".to_owned())
    }

    /// The answer as it goes over the wire: one line of printable ASCII, then an empty line.
    pub fn encode(&self) -> String {
        let clean = |text: &str| text::ascii_line(text, MAX_TEXT);
        match self {
            Self::Dunno => "action=DUNNO\n\n".to_owned(),
            Self::Reject { code, enhanced, text } => {
                let code = if (500..600).contains(code) { *code } else { 550 };
                let enhanced = if is_permanent(enhanced) { enhanced } else { "5.7.1" };
                format!("action={code} {enhanced} {}\n\n", clean(text))
            }
            Self::Defer(text) => format!("action=451 4.3.0 {}\n\n", clean(text)),
            Self::Close421(text) => format!("action=421 4.7.0 {}\n\n", clean(text)),
        }
    }
}

/// `5.subject.detail`, one to three digits each (RFC 3463 §2).
fn is_permanent(code: &str) -> bool {
    let mut parts = code.split('.');
    let number = |p: &str| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit());
    parts.next() == Some("5")
        && parts.next().is_some_and(number)
        && parts.next().is_some_and(number)
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reject(code: u16, enhanced: &str, text: &str) -> String {
        PolicyAction::Reject { code, enhanced: enhanced.into(), text: text.into() }.encode()
    }

    #[test]
    fn actions_have_the_form_postfix_reads() {
        assert_eq!(PolicyAction::Dunno.encode(), "action=DUNNO\n\n");
        assert_eq!(reject(552, "5.2.2", "Mailbox is full"), "action=552 5.2.2 Mailbox is full\n\n");
        assert_eq!(PolicyAction::Defer("Later".into()).encode(), "action=451 4.3.0 Later\n\n");
        assert_eq!(PolicyAction::Close421("Signed out".into()).encode(), "action=421 4.7.0 Signed out\n\n");
    }

    #[test]
    fn a_refusal_stays_a_refusal_whatever_its_codes() {
        assert_eq!(reject(250, "2.0.0", "no"), "action=550 5.7.1 no\n\n");
        assert_eq!(reject(0, "5.7.1 OK", "no"), "action=550 5.7.1 no\n\n");
        assert_eq!(reject(554, "5.1234.1", "no"), "action=554 5.7.1 no\n\n");
    }

    #[test]
    fn a_malformed_request_is_answered_with_451() {
        assert!(PolicyAction::malformed().encode().starts_with("action=451 4.3.0 "));
    }

    proptest! {
        #[test]
        fn no_text_can_add_a_line_or_an_action(text in any::<String>(), code in any::<u16>(), dsn in ".*") {
            for action in [
                PolicyAction::Reject { code, enhanced: dsn, text: text.clone() },
                PolicyAction::Defer(text.clone()),
                PolicyAction::Close421(text.clone()),
            ] {
                let wire = action.encode();
                let line = wire.strip_suffix("\n\n").unwrap();
                prop_assert!(line.bytes().all(|b| (b' '..=b'~').contains(&b)));
                prop_assert!(line.starts_with("action=4") || line.starts_with("action=5"));
                prop_assert!(line.len() <= MAX_TEXT + 30);
            }
        }
    }
}
