//! The forms about tenants, as they are sent and as they are understood.

use bailiwick_base::words::{EmailAddress, MailboxTypeId, Storage};
use bailiwick_base::{Code, Error};
use serde::Deserialize;

use super::licences::{Licence, Licences};
use super::service::{Limits, NewTenant};
use super::store::Tenant;
use crate::mailbox_types::MailboxType;
use crate::sign_in::person_name;

/// Users of one type a tenant may have at most.
const MOST_USERS: i64 = 1_000_000;

/// What a tenant may have, as typed: `types` and `licences` belong together pair by pair.
#[derive(Debug, Default, Clone)]
pub(super) struct LimitFields {
    pub(super) types: Vec<MailboxTypeId>,
    pub(super) licences: Vec<String>,
    pub(super) storage: String,
    pub(super) domains: String,
}

impl LimitFields {
    /// The number typed for a type.
    pub(super) fn licences_of(&self, kind: MailboxTypeId) -> &str {
        let typed = self.types.iter().zip(&self.licences).find(|(of, _)| **of == kind);
        typed.map_or("0", |(_, typed)| typed.as_str())
    }

    /// Is what was typed no number of licences?
    pub(super) fn is_wrong(typed: &str) -> bool {
        number_of_licences(typed).is_err()
    }

    pub(super) fn parse(&self) -> Result<Limits, Error> {
        if self.types.len() != self.licences.len() {
            return Err(Code::MalformedRequest.into());
        }
        let typed = self.types.iter().zip(&self.licences);
        let licences = typed.map(|(kind, typed)| Ok((*kind, number_of_licences(typed)?)));
        Ok(Limits {
            users: Licences::Of(licences.collect::<Result<_, Error>>()?),
            storage: self
                .storage
                .parse::<Storage>()
                .map_err(|_| Error::new(Code::StorageInvalid).on("storage"))?,
            domains: whole_number(&self.domains, 1, 100_000, "domains")?,
        })
    }
}

fn number_of_licences(typed: &str) -> Result<i64, Error> {
    whole_number(typed, 0, MOST_USERS, "licences")
}

/// The form of a new tenant.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewForm {
    pub(super) name: String,
    #[serde(default)]
    types: Vec<MailboxTypeId>,
    #[serde(default)]
    licences: Vec<String>,
    storage: String,
    domains: String,
    pub(super) username: String,
    pub(super) full_name: String,
    pub(super) email: String,
}

impl NewForm {
    /// What most tenants begin with: some users of the first type.
    pub(super) fn empty(types: &[MailboxType]) -> Self {
        let first = types.iter().find(|kind| kind.offered);
        Self {
            types: first.iter().map(|kind| kind.id).collect(),
            licences: first.iter().map(|_| "25".to_owned()).collect(),
            storage: "100".into(),
            domains: "5".into(),
            ..Self::default()
        }
    }

    pub(super) fn limits(&self) -> LimitFields {
        LimitFields {
            types: self.types.clone(),
            licences: self.licences.clone(),
            storage: self.storage.clone(),
            domains: self.domains.clone(),
        }
    }

    pub(super) fn parse(&self) -> Result<NewTenant, Error> {
        Ok(NewTenant {
            name: person_name(&self.name, "name")?,
            limits: self.limits().parse()?,
            admin_name: self.username.clone(),
            admin_full_name: person_name(&self.full_name, "full_name")?,
            admin_address: self
                .email
                .parse::<EmailAddress>()
                .map_err(|_| Error::new(Code::EmailAddressInvalid).on("email"))?,
        })
    }
}

/// The form of an existing tenant. A type that is not sent keeps its licences.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditForm {
    pub(super) name: String,
    #[serde(default)]
    types: Vec<MailboxTypeId>,
    #[serde(default)]
    licences: Vec<String>,
    storage: String,
    domains: String,
    pub(super) version: i64,
}

impl EditForm {
    pub(super) fn of(tenant: &Tenant, licences: &[Licence]) -> Self {
        Self {
            name: tenant.name.clone(),
            types: licences.iter().map(|licence| licence.kind).collect(),
            licences: licences.iter().map(|licence| licence.licensed.to_string()).collect(),
            storage: tenant.max_storage.in_gb(),
            domains: tenant.max_domains.to_string(),
            version: tenant.version,
        }
    }

    pub(super) fn limits(&self) -> LimitFields {
        LimitFields {
            types: self.types.clone(),
            licences: self.licences.clone(),
            storage: self.storage.clone(),
            domains: self.domains.clone(),
        }
    }
}

/// A whole number within bounds, as typed.
pub(crate) fn whole_number(text: &str, min: i64, max: i64, field: &'static str) -> Result<i64, Error> {
    text.trim()
        .parse::<i64>()
        .ok()
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(|| Error::new(Code::NumberInvalid).with("min", min).with("max", max).on(field))
}
