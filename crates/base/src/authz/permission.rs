//! The closed list of what may be done.

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)*) => {
        /// One thing that may be done. Closed: a power that is not here does not exist.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Permission { $($(#[$doc])* $name,)* }

        impl Permission {
            /// Every permission, in the order of the policy.
            pub const ALL: &'static [Permission] = &[$(Permission::$name,)*];

            /// Its stable name: `mailbox.add`.
            pub const fn key(self) -> &'static str {
                match self { $(Permission::$name => $key,)* }
            }
        }
    };
}

permissions! {
    /// See tenants: their limits, their state.
    TenantView = "tenant.view";
    /// Create tenants.
    TenantAdd = "tenant.add";
    /// Change a tenant's name and limits.
    TenantUpdate = "tenant.update";
    /// Suspend and resume a tenant.
    TenantSuspend = "tenant.suspend";
    /// See the Account History.
    HistoryView = "history.view";
    /// See users (mailboxes).
    MailboxView = "mailbox.view";
    /// Add users.
    MailboxAdd = "mailbox.add";
    /// Change users, send them reset links and one-time passwords.
    MailboxUpdate = "mailbox.update";
    /// Remove users.
    MailboxRemove = "mailbox.remove";
    /// Do what yields a user's mail: set its password silently, change its recovery address (K4).
    MailboxAccess = "mailbox.access";
    /// See domains.
    DomainView = "domain.view";
    /// Add domains.
    DomainAdd = "domain.add";
    /// Verify and change domains.
    DomainUpdate = "domain.update";
    /// Remove domains.
    DomainRemove = "domain.remove";
    /// See aliases.
    AliasView = "alias.view";
    /// Add aliases.
    AliasAdd = "alias.add";
    /// Change aliases.
    AliasUpdate = "alias.update";
    /// Remove aliases.
    AliasRemove = "alias.remove";
    /// Let a removed address be used again before its rest is over.
    AddressRelease = "address.release";
    /// See one's own login.
    OwnLogin = "own.login";
    /// Change one's own password.
    OwnPassword = "own.password";
    /// Sign in, ask for a recovery link, follow a one-time link.
    ComeIn = "come_in";
    /// Keep house: verify and expire domains, seal the audit log, deliver the outbox.
    KeepHouse = "keep_house";
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct PermissionSet(u128);

impl PermissionSet {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// These.
    pub const fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < permissions.len() {
            bits |= 1 << permissions[at] as u8;
            at += 1;
        }
        Self(bits)
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Is it in?
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u8) != 0
    }

    /// Is everything of `other` in?
    pub const fn covers(self, other: Self) -> bool {
        other.0 & !self.0 == 0
    }

    /// Those that are in.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

impl std::fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::key)).finish()
    }
}
