//! Where a grant holds, and where a thing sits.

use crate::words::{DomainId, LoginId, MailboxId, TenantId};

/// The kinds of scope a grant can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScopeKind {
    /// The whole installation.
    Everywhere,
    /// One tenant and all below it.
    Tenant,
    /// One domain and all below it.
    Domain,
    /// One mailbox.
    Mailbox,
    /// One login: one's own.
    Login,
}

/// Where a grant holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The whole installation.
    Everywhere,
    /// One tenant and all below it.
    Tenant(TenantId),
    /// One domain and all below it.
    Domain(DomainId),
    /// One mailbox.
    Mailbox(MailboxId),
    /// One login: one's own.
    Login(LoginId),
}

/// Where a thing sits: the districts it lies in. For grants to cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Its tenant.
    pub tenant: Option<TenantId>,
    /// Its domain.
    pub domain: Option<DomainId>,
    /// Its mailbox.
    pub mailbox: Option<MailboxId>,
    /// The login it is or belongs to.
    pub login: Option<LoginId>,
}

impl Scope {
    /// From the database. What is not understood is no scope: denied (K32).
    pub fn from_stored(kind: &str, id: i64) -> Option<Self> {
        match kind {
            "everywhere" => Some(Self::Everywhere),
            "tenant" => Some(Self::Tenant(TenantId(id))),
            "domain" => Some(Self::Domain(DomainId(id))),
            "mailbox" => Some(Self::Mailbox(MailboxId(id))),
            "login" => Some(Self::Login(LoginId(id))),
            _ => None,
        }
    }

    /// For the database: kind and id.
    pub fn to_stored(self) -> (&'static str, i64) {
        match self {
            Self::Everywhere => ("everywhere", 0),
            Self::Tenant(id) => ("tenant", id.0),
            Self::Domain(id) => ("domain", id.0),
            Self::Mailbox(id) => ("mailbox", id.0),
            Self::Login(id) => ("login", id.0),
        }
    }

    /// Its kind.
    pub fn kind(self) -> ScopeKind {
        match self {
            Self::Everywhere => ScopeKind::Everywhere,
            Self::Tenant(_) => ScopeKind::Tenant,
            Self::Domain(_) => ScopeKind::Domain,
            Self::Mailbox(_) => ScopeKind::Mailbox,
            Self::Login(_) => ScopeKind::Login,
        }
    }

    /// Does the thing at `place` lie in this district?
    pub fn covers(self, place: Place) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Tenant(id) => place.tenant == Some(id),
            Self::Domain(id) => place.domain == Some(id),
            Self::Mailbox(id) => place.mailbox == Some(id),
            Self::Login(id) => place.login == Some(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_district_covers_what_lies_in_it_and_nothing_else() {
        let mailbox = Place {
            tenant: Some(TenantId(1)),
            domain: Some(DomainId(2)),
            mailbox: Some(MailboxId(3)),
            login: None,
        };
        for scope in [
            Scope::Everywhere,
            Scope::Tenant(TenantId(1)),
            Scope::Domain(DomainId(2)),
            Scope::Mailbox(MailboxId(3)),
        ] {
            assert!(scope.covers(mailbox), "{scope:?}");
        }
        for scope in [
            Scope::Tenant(TenantId(2)),
            Scope::Domain(DomainId(1)),
            Scope::Mailbox(MailboxId(1)),
            Scope::Login(LoginId(3)),
        ] {
            assert!(!scope.covers(mailbox), "{scope:?}");
        }
        assert!(!Scope::Tenant(TenantId(1)).covers(Place::default()));
    }

    #[test]
    fn a_scope_reads_back_and_an_unknown_one_is_denied() {
        for scope in [
            Scope::Everywhere,
            Scope::Tenant(TenantId(1)),
            Scope::Domain(DomainId(2)),
            Scope::Login(LoginId(9)),
        ] {
            let (kind, id) = scope.to_stored();
            assert_eq!(Scope::from_stored(kind, id), Some(scope));
        }
        assert_eq!(Scope::from_stored("galaxy", 1), None);
    }
}
