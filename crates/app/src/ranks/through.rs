//! Places through which mail passes, as conditions of a statement.

use bailiwick_base::db::{Sql, like_literal};
use bailiwick_base::words::DomainId;

/// A whole domain whose mail goes to one place.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) id: DomainId,
    pub(super) name: String,
    /// Only what no user, alias or list of the domain has: the reach of a catch-all.
    pub(super) unowned: bool,
}

/// Some addresses, or a whole domain.
#[derive(Debug)]
pub(super) enum Through<'a> {
    /// A few addresses, at least one; each with its `+details` (RFC 5233), which are delivered to the same place.
    Addresses(&'a [String]),
    /// A whole domain.
    Domain(&'a Whole),
}

impl Through<'_> {
    /// Appends `AND …` so that `column` is an address whose mail passes through here. Of names that nobody has, those
    /// with a detail remain too, though somebody may have the name before it.
    pub(super) fn narrow(&self, select: Sql, column: &'static str) -> Sql {
        match self {
            Self::Addresses(addresses) => {
                let mut select = select.push(" AND (").is_in(column, addresses.iter().map(String::as_str));
                for address in *addresses {
                    select = with_details(select, column, address);
                }
                select.push(")")
            }
            Self::Domain(whole) => {
                let tail = format!("@{}", whole.name);
                let select = select.push(" AND ").push(column).push(" LIKE $ ESCAPE '\\'");
                let select = select.bind(format!("%{}", like_literal(&tail)));
                if whole.unowned { unowned(select, column, whole.id, tail.len()) } else { select }
            }
        }
    }
}

/// Adds `OR` the address with a detail: a range that an index serves, `+` being followed by `,`.
fn with_details(select: Sql, column: &'static str, address: &str) -> Sql {
    let Some((local, domain)) = address.rsplit_once('@') else { return select };
    select
        .push(" OR (")
        .push(column)
        .push(" >= $ AND ")
        .bind(format!("{local}+"))
        .push(column)
        .push(" < $ AND ")
        .bind(format!("{local},"))
        .push(column)
        .push(" LIKE $ ESCAPE '\\')")
        .bind(format!("%@{}", like_literal(domain)))
}

fn unowned(select: Sql, column: &'static str, domain: DomainId, tail: usize) -> Sql {
    select
        .push(" AND NOT EXISTS (SELECT 1 FROM addresses o WHERE o.domain_id = $ AND o.kind <> 'resting' AND o.local_part = substr(")
        .bind(domain)
        .push(column)
        .push(", 1, CAST(length(")
        .push(column)
        .push(") - $ AS INTEGER)))")
        .bind(i64::try_from(tail).unwrap_or(i64::MAX))
}
