//! Whether anybody behind an address has room for a message.

use std::collections::HashSet;

use bailiwick_base::db::ReadTx;
use bailiwick_base::words::{EmailAddress, MailboxId, limits};
use bailiwick_base::{Error, t};
use bailiwick_mail::policy::{PolicyAction, PolicyRequest};

use super::resolve::{Destination, resolve};
use super::service::MailPolicy;
use super::{store, usage};
use crate::core::Core;

/// Addresses looked at for one recipient; whoever has more behind it is not refused here.
const LOOK_UPS: usize = 2 * limits::ALIAS_TARGETS;

impl MailPolicy {
    /// Refuses a recipient behind whom nobody has room. What comes back from ourselves was taken before; there the
    /// delivery decides.
    pub(super) async fn check_room(
        &self,
        request: &PolicyRequest,
        recipient: &str,
    ) -> Result<PolicyAction, Error> {
        let comes_back = request.policy_context() == Some("reinject");
        let Some(recipient) = recipient.parse().ok().filter(|_| !comes_back) else {
            return Ok(PolicyAction::Dunno);
        };
        let size = request.size().unwrap_or(0);
        if is_there(&self.core, &mut self.read().await?, &recipient, size).await? {
            return Ok(PolicyAction::Dunno);
        }
        Ok(PolicyAction::Reject {
            code: 552,
            enhanced: "5.2.2".to_owned(),
            text: t!("smtp-mailbox-full").into_owned(),
        })
    }
}

/// Can anybody behind `address` take a message of `size`?
///
/// No only if at least one mailbox is full and nobody else is there: one with room, one of unknown usage, an address
/// outside. Where one of several is full, the message is taken, and the delivery to that one is refused.
async fn is_there(core: &Core, tx: &mut ReadTx, address: &EmailAddress, size: u64) -> Result<bool, Error> {
    let mut next = vec![address.clone()];
    let mut seen = HashSet::new();
    let mut full = 0;
    while let Some(address) = next.pop() {
        if !seen.insert(address.clone()) {
            continue;
        }
        if seen.len() > LOOK_UPS {
            return Ok(true);
        }
        match resolve(tx, &address).await? {
            Destination::Mailbox(mailbox, _) => {
                if takes(core, tx, mailbox, size).await? {
                    return Ok(true);
                }
                full += 1;
            }
            Destination::Alias(alias, tenant) => {
                for target in store::alias_targets(tx, alias, tenant).await? {
                    match target.address.parse() {
                        Ok(inside) if target.inside => next.push(inside),
                        _ => return Ok(true),
                    }
                }
            }
            Destination::CatchAll(mailbox) => next.extend(mailbox.parse::<EmailAddress>().ok()),
            Destination::Nobody => {}
            Destination::NotHere | Destination::Discard | Destination::Postmaster(_) => return Ok(true),
        }
    }
    Ok(full == 0)
}

async fn takes(core: &Core, tx: &mut ReadTx, mailbox: MailboxId, size: u64) -> Result<bool, Error> {
    let Some(usage) = usage::at_once(core, mailbox).await else { return Ok(true) };
    let account = store::account(tx, mailbox).await?;
    Ok(account.is_none_or(|account| usage::takes(usage.stored, account.quota, size)))
}
