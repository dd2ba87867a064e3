//! What is done with aliases.

use std::collections::HashMap;

use bailiwick_base::authz::{Caller, Detail, Permission, Place};
use bailiwick_base::db::{Page, PageRequest, Query, WriteTx};
use bailiwick_base::words::{AliasId, DomainId, EmailAddress, LocalPart, TenantId, limits};
use bailiwick_base::{Code, Error};

use super::actions::{AddAlias, RemoveAlias, UpdateAlias};
use super::chain::Loop;
use super::store::{self, Alias};
use super::targets::too_many;
use crate::addresses::{self, Holder};
use crate::core::service;
use crate::domains;
use crate::ranks;

service! {
    /// Aliases of a tenant's domains.
    Aliases
}

/// An alias and where it leads; nowhere, if what it led to was removed.
#[derive(Debug, Clone)]
pub struct Leading {
    /// The alias.
    pub alias: Alias,
    /// Where it leads, in the order in which it was typed.
    pub targets: Vec<EmailAddress>,
}

impl Leading {
    fn of(alias: Alias, targets: &mut HashMap<AliasId, Vec<EmailAddress>>) -> Self {
        let targets = targets.remove(&alias.id).unwrap_or_default();
        Self { alias, targets }
    }
}

impl Aliases {
    /// A page of aliases whose address begins with `search`, of one domain or of all.
    pub async fn page(
        &self,
        caller: &Caller,
        search: &str,
        domain: Option<DomainId>,
        request: &PageRequest,
    ) -> Result<Page<Leading>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let page = store::page(&mut tx, &visible, search, domain, request).await?;
        let ids: Vec<AliasId> = page.rows.iter().map(|alias| alias.id).collect();
        let mut targets = store::targets(&mut tx, &ids).await?;
        Ok(page.map(|alias| Leading::of(alias, &mut targets)))
    }

    /// One alias.
    pub async fn get(&self, caller: &Caller, id: AliasId) -> Result<Leading, Error> {
        let mut tx = self.core.read(caller).await?;
        let alias: Alias = tx.find(id).await?;
        let mut targets = store::targets(&mut tx, &[id]).await?;
        Ok(Leading::of(alias, &mut targets))
    }

    /// Adds an alias to a verified domain.
    pub async fn add(
        &self,
        caller: &Caller,
        domain: DomainId,
        local: &LocalPart,
        targets: &[EmailAddress],
    ) -> Result<Alias, Error> {
        let mut tx = self.core.write(caller).await?;
        let domain = tx.authorize::<AddAlias>(domain).await?;
        domain.verified()?;
        store::lock_tenant(&mut tx, domain.tenant_id).await?;
        let address = EmailAddress::new(local.clone(), domain.name.clone());
        ranks::may_take(&mut tx, domain.tenant_id, &address, Permission::AliasAdd).await?;
        let alias = store::insert(&mut tx, &domain, &address).await?;
        let holder = Holder::Alias(alias.id);
        addresses::claim(&mut tx, domain.tenant_id, domain.id, &domain.name, local, holder)
            .await
            .map_err(about_alias)?;
        check_targets(&mut tx, domain.tenant_id, &address, targets).await?;
        store::insert_targets(&mut tx, &domain, &alias, targets).await?;
        domains::count(&mut tx, domain.id, 0, 0, 1).await?;
        tx.commit(
            domain.event_about(&alias, Detail::none().set("address", &address).set("targets", targets)),
        )
        .await?;
        Ok(alias)
    }

    /// Changes where an alias leads; `version` is that of the alias as it was seen, none for whatever it is now.
    pub async fn update(
        &self,
        caller: &Caller,
        id: AliasId,
        version: Option<i64>,
        targets: &[EmailAddress],
    ) -> Result<Leading, Error> {
        let mut tx = self.core.write(caller).await?;
        let alias = tx.authorize::<UpdateAlias>(id).await?;
        alias.must_be(version)?;
        store::lock_tenant(&mut tx, alias.tenant_id).await?;
        let before = store::targets(&mut tx, &[id]).await?.remove(&id).unwrap_or_default();
        check_targets(&mut tx, alias.tenant_id, &alias.address, targets).await?;
        store::update_targets(&mut tx, &alias, targets).await?;
        let changed = Alias { version: alias.version + 1, ..Alias::clone(&alias) };
        tx.commit(alias.event(Detail::none().changed("targets", &before, &targets.to_vec()))).await?;
        Ok(Leading { alias: changed, targets: targets.to_vec() })
    }

    /// Removes an alias; its address rests, and other aliases do not lead to it any more. `version` as in
    /// [`Aliases::update`].
    pub async fn remove(&self, caller: &Caller, id: AliasId, version: Option<i64>) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let alias = tx.authorize::<RemoveAlias>(id).await?;
        alias.must_be(version)?;
        let targets = store::targets(&mut tx, &[id]).await?.remove(&id).unwrap_or_default();
        // The domain's row before the tenant's and any address, as in all that adds: else two would wait for each other.
        domains::count(&mut tx, alias.domain_id, 0, 0, -1).await?;
        store::forget_target(&mut tx, alias.tenant_id, &alias.address).await?;
        addresses::rest(&mut tx, Holder::Alias(id)).await?;
        store::delete(&mut tx, &alias).await?;
        tx.commit(alias.event(Detail::none().was("address", &alias.address).was("targets", targets))).await
    }
}

/// In the alias's form the username's field is called `alias`.
fn about_alias(error: Error) -> Error {
    if error.field().is_some() { error.on("alias") } else { error }
}

/// Everything that is asked of targets. One on another tenant's domain, or on one of whose users and aliases the actor
/// sees nothing, is like one anywhere else: nothing is said about whether it exists (HZ-11). It may lead nowhere then,
/// and mail to it is returned.
pub(super) async fn check_targets(
    tx: &mut WriteTx,
    tenant: TenantId,
    alias: &EmailAddress,
    targets: &[EmailAddress],
) -> Result<(), Error> {
    let (actor, now) = (tx.actor().clone(), tx.now());
    let mut domains = store::domains_of(tx, tenant, targets).await?;
    domains.retain(|(domain, _)| {
        let place = Place { tenant: Some(tenant), domain: Some(*domain), ..Place::default() };
        [Permission::MailboxView, Permission::AliasView].iter().any(|view| actor.may(*view, place, now))
    });
    if let Some(missing) = store::first_missing(tx, domains, targets).await? {
        return Err(Error::new(Code::AliasTargetMissing).with("address", missing.to_string()).on("targets"));
    }
    // Aliases the actor does not see are like addresses elsewhere: whether one exists shows in no answer. Delivery
    // bounds what leads in a circle through them.
    let visible = tx.visible::<Alias>()?;
    let Some(mut graph) = store::graph_below(tx, &visible, targets).await? else {
        return Err(too_many(limits::EXPANSION));
    };
    graph.forget(alias);
    let above = store::length_above(tx, &visible, alias).await?;
    graph.admits(alias, targets, above, limits::ALIAS_DEPTH).map_err(|Loop(address)| {
        let error = Error::new(Code::AliasLoop).with("address", address.to_string());
        error.with("max", limits::ALIAS_DEPTH).on("targets")
    })
}
