//! What the operations on API keys are asked for and answer.

use bailiwick_base::authz::{Grant, PermissionSet};
use bailiwick_base::words::{ApiKeyId, DomainId, DomainName, LoginId, TenantId, Timestamp};

use super::key::{ApiKey, KeyHolder, KeyStatus};

/// Whose keys a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose<'s> {
    /// One's own.
    Own,
    /// Those of others that may be seen, whose name or login contains this.
    Others(&'s str),
    /// All that may be seen, whose name or login contains this.
    All(&'s str),
}

/// When and from where a key was used last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastUse {
    /// When.
    pub at: Timestamp,
    /// The address it came from.
    pub address: String,
}

/// A key with what a list shows.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The key.
    pub key: ApiKey,
    /// How it stands at this moment.
    pub status: KeyStatus,
    /// None before its first use.
    pub last_use: Option<LastUse>,
}

/// Whoever calls, with what it may do.
#[derive(Debug, Clone)]
pub struct Oneself {
    /// Its login.
    pub login: LoginId,
    /// The name of its login.
    pub name: String,
    /// Its realm.
    pub realm: &'static str,
    /// Its tenant; none for staff.
    pub tenant: Option<TenantId>,
    /// The key it comes with, if it does.
    pub key: Option<(ApiKeyId, String)>,
    /// What was given to its login, within what the key carries.
    pub grants: Vec<Grant>,
}

/// What a form can choose from.
#[derive(Debug, Clone)]
pub struct Choices {
    /// Whose key it is or is to be.
    pub holder: KeyHolder,
    /// What a key of that login can carry now.
    pub permissions: PermissionSet,
    /// The domains it can be limited to, by name; one more than can be chosen if there are more.
    pub domains: Vec<(DomainId, DomainName)>,
}

/// A key that was just made or renewed: the one time its secret is there.
#[derive(Clone)]
pub struct Made {
    /// The key.
    pub key: ApiKey,
    /// Its text.
    pub secret: String,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Made").field("key", &self.key).finish_non_exhaustive()
    }
}
