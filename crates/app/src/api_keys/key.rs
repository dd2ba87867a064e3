//! A key, whose it is, and how it stands.

use bailiwick_base::authz::{PermissionSet, carried_by_keys, handed_on};
use bailiwick_base::words::{ApiKeyId, DomainId, Line, LoginId, TenantId, Timestamp};
use bailiwick_base::{Code, Error};

use crate::sub_admins::{AllowedNetworks, Reach};

/// A key to the API. Its secret is not in it.
#[derive(Debug, Clone)]
pub struct ApiKey {
    /// The key.
    pub id: ApiKeyId,
    /// The login whose it is.
    pub login: LoginId,
    /// The name that login signs in with.
    pub login_name: String,
    /// The login is a program's: its keys are the main Admin's to make and change.
    pub of_program: bool,
    /// The tenant of the login; none for staff.
    pub tenant: Option<TenantId>,
    /// What its holder calls it.
    pub name: String,
    /// How its text begins.
    pub hint: String,
    /// What it carries; of that it holds what its login holds at the moment.
    pub permissions: PermissionSet,
    /// The domains it is limited to, by name; none is wherever its login may.
    pub domains: Option<Vec<(DomainId, String)>>,
    /// From where it may be used.
    pub networks: AllowedNetworks,
    /// It is dead from this instant on.
    pub until: Option<Timestamp>,
    /// Its login got a new password then, and nobody renewed the key since.
    pub stopped_at: Option<Timestamp>,
    /// Since when.
    pub created_at: Timestamp,
    /// The name of who made it.
    pub made_by: String,
    /// Grows with each change.
    pub version: i64,
}

/// How a key stands, apart from its login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStatus {
    /// It can be used.
    Active,
    /// Its login got a new password: it waits to be renewed.
    Stopped,
    /// Its time is over.
    Expired,
}

impl KeyStatus {
    /// Its name in the API.
    pub const fn key(self) -> &'static str {
        match self {
            KeyStatus::Active => "active",
            KeyStatus::Stopped => "stopped",
            KeyStatus::Expired => "expired",
        }
    }
}

impl ApiKey {
    /// How it stands at an instant.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        if self.stopped_at.is_some() {
            KeyStatus::Stopped
        } else if self.until.is_some_and(|until| until <= now) {
            KeyStatus::Expired
        } else {
            KeyStatus::Active
        }
    }
}

/// A login that can have keys: an Admin's, a Sub-Admin's or that of one of the provider's people.
#[derive(Debug, Clone)]
pub struct KeyHolder {
    /// The login.
    pub id: LoginId,
    /// The name it signs in with.
    pub name: String,
    /// It is a program's.
    pub of_program: bool,
    /// Its tenant; none for staff.
    pub tenant: Option<TenantId>,
}

/// What somebody asks of a key.
#[derive(Debug, Clone)]
pub struct KeyTerms {
    /// What it is called: no two of a login alike.
    pub name: Line<100>,
    /// What it carries.
    pub permissions: PermissionSet,
    /// Where.
    pub reach: Reach,
    /// From where.
    pub networks: AllowedNetworks,
    /// It is dead from this instant on.
    pub until: Option<Timestamp>,
}

/// What is an owner's, of what a key carries: ticked by itself, never part of a level.
pub(crate) fn of_owners(set: PermissionSet) -> PermissionSet {
    set.without(handed_on())
}

impl KeyTerms {
    /// What the key is to carry, with the views that belong to it. Refused is what no key carries and what its login, which
    /// holds `held`, does not hold; and an owner's powers that may be used from everywhere.
    pub(super) fn check(
        &self,
        held: PermissionSet,
        before: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<PermissionSet, Error> {
        if self.name.is_empty() {
            return Err(Error::new(Code::FieldMissing).on("name"));
        }
        let set = with_views(self.permissions);
        if set.is_empty() {
            return Err(Error::new(Code::KeyWithoutPermission).on("rights"));
        }
        if let Some(lacking) = set.without(held.within(carried_by_keys())).iter().next() {
            let refused = Error::new(Code::NotPermitted).with("needs", lacking.key());
            return Err(refused.with("to", lacking.in_words()));
        }
        if !of_owners(set).is_empty() && !self.networks.only {
            return Err(Error::new(Code::KeyNeedsNetworks).on("networks"));
        }
        if self.until.is_some_and(|until| until <= now) && self.until != before {
            return Err(Error::new(Code::DateInPast).on("until"));
        }
        Ok(set)
    }
}

/// A permission brings the view of its section with it, as every level does.
fn with_views(set: PermissionSet) -> PermissionSet {
    use bailiwick_base::authz::Permission;
    let view = |permission: Permission| {
        let (noun, _) = permission.key().split_once('.')?;
        Permission::by_key(&format!("{noun}.view"))
    };
    set.and(set.iter().filter_map(view).collect())
}

#[cfg(test)]
mod tests {
    use bailiwick_base::authz::{Permission as P, Role};

    use super::*;

    fn terms(permissions: &[P], only: bool) -> KeyTerms {
        let list = if only { "192.0.2.1" } else { "" };
        KeyTerms {
            name: "WHMCS".parse().expect("a line"),
            permissions: PermissionSet::of(permissions),
            reach: Reach::All,
            networks: AllowedNetworks::parse(list, if only { "listed" } else { "anywhere" })
                .expect("networks"),
            until: None,
        }
    }

    fn check(terms: &KeyTerms, role: Role) -> Result<String, &'static str> {
        let checked = terms.check(role.permissions(), None, Timestamp(10));
        checked.map(PermissionSet::to_stored).map_err(|error| error.code().key())
    }

    #[test]
    fn a_key_carries_what_its_login_holds_and_the_views_that_belong_to_it() {
        let add = terms(&[P::MailboxAdd], false);
        assert_eq!(check(&add, Role::MainAdmin).as_deref(), Ok("mailbox.view mailbox.add"));
        assert_eq!(check(&add, Role::StaffOwner), Err("not_permitted"));
        assert_eq!(check(&terms(&[], false), Role::MainAdmin), Err("key_without_permission"));
        let late = KeyTerms { until: Some(Timestamp(10)), ..add.clone() };
        assert_eq!(check(&late, Role::MainAdmin), Err("date_in_past"));
        assert!(
            late.check(Role::MainAdmin.permissions(), Some(Timestamp(10)), Timestamp(10)).is_ok(),
            "as it was"
        );
    }

    #[test]
    fn what_is_an_owners_needs_listed_networks() {
        let manage = [P::SubAdminManage];
        assert_eq!(check(&terms(&manage, false), Role::MainAdmin), Err("key_needs_networks"));
        assert_eq!(
            check(&terms(&manage, true), Role::MainAdmin).as_deref(),
            Ok("sub_admin.view sub_admin.manage")
        );
        assert_eq!(
            check(&terms(&[P::TenantAdd], true), Role::StaffManager).as_deref(),
            Ok("tenant.view tenant.add")
        );
    }

    #[test]
    fn no_key_carries_what_is_a_persons() {
        for never in [P::OwnPassword, P::OwnKeys, P::OwnLogin, P::TenantImpersonate, P::ComeIn, P::KeepHouse]
        {
            for role in [Role::StaffOwner, Role::Oneself, Role::MainAdmin, Role::Operator] {
                assert_eq!(check(&terms(&[never], true), role), Err("not_permitted"), "{}", never.key());
            }
        }
    }
}
