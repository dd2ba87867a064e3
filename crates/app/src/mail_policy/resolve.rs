//! Where an address leads. Every map, check and forward asks here, so they cannot disagree.

use bailiwick_base::Error;
use bailiwick_base::db::ReadTx;
use bailiwick_base::words::{AliasId, EmailAddress, LocalPart, MailboxId, TenantId};

use super::store::{self, Found};

/// Where an address leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Destination {
    /// Its domain is not served here.
    NotHere,
    /// Nobody has it.
    Nobody,
    /// A mailbox, by its own address.
    Mailbox(MailboxId, String),
    /// An alias.
    Alias(AliasId, TenantId),
    /// The domain's catch-all mailbox, by its address.
    CatchAll(String),
    /// Accepted and thrown away.
    Discard,
    /// `postmaster` or `abuse` without an owner: the main Admin's address (RFC 2142).
    Postmaster(TenantId),
}

/// Above all domains that only our own maps use.
pub(crate) const RESERVED_DOMAIN: &str = "bailiwick.invalid";
/// The domain of addresses that only our own forwarder understands. `.invalid` exists nowhere (RFC 2606).
pub(super) const FORWARD_DOMAIN: &str = "forward.bailiwick.invalid";
/// The domain of addresses whose mail is thrown away.
pub(super) const DISCARD_DOMAIN: &str = "discard.bailiwick.invalid";

/// Resolves an address in canonical form, in one statement.
pub(super) async fn resolve(tx: &mut ReadTx, address: &EmailAddress) -> Result<Destination, Error> {
    let base = address.local.without_detail();
    let found = store::find(tx, &address.domain, &address.local, &base).await?;
    Ok(decide(&found, &address.local, &base))
}

/// Exact address, then without its `+detail`, then what the domain does with addresses nobody has.
fn decide(found: &[Found], local: &LocalPart, base: &LocalPart) -> Destination {
    let Some(domain) = found.first() else { return Destination::NotHere };
    let owner =
        |wanted: &LocalPart| found.iter().find(|row| row.local_part.as_deref() == Some(wanted.as_str()));
    if let Some(row) = owner(local).or_else(|| owner(base)) {
        return match (row.mailbox_id, row.alias_id) {
            (Some(mailbox), _) => Destination::Mailbox(
                mailbox,
                format!("{}@{}", row.local_part.as_deref().unwrap_or_default(), row.domain_name),
            ),
            (None, Some(alias)) => Destination::Alias(alias, row.tenant_id),
            (None, None) => Destination::Nobody,
        };
    }
    match (domain.catch_all.as_str(), &domain.catch_all_address) {
        _ if matches!(base.as_str(), "postmaster" | "abuse") => Destination::Postmaster(domain.tenant_id),
        ("mailbox", Some(address)) => Destination::CatchAll(address.clone()),
        ("discard", _) => Destination::Discard,
        _ => Destination::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(local: Option<&str>, mailbox: Option<i64>, alias: Option<i64>, catch_all: &str) -> Found {
        Found {
            tenant_id: TenantId(1),
            domain_name: "a.test".into(),
            catch_all: catch_all.into(),
            catch_all_address: Some("all@a.test".into()),
            local_part: local.map(str::to_owned),
            mailbox_id: mailbox.map(MailboxId),
            alias_id: alias.map(AliasId),
        }
    }

    fn ask(found: &[Found], local: &str) -> Destination {
        let local: LocalPart = local.parse().expect("a local part");
        decide(found, &local, &local.without_detail())
    }

    #[test]
    fn an_exact_address_comes_before_its_base_and_both_before_the_catch_all() {
        let found =
            [row(Some("ann"), Some(1), None, "mailbox"), row(Some("ann+x"), None, Some(2), "mailbox")];
        assert_eq!(ask(&found, "ann+x"), Destination::Alias(AliasId(2), TenantId(1)));
        assert_eq!(ask(&found, "ann+y"), Destination::Mailbox(MailboxId(1), "ann@a.test".into()));
        assert_eq!(
            ask(&[row(None, None, None, "mailbox")], "who"),
            Destination::CatchAll("all@a.test".into())
        );
        assert_eq!(ask(&[row(None, None, None, "discard")], "who"), Destination::Discard);
        assert_eq!(ask(&[row(None, None, None, "none")], "who"), Destination::Nobody);
        assert_eq!(ask(&[], "who"), Destination::NotHere);
    }

    #[test]
    fn mp_21_postmaster_and_abuse_reach_the_main_admin_unless_somebody_has_them() {
        assert_eq!(
            ask(&[row(None, None, None, "discard")], "postmaster"),
            Destination::Postmaster(TenantId(1))
        );
        assert_eq!(
            ask(&[row(Some("abuse"), Some(9), None, "none")], "abuse"),
            Destination::Mailbox(MailboxId(9), "abuse@a.test".into())
        );
    }
}
