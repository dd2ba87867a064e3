//! What a refused person is told: what was needed, what is missing, what they have, and who can help. Their own
//! grants only, and no word of whom else a thing reaches.

use bailiwick_base::authz::{Explanation, Why};
use bailiwick_base::t;
use bailiwick_ui::facts;
use maud::{Markup, html};
use serde_json::Value;

use super::body::ExplanationBody;
use super::words;

/// The middle of the page with which something is refused.
pub(crate) fn on_page(explanation: &Explanation) -> Markup {
    let given = words::given(&explanation.held);
    let held = html! {
        @if given.is_empty() { (t!("explanation-held-nothing")) }
        ul.list-unstyled.bw-held {
            @for one in &given {
                li {
                    @for line in &one.access { div.bw-strong { (line) } }
                    div.bw-muted { (one.circumstances()) }
                }
            }
        }
    };
    html! {
        (facts()
            .fact(t!("explanation-missing"), words::why(explanation))
            .fact(t!("explanation-held"), held)
            .fact(t!("explanation-help"), words::help(explanation)))
    }
}

/// The sentence over it, where a permission is what is missing.
pub(crate) fn shortly(explanation: &Explanation) -> Option<String> {
    match explanation.why {
        Why::NotIncluded | Why::Elsewhere | Why::Expired => Some(words::needs(explanation.needs)),
        Why::Granted | Why::Outranked(_) | Why::NotWhileActing => None,
    }
}

/// An explanation as JSON: the member `explanation` of a problem document.
pub fn document(explanation: &Explanation) -> Value {
    serde_json::to_value(ExplanationBody::from(explanation)).unwrap_or_default()
}
