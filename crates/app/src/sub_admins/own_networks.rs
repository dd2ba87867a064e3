//! From where one's own login may be used, set by whoever it belongs to. What the main Admin set is the main Admin's
//! alone, a program's list always.

use bailiwick_base::authz::{Caller, Detail, Target};
use bailiwick_base::words::Password;
use bailiwick_base::{Code, Error};

use super::actions::SetOwnNetworks;
use super::networks::AllowedNetworks;
use super::store;
use crate::core::service;
use crate::sign_in;

service! {
    /// The networks of one's own login.
    OwnNetworks
}

impl OwnNetworks {
    /// The list as it is, and whether the main Admin set it. Not for whoever acts as the login's holder.
    pub async fn get(&self, caller: &Caller) -> Result<(AllowedNetworks, bool), Error> {
        let mut tx = self.core.read(caller).await?;
        let own = tx.actor().login().ok_or(Code::SignedOut)?;
        let login = tx.authorize::<SetOwnNetworks>(own).await?;
        let (only, by_admin) = store::limited(&mut tx, login.id()).await?;
        Ok((AllowedNetworks { list: store::networks(&mut tx, own).await?, only }, by_admin))
    }

    /// Puts another list in its place. One that does not hold the caller's own address is refused unless the caller
    /// knows it.
    pub async fn set(
        &self,
        caller: &Caller,
        networks: &AllowedNetworks,
        knows: bool,
        own_password: &Password,
    ) -> Result<(), Error> {
        let mut tx = self.core.read(caller).await?;
        let own = tx.actor().login().ok_or(Code::SignedOut)?;
        tx.authorize::<SetOwnNetworks>(own).await?;
        drop(tx);
        if !knows && !networks.lets_in(caller.address()) {
            let shut_out =
                Error::new(Code::NetworkListShutsOut).with("address", caller.address().to_string());
            return Err(shut_out.on("networks"));
        }
        sign_in::reauthenticate(&self.core, caller, own_password, "own_password").await?;
        let mut tx = self.core.write(caller).await?;
        let login = tx.authorize::<SetOwnNetworks>(own).await?;
        let (only, by_admin) = store::limited(&mut tx, own).await?;
        if by_admin {
            return Err(Code::NetworksSetByAdmin.into());
        }
        let before = AllowedNetworks { list: store::networks(&mut tx, own).await?, only };
        store::set_own_networks(&mut tx, &login, networks).await?;
        let detail = Detail::none().changed("networks", &before.in_words(), &networks.in_words());
        tx.commit(login.event(detail)).await
    }
}
