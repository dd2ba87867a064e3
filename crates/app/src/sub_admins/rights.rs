//! Which permissions a form chooses: a level for each section, or single permissions.
//!
//! Only sections whose pages exist can be chosen. What a Sub-Admin holds in another section neither comes nor goes by
//! ordinary input (K32).

use std::collections::HashSet;

use bailiwick_base::authz::{Permission, PermissionSet, Section};
use bailiwick_base::{Code, Error};

/// The sections whose pages exist.
pub(crate) const BUILT: &[Section] = &[Section::History, Section::Users, Section::Domains, Section::Aliases];

/// What stands for "leave it as it is" where a set matches no level.
pub(crate) const CUSTOM: &str = "custom";

/// What is chosen for one section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choice {
    /// Its level.
    Level(PermissionSet),
    /// What is held now, which matches no level.
    AsItIs,
}

/// What is chosen for all sections that can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rights {
    chosen: Vec<(Section, Choice)>,
}

impl Rights {
    /// From a level for each section, as `users:2` or `users:custom`. Each section that can be chosen is named exactly
    /// once; nothing is clamped (K7).
    pub fn by_level(levels: &[String]) -> Result<Self, Error> {
        let mut chosen: Vec<(Section, Choice)> = Vec::new();
        for text in levels {
            let (section, level) = text.split_once(':').ok_or(Code::MalformedRequest)?;
            let section = Section::by_key(section).filter(|section| BUILT.contains(section));
            let section = section.ok_or(Code::MalformedRequest)?;
            if chosen.iter().any(|(other, _)| *other == section) {
                return Err(Code::MalformedRequest.into());
            }
            chosen.push((section, choice(section, level)?));
        }
        if chosen.len() == BUILT.len() { Ok(Self { chosen }) } else { Err(Code::MalformedRequest.into()) }
    }

    /// From single permissions by name. One beyond the view of its section brings the view with it, as every level
    /// does.
    pub fn one_by_one(names: &[String]) -> Result<Self, Error> {
        let mut seen = HashSet::new();
        let mut set = PermissionSet::NONE;
        for name in names {
            let permission = Permission::by_key(name).filter(|permission| can_be_chosen(*permission));
            let permission = permission.ok_or(Code::MalformedRequest)?;
            if !seen.insert(permission) {
                return Err(Code::MalformedRequest.into());
            }
            set = set.and(PermissionSet::of(&[permission]));
        }
        let chosen =
            BUILT.iter().map(|section| (*section, Choice::Level(with_view(*section, set)))).collect();
        Ok(Self { chosen })
    }

    /// The whole set, where `held` is held now: what cannot be chosen stays as it is.
    pub fn over(&self, held: PermissionSet) -> Result<PermissionSet, Error> {
        let mut set = Section::ALL
            .iter()
            .filter(|section| !BUILT.contains(section))
            .fold(PermissionSet::NONE, |set, section| set.and(held.within(section.all())));
        for (section, choice) in &self.chosen {
            let here = held.within(section.all());
            set = set.and(match choice {
                Choice::Level(level) => *level,
                Choice::AsItIs if section.level_of(here).is_none() => here,
                Choice::AsItIs => return Err(Error::new(Code::LevelInvalid).on("level")),
            });
        }
        Ok(set)
    }
}

fn choice(section: Section, level: &str) -> Result<Choice, Error> {
    if level == CUSTOM {
        return Ok(Choice::AsItIs);
    }
    let one_digit = level.len() == 1 && level.bytes().all(|byte| byte.is_ascii_digit());
    let set = if one_digit { level.parse().ok().and_then(|level| section.level(level)) } else { None };
    set.map(Choice::Level).ok_or_else(|| Error::new(Code::LevelInvalid).on("level"))
}

fn can_be_chosen(permission: Permission) -> bool {
    Section::of(permission).is_some_and(|(section, _)| BUILT.contains(&section))
}

fn with_view(section: Section, set: PermissionSet) -> PermissionSet {
    let here = set.within(section.all());
    if here.is_empty() { here } else { here.and(section.level(1).unwrap_or_default()) }
}

#[cfg(test)]
mod tests {
    use bailiwick_base::authz::{Permission as P, Profile, handed_on};

    use super::*;

    fn levels(users: &str) -> Result<Rights, Error> {
        let all = BUILT.iter().map(|section| {
            if *section == Section::Users { format!("users:{users}") } else { format!("{}:0", section.key()) }
        });
        Rights::by_level(&all.collect::<Vec<_>>())
    }

    #[test]
    fn ve_09_a_level_that_does_not_exist_is_refused_and_never_clamped() {
        for wrong in
            ["-1", "6", "999", "5.0", "", "null", "9223372036854775808", "+1", " 1", "1 ", "01", "１", "x"]
        {
            let refused = levels(wrong).expect_err("refused");
            assert_eq!(refused.code(), Code::LevelInvalid, "{wrong:?}");
        }
        let fewer = ["history:2", "users:0", "domains:0", "aliases:0"].map(str::to_owned);
        assert_eq!(Rights::by_level(&fewer).expect_err("one level").code(), Code::LevelInvalid);
        assert_eq!(levels("5").expect("a level").over(PermissionSet::NONE).ok(), Section::Users.level(5));
    }

    #[test]
    fn every_section_is_named_once_and_no_other() {
        for wrong in [
            &["users:1"][..],
            &["history:0", "users:0", "domains:0", "aliases:0", "users:5"],
            &["history:0", "users:0", "domains:0", "lists:4"],
            &["history:0", "users:0", "domains:0", "aliases:0", "lists:4"],
            &["history:0", "users:0", "domains:0", "sub_admins:1"],
            &["history:0", "users:0", "domains:0", "aliases"],
        ] {
            let wrong: Vec<String> = wrong.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(
                Rights::by_level(&wrong).expect_err("refused").code(),
                Code::MalformedRequest,
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn k32_what_cannot_be_chosen_neither_comes_nor_goes() {
        let lists = Section::Lists.level(4).expect("a level");
        let rights = levels("1").expect("levels");
        assert_eq!(rights.over(lists).expect("a set"), lists.and(PermissionSet::of(&[P::MailboxView])));
        assert_eq!(
            rights.over(handed_on()).expect("a set").within(Section::Users.all()).to_stored(),
            "mailbox.view"
        );
        let all: Vec<String> = BUILT
            .iter()
            .flat_map(|section| section.all().iter().map(P::key).collect::<Vec<_>>())
            .map(str::to_owned)
            .collect();
        let set = Rights::one_by_one(&all).expect("all of them").over(PermissionSet::NONE).expect("a set");
        assert!(set.within(Section::Lists.all()).is_empty());
    }

    #[test]
    fn only_what_can_be_handed_on_is_chosen_one_by_one() {
        for wrong in
            ["sub_admin.manage", "sub_admin.view", "list.view", "tenant.update", "own.password", "root", ""]
        {
            let refused = Rights::one_by_one(&[wrong.to_owned()]).expect_err("refused");
            assert_eq!(refused.code(), Code::MalformedRequest, "{wrong}");
        }
        let twice = ["mailbox.view", "mailbox.view"].map(str::to_owned);
        assert_eq!(Rights::one_by_one(&twice).expect_err("twice").code(), Code::MalformedRequest);
    }

    #[test]
    fn dg_01_a_permission_brings_the_view_of_its_section() {
        let rights = Rights::one_by_one(&["mailbox.send_reset_link".to_owned()]).expect("a permission");
        assert_eq!(rights.over(PermissionSet::NONE).expect("a set"), Profile::HelpDesk.permissions());
    }

    #[test]
    fn custom_keeps_what_matches_no_level_and_stands_for_nothing_else() {
        let custom = levels("custom").expect("a choice");
        let held = Profile::HelpDesk.permissions();
        assert_eq!(custom.over(held).expect("kept"), held);
        for other in [PermissionSet::NONE, Section::Users.level(2).expect("a level")] {
            assert_eq!(custom.over(other).expect_err("a level is held").code(), Code::LevelInvalid);
        }
    }
}
