//! The form of a type of user, as it is sent and as it is understood.

use bailiwick_base::words::{Line, Storage};
use bailiwick_base::{Code, Error};
use serde::Deserialize;

use super::mailbox_type::{LAST_POSITION, MailboxType, Terms};

/// Name, largest quota (empty: none) and place.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeForm {
    pub(super) name: String,
    pub(super) quota: String,
    pub(super) position: String,
    /// Of the type the form was filled from; a new one has none.
    #[serde(default)]
    pub(super) version: Option<i64>,
}

impl TypeForm {
    /// For one that comes after all others.
    pub(super) fn after(last: Option<i64>) -> Self {
        let position = last.unwrap_or(0).saturating_add(1).min(LAST_POSITION);
        Self { position: position.to_string(), ..Self::default() }
    }

    pub(super) fn of(kind: &MailboxType) -> Self {
        Self {
            name: kind.name.clone(),
            quota: kind.max_quota.map(Storage::in_gb).unwrap_or_default(),
            position: kind.position.to_string(),
            version: Some(kind.version),
        }
    }

    pub(super) fn parse(&self) -> Result<Terms, Error> {
        let name: Line<40> =
            self.name.parse().map_err(|_| Error::new(Code::LineInvalid).with("max", 40_i64).on("name"))?;
        if name.is_empty() {
            return Err(Error::new(Code::FieldMissing).on("name"));
        }
        let max_quota = match self.quota.trim() {
            "" => None,
            typed => Some(typed.parse().map_err(|_| Error::new(Code::StorageInvalid).on("quota"))?),
        };
        let position = crate::tenants::whole_number(&self.position, 1, LAST_POSITION, "position")?;
        Ok(Terms { name, max_quota, position })
    }
}
