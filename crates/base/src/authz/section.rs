//! The nine sections of the Admin Panel and their numbered levels (SPEC-ADMIN §2), and ready-made profiles.
//!
//! A level is a name for a set of permissions and includes those below it. What is stored is the set; one that
//! matches no level is shown as *custom*.

use super::{Permission, PermissionSet};
use Permission as P;

/// A section of the Admin Panel in which a Sub-Admin has a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// What was done by whom.
    History,
    /// Users, that is mailboxes.
    Users,
    /// Domains.
    Domains,
    /// Aliases.
    Aliases,
    /// Distribution lists.
    Lists,
    /// Smart lists.
    SmartLists,
    /// Branding.
    Branding,
    /// Spam settings, white and black lists.
    Filtering,
    /// Incoming, outgoing, last logins.
    Logs,
}

impl Section {
    /// Every section, in the order of the form.
    pub const ALL: &'static [Section] = &[
        Section::History,
        Section::Users,
        Section::Domains,
        Section::Aliases,
        Section::Lists,
        Section::SmartLists,
        Section::Branding,
        Section::Filtering,
        Section::Logs,
    ];

    /// Its name in forms, texts and the matrix.
    pub const fn key(self) -> &'static str {
        match self {
            Section::History => "history",
            Section::Users => "users",
            Section::Domains => "domains",
            Section::Aliases => "aliases",
            Section::Lists => "lists",
            Section::SmartLists => "smart_lists",
            Section::Branding => "branding",
            Section::Filtering => "filtering",
            Section::Logs => "logs",
        }
    }

    /// By its name.
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|section| section.key() == key)
    }

    /// What each level adds to the one below it, and the word for it. Level 0 is no access.
    pub const fn levels(self) -> &'static [(&'static str, &'static [Permission])] {
        match self {
            Section::History => &[("view", &[P::HistoryView])],
            Section::Users => &[
                ("view", &[P::MailboxView]),
                ("add", &[P::MailboxAdd]),
                ("update", &[P::MailboxUpdate, P::MailboxSendResetLink]),
                ("remove", &[P::MailboxRemove]),
                ("impersonate", &[P::MailboxImpersonate, P::MailboxAccess]),
            ],
            Section::Domains => &[
                ("view", &[P::DomainView]),
                ("add", &[P::DomainAdd]),
                ("update", &[P::DomainUpdate]),
                ("remove", &[P::DomainRemove]),
            ],
            Section::Aliases => &[
                ("view", &[P::AliasView]),
                ("add", &[P::AliasAdd]),
                ("update", &[P::AliasUpdate]),
                ("remove", &[P::AliasRemove]),
            ],
            Section::Lists => &[
                ("view", &[P::ListView]),
                ("add", &[P::ListAdd]),
                ("update", &[P::ListUpdate]),
                ("remove", &[P::ListRemove]),
            ],
            Section::SmartLists => &[
                ("view", &[P::SmartListView]),
                ("add", &[P::SmartListAdd]),
                ("update", &[P::SmartListUpdate]),
                ("remove", &[P::SmartListRemove]),
            ],
            Section::Branding => &[("view", &[P::BrandingView]), ("update", &[P::BrandingUpdate])],
            Section::Filtering => &[
                ("view", &[P::FilteringView]),
                ("modify", &[P::FilteringUpdate]),
                ("remove", &[P::FilteringRemove]),
            ],
            Section::Logs => &[("view", &[P::LogView])],
        }
    }

    /// Its highest level.
    pub const fn highest(self) -> usize {
        self.levels().len()
    }

    /// The permissions of a level; 0 is none. `None` for a level the section does not have: nothing is clamped
    /// (K7).
    pub fn level(self, level: usize) -> Option<PermissionSet> {
        let added = self.levels().get(..level)?;
        Some(added.iter().flat_map(|(_, permissions)| permissions.iter().copied()).collect())
    }

    /// Everything of this section that can be handed on.
    pub fn all(self) -> PermissionSet {
        self.levels().iter().flat_map(|(_, permissions)| permissions.iter().copied()).collect()
    }

    /// Which level of this section a set is; `None` if it matches none: *custom*.
    pub fn level_of(self, set: PermissionSet) -> Option<usize> {
        let here = set.within(self.all());
        (0..=self.highest()).find(|level| self.level(*level) == Some(here))
    }

    /// The section a permission belongs to, and the lowest level that includes it.
    pub fn of(permission: Permission) -> Option<(Self, usize)> {
        Self::ALL.iter().find_map(|section| {
            let level = section.levels().iter().position(|(_, added)| added.contains(&permission))?;
            Some((*section, level + 1))
        })
    }
}

/// Everything that a main Admin can hand on to a Sub-Admin: all sections at their highest levels, nothing that only
/// an owner may do (managing Sub-Admins, releasing addresses).
pub fn handed_on() -> PermissionSet {
    Section::ALL.iter().fold(PermissionSet::NONE, |set, section| set.and(section.all()))
}

/// A ready-made choice of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Answers users' calls: sees users, sends reset links.
    HelpDesk,
    /// Adds users, nothing else.
    Provisioner,
    /// Sees everything, changes nothing, reads nobody's mail.
    Auditor,
    /// A billing system's: users, domains, aliases and lists, from listed networks only.
    Integration,
    /// Everything that can be handed on.
    Full,
}

impl Profile {
    /// Every profile, in the order of the form.
    pub const ALL: &'static [Profile] =
        &[Profile::HelpDesk, Profile::Provisioner, Profile::Auditor, Profile::Integration, Profile::Full];

    /// Its name in forms and texts.
    pub const fn key(self) -> &'static str {
        match self {
            Profile::HelpDesk => "help_desk",
            Profile::Provisioner => "provisioner",
            Profile::Auditor => "auditor",
            Profile::Integration => "integration",
            Profile::Full => "full",
        }
    }

    /// By its name.
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|profile| profile.key() == key)
    }

    /// What it gives.
    pub fn permissions(self) -> PermissionSet {
        let up_to = |section: Section, level| section.level(level).unwrap_or_default();
        match self {
            Profile::HelpDesk => PermissionSet::of(&[P::MailboxView, P::MailboxSendResetLink]),
            Profile::Provisioner => PermissionSet::of(&[P::MailboxView, P::MailboxAdd]),
            Profile::Auditor => {
                Section::ALL.iter().fold(PermissionSet::NONE, |set, section| set.and(up_to(*section, 1)))
            }
            Profile::Integration => {
                [Section::Users, Section::Domains, Section::Aliases, Section::Lists, Section::SmartLists]
                    .into_iter()
                    .fold(PermissionSet::NONE, |set, section| set.and(up_to(section, 4)))
            }
            Profile::Full => handed_on(),
        }
    }

    /// Must its login be limited to listed networks?
    pub const fn needs_networks(self) -> bool {
        matches!(self, Profile::Integration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dg_01_a_level_includes_the_ones_below_it_and_nothing_above() {
        for section in Section::ALL {
            for level in 0..=section.highest() {
                let held = section.level(level).expect("a level");
                assert_eq!(section.level_of(held), Some(level), "{} {level}", section.key());
                for (above, (_, added)) in section.levels().iter().enumerate() {
                    for permission in *added {
                        assert_eq!(held.contains(*permission), above < level, "{}", permission.key());
                    }
                }
            }
            assert_eq!(section.level(section.highest() + 1), None);
        }
    }

    #[test]
    fn the_sections_have_as_many_levels_as_the_specification() {
        let highest: Vec<_> = Section::ALL.iter().map(|section| (section.key(), section.highest())).collect();
        assert_eq!(
            highest,
            [
                ("history", 1),
                ("users", 5),
                ("domains", 4),
                ("aliases", 4),
                ("lists", 4),
                ("smart_lists", 4),
                ("branding", 2),
                ("filtering", 3),
                ("logs", 1),
            ]
        );
    }

    #[test]
    fn no_permission_lies_in_two_sections_or_levels() {
        let all: Vec<_> = Section::ALL
            .iter()
            .flat_map(|section| section.levels().iter().flat_map(|(_, added)| added.iter()))
            .collect();
        let distinct: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(all.len(), distinct.len());
    }

    #[test]
    fn k4_what_yields_a_users_mail_is_in_the_highest_level_of_users_alone() {
        for level in 0..5 {
            let held = Section::Users.level(level).expect("a level");
            assert!(!held.contains(P::MailboxAccess) && !held.contains(P::MailboxImpersonate));
        }
        assert_eq!(Section::of(P::MailboxAccess), Some((Section::Users, 5)));
    }

    #[test]
    fn ve_06_no_level_and_no_profile_manages_sub_admins() {
        for permission in [P::SubAdminView, P::SubAdminManage, P::AddressRelease, P::TenantUpdate] {
            assert!(!handed_on().contains(permission), "{}", permission.key());
            assert!(!Profile::Full.permissions().contains(permission), "{}", permission.key());
        }
    }

    #[test]
    fn a_help_desk_changes_and_removes_nothing() {
        let set = Profile::HelpDesk.permissions();
        assert_eq!(set, PermissionSet::of(&[P::MailboxView, P::MailboxSendResetLink]));
        assert_eq!(Section::Users.level_of(set), None, "a set that matches no level is custom");
    }

    #[test]
    fn an_auditor_sees_everything_and_no_mail() {
        let set = Profile::Auditor.permissions();
        for section in Section::ALL {
            assert_eq!(section.level_of(set), Some(1), "{}", section.key());
        }
        assert!(!set.contains(P::MailboxAccess));
    }

    #[test]
    fn a_set_survives_being_stored_and_an_unknown_name_gives_nothing() {
        for profile in Profile::ALL {
            let set = profile.permissions();
            assert_eq!(PermissionSet::from_stored(&set.to_stored()), set);
            assert_eq!(Profile::by_key(profile.key()), Some(*profile));
        }
        assert_eq!(PermissionSet::from_stored("mailbox.view root *"), PermissionSet::of(&[P::MailboxView]));
    }
}
