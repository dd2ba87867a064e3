//! What a refused person is told: what was needed, what is missing, what they have, and who can help. Their own
//! grants only, and no word of whom else a thing reaches.

use bailiwick_base::authz::{Explanation, Held, Why};
use bailiwick_base::t;
use bailiwick_ui::facts;
use maud::{Markup, html};
use serde_json::{Value, json};

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
    json!({
        "needs": explanation.needs.key(),
        "needs_in_words": explanation.needs.in_words(),
        "why": explanation.why.key(),
        "why_in_words": words::why(explanation),
        "held": explanation.held.iter().map(held).collect::<Vec<_>>(),
    })
}

fn held(held: &Held) -> Value {
    let (kind, _) = held.scope.to_stored();
    json!({
        "access": words::access(held.role, held.permissions),
        "scope": kind,
        "scope_name": held.scope_name,
        "from": words::giver(held),
        "since": held.since.map(|since| since.to_string()),
        "until": held.until.map(|until| until.to_string()),
        "over": held.over,
    })
}
