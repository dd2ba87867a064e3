//! What is done with addresses by themselves.

use bailiwick_base::Error;
use bailiwick_base::authz::{Caller, Detail};
use bailiwick_base::db::{Page, PageRequest};
use bailiwick_base::words::AddressId;

use super::actions::ReleaseAddress;
use super::store::{self, RestingAddress};
use crate::core::service;

service! {
    /// Addresses that rest after their removal.
    Addresses
}

impl Addresses {
    /// A page of resting addresses, those first that are free soonest.
    pub async fn resting(
        &self,
        caller: &Caller,
        request: &PageRequest,
    ) -> Result<Page<RestingAddress>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        store::resting(&mut tx, &visible, request).await
    }

    /// Ends an address's rest: whoever is given it now gets the mail meant for its former holder.
    pub async fn release(&self, caller: &Caller, id: AddressId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let address = tx.authorize::<ReleaseAddress>(id).await?;
        store::release(&mut tx, &address).await?;
        tx.commit(address.event(Detail::none().was("rests_until", address.until.to_string()))).await
    }
}
