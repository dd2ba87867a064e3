//! An explanation in words. Impersonal, so that the same sentences serve whoever asks about themselves or another.

use bailiwick_base::authz::{Explanation, Held, Permission, PermissionSet, Role, Scope, Section, Why};
use bailiwick_base::words::{Day, TimeZoneName, Timestamp};
use bailiwick_base::{t, texts};

use crate::sub_admins::{access_in_words, section_name};

/// Names written out in one sentence.
const NAMED: usize = 10;

/// The grants that were given at one time for several domains, as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What it gives: `Users 2 (View, Add)`.
    pub access: Vec<String>,
    /// Where: `for a.example`.
    pub place: String,
    /// From whom, and since when; nothing for what is built in.
    pub from: Option<String>,
    /// Until when, or since when it is over.
    pub end: Option<String>,
    /// Why it was given, in the giver's words.
    pub note: String,
    /// Is it over?
    pub over: bool,
}

impl Given {
    /// Where, from whom and until when, in one line.
    pub fn circumstances(&self) -> String {
        [Some(&self.place), self.from.as_ref(), self.end.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// An instant, with the zone it is told in.
pub(super) fn when(at: Timestamp) -> String {
    at.with_zone(&TimeZoneName::utc())
}

/// An end as it was entered: the end of a day; or the instant itself.
fn last_moment(until: Timestamp) -> String {
    let day = Day::last_before(until);
    if day.end() == until {
        t!("explanation-end-of-day", day = day.to_string()).into_owned()
    } else {
        when(until)
    }
}

/// What a permission lets one do, and at which level it begins: `To do this you need: change users (Users 3, Update).`
pub(super) fn needs(permission: Permission) -> String {
    t!("explanation-needs", to = permission.in_words(), level = level(permission)).into_owned()
}

/// The level at which a permission begins, or who alone has it.
pub(super) fn level(permission: Permission) -> String {
    let held_by = |role: Role| role.permissions().contains(permission);
    match Section::of(permission) {
        Some((section, level)) => {
            let (word, _) = section.levels()[level - 1];
            let word = texts::text(&format!("level-{word}"));
            t!("explanation-level", section = section_name(section), level = level, word = word).into_owned()
        }
        None if held_by(Role::MainAdmin) => t!("explanation-only-main-admin").into_owned(),
        None if held_by(Role::StaffOwner) => t!("explanation-only-provider").into_owned(),
        None => t!("explanation-only-others").into_owned(),
    }
}

/// The answer: that it is given, or what is missing.
pub fn why(explanation: &Explanation) -> String {
    let with = |held: &&Held| held.permissions.contains(explanation.needs);
    match explanation.why {
        Why::Granted => t!("explanation-why-granted").into_owned(),
        Why::NotIncluded if explanation.held.is_empty() => t!("explanation-why-nothing").into_owned(),
        Why::NotIncluded => t!("explanation-why-not-included").into_owned(),
        Why::Elsewhere => {
            let alive: Vec<_> = explanation.held.iter().filter(with).filter(|held| !held.over).collect();
            if alive.is_empty() {
                return t!("explanation-why-elsewhere-unnamed").into_owned();
            }
            t!("explanation-why-elsewhere", place = place(&alive)).into_owned()
        }
        Why::Expired => {
            let ended = explanation.held.iter().filter(with).filter_map(|held| held.until).max();
            let at = ended.map(when).unwrap_or_default();
            t!("explanation-why-expired", at = at).into_owned()
        }
        Why::Outranked(_) => t!("explanation-why-outranked").into_owned(),
        Why::NotWhileActing => t!("explanation-why-not-while-acting").into_owned(),
    }
}

/// What was given, those that differ in nothing but their domain together, in the order in which it was given.
pub fn given(held: &[Held]) -> Vec<Given> {
    let alike = |one: &Held, other: &Held| {
        (one.role, one.permissions, one.scope.kind(), one.since, one.until, one.over)
            == (other.role, other.permissions, other.scope.kind(), other.since, other.until, other.over)
            && (&one.giver, &one.note) == (&other.giver, &other.note)
    };
    let mut groups: Vec<Vec<&Held>> = Vec::new();
    for one in held {
        match groups.iter_mut().find(|group| alike(group[0], one)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups.iter().map(|group| together(group)).collect()
}

fn together(group: &[&Held]) -> Given {
    let one = group[0];
    let end = one.until.map(|until| {
        if one.over {
            t!("explanation-ended", at = when(until)).into_owned()
        } else {
            t!("explanation-until", at = last_moment(until)).into_owned()
        }
    });
    Given {
        access: access(one.role, one.permissions),
        place: place(group),
        from: giver(one)
            .zip(one.since)
            .map(|(giver, since)| t!("explanation-from", giver = giver, at = when(since)).into_owned()),
        end,
        note: one.note.clone(),
        over: one.over,
    }
}

/// A Sub-Admin's powers by section, anybody else's by the name of the role.
pub(super) fn access(role: Role, permissions: PermissionSet) -> Vec<String> {
    let lines = if role == Role::SubAdmin { access_in_words(permissions) } else { Vec::new() };
    if lines.is_empty() {
        vec![texts::text(&format!("explanation-role-{}", role.key().replace('_', "-"))).into_owned()]
    } else {
        lines
    }
}

/// From whom. Main Admins get theirs from the provider, whose people tenants don't know by name.
pub(super) fn giver(held: &Held) -> Option<String> {
    match held.role {
        Role::MainAdmin => Some(t!("explanation-provider").into_owned()),
        _ => held.giver.clone().filter(|name| !name.is_empty()),
    }
}

/// Where grants hold, together.
pub(super) fn place(held: &[&Held]) -> String {
    if held.iter().any(|held| held.scope == Scope::Everywhere) {
        return t!("explanation-scope-everywhere").into_owned();
    }
    if held.iter().any(|held| matches!(held.scope, Scope::Tenant(_))) {
        return t!("explanation-scope-tenant").into_owned();
    }
    let mut names: Vec<String> = held
        .iter()
        .filter(|held| matches!(held.scope, Scope::Domain(_)))
        .map(|held| held.scope_name.clone().unwrap_or_else(|| t!("explanation-scope-gone").into_owned()))
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return t!("explanation-scope-own").into_owned();
    }
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let names = names.join(", ");
    match more {
        0 => t!("explanation-scope-domains", names = names).into_owned(),
        more => t!("explanation-scope-more", names = names, more = more).into_owned(),
    }
}

/// Who can help somebody who is refused.
pub(super) fn help(explanation: &Explanation) -> String {
    match explanation.why {
        Why::NotWhileActing => return t!("explanation-help-leave").into_owned(),
        Why::Outranked(_) => return t!("explanation-help-above").into_owned(),
        _ => {}
    }
    if explanation.held.iter().any(|held| Role::STAFF.contains(&held.role)) {
        return t!("explanation-help-staff-owner").into_owned();
    }
    if !Role::MainAdmin.permissions().contains(explanation.needs)
        || explanation.held.iter().any(|held| held.role == Role::MainAdmin)
    {
        return t!("explanation-help-provider").into_owned();
    }
    let giver = explanation.held.iter().rev().find(|held| held.role == Role::SubAdmin).and_then(giver);
    match giver.filter(|_| Role::SubAdmin.permissions().contains(explanation.needs)) {
        Some(giver) => t!("explanation-help-giver", giver = giver).into_owned(),
        None => t!("explanation-help-main-admin").into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use bailiwick_base::authz::Profile;
    use bailiwick_base::words::{DomainId, TenantId};

    use super::*;

    fn held(permissions: PermissionSet, scope: Scope, name: Option<&str>) -> Held {
        Held {
            role: Role::SubAdmin,
            permissions,
            scope,
            scope_name: name.map(str::to_owned),
            giver: Some("ann".to_owned()),
            since: Some(Timestamp(1_767_225_600_000)),
            until: None,
            note: String::new(),
            over: false,
        }
    }

    #[test]
    fn what_was_given_for_several_domains_is_told_once() {
        let set = Section::Users.level(2).expect("a level");
        let of = |id, name| held(set, Scope::Domain(DomainId(id)), Some(name));
        let told = given(&[of(1, "b.example"), of(2, "a.example")]);
        let [one] = told.as_slice() else { panic!("{told:?}") };
        assert_eq!(one.access, ["Users 2 (View, Add)"]);
        assert_eq!(
            one.circumstances(),
            "for a.example, b.example, given by ann on 2026-01-01 00:00:00 (UTC)"
        );
    }

    #[test]
    fn a_long_list_of_domains_is_cut_off_with_a_count() {
        let set = Profile::Auditor.permissions();
        let many: Vec<Held> = (0..13)
            .map(|n| held(set, Scope::Domain(DomainId(n)), Some(&format!("d{n:02}.example"))))
            .collect();
        let all: Vec<&Held> = many.iter().collect();
        assert!(place(&all).ends_with("d09.example and 3 more"), "{}", place(&all));
    }

    #[test]
    fn an_end_to_come_is_told_as_it_was_entered() {
        let set = Section::Users.level(1).expect("a level");
        let mut held = held(set, Scope::Tenant(TenantId(1)), None);
        held.until = Some(Timestamp(1_767_225_600_000));
        assert!(given(&[held.clone()])[0].circumstances().ends_with("until the end of 2025-12-31 (UTC)"));
        held.until = Some(Timestamp(1_767_225_601_000));
        assert!(given(&[held])[0].circumstances().ends_with("until 2026-01-01 00:00:01 (UTC)"));
    }

    #[test]
    fn an_end_that_is_over_is_told_as_such() {
        let set = Section::Users.level(1).expect("a level");
        let mut ended = held(set, Scope::Tenant(TenantId(1)), None);
        ended.until = Some(Timestamp(1_767_225_600_000));
        ended.over = true;
        let explanation =
            Explanation { needs: Permission::MailboxView, why: Why::Expired, held: vec![ended.clone()] };
        assert_eq!(why(&explanation), "It was given, and ended on 2026-01-01 00:00:00 (UTC).");
        assert!(given(&[ended])[0].circumstances().ends_with("ended on 2026-01-01 00:00:00 (UTC)"));
    }

    #[test]
    fn every_permission_says_where_it_begins_and_every_role_has_a_word() {
        for permission in Permission::ALL {
            assert!(!needs(*permission).contains("level-"), "{}", permission.key());
        }
        assert_eq!(needs(Permission::MailboxUpdate), "To do this you need: change users (Users 3, Update).");
        assert_eq!(
            needs(Permission::SubAdminManage),
            "To do this you need: manage Sub-Admins (main Admin only)."
        );
        for role in Role::ALL {
            let word = access(*role, PermissionSet::NONE).concat();
            assert!(!word.starts_with("explanation-"), "{}", role.key());
        }
    }
}
