//! Licences: how many users of which type a tenant may have, and how many it has. Each number is counted by one
//! conditional statement in the transaction of the change, so it holds for all ways in together, under any number of
//! them at once (K25). What a tenant may have is set by staff and nobody else (VE-23).

mod store;

#[cfg(test)]
mod tests;

use bailiwick_base::words::{MailboxTypeId, Storage};
use bailiwick_base::{Code, Error};

pub(crate) use store::of_tenant;
pub(crate) use store::{count_removed, exchange, give_back, licence, take, take_many};
pub(super) use store::{insert, set};

/// What a tenant has of one type of user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// The type.
    pub kind: MailboxTypeId,
    /// The type's name.
    pub name: String,
    /// The largest quota a user of it can be given.
    pub max_quota: Option<Storage>,
    /// Users of it the tenant may have.
    pub licensed: i64,
    /// Users of it the tenant has: more than licensed only where a program may create without the limit.
    pub used: i64,
}

impl Licence {
    /// Refuses a quota that is larger than the type allows.
    pub(crate) fn must_allow(&self, quota: Storage) -> Result<(), Error> {
        match self.max_quota {
            Some(most) if quota > most => Err(Error::new(Code::QuotaAboveType)
                .with("kind", self.name.as_str())
                .with("most", most.to_string())
                .on("quota")),
            _ => Ok(()),
        }
    }

    /// Users of it that can still be added.
    pub fn left(&self) -> i64 {
        (self.licensed - self.used).max(0)
    }
}

/// How many users a tenant may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Licences {
    /// So many of the first type that is offered.
    OfFirst(i64),
    /// So many of each; what is not named stays as it is, which in a new tenant is none.
    Of(Vec<(MailboxTypeId, i64)>),
}

/// Licences in words, for the history: `Basic: 10, Enhanced: 5`.
pub(super) fn in_words(licences: &[Licence]) -> String {
    let words = licences.iter().map(|licence| format!("{}: {}", licence.name, licence.licensed));
    words.collect::<Vec<_>>().join(", ")
}
