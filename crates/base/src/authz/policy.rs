//! The whole policy, to be read in one sitting. It prints as `docs/authz-matrix.txt`.
//!
//! A role is a name for a set of permissions; levels, profiles and presets are only more roles.

use super::{Permission, PermissionSet};
use Permission as P;

/// The four sets of credentials. One e-mail address in two realms joins nothing (K6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Realm {
    /// The provider.
    Staff,
    /// The Admin Panel.
    Admin,
    /// User Panel, Webmail and the mail protocols.
    Mailbox,
}

impl Realm {
    /// Every realm.
    pub const ALL: &'static [Realm] = &[Realm::Staff, Realm::Admin, Realm::Mailbox];

    /// Its name in the database and in configuration.
    pub const fn key(self) -> &'static str {
        match self {
            Realm::Staff => "staff",
            Realm::Admin => "admin",
            Realm::Mailbox => "mailbox",
        }
    }

    /// By its name.
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|realm| realm.key() == key)
    }
}

/// How high somebody stands. One acts only downward (K3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Nobody signed in.
    Nobody,
    /// A mailbox user.
    MailboxUser,
    /// The main Admin of a tenant.
    MainAdmin,
    /// The provider's owner, and whoever is root on the machine.
    StaffOwner,
}

/// A named set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The provider's first login.
    StaffOwner,
    /// Whoever administers a tenant.
    MainAdmin,
    /// A mailbox's own user.
    MailboxUser,
    /// What everybody may do with their own login.
    Oneself,
    /// Signed in with a one-time password that must be changed first.
    HalfSignedIn,
    /// Not signed in.
    Anonymous,
    /// A job of the installation itself.
    System,
    /// Whoever is root on the machine, from the command line.
    Operator,
}

impl Role {
    /// Every role, in the order of the matrix.
    pub const ALL: &'static [Role] = &[
        Role::StaffOwner,
        Role::MainAdmin,
        Role::MailboxUser,
        Role::Oneself,
        Role::HalfSignedIn,
        Role::Anonymous,
        Role::System,
        Role::Operator,
    ];

    /// Its name in the database and the matrix.
    pub const fn key(self) -> &'static str {
        match self {
            Role::StaffOwner => "staff_owner",
            Role::MainAdmin => "main_admin",
            Role::MailboxUser => "mailbox_user",
            Role::Oneself => "oneself",
            Role::HalfSignedIn => "half_signed_in",
            Role::Anonymous => "anonymous",
            Role::System => "system",
            Role::Operator => "operator",
        }
    }

    /// By its name. An unknown name is no role: denied (K32).
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.key() == key)
    }

    /// The policy: what each role may do. A section's permissions include its view.
    pub const fn permissions(self) -> PermissionSet {
        match self {
            Role::StaffOwner => PermissionSet::of(&[
                P::TenantView,
                P::TenantAdd,
                P::TenantUpdate,
                P::TenantSuspend,
                P::HistoryView,
            ]),
            Role::MainAdmin => PermissionSet::of(&[
                P::TenantView,
                P::HistoryView,
                P::MailboxView,
                P::MailboxAdd,
                P::MailboxUpdate,
                P::MailboxRemove,
                P::MailboxAccess,
                P::DomainView,
                P::DomainAdd,
                P::DomainUpdate,
                P::DomainRemove,
                P::AliasView,
                P::AliasAdd,
                P::AliasUpdate,
                P::AliasRemove,
                P::AddressRelease,
            ]),
            Role::MailboxUser => PermissionSet::NONE,
            Role::Oneself => PermissionSet::of(&[P::OwnLogin, P::OwnPassword]),
            Role::HalfSignedIn => PermissionSet::of(&[P::OwnPassword]),
            Role::Anonymous => PermissionSet::of(&[P::ComeIn]),
            Role::System => PermissionSet::of(&[P::KeepHouse, P::DomainView]),
            Role::Operator => Role::StaffOwner
                .permissions()
                .and(Role::MainAdmin.permissions())
                .and(PermissionSet::of(&[P::ComeIn, P::KeepHouse])),
        }
    }

    /// How high whoever holds it stands.
    pub const fn rank(self) -> Rank {
        match self {
            Role::StaffOwner | Role::Operator | Role::System => Rank::StaffOwner,
            Role::MainAdmin => Rank::MainAdmin,
            Role::MailboxUser => Rank::MailboxUser,
            Role::Oneself | Role::HalfSignedIn | Role::Anonymous => Rank::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dg_01_whoever_may_change_a_section_may_see_it() {
        let view = |permission: Permission| {
            let section = permission.key().split('.').next().unwrap_or_default();
            P::ALL.iter().copied().find(|other| other.key() == format!("{section}.view"))
        };
        for role in Role::ALL {
            for permission in role.permissions().iter() {
                if let Some(view) = view(permission) {
                    assert!(
                        role.permissions().contains(view),
                        "{}: {} without view",
                        role.key(),
                        permission.key()
                    );
                }
            }
        }
    }

    #[test]
    fn an_unknown_role_is_no_role() {
        assert_eq!(Role::by_key("root"), None);
        for role in Role::ALL {
            assert_eq!(Role::by_key(role.key()), Some(*role));
        }
    }

    #[test]
    fn nobody_below_staff_reaches_tenants_of_others() {
        for role in [Role::MainAdmin, Role::MailboxUser, Role::Oneself, Role::HalfSignedIn, Role::Anonymous] {
            for permission in [P::TenantAdd, P::TenantUpdate, P::TenantSuspend, P::KeepHouse] {
                assert!(!role.permissions().contains(permission), "{} {}", role.key(), permission.key());
            }
        }
    }
}
