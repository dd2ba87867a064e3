//! Another recovery address: asked for with the present password, confirmed by a link that goes to the new address
//! (K10). The former one is told of both.
//!
//! The link counts only for whoever is signed in as the login: a mistyped address gives a stranger nothing.

use bailiwick_base::authz::{Caller, Detail, Realm, Target};
use bailiwick_base::db::WriteTx;
use bailiwick_base::words::{EmailAddress, Password, Token, limits};
use bailiwick_base::{Code, Error};

use super::actions::{AskRecoveryAddress, CancelRecoveryAddress, ChangeOwnRecoveryAddress};
use super::letters::{About, recovery_asked, recovery_changed};
use super::network::{letter_key, told};
use super::service::Security;
use super::store;
use crate::emails::{self, Letter};
use crate::sign_in::{self, Login, Purpose, count_mail};

impl Security {
    /// Asks for another recovery address. Nothing changes before it is confirmed.
    pub async fn ask_recovery_address(
        &self,
        caller: &Caller,
        address: &EmailAddress,
        present: &Password,
    ) -> Result<(), Error> {
        let mut tx = self.core.read(caller).await?;
        let id = tx.actor().login().ok_or(Code::SignedOut)?;
        tx.authorize::<AskRecoveryAddress>(id).await?;
        drop(tx);
        sign_in::reauthenticate(&self.core, caller, present, "present").await?;
        let mut tx = self.core.write(caller).await?;
        let login = tx.authorize::<AskRecoveryAddress>(id).await?;
        may_be_recovery_address(&mut tx, &login, address).await?;
        self.send_confirmation(&mut tx, &login, address).await?;
        self.tell_former(&mut tx, &login, address, recovery_asked).await?;
        tx.commit(login.event(Detail::none().set("sent_to", address))).await
    }

    /// Sends the link of what waits once more; the one before is dead.
    pub async fn send_confirmation_again(&self, caller: &Caller) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let id = tx.actor().login().ok_or(Code::SignedOut)?;
        let login = tx.authorize::<AskRecoveryAddress>(id).await?;
        let pending = store::pending(&mut tx, id).await?.ok_or(Code::LinkInvalid)?;
        let address: EmailAddress = pending.address.parse().map_err(|_| Code::LinkInvalid)?;
        self.send_confirmation(&mut tx, &login, &address).await?;
        tx.commit(login.event(Detail::none().set("sent_to", &address))).await
    }

    /// Gives up what waits. Where nothing does, nothing happens.
    pub async fn cancel_recovery_address(&self, caller: &Caller) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let id = tx.actor().login().ok_or(Code::SignedOut)?;
        let login = tx.authorize::<CancelRecoveryAddress>(id).await?;
        match store::cancel_confirmation(&mut tx, &login).await? {
            Some(address) => tx.commit(login.event(Detail::none().was("sent_to", address))).await,
            None => Ok(()),
        }
    }

    /// The address a link would confirm. Changes nothing.
    pub async fn awaited_recovery_address(&self, caller: &Caller, link: &Token) -> Result<String, Error> {
        let mut tx = self.core.read(caller).await?;
        let id = tx.actor().login().ok_or(Code::SignedOut)?;
        let login = tx.authorize::<ChangeOwnRecoveryAddress>(id).await?;
        store::awaited(&mut tx, &login, link.hash()).await?.ok_or_else(|| Code::LinkInvalid.into())
    }

    /// Confirms an address by the link that went to it. Links that went to the former one are dead.
    pub async fn confirm_recovery_address(&self, caller: &Caller, link: &Token) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let id = tx.actor().login().ok_or(Code::SignedOut)?;
        let login = tx.authorize::<ChangeOwnRecoveryAddress>(id).await?;
        let address = store::take_confirmation(&mut tx, &login, link.hash()).await?;
        let address: EmailAddress =
            address.and_then(|address| address.parse().ok()).ok_or(Code::LinkInvalid)?;
        may_be_recovery_address(&mut tx, &login, &address).await?;
        let before = login.recovery_address();
        store::set_recovery_address(&mut tx, &login, login.place().mailbox, &address).await?;
        sign_in::end_links(&mut tx, id).await?;
        self.tell_former(&mut tx, &login, &address, recovery_changed).await?;
        tx.commit(login.event(Detail::none().changed("recovery_address", &before, &Some(address)))).await
    }

    /// Sends the link, within the limits of this login and of the address, whoever asks for it.
    async fn send_confirmation(
        &self,
        tx: &mut WriteTx,
        login: &Login,
        address: &EmailAddress,
    ) -> Result<(), Error> {
        let mac = self.core.ground().keys.mac("confirmed address", address.to_string().as_bytes());
        let to = format!("confirm to {}", data_encoding::HEXLOWER.encode(&mac[..10]));
        let within = count_mail(tx, &format!("confirm for {}", login.id()), limits::CONFIRMATION_MAILS)
            .await?
            && count_mail(tx, &to, limits::CONFIRMATION_MAILS_TO_ADDRESS).await?;
        if !within {
            return Err(Code::TooManyMails.into());
        }
        let (id, name) = (login.id(), login.name());
        let purpose = Purpose::RecoveryAddress;
        sign_in::send_link(&self.core, tx, purpose, realm(login), id, &name, address.clone()).await
    }

    /// Tells whoever recovery links go to now.
    async fn tell_former(
        &self,
        tx: &mut WriteTx,
        login: &Login,
        new: &EmailAddress,
        letter: fn(&About<'_>, &EmailAddress, &EmailAddress) -> Letter,
    ) -> Result<(), Error> {
        let (realm, name) = (realm(login), login.name());
        let former = login.recovery_address().map(|address| address.to_string());
        let about = About { origins: &self.core.settings().origins, realm, name: &name };
        for to in told(realm, &name, former.as_deref()) {
            let key = letter_key(tx);
            emails::enqueue(tx, key, &letter(&about, &to, new)).await?;
        }
        Ok(())
    }
}

fn realm(login: &Login) -> Realm {
    login.realm().unwrap_or(Realm::Staff)
}

/// Refuses an address that is no way back: what it is already, the mailbox itself, and for staff a domain that a
/// customer manages (K3). What reaches an Admin's recovery address has the Admin's rank, so that is no danger.
async fn may_be_recovery_address(
    tx: &mut WriteTx,
    login: &Login,
    address: &EmailAddress,
) -> Result<(), Error> {
    let refused = |code| Err(Error::new(code).on("email"));
    if login.recovery_address().as_ref() == Some(address) {
        return refused(Code::RecoveryAddressUnchanged);
    }
    match realm(login) {
        Realm::Mailbox if is_delivered_to(address, &login.name()) => refused(Code::RecoveryAddressOwn),
        Realm::Staff => must_be_elsewhere(tx, address).await,
        Realm::Admin | Realm::Mailbox => Ok(()),
    }
}

/// Refuses an address on a domain hosted here, for staff.
pub(super) async fn must_be_elsewhere(tx: &mut WriteTx, address: &EmailAddress) -> Result<(), Error> {
    if crate::domains::is_held(tx, &address.domain).await? {
        return Err(Error::new(Code::RecoveryAddressHosted).on("email"));
    }
    Ok(())
}

/// Does mail to `address` come to the mailbox of this address, with a `+detail` (RFC 5233) or without?
fn is_delivered_to(address: &EmailAddress, mailbox: &str) -> bool {
    mailbox
        .parse::<EmailAddress>()
        .is_ok_and(|own| own.domain == address.domain && own.local == address.local.without_detail())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_leads_to_the_same_mailbox() {
        let leads = |address: &str| is_delivered_to(&address.parse().expect("an address"), "ann@acme.test");
        assert!(leads("ann@acme.test") && leads("Ann+home@ACME.test"));
        assert!(!leads("bob@acme.test") && !leads("ann@other.test") && !leads("annabel@acme.test"));
    }
}
