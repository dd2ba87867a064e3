//! What a change of a Sub-Admin would do, before it is done.

use bailiwick_base::authz::{PermissionSet, Section};
use bailiwick_base::t;
use bailiwick_base::words::{Day, DomainName, Timestamp};

use super::networks::AllowedNetworks;
use super::plan::Planned;
use super::sub_admin::SubAdmin;
use super::words::{access_in_words, permission_words, section_name};

/// A thing that changes, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub label: String,
    /// What it is now.
    pub before: String,
    /// What it would be.
    pub after: String,
}

/// What a change would do.
#[derive(Debug, Clone)]
pub struct Review {
    /// Who it is about, as it is now.
    pub sub_admin: SubAdmin,
    /// Permissions it would gain, a line for each section: `Users: Add, Update`.
    pub gained: Vec<String>,
    /// Permissions it would lose.
    pub lost: Vec<String>,
    /// Domains it would be let into, where it is limited to chosen ones.
    pub domains_added: Vec<String>,
    /// Domains it would be shut out of.
    pub domains_removed: Vec<String>,
    /// What else changes.
    pub changes: Vec<Change>,
    /// How many users it reaches, now and then.
    pub users: (i64, i64),
    /// The caller's own password must be given.
    pub asks_own_password: bool,
    /// A mark of the new password, to compare its second entry with; empty without one.
    pub password_mark: String,
}

impl Review {
    /// Nothing would change.
    pub fn is_empty(&self) -> bool {
        [&self.gained, &self.lost, &self.domains_added, &self.domains_removed]
            .iter()
            .all(|list| list.is_empty())
            && self.changes.is_empty()
            && self.password_mark.is_empty()
    }
}

/// What is `of` and not `than`, a line for each section.
pub(super) fn more(of: PermissionSet, than: PermissionSet) -> Vec<String> {
    let set = of.without(than);
    Section::ALL
        .iter()
        .filter(|section| !set.within(section.all()).is_empty())
        .map(|section| {
            let words = permission_words(*section, set);
            t!("review-permissions", section = section_name(*section), words = words).into_owned()
        })
        .collect()
}

/// Names that are in the one list and not in the other.
pub(super) fn only_in(one: Option<&[String]>, other: Option<&[String]>) -> Vec<String> {
    match (one, other) {
        (Some(one), Some(other)) => one.iter().filter(|name| !other.contains(name)).cloned().collect(),
        _ => Vec::new(),
    }
}

/// Domains by name, as people read them.
pub(crate) fn domain_names(domains: Option<&[DomainName]>) -> String {
    match domains {
        None => t!("sub-admins-all-domains").into_owned(),
        Some([]) => t!("sub-admins-no-domain").into_owned(),
        Some(names) => names.iter().map(DomainName::to_unicode).collect::<Vec<_>>().join(", "),
    }
}

/// The last day, or that there is none.
pub(super) fn last_day(until: Option<Timestamp>) -> String {
    until.map_or_else(|| t!("sub-admins-no-end").into_owned(), |end| Day::last_before(end).to_string())
}

/// What stands in a form and in the audit log, in words, one pair for each field.
pub(super) struct InWords {
    pub(super) access: Vec<String>,
    /// It is limited to chosen domains.
    limited: bool,
    pub(super) domains: String,
    pub(super) until: String,
    pub(super) note: String,
    pub(super) networks: String,
    pub(super) api_access: String,
}

impl InWords {
    pub(super) fn of(sub_admin: &SubAdmin, networks: &AllowedNetworks) -> Self {
        let names: Option<Vec<DomainName>> = sub_admin
            .domains()
            .map(|domains| domains.iter().filter_map(|(_, name)| name.parse().ok()).collect());
        Self {
            access: access_in_words(sub_admin.permissions()),
            limited: names.is_some(),
            domains: domain_names(names.as_deref()),
            until: last_day(sub_admin.until()),
            note: sub_admin.note().to_owned(),
            networks: networks.in_words(),
            api_access: api_in_words(sub_admin.api_access.then_some(sub_admin.api_purpose.as_str())),
        }
    }

    pub(super) fn of_plan(planned: &Planned) -> Self {
        let names: Option<Vec<DomainName>> =
            planned.domains.as_ref().map(|domains| domains.iter().map(|(_, name)| name.clone()).collect());
        Self {
            access: access_in_words(planned.permissions),
            limited: names.is_some(),
            domains: domain_names(names.as_deref()),
            until: last_day(planned.until),
            note: planned.note.to_string(),
            networks: planned.networks.in_words(),
            api_access: api_in_words(planned.api_purpose.is_some().then_some(planned.purpose())),
        }
    }

    /// What differs, but for the permissions, which are told by section.
    pub(super) fn changes(&self, after: &Self) -> Vec<Change> {
        let all_or_chosen = self.limited != after.limited;
        let domains = all_or_chosen.then(|| (t!("column-domains"), &self.domains, &after.domains));
        let rest = [
            (t!("field-until"), &self.until, &after.until),
            (t!("field-note"), &self.note, &after.note),
            (t!("field-networks"), &self.networks, &after.networks),
            (t!("field-api"), &self.api_access, &after.api_access),
        ];
        let differing = rest.into_iter().filter(|(_, before, after)| before != after);
        let change = |(label, before, after): (std::borrow::Cow<'_, str>, &String, &String)| Change {
            label: label.into_owned(),
            before: before.clone(),
            after: after.clone(),
        };
        domains.into_iter().chain(differing).map(change).collect()
    }
}

fn api_in_words(purpose: Option<&str>) -> String {
    match purpose {
        Some(purpose) => t!("sub-admins-api-for", purpose = purpose).into_owned(),
        None => t!("sub-admins-api-none").into_owned(),
    }
}
