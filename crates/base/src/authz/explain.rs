//! Why somebody may or may not do something. The function that decides makes it, so that decision and explanation
//! cannot differ.

use super::{Permission, PermissionSet, Rank, Role, Scope};
use crate::words::Timestamp;

/// A decision, explained: what was asked, the answer, and the grants that bear on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The permission that was asked for.
    pub needs: Permission,
    /// The answer.
    pub why: Why,
    /// The grants that bear on it: the one that gives it; or, refused, all that were given and not only built in,
    /// dead ones too.
    pub held: Vec<Held>,
}

/// Granted, or what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A grant gives it.
    Granted,
    /// No grant includes it.
    NotIncluded,
    /// A grant includes it, but not over this thing.
    Elsewhere,
    /// A grant gave it and has ended.
    Expired,
    /// The thing can give control over somebody of this rank, which is not below the actor's own (K3).
    Outranked(Rank),
    /// Not while acting as somebody else (K17).
    NotWhileActing,
}

impl Why {
    /// Its name in texts and in the API.
    pub const fn key(self) -> &'static str {
        match self {
            Why::Granted => "granted",
            Why::NotIncluded => "not_included",
            Why::Elsewhere => "elsewhere",
            Why::Expired => "expired",
            Why::Outranked(_) => "outranked",
            Why::NotWhileActing => "not_while_acting",
        }
    }
}

/// A grant as an explanation shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The role it gives.
    pub role: Role,
    /// The permissions it gives.
    pub permissions: PermissionSet,
    /// Where.
    pub scope: Scope,
    /// The name of where, for a domain.
    pub scope_name: Option<String>,
    /// From whom.
    pub giver: Option<String>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Why, in the giver's words: for whoever manages the access, not for its holder.
    pub note: String,
    /// Is it over?
    pub over: bool,
}
