//! Types of users as the command line names them: by id (typ_…) or by name, whatever the case.

use bailiwick_app::mailbox_types::{MailboxType, MailboxTypes};
use bailiwick_app::tenants::Licences;
use bailiwick_base::words::MailboxTypeId;

use crate::cli::TypeAndNumber;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};

async fn all(open: &Installation) -> Outcome<Vec<MailboxType>> {
    let listed = MailboxTypes::new(open.core.clone()).list(&operator()).await?;
    Ok(listed.into_iter().map(|listed| listed.kind).collect())
}

fn find(types: &[MailboxType], wanted: &str) -> Outcome<MailboxTypeId> {
    let wanted = wanted.trim();
    let found = types
        .iter()
        .find(|kind| kind.id.to_string() == wanted || kind.name.to_lowercase() == wanted.to_lowercase());
    found.map(|kind| kind.id).ok_or_else(|| {
        let names: Vec<&str> = types.iter().map(|kind| kind.name.as_str()).collect();
        Failure::missing("No user type has this name.", format!("There are: {}.", names.join(", ")))
    })
}

/// The type that may have been named.
pub(super) async fn named(open: &Installation, name: Option<&str>) -> Outcome<Option<MailboxTypeId>> {
    match name {
        Some(name) => find(&all(open).await?, name).map(Some),
        None => Ok(None),
    }
}

/// So many of the first type that is offered, and of each that is named.
pub(super) async fn licences(
    open: &Installation,
    users: Option<i64>,
    named: &[TypeAndNumber],
) -> Outcome<Licences> {
    if let (Some(users), []) = (users, named) {
        return Ok(Licences::OfFirst(users));
    }
    let types = all(open).await?;
    let mut licences = Vec::with_capacity(named.len() + 1);
    if let Some(users) = users {
        let first = types.iter().find(|kind| kind.offered);
        let first = first.ok_or_else(|| Failure::new("No user type is offered."))?;
        licences.push((first.id, users));
    }
    for TypeAndNumber { kind, number } in named {
        licences.push((find(&types, kind)?, *number));
    }
    Ok(Licences::Of(licences))
}
