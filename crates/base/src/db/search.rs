//! Search within texts: an index of words, one row for each thing, kept by the thing's store in the same transaction.
//!
//! The words are groups of three characters that occur in the thing's texts, and the districts it lies in, so that one
//! look-up finds what holds a text *and* lies where the asker may look, however large the rest is. What the index finds
//! is a superset: whoever asks compares the texts themselves too, and narrows as for any list. SQLite keeps the words
//! in an FTS5 table without content, PostgreSQL in a `tsvector`; neither needs an extension or a trigger.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::Query;
use crate::authz::{ScopeKind, Target, Visible};

/// A piece of a statement for which the engines have no common words.
#[derive(Debug, Clone, Copy)]
pub struct EachEngine {
    /// On SQLite.
    pub sqlite: &'static str,
    /// On PostgreSQL.
    pub postgres: &'static str,
}

impl EachEngine {
    /// The one for the engine at hand.
    pub fn at(self, tx: &mut impl Query) -> &'static str {
        if tx.connection().is_postgres() { self.postgres } else { self.sqlite }
    }
}

/// Characters a text must have to be searched for anywhere; shorter ones are looked for at the beginning.
pub const SEARCHED_ANYWHERE: usize = 3;

/// Characters of a searched text that the index is asked about; the comparison of the texts sees to the rest.
const ASKED: usize = 48;

/// The words of one thing, as both engines take them: `t1 d7 g616e6e`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWords(String);

impl SearchWords {
    /// Of a thing in these districts with these texts, in which capitals do not count.
    pub fn of<'t>(
        districts: impl IntoIterator<Item = (ScopeKind, i64)>,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Self {
        let grams: BTreeSet<String> =
            texts.into_iter().flat_map(|text| grams(&text.to_lowercase(), 1)).collect();
        let mut words: Vec<String> =
            districts.into_iter().filter_map(|(kind, id)| district(kind, id)).collect();
        words.extend(grams);
        Self(words.join(" "))
    }

    /// As it is bound.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A question to an index: which things hold a text and lie in a place.
#[derive(Debug, Clone)]
pub struct SearchQuestion {
    grams: Vec<String>,
    /// Alternatives; nothing where all is asked for.
    districts: Vec<String>,
    within: Option<String>,
}

impl SearchQuestion {
    /// What holds `text` somewhere; none if it is too short for the index.
    pub fn anywhere(text: &str) -> Option<Self> {
        let text: String = text.to_lowercase().chars().take(ASKED).collect();
        // Every second group covers the text as well, and costs half.
        let grams = grams(&text, 2);
        (!grams.is_empty()).then_some(Self { grams, districts: Vec::new(), within: None })
    }

    /// Only what is in the districts of what may be seen.
    #[must_use]
    pub fn among<T: Target>(mut self, visible: &Visible<T>) -> Self {
        let districts = visible.districts().map(|(kind, id)| district(kind, id));
        self.districts = districts.collect::<Option<Vec<_>>>().unwrap_or_default();
        self
    }

    /// Only what is in this one.
    #[must_use]
    pub fn within(mut self, kind: ScopeKind, id: i64) -> Self {
        self.within = district(kind, id);
        self
    }

    /// As the engine at hand takes it: for FTS5, or for a `tsquery`.
    pub fn at(&self, tx: &mut impl Query) -> String {
        if tx.connection().is_postgres() { self.text(" & ", " | ") } else { self.text(" AND ", " OR ") }
    }

    fn text(&self, and: &str, or: &str) -> String {
        let mut text = String::new();
        if !self.districts.is_empty() {
            let _ = write!(text, "({})", self.districts.join(or)); // a String takes everything
        }
        for word in self.within.iter().chain(&self.grams) {
            if !text.is_empty() {
                text.push_str(and);
            }
            text.push_str(word);
        }
        text
    }
}

/// The word for a district; none for kinds that no index holds.
fn district(kind: ScopeKind, id: i64) -> Option<String> {
    match kind {
        ScopeKind::Tenant => Some(format!("t{id}")),
        ScopeKind::Domain => Some(format!("d{id}")),
        _ => None,
    }
}

/// The groups of three characters at every `step`th place and at the end, in hexadecimal, so that no tokenizer takes
/// them apart.
fn grams(text: &str, step: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    let Some(last) = characters.len().checked_sub(3) else { return Vec::new() };
    let places = (0..last).step_by(step).chain([last]);
    places
        .map(|at| {
            let gram: String = characters[at..at + 3].iter().collect();
            format!("g{}", data_encoding::HEXLOWER.encode(gram.as_bytes()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_of_a_question_is_among_the_words_of_what_holds_it() {
        let words =
            SearchWords::of([(ScopeKind::Tenant, 1), (ScopeKind::Domain, 7)], ["ännchen@a.test", "Ann Ä"]);
        let words: Vec<&str> = words.as_str().split(' ').collect();
        assert_eq!(words[..2], ["t1", "d7"]);
        for held in ["änn", "nchen@a", "Ann", "ann ä", "n Ä", "ännchen@a.test"] {
            let question = SearchQuestion::anywhere(held).expect("long enough").within(ScopeKind::Domain, 7);
            for word in question.text(" ", " ").split(' ') {
                assert!(words.contains(&word), "{held}: {word}");
            }
        }
        for short in ["", "a", "ä@"] {
            assert!(SearchQuestion::anywhere(short).is_none(), "{short}");
        }
    }

    #[test]
    fn a_long_text_asks_no_more_than_the_index_can_bear() {
        let question = SearchQuestion::anywhere(&"long".repeat(1000)).expect("long enough");
        assert!(question.text(" & ", " | ").split(" & ").count() <= ASKED / 2);
    }
}
