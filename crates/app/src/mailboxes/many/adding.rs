//! Adding many mailboxes in one transaction.

use std::collections::{BTreeMap, HashMap};

use bailiwick_base::authz::{Authorized, Detail, Events, Permission, Realm, Target};
use bailiwick_base::db::{Query, WriteTx};
use bailiwick_base::words::{
    DomainId, DomainName, EmailAddress, LocalPart, MailboxTypeId, PasswordHash, TenantId,
};
use bailiwick_base::{Code, Error, Kind};

use super::super::actions::{AddMailbox, DisableMailbox, SetMailboxPassword};
use super::super::adding::{FirstPassword, NewMailbox, first_password};
use super::super::store as mailboxes;
use super::super::store::MailboxStatus;
use super::store;
use crate::addresses::{self, Holder};
use crate::core::Core;
use crate::sign_in::{self, NewLogin};
use crate::tenants::{self, Licence};
use crate::{domains, ranks};

/// A mailbox to be added with others.
#[derive(Debug, Clone)]
pub(crate) struct OneOfMany {
    pub(crate) domain: DomainName,
    /// What it is to be; its type is the one named by `kind`.
    pub(crate) new: NewMailbox,
    /// The name of its type; empty for the first with a licence left.
    pub(crate) kind: String,
    pub(crate) active: bool,
}

/// How many licences of which type many mailboxes want; none is any type.
pub(crate) type Wanted = BTreeMap<Option<MailboxTypeId>, i64>;

/// Mailboxes that were looked at: over which domains they may be added, and whether each may be.
pub(crate) struct Looked {
    tenant: TenantId,
    licences: Vec<Licence>,
    proofs: BTreeMap<DomainId, Authorized<AddMailbox>>,
    /// For each, the domain and type; or why not.
    pub(crate) each: Vec<Result<Place, Error>>,
}

/// Where one of them goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    domain: DomainId,
    pub(crate) kind: Option<MailboxTypeId>,
}

/// An error of one row; one of ours, or of the database, is an error of all.
fn of_row<T>(result: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match result {
        Err(error) if error.may_retry() || matches!(error.kind(), Kind::Internal | Kind::Unavailable) => {
            Err(error)
        }
        other => Ok(other),
    }
}

/// Looks whether the actor may add each of them now, as adding a single one does, and changes nothing. Licences and
/// storage are bought for all together: [`count`].
pub(crate) async fn look_at(tx: &mut WriteTx, all: &[&OneOfMany]) -> Result<Looked, Error> {
    let tenant = tx.actor().tenant().ok_or(Code::NotPermitted)?;
    let licences = tenants::licences_of(tx, tenant).await?;
    let mut names: Vec<&DomainName> = all.iter().map(|one| &one.domain).collect();
    names.sort_unstable();
    names.dedup();
    let mut looked = Looked { tenant, licences, proofs: BTreeMap::new(), each: Vec::new() };
    let mut found: HashMap<DomainName, DomainId> = HashMap::new();
    let mut taken: HashMap<(DomainId, LocalPart), Error> = HashMap::new();
    for (name, id) in domains::ids_of(tx, tenant, &names).await? {
        let Ok(proof) = domains::as_choice(tx.authorize::<AddMailbox>(id).await)? else { continue };
        let locals: Vec<&LocalPart> =
            all.iter().filter(|one| one.domain == name).map(|one| &one.new.local).collect();
        taken.extend(
            addresses::taken_among(tx, tenant, id, &name, &locals)
                .await?
                .into_iter()
                .map(|(local, error)| ((id, local), error)),
        );
        found.insert(name, id);
        looked.proofs.insert(id, proof);
    }
    for one in all {
        let place = match found.get(&one.domain) {
            Some(id) => match taken.remove(&(*id, one.new.local.clone())) {
                Some(error) => Err(error),
                None => of_row(looked.one(tx, *id, one).await)?,
            },
            None => Err(Error::new(Code::DomainUnknown).on("domain")),
        };
        looked.each.push(place);
    }
    Ok(looked)
}

impl Looked {
    async fn one(&self, tx: &mut WriteTx, id: DomainId, one: &OneOfMany) -> Result<Place, Error> {
        let proof = self.proofs.get(&id).ok_or(Code::DomainUnknown)?;
        proof.verified()?;
        let address = EmailAddress::new(one.new.local.clone(), proof.name.clone());
        ranks::may_take(tx, proof.tenant_id, &address, Permission::MailboxAdd).await?;
        let (actor, now) = (tx.actor().clone(), tx.now());
        if matches!(one.new.password, FirstPassword::Given { one_time: false, .. }) {
            // Whoever knows a password that stays can read what will come (K4).
            actor.may_begin::<SetMailboxPassword>(proof.place(), now)?;
        }
        if !one.active {
            actor.may_begin::<DisableMailbox>(proof.place(), now)?;
        }
        let named = |licence: &&Licence| licence.name.to_lowercase() == one.kind.to_lowercase();
        let kind = match one.kind.as_str() {
            "" => None,
            _ => Some(
                self.licences
                    .iter()
                    .find(named)
                    .ok_or_else(|| Error::new(Code::MailboxTypeUnknown).on("type"))?,
            ),
        };
        let first = || self.licences.iter().find(|licence| licence.left() > 0).or(self.licences.first());
        if let Some(licence) = kind.or_else(first) {
            licence.must_allow(one.new.quota)?;
        }
        Ok(Place { domain: id, kind: kind.map(|licence| licence.kind) })
    }
}

/// Counts storage and licences for many mailboxes within what the tenant has bought, each with one statement; the
/// licences that were taken, by type. Rows are locked in the order in which a single mailbox locks them.
pub(crate) async fn count(
    tx: &mut WriteTx,
    tenant: TenantId,
    wanted: &Wanted,
    storage: i64,
) -> Result<BTreeMap<MailboxTypeId, i64>, Error> {
    tenants::count_storage(tx, tenant, storage).await?;
    let mut taken: BTreeMap<MailboxTypeId, i64> =
        wanted.iter().filter_map(|(kind, count)| kind.map(|kind| (kind, *count))).collect();
    let mut any = wanted.get(&None).copied().unwrap_or(0);
    let licences = tenants::licences_of(tx, tenant).await?;
    for licence in &licences {
        let named = taken.get(&licence.kind).copied().unwrap_or(0);
        let more = any.min((licence.left() - named).max(0));
        any -= more;
        if more > 0 {
            *taken.entry(licence.kind).or_default() += more;
        }
    }
    if any > 0 {
        let first = licences.first().map(|licence| licence.kind);
        match first {
            // More than is left: counting says so, or lets a program that may create without the limit.
            Some(first) => *taken.entry(first).or_default() += any,
            None => return tenants::take(tx, tenant, None).await.map(|_| taken),
        }
    }
    for (kind, count) in &taken {
        tenants::take_many(tx, tenant, *kind, *count).await?;
    }
    Ok(taken)
}

/// Adds those of `all` for which `looked` found a place; `hashes` are those of the passwords that were given. What goes
/// wrong with one of them, as an address that somebody else got meanwhile, is an error of that one alone.
pub(crate) async fn add_many(
    core: &Core,
    tx: &mut WriteTx,
    looked: Looked,
    all: &[(&OneOfMany, Option<&PasswordHash>)],
) -> Result<(Vec<Result<(), Error>>, Option<Events>), Error> {
    let mut free = take_all(tx, &looked, all).await?;
    let Looked { tenant, licences, proofs, each } = looked;
    let (mut done, mut events) = (Vec::with_capacity(all.len()), None);
    for (place, (one, hash)) in each.into_iter().zip(all) {
        let place = match place {
            Ok(place) => place,
            Err(error) => {
                done.push(Err(error));
                continue;
            }
        };
        let kind = place.kind.or_else(|| free.pop()).ok_or_else(not_counted)?;
        let licence = licences.iter().find(|licence| licence.kind == kind).ok_or_else(not_counted)?;
        let domain = proofs.get(&place.domain).ok_or_else(not_counted)?;
        match of_row(add_one(core, tx, domain, licence, one, *hash).await)? {
            Ok(event) => {
                events = Some(match events {
                    Some(before) => Events::and(before, event),
                    None => event,
                });
                done.push(Ok(()));
            }
            Err(error) => {
                let quota = one.new.quota.as_bytes();
                domains::count(tx, place.domain, -1, -quota, 0).await?;
                tenants::count_storage(tx, tenant, -quota).await?;
                tenants::give_back(tx, tenant, kind).await?;
                done.push(Err(error));
            }
        }
    }
    Ok((done, events))
}

fn not_counted() -> Error {
    Error::internal("a mailbox that was not counted before it is added")
}

/// Counts all that have a place; the types of those that chose none, the first in front at the end.
async fn take_all(
    tx: &mut WriteTx,
    looked: &Looked,
    all: &[(&OneOfMany, Option<&PasswordHash>)],
) -> Result<Vec<MailboxTypeId>, Error> {
    let mut wanted = Wanted::new();
    let mut sums: BTreeMap<DomainId, (i64, i64)> = BTreeMap::new();
    for (place, (one, _)) in looked.each.iter().zip(all) {
        let Ok(place) = place else { continue };
        *wanted.entry(place.kind).or_default() += 1;
        let sum = sums.entry(place.domain).or_default();
        *sum = (sum.0 + 1, sum.1 + one.new.quota.as_bytes());
    }
    if sums.is_empty() {
        return Ok(Vec::new());
    }
    for (domain, (users, storage)) in &sums {
        domains::count(tx, *domain, *users, *storage, 0).await?;
    }
    let storage = sums.values().map(|(_, storage)| storage).sum();
    let mut taken = count(tx, looked.tenant, &wanted, storage).await?;
    for (kind, named) in &wanted {
        if let Some(left) = kind.and_then(|kind| taken.get_mut(&kind)) {
            *left -= named;
        }
    }
    let of = |licence: &Licence| {
        let count = taken.get(&licence.kind).copied().unwrap_or(0);
        std::iter::repeat_n(licence.kind, usize::try_from(count).unwrap_or(0))
    };
    Ok(looked.licences.iter().rev().flat_map(of).collect())
}

/// Adds one that is counted already; all of it, or nothing.
async fn add_one(
    core: &Core,
    tx: &mut WriteTx,
    domain: &Authorized<AddMailbox>,
    licence: &Licence,
    one: &OneOfMany,
    hash: Option<&PasswordHash>,
) -> Result<Events, Error> {
    let new = &one.new;
    licence.must_allow(new.quota)?;
    let (one_time, recovery) = match &new.password {
        FirstPassword::Invitation(to) => (false, Some(to)),
        FirstPassword::Given { one_time, recovery, .. } => (*one_time, recovery.as_ref()),
    };
    let invited = recovery.filter(|_| hash.is_none() && one.active);
    if let Some(to) = invited {
        sign_in::count_invitation(core, tx, to).await?;
    }
    let mailbox = mailboxes::insert(tx, domain, new, licence).await?;
    let holder = Holder::Mailbox(mailbox.id);
    if let Err(error) =
        addresses::claim(tx, domain.tenant_id, domain.id, &domain.name, &new.local, holder).await
    {
        store::take_back(tx, domain, mailbox.id).await?;
        return Err(error);
    }
    let login = NewLogin {
        realm: Realm::Mailbox,
        name: &mailbox.address,
        full_name: new.name.as_str(),
        tenant: mailbox.tenant_id,
        mailbox: Some((domain.id, mailbox.id)),
        password: hash.map(|hash| (hash, one_time)),
        recovery,
    };
    login.create_with_others(core, tx, invited).await?;
    let detail = Detail::none()
        .set("name", &mailbox.name)
        .set("type", &mailbox.type_name)
        .set("quota", mailbox.quota)
        .set("password", first_password(&new.password));
    let events = domain.event_about(&mailbox, detail);
    if one.active {
        return Ok(events);
    }
    let proof = tx.authorize::<DisableMailbox>(mailbox.id).await?;
    mailboxes::set_status(tx, &proof, MailboxStatus::Disabled).await?;
    let detail = Detail::none().changed("status", &MailboxStatus::Active, &MailboxStatus::Disabled);
    Ok(events.and(proof.event(detail)))
}
