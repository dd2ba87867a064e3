//! A type of user, and what the provider says of it.

use bailiwick_base::words::{Line, MailboxTypeId, Storage};
use bailiwick_base::{Code, Error};

/// Types an installation can have, those no longer offered among them.
pub(super) const MOST: i64 = 50;
/// The highest place in lists.
pub(super) const LAST_POSITION: i64 = 1_000;

/// A type of user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxType {
    /// Its id.
    pub id: MailboxTypeId,
    /// Its name; unique whatever the case.
    pub name: String,
    /// The largest quota a user of it can be given; none is no bound but the tenant's storage.
    pub max_quota: Option<Storage>,
    /// Its place in lists; those with the same stand in the order in which they were added.
    pub position: i64,
    /// Can more licences of it be had?
    pub offered: bool,
    /// Grows with each change; a form sends back the one it was filled from.
    pub version: i64,
}

/// What the provider says of a type. A lower `max_quota` leaves the quotas that users have as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// See [`MailboxType::name`].
    pub name: Line<40>,
    /// See [`MailboxType::max_quota`].
    pub max_quota: Option<Storage>,
    /// See [`MailboxType::position`].
    pub position: i64,
}

/// A type with what tenants have of it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The type.
    pub kind: MailboxType,
    /// Licences of all tenants.
    pub licensed: i64,
    /// Users of all tenants.
    pub used: i64,
}

/// A place in lists, within its bounds.
pub(super) fn position(number: i64) -> Result<i64, Error> {
    if (1..=LAST_POSITION).contains(&number) {
        return Ok(number);
    }
    Err(Error::new(Code::NumberInvalid).with("min", 1_i64).with("max", LAST_POSITION).on("position"))
}
