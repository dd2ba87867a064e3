//! Some rows of an import, from what was read to what they become: understood and hashed before the transaction, looked
//! at and done within it.

use std::collections::HashMap;

use bailiwick_base::authz::Events;
use bailiwick_base::db::WriteTx;
use bailiwick_base::words::{Keyring, PasswordHash, limits};
use bailiwick_base::{Code, Error};

use super::import::RowState;
use super::kind::Kind;
use super::row::{AliasRow, UserRow};
use super::service::SEALED_FOR;
use super::store::{Added, NextRow};
use crate::aliases::{AliasOfMany, ManyDomains};
use crate::core::Core;
use crate::mailboxes::{self, FirstPassword, NewMailbox, OneOfMany, Wanted};
use crate::sign_in;

/// What a row asks for.
enum Asked {
    User { one: Box<OneOfMany>, invited: bool, hash: Option<PasswordHash> },
    Alias(AliasOfMany),
}

/// A row with what it asks for, or why it cannot be understood.
struct Row {
    number: i64,
    address: String,
    asked: Result<Asked, Error>,
}

/// Rows that go through one transaction.
pub(super) struct Batch {
    rows: Vec<Row>,
}

/// What became of a batch.
#[derive(Default)]
pub(super) struct Outcome {
    /// Rows that went well.
    pub(super) good: Vec<i64>,
    /// Rows that did not.
    pub(super) bad: Vec<(i64, Error)>,
    pub(super) added: Added,
    pub(super) wanted: Wanted,
    pub(super) events: Option<Events>,
}

impl Batch {
    /// Understands rows, and sees whether passwords are good enough: away from the async workers, for that takes about a
    /// millisecond each.
    pub(super) async fn to_check(keys: &Keyring, kind: Kind, rows: Vec<NextRow>) -> Result<Self, Error> {
        let keys = keys.clone();
        let understood = tokio::task::spawn_blocking(move || {
            let understand = |row: NextRow| {
                let asked = understand(&keys, kind, &row, true);
                Row { number: row.number, address: row.address, asked: asked.map(|(asked, _)| asked) }
            };
            rows.into_iter().map(understand).collect()
        });
        Ok(Self { rows: understood.await.map_err(Error::internal)? })
    }

    /// Understands rows and hashes their passwords, one after the other: people who sign in come first. As many rows as
    /// can be hashed in the time of one transaction are taken.
    pub(super) async fn to_do(core: &Core, kind: Kind, rows: Vec<NextRow>) -> Result<Self, Error> {
        let mut taken = Vec::with_capacity(rows.len());
        let mut hashes = 0;
        for row in rows {
            let mut asked = understand(&core.ground().keys, kind, &row, false);
            if let Ok((Asked::User { hash, .. }, Some(password))) = &mut asked {
                *hash = Some(sign_in::hash_new(core, password.clone()).await?);
                hashes += 1;
            }
            let asked = asked.map(|(asked, _)| asked);
            taken.push(Row { number: row.number, address: row.address, asked });
            if hashes == limits::IMPORT_HASHES {
                break;
            }
        }
        Ok(Self { rows: taken })
    }

    /// How many rows it holds.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Looks whether each row could be done now. `first` is the row in which an address stands first.
    pub(super) async fn look_at(
        self,
        tx: &mut WriteTx,
        first: &HashMap<String, i64>,
    ) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        let rows: Vec<(i64, Asked)> =
            self.rows.into_iter().filter_map(|row| outcome.understood(row, first)).collect();
        let users: Vec<&OneOfMany> = rows.iter().filter_map(|(_, asked)| asked.user()).collect();
        let aliases: Vec<&AliasOfMany> = rows.iter().filter_map(|(_, asked)| asked.alias()).collect();
        let mut places =
            if users.is_empty() { Vec::new() } else { mailboxes::look_at_many(tx, &users).await?.each }
                .into_iter();
        let mut looked = if aliases.is_empty() {
            Vec::new()
        } else {
            ManyDomains::of(tx, &aliases).await?.look_at(tx, &aliases).await?
        }
        .into_iter();
        for (number, asked) in &rows {
            let result = match asked {
                Asked::User { one, invited, .. } => places.next().map(|place| {
                    place.map(|place| {
                        *outcome.wanted.entry(place.kind).or_default() += 1;
                        outcome.added.storage =
                            outcome.added.storage.saturating_add(one.new.quota.as_bytes());
                        outcome.added.invitations += i64::from(*invited);
                    })
                }),
                Asked::Alias(_) => looked.next(),
            };
            outcome.end(*number, result.unwrap_or_else(|| Err(Code::Internal.into())));
        }
        (outcome.added.good, outcome.added.wrong) = outcome.counts();
        Ok(outcome)
    }

    /// Does each row that can be done.
    pub(super) async fn carry_out(self, core: &Core, tx: &mut WriteTx) -> Result<Outcome, Error> {
        let mut outcome = Outcome::default();
        let first = HashMap::new();
        let rows: Vec<(i64, Asked)> =
            self.rows.into_iter().filter_map(|row| outcome.understood(row, &first)).collect();
        let users: Vec<(&OneOfMany, Option<&PasswordHash>)> = rows
            .iter()
            .filter_map(|(_, asked)| match asked {
                Asked::User { one, hash, .. } => Some((&**one, hash.as_ref())),
                Asked::Alias(_) => None,
            })
            .collect();
        let aliases: Vec<&AliasOfMany> = rows.iter().filter_map(|(_, asked)| asked.alias()).collect();
        let (results, events) = if aliases.is_empty() {
            let all: Vec<&OneOfMany> = users.iter().map(|(one, _)| *one).collect();
            let looked = mailboxes::look_at_many(tx, &all).await?;
            if let Some(stop) = looked.each.iter().find_map(|each| each.as_ref().err().and_then(stops)) {
                return Err(stop);
            }
            mailboxes::add_many(core, tx, looked, &users).await?
        } else {
            let domains = ManyDomains::of(tx, &aliases).await?;
            domains.add_many(tx, &aliases).await?
        };
        for ((number, _), result) in rows.iter().zip(results) {
            if let Some(stop) = result.as_ref().err().and_then(stops) {
                return Err(stop);
            }
            outcome.end(*number, result);
        }
        outcome.events = events;
        (outcome.added.done, outcome.added.failed) = outcome.counts();
        Ok(outcome)
    }
}

/// A refusal that is not about the row but about whoever began the import: what they could do when it was checked, they
/// cannot do now.
fn stops(error: &Error) -> Option<Error> {
    match error.code() {
        code @ (Code::NotPermitted | Code::NotWhileActing | Code::DomainUnknown) => {
            let mut stop = Error::new(code);
            for (name, value) in error.args() {
                stop = stop.with(name, value.clone());
            }
            Some(stop)
        }
        _ => None,
    }
}

impl Asked {
    fn user(&self) -> Option<&OneOfMany> {
        match self {
            Self::User { one, .. } => Some(one),
            Self::Alias(_) => None,
        }
    }

    fn alias(&self) -> Option<&AliasOfMany> {
        match self {
            Self::Alias(alias) => Some(alias),
            Self::User { .. } => None,
        }
    }
}

impl Outcome {
    /// What a row asks for, if it is understood and its address stands in no row before.
    fn understood(&mut self, row: Row, first: &HashMap<String, i64>) -> Option<(i64, Asked)> {
        match (row.asked, first.get(&row.address)) {
            (Ok(_), Some(before)) if *before < row.number => {
                let twice = Error::new(Code::ImportRowTwice).with("row", *before).on("address");
                self.bad.push((row.number, twice));
                None
            }
            (Ok(asked), _) => Some((row.number, asked)),
            (Err(error), _) => {
                self.bad.push((row.number, error));
                None
            }
        }
    }

    fn end(&mut self, number: i64, result: Result<(), Error>) {
        match result {
            Ok(()) => self.good.push(number),
            Err(error) => self.bad.push((number, error)),
        }
    }

    /// How many went well, and how many did not.
    fn counts(&self) -> (i64, i64) {
        let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
        (count(self.good.len()), count(self.bad.len()))
    }

    /// The state of rows that did not go well.
    pub(super) const fn bad_state(checking: bool) -> RowState {
        if checking { RowState::Wrong } else { RowState::Failed }
    }
}

/// What a row asks for, with the password that is to be hashed.
fn understand(
    keys: &Keyring,
    kind: Kind,
    row: &NextRow,
    with_strength: bool,
) -> Result<(Asked, Option<bailiwick_base::words::Password>), Error> {
    let cells: Vec<String> = serde_json::from_str(&row.cells).map_err(Error::internal)?;
    if kind == Kind::Aliases {
        let AliasRow { local, domain, targets } = AliasRow::read(&cells)?;
        return Ok((Asked::Alias(AliasOfMany { domain, local, targets }), None));
    }
    let password = match &row.sealed {
        Some(sealed) => {
            let plain = keys
                .open(SEALED_FOR, sealed)
                .map_err(|_| Error::internal("a password cannot be unsealed"))?;
            Some(String::from_utf8(plain).map_err(Error::internal)?)
        }
        None => None,
    };
    let user = UserRow::read(&cells, password.as_deref())?;
    if with_strength {
        user.check_password()?;
    }
    let invited = user.is_invited();
    let given = user.password.as_ref().map(|(password, _)| password.clone());
    let password = match (user.password, user.recovery) {
        (Some((password, one_time)), recovery) => FirstPassword::Given { password, one_time, recovery },
        (None, Some(recovery)) => FirstPassword::Invitation(recovery),
        (None, None) => return Err(Error::new(Code::PasswordOrInvite).on("recovery_address")),
    };
    let new = NewMailbox { local: user.local, name: user.name, quota: user.quota, kind: None, password };
    let one = OneOfMany { domain: user.domain, new, kind: user.kind, active: user.active };
    Ok((Asked::User { one: Box::new(one), invited, hash: None }, given))
}
