//! An explanation as programs read it: the member `explanation` of a refusal, and the answers about access.

use bailiwick_base::authz::{Explanation, Held, Permission, Scope};
use bailiwick_base::words::DomainId;
use serde::Serialize;
use utoipa::ToSchema;

use super::words;

/// A decision, explained.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Explanation)]
pub(crate) struct ExplanationBody {
    /// The permission that was needed.
    #[schema(value_type = String, example = "mailbox.update")]
    needs: &'static str,
    /// The same in words.
    #[schema(example = "change users")]
    needs_in_words: String,
    /// `granted`, or what is missing: `not_included` (nothing that was given includes it), `elsewhere` (it is included, but not
    /// over this thing), `expired`, `outranked` (the thing can give control over somebody who is not below), or
    /// `not_while_acting`.
    #[schema(value_type = String, example = "not_included")]
    why: &'static str,
    /// The same in words.
    why_in_words: String,
    /// What was given: that which grants it or, refused, all of it.
    held: Vec<HeldBody>,
}

/// Something that was given.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = AccessHeld)]
pub(crate) struct HeldBody {
    /// What it gives, in words.
    #[schema(example = json!(["Users 2 (View, Add)"]))]
    access: Vec<String>,
    /// The role it belongs to.
    #[schema(value_type = String, example = "sub_admin")]
    role: &'static str,
    /// What it gives.
    #[schema(value_type = Vec<String>, example = json!(["mailbox.view", "mailbox.add"]))]
    permissions: Vec<&'static str>,
    /// Where it holds: `everywhere`, or in a `tenant`, `domain`, `mailbox` or `login`.
    #[schema(value_type = String, example = "domain")]
    scope: &'static str,
    /// The domain, where it holds in one.
    domain_id: Option<DomainId>,
    /// The domain's name.
    #[schema(example = "example.com")]
    scope_name: Option<String>,
    /// From whom; null for what is built in.
    from: Option<String>,
    /// Since when.
    #[schema(format = DateTime)]
    since: Option<String>,
    /// Until when; null is for good.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// It is over.
    over: bool,
    /// Why it was given; null where it is not for the reader.
    note: Option<String>,
}

impl From<&Explanation> for ExplanationBody {
    fn from(explanation: &Explanation) -> Self {
        Self {
            needs: explanation.needs.key(),
            needs_in_words: explanation.needs.in_words().into_owned(),
            why: explanation.why.key(),
            why_in_words: words::why(explanation),
            held: explanation.held.iter().map(HeldBody::of).collect(),
        }
    }
}

impl HeldBody {
    /// For its holder, whom the giver's note is not for.
    pub(super) fn of(held: &Held) -> Self {
        let (scope, _) = held.scope.to_stored();
        Self {
            access: words::access(held.role, held.permissions),
            role: held.role.key(),
            permissions: held.permissions.iter().map(Permission::key).collect(),
            scope,
            domain_id: if let Scope::Domain(id) = held.scope { Some(id) } else { None },
            scope_name: held.scope_name.clone(),
            from: words::giver(held),
            since: held.since.map(|since| since.to_string()),
            until: held.until.map(|until| until.to_string()),
            over: held.over,
            note: None,
        }
    }

    /// For whoever looks after the access.
    pub(super) fn with_note(held: &Held) -> Self {
        Self { note: Some(held.note.clone()), ..Self::of(held) }
    }
}
