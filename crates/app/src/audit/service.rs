//! Reading and proving the audit log.

use bailiwick_base::Error;
use bailiwick_base::authz::{Authorized, Caller};
use bailiwick_base::db::{Page, PageRequest, ReadTx};
use bailiwick_base::words::Installation;

use super::actions::VerifyHistory;
use super::store::{self, HistoryEntry};
use super::verify::{Verification, Walk};
use crate::core::service;

service! {
    /// The audit log.
    Audit
}

impl Audit {
    /// A page of what the caller may see of the history, newest first.
    pub async fn page(&self, caller: &Caller, request: &PageRequest) -> Result<Page<HistoryEntry>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        store::page(&mut tx, &visible, request).await
    }

    /// Walks through all chains and all events, a page at a time, and names the first bad entry of each chain.
    ///
    /// Every page is a transaction of its own: what is appended meanwhile does no harm, and a walk through millions
    /// of rows holds up nothing.
    pub async fn verify(&self, operator: &Caller) -> Result<Verification, Error> {
        let mut walk = Walk::default();
        let mut after = None;
        loop {
            let (mut tx, proof) = self.prove(operator).await?;
            let seals = store::seals_after(&mut tx, &proof, after).await?;
            for sealed in &seals {
                walk.seal(sealed);
            }
            match seals.last() {
                Some(last) => after = Some((last.chain, last.seq)),
                None => break,
            }
        }
        let mut after = i64::MIN;
        loop {
            let (mut tx, proof) = self.prove(operator).await?;
            let loose = store::unsealed_after(&mut tx, &proof, after).await?;
            for event in &loose {
                walk.loose(event);
            }
            match loose.last() {
                Some(last) => after = last.event,
                None => break,
            }
        }
        let (mut tx, proof) = self.prove(operator).await?;
        for event in store::waiting_for_nothing(&mut tx, &proof).await? {
            walk.loose(&event);
        }
        Ok(walk.end())
    }

    async fn prove(&self, operator: &Caller) -> Result<(ReadTx, Authorized<VerifyHistory>), Error> {
        let mut tx = self.core.read(operator).await?;
        let proof = tx.authorize::<VerifyHistory>(Installation).await?;
        Ok((tx, proof))
    }
}
