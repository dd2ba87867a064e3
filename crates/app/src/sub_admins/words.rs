//! What a Sub-Admin may do, in words. Decides nothing.

use std::borrow::Cow;

use bailiwick_base::authz::{Permission, PermissionSet, Section};
use bailiwick_base::{t, texts};

/// A section's name: `Users`.
pub(crate) fn section_name(section: Section) -> Cow<'static, str> {
    texts::text(&format!("section-{}", section.key().replace('_', "-")))
}

/// The word for a permission within its section: `Send reset links`.
pub(crate) fn permission_word(permission: Permission) -> Cow<'static, str> {
    texts::text(&format!("permission-{}", permission.key().replace(['.', '_'], "-")))
}

/// A level as a menu offers it: `2 - Add`.
pub(crate) fn level_choice(section: Section, level: usize) -> String {
    match level.checked_sub(1).and_then(|below| section.levels().get(below)) {
        Some((word, _)) => t!("access-level-choice", level = level, word = level_word(word)).into_owned(),
        None => t!("access-level-none").into_owned(),
    }
}

fn level_word(word: &str) -> Cow<'static, str> {
    texts::text(&format!("level-{word}"))
}

/// One line for each section in which the set holds something: `Users 2 (View, Add)`, or `Users custom (View, Send
/// reset links)` for what matches no level. Permissions of no section (managing Sub-Admins, releasing addresses) are
/// left out.
pub(crate) fn access_in_words(set: PermissionSet) -> Vec<String> {
    held(set).map(|section| section_in_words(section, set)).collect()
}

fn section_in_words(section: Section, set: PermissionSet) -> String {
    let name = section_name(section);
    match section.level_of(set) {
        Some(level) => {
            let words: Vec<_> = section.levels()[..level].iter().map(|(word, _)| level_word(word)).collect();
            t!("access-level", section = name, level = level, words = words.join(", ")).into_owned()
        }
        None => t!("access-custom", section = name, words = permission_words(section, set)).into_owned(),
    }
}

/// The set's permissions in a section: `View, Send reset links`.
pub(super) fn permission_words(section: Section, set: PermissionSet) -> String {
    let words: Vec<_> = set.within(section.all()).iter().map(permission_word).collect();
    words.join(", ")
}

/// All of it in one short line: `Users 2 · Domains 1`.
pub(crate) fn access_in_short(set: PermissionSet) -> String {
    let parts: Vec<String> = held(set)
        .map(|section| {
            let name = section_name(section);
            match section.level_of(set) {
                Some(level) => t!("access-short-level", section = name, level = level).into_owned(),
                None => t!("access-short-custom", section = name).into_owned(),
            }
        })
        .collect();
    if parts.is_empty() { t!("access-none").into_owned() } else { parts.join(" · ") }
}

fn held(set: PermissionSet) -> impl Iterator<Item = Section> {
    Section::ALL.iter().copied().filter(move |section| !set.within(section.all()).is_empty())
}

#[cfg(test)]
mod tests {
    use bailiwick_base::authz::{Profile, handed_on};

    use super::*;

    #[test]
    fn a_set_is_worded_by_level_and_custom_ones_by_their_permissions() {
        let set = Section::Users.level(2).expect("a level").and(Section::Domains.level(1).expect("a level"));
        assert_eq!(access_in_words(set), ["Users 2 (View, Add)", "Domains 1 (View)"]);
        assert_eq!(access_in_short(set), "Users 2 · Domains 1");
        let help_desk = Profile::HelpDesk.permissions();
        assert_eq!(access_in_words(help_desk), ["Users custom (View, Send reset links)"]);
        assert_eq!(access_in_short(help_desk), "Users custom");
        assert_eq!(access_in_short(PermissionSet::NONE), "No access");
        assert_eq!(level_choice(Section::Users, 5), "5 - Impersonate");
        assert_eq!(level_choice(Section::Users, 0), "0 - No access");
    }

    #[test]
    fn every_section_level_and_permission_has_a_word() {
        for section in Section::ALL {
            assert!(!section_name(*section).starts_with("section-"), "{}", section.key());
            for level in 1..=section.highest() {
                assert!(!level_choice(*section, level).contains("level-"), "{} {level}", section.key());
            }
        }
        for permission in handed_on().iter() {
            assert!(!permission_word(permission).starts_with("permission-"), "{}", permission.key());
        }
    }
}
