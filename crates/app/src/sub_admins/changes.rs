//! What the form of a Sub-Admin that exists asks for, and what that means.

use bailiwick_base::authz::Detail;
use bailiwick_base::words::{EmailAddress, Line, Password};
use bailiwick_base::{Code, Error, t};

use super::networks::AllowedNetworks;
use super::plan::{Planned, Terms};
use super::review::{Change, InWords};
use super::sub_admin::SubAdmin;
use crate::sign_in;

/// What the form of a Sub-Admin asks for.
#[derive(Debug, Clone)]
pub struct Changes {
    /// The version the form was filled from.
    pub version: i64,
    /// The name it signs in with.
    pub name: String,
    /// What people call it.
    pub full_name: Line<100>,
    /// Where invitations and recovery links go.
    pub email: EmailAddress,
    /// A new password; none keeps the one there is.
    pub password: Option<Password>,
    /// The mark of the entry the review was made from, which the password is compared with; empty if there was none.
    /// Nothing to compare with where it was not entered twice.
    pub password_mark: Option<String>,
    /// What it is given.
    pub terms: Terms,
    /// The caller's own password, where it is asked for.
    pub own_password: Option<Password>,
}

impl Changes {
    /// The name it will sign in with, if the rest is in order too.
    pub(super) fn check(&self, before: &SubAdmin, planned: &Planned) -> Result<String, Error> {
        let name = sign_in::login_name(&self.name)?;
        if planned.api_purpose.is_some() && before.is_invited() && self.password.is_none() {
            return Err(Error::new(Code::ApiNeedsPassword).on("password"));
        }
        if let Some(password) = &self.password {
            check_password(password, &[&name, self.full_name.as_str()])?;
        }
        Ok(name)
    }

    /// Is the caller's own password asked for? Where a program's access is given or taken, and where its way in changes:
    /// its networks, its password, and the address a link for a new one goes to.
    pub(super) fn ask_own_password(
        &self,
        before: &SubAdmin,
        networks: &AllowedNetworks,
        planned: &Planned,
    ) -> bool {
        let way_in_changes = *networks != planned.networks
            || self.password.is_some()
            || before.email().as_ref() != Some(&self.email);
        planned.api_purpose.is_some() != before.api_access || before.api_access && way_in_changes
    }

    /// Does it change how the Sub-Admin comes in? That is for people, whatever a program may.
    pub(super) fn touch_way_in(
        &self,
        before: &SubAdmin,
        networks: &AllowedNetworks,
        planned: &Planned,
    ) -> bool {
        self.password.is_some()
            || *networks != planned.networks
            || before.email().as_ref() != Some(&self.email)
            || planned.api_purpose.is_some() != before.api_access
    }

    /// What changes of the person, in words.
    pub(super) fn of_the_person(&self, before: &SubAdmin, name: &str) -> Vec<Change> {
        let email = before.recovery_address.clone().unwrap_or_default();
        [
            (t!("field-username"), before.name.clone(), name.to_owned()),
            (t!("field-full-name"), before.full_name.clone(), self.full_name.to_string()),
            (t!("field-email-address"), email, self.email.to_string()),
        ]
        .into_iter()
        .filter(|(_, before, after)| before != after)
        .map(|(label, before, after)| Change { label: label.into_owned(), before, after })
        .collect()
    }

    pub(super) fn detail(
        &self,
        before: &SubAdmin,
        networks: &AllowedNetworks,
        planned: &Planned,
        name: &str,
    ) -> Detail {
        let (was, is) = (InWords::of(before, networks), InWords::of_plan(planned));
        let detail = Detail::none()
            .changed("login", &before.name, &name.to_owned())
            .changed("full_name", &before.full_name, &self.full_name.to_string())
            .changed("recovery_address", &before.recovery_address, &Some(self.email.to_string()))
            .changed("access", &was.access, &is.access)
            .changed("domains", &was.domains, &is.domains)
            .changed("until", &was.until, &is.until)
            .changed("note", &was.note, &is.note)
            .changed("networks", &was.networks, &is.networks)
            .changed("api_access", &was.api_access, &is.api_access);
        if self.password.is_some() { detail.set("password", t!("sub-admin-how-set")) } else { detail }
    }
}

pub(super) fn check_password(password: &Password, about: &[&str]) -> Result<(), Error> {
    sign_in::check_new_password(password, about).map_err(|error| error.on("password"))
}
