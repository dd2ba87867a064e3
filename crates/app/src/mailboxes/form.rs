//! The forms about mailboxes, as they are sent and as they are understood.

use bailiwick_base::words::{DomainId, EmailAddress, MailboxId, Password, Storage, limits};
use bailiwick_base::{Code, Error};
use serde::Deserialize;

use super::adding::{FirstPassword, NewMailbox};
use super::changing::Changes;
use super::kinds::{Kinds, chosen};
use super::service::{ListFilter, new_local_part};
use super::store::{Mailbox, MailboxStatus};
use crate::sign_in::person_name;

/// What the list is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ListQuery {
    pub(super) q: String,
    pub(super) domain: String,
    pub(super) status: String,
    pub(super) kind: String,
    /// `nearly_full`, or nothing.
    pub(super) usage: String,
    pub(super) after: String,
    pub(super) before: String,
}

impl ListQuery {
    /// Are only those asked for that are nearly full?
    pub(super) fn is_about_nearly_full(&self) -> Result<bool, Error> {
        match self.usage.as_str() {
            "" => Ok(false),
            "nearly_full" => Ok(true),
            _ => Err(Code::MalformedRequest.into()),
        }
    }

    /// What is looked for in the domain that was chosen, and among the mailboxes that are nearly full, if only those
    /// are asked for.
    pub(super) fn filter(
        &self,
        domain: Option<DomainId>,
        among: Option<Vec<MailboxId>>,
    ) -> Result<ListFilter, Error> {
        let status = match self.status.as_str() {
            "" => None,
            key => Some(MailboxStatus::by_key(key).ok_or(Code::MalformedRequest)?),
        };
        Ok(ListFilter { search: self.q.clone(), domain, status, kind: chosen(&self.kind)?, among })
    }

    pub(super) fn is_filtered(&self) -> bool {
        ![&self.q, &self.domain, &self.status, &self.kind, &self.usage].iter().all(|typed| typed.is_empty())
    }
}

/// The form of a new user.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddForm {
    pub(super) domain: String,
    pub(super) username: String,
    pub(super) name: String,
    /// The account type; not sent where there is only one.
    #[serde(default)]
    pub(super) kind: String,
    pub(super) quota: String,
    pub(super) how: String,
    pub(super) recovery: String,
    pub(super) password: String,
    #[serde(default)]
    pub(super) one_time: String,
}

impl AddForm {
    pub(super) fn empty(kinds: &Kinds) -> Self {
        let kind = kinds.first_free().map(|kind| kind.to_string()).unwrap_or_default();
        Self { kind, quota: "5".into(), how: "invite".into(), one_time: "yes".into(), ..Self::default() }
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
            kind: chosen(&self.kind)?,
            password,
        })
    }
}

/// The form of an existing user.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditForm {
    pub(super) name: String,
    /// The account type; not sent where there is only one.
    #[serde(default)]
    pub(super) kind: String,
    pub(super) quota: String,
    pub(super) version: i64,
    /// Sent only by who may change it.
    pub(super) recovery: Option<String>,
}

impl EditForm {
    pub(super) fn of(mailbox: &Mailbox, recovery: Option<&str>) -> Self {
        Self {
            name: mailbox.name.clone(),
            kind: mailbox.kind.to_string(),
            quota: mailbox.quota.in_gb(),
            version: mailbox.version,
            recovery: Some(recovery.unwrap_or_default().to_owned()),
        }
    }

    pub(super) fn parse(&self) -> Result<Changes, Error> {
        Ok(Changes {
            version: Some(self.version),
            name: Some(person_name(&self.name, "name")?),
            kind: chosen(&self.kind)?,
            quota: Some(quota(&self.quota)?),
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
