//! The closed list of what may be done.

use std::borrow::Cow;

use crate::texts;

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

            /// By its name. An unknown name is no permission: denied (K32).
            pub fn by_key(key: &str) -> Option<Self> {
                match key { $($key => Some(Permission::$name),)* _ => None }
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
    /// Sign in as an Admin of a tenant (K17).
    TenantImpersonate = "tenant.impersonate";
    /// Let an API sub-admin create without the subscription's limits.
    TenantUnlimited = "tenant.unlimited";
    /// See the provider's own people.
    StaffView = "staff.view";
    /// Add, change and remove the provider's own people.
    StaffManage = "staff.manage";
    /// See a tenant's Admin and Sub-Admins.
    SubAdminView = "sub_admin.view";
    /// Add, change and remove Sub-Admins: nobody but the main Admin.
    SubAdminManage = "sub_admin.manage";
    /// See the API keys of a tenant's logins, or of the provider's own people.
    ApiKeyView = "api_key.view";
    /// Remove them.
    ApiKeyRemove = "api_key.remove";
    /// See the Account History.
    HistoryView = "history.view";
    /// See users (mailboxes).
    MailboxView = "mailbox.view";
    /// Add users.
    MailboxAdd = "mailbox.add";
    /// Change users, set them one-time passwords that must be changed.
    MailboxUpdate = "mailbox.update";
    /// Send a user a link to set a new password, to the user's own recovery address.
    MailboxSendResetLink = "mailbox.send_reset_link";
    /// Remove users.
    MailboxRemove = "mailbox.remove";
    /// Do what yields a user's mail: set its password silently, change its recovery address (K4).
    MailboxAccess = "mailbox.access";
    /// Sign in as the user (K17).
    MailboxImpersonate = "mailbox.impersonate";
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
    /// See distribution lists.
    ListView = "list.view";
    /// Add distribution lists.
    ListAdd = "list.add";
    /// Change distribution lists.
    ListUpdate = "list.update";
    /// Remove distribution lists.
    ListRemove = "list.remove";
    /// See smart lists.
    SmartListView = "smart_list.view";
    /// Add smart lists.
    SmartListAdd = "smart_list.add";
    /// Change smart lists.
    SmartListUpdate = "smart_list.update";
    /// Remove smart lists.
    SmartListRemove = "smart_list.remove";
    /// See the branding.
    BrandingView = "branding.view";
    /// Change the branding.
    BrandingUpdate = "branding.update";
    /// See spam settings and lists.
    FilteringView = "filtering.view";
    /// Add and edit entries, change spam settings.
    FilteringUpdate = "filtering.update";
    /// Remove entries.
    FilteringRemove = "filtering.remove";
    /// See logs of incoming and outgoing mail and of sign-ins, never contents.
    LogView = "log.view";
    /// Let a removed address be used again before its rest is over.
    AddressRelease = "address.release";
    /// See one's own login.
    OwnLogin = "own.login";
    /// Change one's own password.
    OwnPassword = "own.password";
    /// Read files of users and aliases and carry them out, as far as one may add those.
    OwnImports = "own.imports";
    /// Make, change and remove API keys of one's own.
    OwnKeys = "own.keys";
    /// Sign in, ask for a recovery link, follow a one-time link.
    ComeIn = "come_in";
    /// Keep house: verify and expire domains, seal the audit log, deliver the outbox.
    KeepHouse = "keep_house";
}

impl Permission {
    /// What it lets one do, to stand behind “to”: `change users`.
    pub fn in_words(self) -> Cow<'static, str> {
        texts::text(&format!("power-{}", self.key().replace(['.', '_'], "-")))
    }
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

    /// Nothing is in.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// What is in both.
    #[must_use]
    pub const fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in, but not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// For the database: names, in the order of the policy, with a blank between.
    pub fn to_stored(self) -> String {
        self.iter().map(Permission::key).collect::<Vec<_>>().join(" ")
    }

    /// From the database. A name that is not understood gives nothing (K32).
    pub fn from_stored(text: &str) -> Self {
        text.split_whitespace().filter_map(Permission::by_key).collect()
    }

    /// Those that are in.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |permission| self.contains(*permission))
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, |set, permission| set.and(Self::of(&[permission])))
    }
}

impl std::fmt::Debug for PermissionSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter().map(Permission::key)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_is_worded_and_no_two_alike() {
        let words: std::collections::HashSet<_> = Permission::ALL.iter().map(|of| of.in_words()).collect();
        assert_eq!(words.len(), Permission::ALL.len());
        for of in words {
            assert!(!of.starts_with("power-"), "no text for {of}");
        }
    }
}
