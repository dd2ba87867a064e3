//! What the forms about the provider's people send, and how it is read.

use bailiwick_base::authz::Role;
use bailiwick_base::words::{Day, EmailAddress, Line, Timestamp};
use bailiwick_base::{Code, Error};
use serde::Deserialize;

use super::member::{StaffMember, staff_role};
use super::service::{NewStaff, StaffChanges};
use crate::sign_in::person_name;

/// The last day of an access as forms and lists have it.
pub(super) fn last_day(until: Option<Timestamp>) -> String {
    until.map(|until| Day::last_before(until).to_string()).unwrap_or_default()
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewForm {
    pub(super) username: String,
    pub(super) full_name: String,
    pub(super) email: String,
    pub(super) role: String,
    pub(super) until: String,
    pub(super) note: String,
}

fn role_of(text: &str) -> Result<Role, Error> {
    staff_role(text).ok_or_else(|| Code::MalformedRequest.into())
}

/// The end of the day that was entered; nothing is no end.
fn until_of(text: &str) -> Result<Option<Timestamp>, Error> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let day: Day = text.parse().map_err(|_| Error::new(Code::DateInvalid).on("until"))?;
    Ok(Some(day.end()))
}

fn note_of(text: &str) -> Result<Line<200>, Error> {
    text.parse().map_err(|_| Error::new(Code::LineInvalid).with("max", 200_i64).on("note"))
}

impl NewForm {
    pub(super) fn parse(&self) -> Result<NewStaff, Error> {
        Ok(NewStaff {
            name: self.username.clone(),
            full_name: person_name(&self.full_name, "full_name")?,
            address: self
                .email
                .parse::<EmailAddress>()
                .map_err(|_| Error::new(Code::EmailAddressInvalid).on("email"))?,
            role: role_of(&self.role)?,
            until: until_of(&self.until)?,
            note: note_of(&self.note)?,
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditForm {
    pub(super) role: String,
    pub(super) until: String,
    pub(super) note: String,
    pub(super) version: i64,
}

impl EditForm {
    pub(super) fn of(member: &StaffMember) -> Self {
        Self {
            role: member.role.map(Role::key).unwrap_or_default().into(),
            until: last_day(member.until),
            note: member.note.clone(),
            version: member.version,
        }
    }

    pub(super) fn parse(&self) -> Result<StaffChanges, Error> {
        Ok(StaffChanges {
            version: self.version,
            role: role_of(&self.role)?,
            until: until_of(&self.until)?,
            note: note_of(&self.note)?,
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoveForm {
    pub(super) confirm: String,
}
