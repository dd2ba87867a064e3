//! A Sub-Admin, and what it was given.

use bailiwick_base::authz::{PermissionSet, Place};
use bailiwick_base::words::{DomainId, EmailAddress, GrantId, LoginId, TenantId, Timestamp};

/// A login of a tenant to which the main Admin has handed something on.
#[derive(Debug, Clone)]
pub struct SubAdmin {
    /// Its login.
    pub id: LoginId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The name it signs in with.
    pub name: String,
    /// What people call it.
    pub full_name: String,
    /// Where invitations and recovery links go.
    pub recovery_address: Option<String>,
    /// How its login stands.
    pub login: LoginStatus,
    /// It may be used from listed networks only.
    pub networks_only: bool,
    /// It is a program's: it has no sign-in on the web.
    pub api_access: bool,
    /// What the program is for.
    pub api_purpose: String,
    /// The provider lets it create without the subscription's limits.
    pub unlimited: bool,
    /// Grows with each change; a form sends back the one it was filled from.
    pub version: i64,
    /// Since when.
    pub created_at: Timestamp,
    /// What it was given: once for all domains, or once for each chosen one.
    pub grants: Vec<Given>,
}

/// One grant of a Sub-Admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its row.
    pub id: GrantId,
    /// What it gives.
    pub permissions: PermissionSet,
    /// Where: a domain with its name; none is the whole tenant.
    pub domain: Option<(DomainId, String)>,
    /// Who gave it.
    pub giver: String,
    /// Why.
    pub note: String,
    /// Since when.
    pub since: Timestamp,
    /// It is dead from this instant on.
    pub until: Option<Timestamp>,
}

/// How a login stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginStatus {
    /// It can be signed in with.
    Active,
    /// It has no password yet.
    Invited,
    /// Nobody can sign in with it.
    Disabled,
}

/// How a Sub-Admin stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubAdminStatus {
    /// It can sign in and use what it was given.
    Active,
    /// It has not chosen a password yet.
    Invited,
    /// Nobody can sign in with it.
    Disabled,
    /// What it was given has ended.
    Expired,
    /// Nothing is left of what it was given: its domains are gone, or nothing was chosen.
    Powerless,
}

impl SubAdmin {
    /// It has not chosen a password yet.
    pub fn is_invited(&self) -> bool {
        self.login == LoginStatus::Invited
    }

    /// What it may do, somewhere.
    pub fn permissions(&self) -> PermissionSet {
        self.grants.iter().fold(PermissionSet::NONE, |set, grant| set.and(grant.permissions))
    }

    /// The domains it is limited to, by name; none if it is not limited.
    pub fn domains(&self) -> Option<Vec<(DomainId, String)>> {
        if self.grants.iter().any(|grant| grant.domain.is_none()) {
            return None;
        }
        Some(self.grants.iter().filter_map(|grant| grant.domain.clone()).collect())
    }

    /// When it ends; the same for all its grants.
    pub fn until(&self) -> Option<Timestamp> {
        self.grants.first().and_then(|grant| grant.until)
    }

    /// Why it was given.
    pub fn note(&self) -> &str {
        self.grants.first().map_or("", |grant| grant.note.as_str())
    }

    /// Where invitations and recovery links go.
    pub fn email(&self) -> Option<EmailAddress> {
        self.recovery_address.as_deref()?.parse().ok()
    }

    /// How it stands at an instant.
    pub fn status(&self, now: Timestamp) -> SubAdminStatus {
        let over = |grant: &Given| grant.until.is_some_and(|until| until <= now);
        if self.login == LoginStatus::Disabled {
            SubAdminStatus::Disabled
        } else if self.permissions().is_empty() {
            SubAdminStatus::Powerless
        } else if self.grants.iter().all(over) {
            SubAdminStatus::Expired
        } else if self.is_invited() {
            SubAdminStatus::Invited
        } else {
            SubAdminStatus::Active
        }
    }
}

/// Where a grant is to hold: one domain, or the whole tenant.
pub(super) fn place_of(tenant: TenantId, domain: Option<DomainId>) -> Place {
    Place { tenant: Some(tenant), domain, ..Place::default() }
}
