//! A sign-in from a network the login was not seen in lately is told to its person.
//!
//! The network alone decides. What the browser says it is could be copied by whoever knows the password, so it is
//! told, but it does not keep the letter back.

use bailiwick_base::Error;
use bailiwick_base::authz::{Authorized, Realm};
use bailiwick_base::db::{Query, WriteTx};
use bailiwick_base::words::{ClientAddress, EmailAddress, limits};

use super::device::Device;
use super::letters::About;
use super::store;
use crate::core::Core;
use crate::emails;
use crate::sign_in::{Credential, SignIn, count_mail};

/// Notes that a login came in on the web. Leaves a letter if the network is not one it came from within
/// [`limits::KNOWN_NETWORK`], unless it comes in for the very first time; at most [`limits::NEW_NETWORK_MAILS`] an
/// hour.
pub(crate) async fn note_sign_in(
    core: &Core,
    tx: &mut WriteTx,
    (proof, realm): (&Authorized<SignIn>, Realm),
    came: &Credential,
    (address, agent): (ClientAddress, &str),
) -> Result<(), Error> {
    let before = store::note_sign_in(tx, proof, came.login).await?;
    if came.known_network || before.signed_in_at.is_none() {
        return Ok(());
    }
    if !count_mail(tx, &format!("new network {}", came.login), limits::NEW_NETWORK_MAILS).await? {
        return Ok(());
    }
    let about = About { origins: &core.settings().origins, realm, name: &came.name };
    let (now, device) = (tx.now(), Device::of(agent));
    for to in told(realm, &came.name, before.recovery_address.as_deref()) {
        let key = letter_key(tx);
        emails::enqueue(tx, key, &about.new_network(&to, now, address, device)).await?;
    }
    Ok(())
}

/// Who is told of what happens to a login: its recovery address, and a mailbox's user in the mailbox too.
pub(super) fn told(realm: Realm, name: &str, recovery: Option<&str>) -> Vec<EmailAddress> {
    let own = (realm == Realm::Mailbox).then_some(name);
    let mut told: Vec<EmailAddress> =
        own.into_iter().chain(recovery).filter_map(|address| address.parse().ok()).collect();
    told.dedup();
    told
}

/// A key of its own for each letter: none of them repeats another.
pub(super) fn letter_key(tx: &WriteTx) -> String {
    data_encoding::HEXLOWER.encode(&tx.random().bytes::<16>())
}
