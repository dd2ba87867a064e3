//! One of the provider's people.

use bailiwick_base::authz::Role;
use bailiwick_base::words::{EmailAddress, LoginId, Timestamp};

/// May somebody sign in?
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffStatus {
    /// Yes.
    Active,
    /// No password is chosen yet.
    Invited,
    /// No.
    Disabled,
}

/// One of the provider's people.
#[derive(Debug, Clone)]
pub struct StaffMember {
    /// The login.
    pub id: LoginId,
    /// The name it signs in with.
    pub name: String,
    /// What people call it.
    pub full_name: String,
    /// Where invitations and recovery links go.
    pub recovery_address: Option<EmailAddress>,
    /// May it sign in?
    pub status: StaffStatus,
    /// What it may do; none for a login without a grant that is understood (K32).
    pub role: Option<Role>,
    /// Its access is over from this instant on.
    pub until: Option<Timestamp>,
    /// Why it has it.
    pub note: String,
    /// Who gave it.
    pub giver: String,
    /// Since when it has this access.
    pub since: Option<Timestamp>,
    /// Grows with each change; a form sends back the one it was filled from.
    pub version: i64,
}

impl StaffMember {
    /// An owner who can sign in, today and on any later day. There must always be one (K27).
    pub fn is_lasting_owner(&self) -> bool {
        self.status == StaffStatus::Active && self.role == Some(Role::StaffOwner) && self.until.is_none()
    }

    /// Is the access over?
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

/// A role of the provider's people by its name in forms. Nothing else is a role here.
pub(super) fn staff_role(key: &str) -> Option<Role> {
    Role::STAFF.iter().copied().find(|role| role.key() == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_roles_of_staff_can_be_chosen() {
        for role in Role::ALL {
            assert_eq!(staff_role(role.key()).is_some(), Role::STAFF.contains(role), "{}", role.key());
        }
        assert_eq!(staff_role("root"), None);
        assert_eq!(staff_role(""), None);
    }
}
