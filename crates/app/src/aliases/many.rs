//! Adding many aliases in one transaction, for imports: each by the rules of adding one, in the order of the file.

use std::collections::{BTreeMap, HashMap};

use bailiwick_base::authz::{Authorized, Detail, Events, Permission};
use bailiwick_base::db::WriteTx;
use bailiwick_base::words::{DomainId, DomainName, EmailAddress, LocalPart, TenantId};
use bailiwick_base::{Code, Error, Kind};

use super::actions::AddAlias;
use super::service::check_targets;
use super::store;
use crate::addresses::{self, Holder};
use crate::{domains, ranks};

/// An alias to be added with others.
#[derive(Debug, Clone)]
pub(crate) struct AliasOfMany {
    pub(crate) domain: DomainName,
    pub(crate) local: LocalPart,
    pub(crate) targets: Vec<EmailAddress>,
}

/// The domains of some aliases over which the actor may add them, by name; the tenant's aliases are locked.
pub(crate) struct Domains {
    tenant: TenantId,
    proofs: HashMap<DomainName, Authorized<AddAlias>>,
}

impl Domains {
    pub(crate) async fn of(tx: &mut WriteTx, all: &[&AliasOfMany]) -> Result<Self, Error> {
        let tenant = tx.actor().tenant().ok_or(Code::NotPermitted)?;
        let mut names: Vec<&DomainName> = all.iter().map(|alias| &alias.domain).collect();
        names.sort_unstable();
        names.dedup();
        let mut proofs = HashMap::new();
        for (name, id) in domains::ids_of(tx, tenant, &names).await? {
            if let Ok(proof) = domains::as_choice(tx.authorize::<AddAlias>(id).await)? {
                proofs.insert(name, proof);
            }
        }
        store::lock_tenant(tx, tenant).await?;
        Ok(Self { tenant, proofs })
    }

    /// Looks whether each may be added as things are now, and changes nothing.
    pub(crate) async fn look_at(
        &self,
        tx: &mut WriteTx,
        all: &[&AliasOfMany],
    ) -> Result<Vec<Result<(), Error>>, Error> {
        let mut each = Vec::with_capacity(all.len());
        for alias in all {
            each.push(of_row(self.look_at_one(tx, alias).await)?.map(drop));
        }
        Ok(each)
    }

    async fn look_at_one(
        &self,
        tx: &mut WriteTx,
        alias: &AliasOfMany,
    ) -> Result<(&Authorized<AddAlias>, EmailAddress), Error> {
        let unknown = || Error::new(Code::DomainUnknown).on("domain");
        let domain = self.proofs.get(&alias.domain).ok_or_else(unknown)?;
        domain.verified()?;
        let address = EmailAddress::new(alias.local.clone(), domain.name.clone());
        let taken = addresses::taken_among(tx, self.tenant, domain.id, &domain.name, &[&alias.local]).await?;
        if let Some((_, error)) = taken.into_iter().next() {
            return Err(error);
        }
        ranks::may_take(tx, self.tenant, &address, Permission::AliasAdd).await?;
        check_targets(tx, self.tenant, &address, &alias.targets).await?;
        Ok((domain, address))
    }

    /// Adds each that may be added.
    pub(crate) async fn add_many(
        &self,
        tx: &mut WriteTx,
        all: &[&AliasOfMany],
    ) -> Result<(Vec<Result<(), Error>>, Option<Events>), Error> {
        let (mut each, mut events) = (Vec::with_capacity(all.len()), None);
        let mut added: BTreeMap<DomainId, i64> = BTreeMap::new();
        for alias in all {
            each.push(match of_row(self.add_one(tx, alias).await)? {
                Ok((domain, event)) => {
                    *added.entry(domain).or_default() += 1;
                    events = Some(match events {
                        Some(before) => Events::and(before, event),
                        None => event,
                    });
                    Ok(())
                }
                Err(error) => Err(error),
            });
        }
        for (domain, aliases) in added {
            domains::count(tx, domain, 0, 0, aliases).await?;
        }
        Ok((each, events))
    }

    async fn add_one(&self, tx: &mut WriteTx, alias: &AliasOfMany) -> Result<(DomainId, Events), Error> {
        let (domain, address) = self.look_at_one(tx, alias).await?;
        let new = store::insert(tx, domain, &address).await?;
        let holder = Holder::Alias(new.id);
        let claimed = addresses::claim(tx, self.tenant, domain.id, &domain.name, &alias.local, holder).await;
        if let Err(error) = claimed {
            store::take_back(tx, domain, &new).await?;
            return Err(error);
        }
        store::insert_targets(tx, domain, &new, &alias.targets).await?;
        let detail = Detail::none().set("address", &address).set("targets", &alias.targets);
        Ok((domain.id, domain.event_about(&new, detail)))
    }
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
