//! Reading and proving the audit log.

use std::collections::HashMap;
use std::fmt::Display;

use bailiwick_base::authz::{Action, Actor, Authorized, Caller, Permission, Place, Target, Visible};
use bailiwick_base::db::{Page, PageRequest, Query, ReadTx};
use bailiwick_base::words::{Installation, LoginId, TenantId, Timestamp, limits};
use bailiwick_base::{Code, Error};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::actions::{ChainsOf, ProveHistory, VerifyHistory};
use super::filter::HistoryFilter;
use super::store::{self, HistoryEntry, MayWalk};
use super::verify::{Head, Verification, Walk};
use crate::core::service;

service! {
    /// The audit log.
    Audit
}

/// Proofs asked for on pages that run at once; more are told to come back.
static PROOFS: Semaphore = Semaphore::const_new(2);

/// A page of the history, and whom it is told to.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The entries.
    pub page: Page<HistoryEntry>,
    /// The reader is one of the provider's people: a customer is not told everything.
    pub for_staff: bool,
}

/// What stands beside the history on its page.
#[derive(Debug, Clone)]
pub struct Overview {
    /// When the newest visible entry was sealed.
    pub last_sealed: Option<Timestamp>,
    /// May the reader have the chains proven?
    pub may_prove: bool,
    /// What was refused lately; none for whoever is limited to some domains.
    pub refused: Option<Vec<Refused>>,
}

/// What one login was refused lately, counted.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The login's name; none once it is gone, and of the provider's people for a customer.
    pub login: Option<String>,
    /// What was tried: an action, or what a page needs.
    pub action: String,
    /// Why it was refused.
    pub code: String,
    /// How often.
    pub count: i64,
    /// The last time.
    pub last_at: Timestamp,
}

/// What a proof asked for on the page has found.
#[derive(Debug, Clone)]
pub struct Proof {
    /// What was found as far as it went.
    pub found: Verification,
    /// Was the time enough for all of it?
    pub complete: bool,
    /// When the newest entry was sealed.
    pub last_sealed: Option<Timestamp>,
}

impl Audit {
    /// A page of what the caller may see of the history, newest first.
    pub async fn page(
        &self,
        caller: &Caller,
        filter: &HistoryFilter,
        request: &PageRequest,
    ) -> Result<Page<HistoryEntry>, Error> {
        self.read(caller, filter, request).await.map(|reading| reading.page)
    }

    /// The same, with whom it is told to.
    pub async fn read(
        &self,
        caller: &Caller,
        filter: &HistoryFilter,
        request: &PageRequest,
    ) -> Result<Reading, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let customer = customer(tx.actor());
        let found = store::find(&mut tx, &visible, filter, customer).await?;
        let page = store::page(&mut tx, &visible, &found, request).await?;
        Ok(Reading { page, for_staff: customer.is_none() })
    }

    /// The next rows of a file, after those that end with `request.after`.
    pub async fn page_of_export(
        &self,
        caller: &Caller,
        filter: &HistoryFilter,
        request: &PageRequest,
    ) -> Result<Page<HistoryEntry>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let customer = customer(tx.actor());
        let found = store::find(&mut tx, &visible, filter, customer).await?;
        store::page_of_export(&mut tx, &visible, &found, request).await
    }

    /// The newest rows, for a card.
    pub async fn newest(&self, caller: &Caller) -> Result<Vec<HistoryEntry>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        store::about(&mut tx, &visible, None).await
    }

    /// The newest rows about one object, as far as the caller may see them.
    pub async fn about(
        &self,
        caller: &Caller,
        kind: &'static str,
        id: impl Display,
    ) -> Result<Vec<HistoryEntry>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        store::about(&mut tx, &visible, Some((kind, id.to_string()))).await
    }

    /// What stands beside the history on its page.
    pub async fn overview(&self, caller: &Caller) -> Result<Overview, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let last_sealed = store::last_sealed(&mut tx, &visible).await?;
        let whole = sees_whole(tx.actor(), tx.now());
        let refused = if whole { Some(self.refused(&mut tx, &visible).await?) } else { None };
        Ok(Overview { last_sealed, may_prove: whole, refused })
    }

    /// What was refused lately, counted; for whoever sees the whole history of its tenant, or of the installation.
    pub async fn refusals(&self, caller: &Caller) -> Result<Vec<Refused>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let (whole, now) = (whole(tx.actor()), tx.now());
        tx.actor().must_hold_over(Permission::HistoryView, whole, now)?;
        self.refused(&mut tx, &visible).await
    }

    async fn refused(&self, tx: &mut ReadTx, visible: &Visible<HistoryEntry>) -> Result<Vec<Refused>, Error> {
        let since = tx.now().before(limits::REFUSALS_SHOWN);
        let rows = store::refused(&mut self.core.db().read_telemetry().await?, visible, since).await?;
        let logins: Vec<LoginId> = rows.iter().map(|row| row.login_id).collect();
        let names: HashMap<LoginId, String> = store::login_names(tx, &logins).await?.into_iter().collect();
        let customer = customer(tx.actor()).is_some();
        let refused = rows.into_iter().map(|row| Refused {
            login: names.get(&row.login_id).filter(|_| !customer || row.tenant_id.is_some()).cloned(),
            action: row.action,
            code: row.code,
            count: row.count,
            last_at: row.last_at,
        });
        Ok(refused.collect())
    }

    /// Proves the chains of which the caller may see everything: its tenant's, for staff all. Ends when the time is
    /// over, and says so.
    pub async fn prove(&self, caller: &Caller) -> Result<Proof, Error> {
        let mut tx = self.core.read(caller).await?;
        let of = ChainsOf(tx.actor().tenant());
        tx.authorize::<ProveHistory>(of).await?;
        let visible = tx.visible()?;
        let last_sealed = store::last_sealed(&mut tx, &visible).await?;
        drop(tx);
        let Ok(_place) = PROOFS.try_acquire() else { return Err(Code::Busy.into()) };
        let until = Instant::now() + limits::PROOF;
        let (found, complete) = self.walk::<ProveHistory>(caller, of, Some(until)).await?;
        Ok(Proof { found, complete, last_sealed })
    }

    /// Walks through all chains and all events, a page at a time, and names the first bad entry of each chain.
    ///
    /// Every page is a transaction of its own: what is appended meanwhile does no harm, and a walk through millions
    /// of rows holds up nothing.
    pub async fn verify(&self, operator: &Caller) -> Result<Verification, Error> {
        self.walk::<VerifyHistory>(operator, Installation, None).await.map(|(found, _)| found)
    }

    /// Of heads that were kept elsewhere, those whose seal is not as it was, with what stands there now.
    pub async fn differing(
        &self,
        operator: &Caller,
        heads: &[Head],
    ) -> Result<Vec<(Head, Option<Vec<u8>>)>, Error> {
        let (mut tx, proof) = self.open::<VerifyHistory>(operator, Installation).await?;
        store::differing(&mut tx, &proof, heads).await
    }

    async fn open<A: Action>(
        &self,
        caller: &Caller,
        chains: <A::Target as Target>::Id,
    ) -> Result<(ReadTx, Authorized<A>), Error> {
        let mut tx = self.core.read(caller).await?;
        let proof = tx.authorize::<A>(chains).await?;
        Ok((tx, proof))
    }

    /// Walks as far as `until`; did it come to the end?
    pub(super) async fn walk<A: Action>(
        &self,
        caller: &Caller,
        chains: <A::Target as Target>::Id,
        until: Option<Instant>,
    ) -> Result<(Verification, bool), Error>
    where
        Authorized<A>: MayWalk,
    {
        let late = || until.is_some_and(|until| Instant::now() >= until);
        let mut walk = Walk::default();
        let mut after = None;
        loop {
            let (mut tx, proof) = self.open::<A>(caller, chains).await?;
            let seals = store::seals_after(&mut tx, &proof, after).await?;
            for sealed in &seals {
                walk.seal(sealed);
            }
            match seals.last() {
                Some(last) => after = Some((last.chain, last.seq)),
                None => break,
            }
            if late() {
                return Ok((walk.end(), false));
            }
        }
        let mut after = i64::MIN;
        loop {
            let (mut tx, proof) = self.open::<A>(caller, chains).await?;
            let loose = store::unsealed_after(&mut tx, &proof, after).await?;
            for event in &loose {
                walk.loose(event);
            }
            match loose.last() {
                Some(last) => after = last.event,
                None => break,
            }
            if late() {
                return Ok((walk.end(), false));
            }
        }
        let (mut tx, proof) = self.open::<A>(caller, chains).await?;
        for event in store::waiting_for_nothing(&mut tx, &proof).await? {
            walk.loose(&event);
        }
        Ok((walk.end(), true))
    }
}

/// The tenant of a reader who is a customer; none for staff and the command line.
fn customer(actor: &Actor) -> Option<TenantId> {
    actor.tenant()
}

/// Does the actor see the whole history of its tenant, or of the installation?
fn sees_whole(actor: &Actor, now: Timestamp) -> bool {
    actor.may(Permission::HistoryView, whole(actor), now)
}

fn whole(actor: &Actor) -> Place {
    Place { tenant: actor.tenant(), ..Place::default() }
}
