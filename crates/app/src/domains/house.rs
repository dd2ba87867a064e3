//! What the worker does about domains that wait for their proof.

use bailiwick_base::Error;
use bailiwick_base::authz::{Caller, Detail, Events};
use bailiwick_base::db::Query;
use bailiwick_base::words::{DomainId, Installation};
use tokio::task::JoinSet;

use super::actions::{CheckWaitingDomains, RemoveExpiredDomain, VerifyWaitingDomain};
use super::removal;
use super::service::{Domains, ProofRecord, prove};
use super::store::{self, Domain};
use crate::core::Core;
use crate::tenants;

/// Domains looked up in one round.
const ROUND: i64 = 50;

impl Domains {
    /// Looks up to 50 waiting domains up, those first whose last look-up is longest ago and none twice within a
    /// minute; how many of them were proven.
    pub async fn verify_waiting(&self) -> Result<usize, Error> {
        let waiting = {
            let mut tx = self.core.write(&system()).await?;
            let proof = tx.authorize::<CheckWaitingDomains>(Installation).await?;
            let waiting = store::take_waiting(&mut tx, &proof, ROUND).await?;
            tx.commit(Events::none("a look-up of waiting domains is noted")).await?;
            waiting
        };
        let mut tries: JoinSet<bool> = JoinSet::new();
        for domain in waiting {
            tries.spawn(try_one(self.core.clone(), domain));
        }
        Ok(tries.join_all().await.into_iter().filter(|proven| *proven).count())
    }

    /// Removes domains that were not proven in time; how many.
    pub async fn remove_expired(&self) -> Result<usize, Error> {
        let expired = {
            let mut tx = self.core.read(&system()).await?;
            let visible = tx.visible()?;
            store::expired(&mut tx, &visible, ROUND).await?
        };
        let mut removed = 0;
        for id in expired {
            removed += usize::from(self.remove_one_expired(id).await?);
        }
        Ok(removed)
    }

    /// Proven or removed meanwhile, it is left as it is.
    async fn remove_one_expired(&self, id: DomainId) -> Result<bool, Error> {
        let mut tx = self.core.write(&system()).await?;
        let domain = match tx.authorize::<RemoveExpiredDomain>(id).await {
            Ok(domain) => domain,
            Err(error) if error.code() == bailiwick_base::Code::NoSuchThing => return Ok(false),
            Err(error) => return Err(error),
        };
        if domain.held || !domain.waits(tx.now()).is_zero() {
            return Ok(false);
        }
        removal::delete(&mut tx, &domain).await?;
        tenants::count_domain(&mut tx, domain.tenant_id, -1).await?;
        tx.commit(domain.event(Detail::none().was("name", domain.name.to_unicode()))).await?;
        Ok(true)
    }
}

fn system() -> Caller {
    Caller::system("verify domains")
}

/// One domain's record is looked for; whatever stands in the way, it goes on waiting.
async fn try_one(core: Core, domain: Domain) -> bool {
    let record = ProofRecord::of(&domain);
    let proven = async {
        record.look_up(&core).await?;
        prove::<VerifyWaitingDomain>(&core, &system(), domain.id, &record).await
    };
    match proven.await {
        Ok(()) => true,
        Err(error) => {
            tracing::debug!(
                domain = domain.name.as_str(),
                code = error.code().key(),
                "a domain goes on waiting for its proof"
            );
            false
        }
    }
}
