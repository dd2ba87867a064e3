//! Mailboxes that are taken back within the transaction that added them.

use bailiwick_base::Error;
use bailiwick_base::authz::Authorized;
use bailiwick_base::db::{WriteTx, sql};
use bailiwick_base::words::MailboxId;

use super::super::actions::AddMailbox;

/// Takes back a mailbox of this very transaction whose address somebody else got first.
pub(super) async fn take_back(
    tx: &mut WriteTx,
    domain: &Authorized<AddMailbox>,
    mailbox: MailboxId,
) -> Result<(), Error> {
    let delete = sql("DELETE FROM mailboxes WHERE id = $ AND domain_id = $").bind(mailbox).bind(domain.id);
    tx.run(delete).await.map(drop)
}
