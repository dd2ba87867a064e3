//! What is used of what was bought: the top bar's meters. Whoever is limited to chosen domains sees what those use,
//! and neither the tenant's totals nor its limits.

use bailiwick_base::authz::{Actor, Place, Scope};
use bailiwick_base::db::{Query, ReadTx};
use bailiwick_base::words::{DomainId, Storage, TenantId, Timestamp};
use bailiwick_base::{Error, t};
use bailiwick_ui::{Meter, meter};

use super::licences::Licence;
use super::store;

/// Types of users that have a meter each; of more there is one for all.
const METERS: usize = 4;

/// What is used, and what was bought; no limit for whoever sees only a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The tenant's name.
    pub name: String,
    /// Mailboxes of all types together.
    pub users: i64,
    /// The same by type, with what was bought; none for whoever sees only a part.
    pub licences: Option<Vec<Licence>>,
    /// Storage assigned to mailboxes.
    pub storage: (Storage, Option<Storage>),
    /// Domains.
    pub domains: (i64, Option<i64>),
}

/// Does the actor work for the whole tenant, by any grant at all? Only then are its totals no secret to it.
pub(crate) fn sees_limits(actor: &Actor, tenant: TenantId, now: Timestamp) -> bool {
    let whole = Place { tenant: Some(tenant), ..Place::default() };
    actor.grants().iter().any(|grant| grant.alive(now) && grant.scope.covers(whole))
}

/// The domains an actor is limited to.
fn domains_of(actor: &Actor, now: Timestamp) -> Vec<DomainId> {
    let scopes = actor.grants().iter().filter(|grant| grant.alive(now)).map(|grant| grant.scope);
    let mut domains: Vec<DomainId> = scopes
        .filter_map(|scope| if let Scope::Domain(domain) = scope { Some(domain) } else { None })
        .collect();
    domains.sort_unstable_by_key(|domain| domain.0);
    domains.dedup();
    domains
}

/// The usage of the actor's own tenant, as far as the actor works for it; none for a mailbox's user.
pub(crate) async fn usage(tx: &mut ReadTx) -> Result<Option<Usage>, Error> {
    let (actor, now) = (tx.actor().clone(), tx.now());
    let Some(tenant) = actor.tenant() else { return Ok(None) };
    if sees_limits(&actor, tenant, now) {
        return store::usage(tx, tenant).await.map(Some);
    }
    let domains = domains_of(&actor, now);
    if domains.is_empty() { Ok(None) } else { store::usage_of_domains(tx, tenant, &domains).await.map(Some) }
}

impl Usage {
    /// Are the limits among it? Who does not see them has nothing to buy.
    pub fn is_whole(&self) -> bool {
        self.licences.is_some()
    }

    /// Users, by type where there are several and the bar has room for them.
    fn users_by_type(&self) -> Vec<(String, (i64, Option<i64>))> {
        let all = |limit| vec![(t!("meter-users").into_owned(), (self.users, limit))];
        match self.licences.as_deref() {
            None => all(None),
            Some(licences) if (2..=METERS).contains(&licences.len()) => licences
                .iter()
                .map(|licence| (licence.name.clone(), (licence.used, Some(licence.licensed))))
                .collect(),
            Some(licences) => all(Some(licences.iter().map(|licence| licence.licensed).sum())),
        }
    }

    /// The meters, each leading to where more can be bought, if the installation says where.
    pub fn meters(&self, settings: &crate::Settings) -> Vec<Meter> {
        let size = |number: i64| u64::try_from(number).unwrap_or(0);
        let counted = |label: String, (used, limit): (i64, Option<i64>)| {
            meter(label, of_limit(&used, limit.as_ref()), size(used), limit.map(size))
        };
        let (assigned, bought) = self.storage;
        let mut meters: Vec<Meter> =
            self.users_by_type().into_iter().map(|(label, figures)| counted(label, figures)).collect();
        meters.push(meter(
            t!("meter-storage"),
            of_limit(&assigned, bought.as_ref()),
            size(assigned.as_bytes()),
            bought.map(|bought| size(bought.as_bytes())),
        ));
        meters.push(counted(t!("meter-domains").into_owned(), self.domains));
        match settings.billing_url.as_ref().filter(|_| self.is_whole()) {
            Some(url) => meters.into_iter().map(|meter| meter.href(url.as_str())).collect(),
            None => meters,
        }
    }
}

/// `3 / 10`, or `3` where no limit is shown.
pub(super) fn of_limit(used: &impl ToString, limit: Option<&impl ToString>) -> String {
    match limit {
        Some(limit) => format!("{} / {}", used.to_string(), limit.to_string()),
        None => used.to_string(),
    }
}
