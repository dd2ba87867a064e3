//! The whole policy, to be read in one sitting. It prints as `docs/authz-matrix.txt`.
//!
//! A role is a name for a set of permissions; levels, profiles and presets are only more roles.

use super::section::handed_on;
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
    /// A Sub-Admin of a tenant.
    SubAdmin,
    /// The main Admin of a tenant.
    MainAdmin,
    /// The provider's people.
    Staff,
    /// The provider's owner.
    StaffOwner,
    /// Whoever is root on the machine, and the installation's own jobs.
    Machine,
}

impl Rank {
    /// Its name in texts.
    pub const fn key(self) -> &'static str {
        match self {
            Rank::Nobody => "nobody",
            Rank::MailboxUser => "mailbox_user",
            Rank::SubAdmin => "sub_admin",
            Rank::MainAdmin => "main_admin",
            Rank::Staff => "staff",
            Rank::StaffOwner => "staff_owner",
            Rank::Machine => "machine",
        }
    }
}

/// A named set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The provider's first login.
    StaffOwner,
    /// Of the provider: looks after tenants.
    StaffManager,
    /// Of the provider: answers customers, and may sign in as their Admin.
    StaffSupport,
    /// Of the provider: sees, changes nothing.
    StaffAuditor,
    /// Whoever administers a tenant.
    MainAdmin,
    /// Whom the main Admin handed something on to: a level for each section, stored with the grant.
    SubAdmin,
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
        Role::StaffManager,
        Role::StaffSupport,
        Role::StaffAuditor,
        Role::MainAdmin,
        Role::SubAdmin,
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
            Role::StaffManager => "staff_manager",
            Role::StaffSupport => "staff_support",
            Role::StaffAuditor => "staff_auditor",
            Role::MainAdmin => "main_admin",
            Role::SubAdmin => "sub_admin",
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

    /// The roles of the provider's people.
    pub const STAFF: &'static [Role] =
        &[Role::StaffOwner, Role::StaffManager, Role::StaffSupport, Role::StaffAuditor];

    /// The policy: what each role may do. A section's permissions include its view. A Sub-Admin's are stored with
    /// the grant; these are the most they can be.
    pub fn permissions(self) -> PermissionSet {
        match self {
            Role::StaffOwner => Role::StaffManager.permissions().and(PermissionSet::of(&[
                P::StaffView,
                P::StaffManage,
                P::ApiKeyView,
                P::ApiKeyRemove,
            ])),
            Role::StaffManager => Role::StaffSupport.permissions().and(PermissionSet::of(&[
                P::TenantAdd,
                P::TenantUpdate,
                P::TenantSuspend,
                P::TenantUnlimited,
            ])),
            Role::StaffSupport => {
                Role::StaffAuditor.permissions().and(PermissionSet::of(&[P::TenantImpersonate]))
            }
            Role::StaffAuditor => PermissionSet::of(&[P::TenantView, P::HistoryView, P::SubAdminView]),
            Role::MainAdmin => handed_on().and(PermissionSet::of(&[
                P::TenantView,
                P::SubAdminView,
                P::SubAdminManage,
                P::ApiKeyView,
                P::ApiKeyRemove,
                P::AddressRelease,
            ])),
            Role::SubAdmin => handed_on(),
            Role::MailboxUser => PermissionSet::NONE,
            Role::Oneself => PermissionSet::of(&[P::OwnLogin, P::OwnPassword, P::OwnKeys, P::OwnImports]),
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
            Role::Operator | Role::System => Rank::Machine,
            Role::StaffOwner => Rank::StaffOwner,
            Role::StaffManager | Role::StaffSupport | Role::StaffAuditor => Rank::Staff,
            Role::MainAdmin => Rank::MainAdmin,
            Role::SubAdmin => Rank::SubAdmin,
            Role::MailboxUser => Rank::MailboxUser,
            Role::Oneself | Role::HalfSignedIn | Role::Anonymous => Rank::Nobody,
        }
    }
}

/// The most an API key can carry, whatever its login holds. Not among it is what is a person's: own password, sessions and
/// keys, and acting as a customer. What goes beyond [`handed_on`] is an owner's, and carried only by a key that is bound
/// to listed networks.
pub fn carried_by_keys() -> PermissionSet {
    handed_on().and(PermissionSet::of(&[
        P::TenantView,
        P::TenantAdd,
        P::TenantUpdate,
        P::TenantSuspend,
        P::TenantUnlimited,
        P::StaffView,
        P::StaffManage,
        P::SubAdminView,
        P::SubAdminManage,
        P::ApiKeyView,
        P::ApiKeyRemove,
        P::AddressRelease,
    ]))
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
    fn a_lower_rank_never_holds_what_a_higher_one_of_its_line_lacks() {
        for line in [
            &[Role::SubAdmin, Role::MainAdmin][..],
            &[Role::StaffAuditor, Role::StaffSupport, Role::StaffManager, Role::StaffOwner],
        ] {
            for pair in line.windows(2) {
                assert!(pair[1].permissions().covers(pair[0].permissions()), "{}", pair[1].key());
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
        for role in [
            Role::MainAdmin,
            Role::SubAdmin,
            Role::MailboxUser,
            Role::Oneself,
            Role::HalfSignedIn,
            Role::Anonymous,
        ] {
            for permission in [
                P::TenantAdd,
                P::TenantUpdate,
                P::TenantSuspend,
                P::TenantImpersonate,
                P::TenantUnlimited,
                P::KeepHouse,
            ] {
                assert!(!role.permissions().contains(permission), "{} {}", role.key(), permission.key());
            }
        }
    }
}
