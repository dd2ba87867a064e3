//! The forms about mailboxes, as they are sent and as they are understood.

use bailiwick_base::words::{DomainId, EmailAddress, Password, Storage, limits};
use bailiwick_base::{Code, Error};
use serde::Deserialize;

use super::service::{Changes, FirstPassword, ListFilter, NewMailbox, new_local_part};
use super::store::{Mailbox, MailboxStatus};
use crate::sign_in::person_name;

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ListQuery {
    pub(super) q: String,
    pub(super) domain: String,
    pub(super) status: String,
    pub(super) after: String,
    pub(super) before: String,
}

impl ListQuery {
    /// What is looked for in the domain that was chosen.
    pub(super) fn filter(&self, domain: Option<DomainId>) -> Result<ListFilter, Error> {
        let status = match self.status.as_str() {
            "" => None,
            key => Some(MailboxStatus::by_key(key).ok_or(Code::MalformedRequest)?),
        };
        Ok(ListFilter { search: self.q.clone(), domain, status })
    }

    pub(super) fn is_filtered(&self) -> bool {
        !(self.q.is_empty() && self.domain.is_empty() && self.status.is_empty())
    }
}

/// The form of a new user.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddForm {
    pub(super) domain: String,
    pub(super) username: String,
    pub(super) name: String,
    pub(super) quota: String,
    pub(super) how: String,
    pub(super) recovery: String,
    pub(super) password: String,
    #[serde(default)]
    pub(super) one_time: String,
}

impl AddForm {
    pub(super) fn empty() -> Self {
        Self { quota: "5".into(), how: "invite".into(), one_time: "yes".into(), ..Self::default() }
    }

    pub(super) fn parse(&self) -> Result<NewMailbox, Error> {
        let password = match self.how.as_str() {
            "invite" => FirstPassword::Invitation(
                recovery_address(&self.recovery)?
                    .ok_or_else(|| Error::new(Code::PasswordOrInvite).on("recovery"))?,
            ),
            "password" if self.password.is_empty() => {
                return Err(Error::new(Code::PasswordOrInvite).on("password"));
            }
            "password" => FirstPassword::Given {
                password: password(&self.password, "password")?,
                one_time: self.one_time == "yes",
                recovery: recovery_address(&self.recovery)?,
            },
            _ => return Err(Code::MalformedRequest.into()),
        };
        Ok(NewMailbox {
            local: new_local_part(&self.username)?,
            name: person_name(&self.name, "name")?,
            quota: quota(&self.quota)?,
            password,
        })
    }
}

/// The form of an existing user.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditForm {
    pub(super) name: String,
    pub(super) quota: String,
    pub(super) version: i64,
    /// Sent only by who may change it.
    pub(super) recovery: Option<String>,
}

impl EditForm {
    pub(super) fn of(mailbox: &Mailbox, recovery: Option<&str>) -> Self {
        Self {
            name: mailbox.name.clone(),
            quota: mailbox.quota.in_gb(),
            version: mailbox.version,
            recovery: Some(recovery.unwrap_or_default().to_owned()),
        }
    }

    pub(super) fn parse(&self) -> Result<Changes, Error> {
        Ok(Changes {
            version: self.version,
            name: person_name(&self.name, "name")?,
            quota: quota(&self.quota)?,
            recovery: self.recovery.as_deref().map(recovery_address).transpose()?,
        })
    }
}

/// How a password is reset.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetForm {
    pub(super) how: String,
    #[serde(default)]
    pub(super) password: String,
}

/// The confirmation of a removal.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoveForm {
    pub(super) confirm: String,
}

/// An address for recovery; nothing entered is none.
fn recovery_address(text: &str) -> Result<Option<EmailAddress>, Error> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Error::new(Code::EmailAddressInvalid).on("recovery"))
}

fn quota(text: &str) -> Result<Storage, Error> {
    text.parse().map_err(|_| Error::new(Code::StorageInvalid).on("quota"))
}

pub(super) fn password(text: &str, field: &'static str) -> Result<Password, Error> {
    text.parse().map_err(|_| Error::new(Code::PasswordTooLong).with("max", limits::PASSWORD_MAX).on(field))
}
