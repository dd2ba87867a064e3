//! A key in words, for pages and the audit log. Decides nothing.

use bailiwick_base::authz::PermissionSet;
use bailiwick_base::t;
use bailiwick_base::words::{Day, DomainId, DomainName, Timestamp};

use super::key::of_owners;
use crate::sub_admins::{access_in_short, access_in_words, domain_names};

/// What it carries, one line for each section, and one for each power of an owner.
pub(super) fn carried_in_words(set: PermissionSet) -> Vec<String> {
    let mut words = access_in_words(set);
    words.extend(of_owners(set).iter().map(|one| one.in_words().into_owned()));
    words
}

/// The same in one short line.
pub(super) fn carried_in_short(set: PermissionSet) -> String {
    let owners = of_owners(set);
    match (access_in_short(set), owners.iter().count()) {
        (sections, 0) => sections,
        (_, n) if owners == set => t!("key-powers", n = n).into_owned(),
        (sections, n) => t!("key-sections-and-powers", sections = sections, n = n).into_owned(),
    }
}

/// Where it is good.
pub(super) fn places_in_words(domains: Option<&[(DomainId, String)]>) -> String {
    let Some(domains) = domains else { return t!("key-everywhere").into_owned() };
    let names: Vec<DomainName> = domains.iter().filter_map(|(_, name)| name.parse().ok()).collect();
    domain_names(Some(&names))
}

/// Its last day, or the instant of its end if that lies within a day.
pub(super) fn end_in_words(until: Option<Timestamp>) -> String {
    let Some(end) = until else { return t!("key-no-end").into_owned() };
    let day = Day::last_before(end);
    if day.end() == end {
        day.to_string()
    } else {
        end.with_zone(&bailiwick_base::words::TimeZoneName::utc())
    }
}
