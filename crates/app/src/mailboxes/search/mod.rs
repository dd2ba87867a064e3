//! What is meant by what somebody types into the search of a list of mailboxes.

mod store;
#[cfg(test)]
mod tests;

use bailiwick_base::db::SEARCHED_ANYWHERE;

pub(super) use store::{add, anywhere, beginning, remove, rename};

/// A search as it was meant. Capitals do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Search {
    /// Nothing was typed.
    Nothing,
    /// Addresses and names that begin with this: a `*` at the end says so, and fewer than three letters mean it. With
    /// an `@` in it, it is the beginning of an address.
    Beginning(String),
    /// Addresses and names in which this occurs.
    Anywhere(String),
}

impl Search {
    pub(super) fn of(typed: &str) -> Self {
        let typed = typed.trim();
        let text = typed.trim_end_matches('*').to_lowercase();
        if text.is_empty() {
            Self::Nothing
        } else if text.len() < typed.to_lowercase().len() || text.chars().count() < SEARCHED_ANYWHERE {
            Self::Beginning(text)
        } else {
            Self::Anywhere(text)
        }
    }
}
