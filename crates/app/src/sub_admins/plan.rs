//! What a form asks for, and what would come of it: rights over what is held, domains that exist, days to come.

use bailiwick_base::authz::{Actor, PermissionSet};
use bailiwick_base::db::Query;
use bailiwick_base::words::{Day, DomainId, DomainName, Line, TenantId, Timestamp, limits};
use bailiwick_base::{Code, Error};

use super::networks::AllowedNetworks;
use super::rights::Rights;
use super::store;
use super::sub_admin::{Given, SubAdmin, place_of};

/// Where a Sub-Admin is to act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// In all domains of the tenant, those to come too.
    All,
    /// In these domains, named by id or by name.
    Chosen(Vec<DomainId>, Vec<DomainName>),
}

impl Reach {
    /// From a form: `no` or `yes`, ids of domains, and names of further ones, one a line.
    pub(crate) fn parse(limited: &str, chosen: &[String], names: &str) -> Result<Self, Error> {
        let mut ids: Vec<DomainId> = Vec::new();
        for text in chosen {
            let id = text.parse().map_err(|_| Error::new(Code::MalformedRequest))?;
            if ids.contains(&id) || ids.len() > limits::CHOSEN_DOMAINS {
                return Err(Code::MalformedRequest.into());
            }
            ids.push(id);
        }
        match limited {
            "no" => Ok(Self::All),
            "yes" => Ok(Self::Chosen(ids, further_domains(names)?)),
            _ => Err(Code::MalformedRequest.into()),
        }
    }

    /// The domains, if it is limited to some. Refused are those the tenant does not have, none at all, and too many.
    pub(crate) async fn resolve(
        &self,
        tx: &mut impl Query,
        tenant: TenantId,
    ) -> Result<Option<Vec<(DomainId, DomainName)>>, Error> {
        let Self::Chosen(ids, names) = self else { return Ok(None) };
        if ids.is_empty() && names.is_empty() {
            return Err(Error::new(Code::NoDomainChosen).on("limited"));
        }
        if ids.len() + names.len() > limits::CHOSEN_DOMAINS {
            return Err(Error::new(Code::TooManyDomains).with("max", limits::CHOSEN_DOMAINS).on("limited"));
        }
        let found = store::domains_of(tx, tenant, ids, names).await?;
        if ids.iter().any(|id| !found.iter().any(|(other, _)| other == id)) {
            return Err(Code::NoSuchThing.into());
        }
        match names.iter().find(|name| !found.iter().any(|(_, other)| other == *name)) {
            Some(name) => {
                Err(Error::new(Code::NoSuchDomain).with("name", name.to_unicode()).on("domain_names"))
            }
            None => Ok(Some(found)),
        }
    }
}

fn further_domains(names: &str) -> Result<Vec<DomainName>, Error> {
    let lines = names.lines().map(str::trim).filter(|line| !line.is_empty());
    let read = |line: &str| {
        line.parse().map_err(|_| Error::new(Code::NoSuchDomain).with("name", line).on("domain_names"))
    };
    let mut names: Vec<DomainName> = Vec::new();
    for name in lines.take(limits::CHOSEN_DOMAINS + 1).map(read) {
        let name = name?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// What a form asks for, besides the name and the password.
#[derive(Debug, Clone)]
pub struct Terms {
    /// What.
    pub rights: Rights,
    /// Where.
    pub reach: Reach,
    /// The last day; none is for good.
    pub until: Option<Day>,
    /// Why.
    pub note: Line<200>,
    /// From where.
    pub networks: AllowedNetworks,
    /// It is a program's, for this.
    pub api_purpose: Option<Line<100>>,
}

/// What would come of it.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) permissions: PermissionSet,
    /// None is all domains.
    pub(super) domains: Option<Vec<(DomainId, DomainName)>>,
    pub(super) until: Option<Timestamp>,
    pub(super) note: Line<200>,
    pub(super) networks: AllowedNetworks,
    pub(super) api_purpose: Option<Line<100>>,
}

impl Terms {
    /// What comes of it for a tenant's Sub-Admin, who is `before` now. Refused is what does not exist, what is over, and
    /// what the actor does not hold everywhere it is to be handed on.
    pub(super) async fn plan(
        &self,
        tx: &mut impl Query,
        actor: &Actor,
        tenant: TenantId,
        before: Option<&SubAdmin>,
    ) -> Result<Planned, Error> {
        let now = tx.now();
        let held = before.map_or(PermissionSet::NONE, SubAdmin::permissions);
        let planned = Planned {
            permissions: self.rights.over(held)?,
            domains: self.reach.resolve(tx, tenant).await?,
            until: self.end(before.and_then(SubAdmin::until), now)?,
            note: self.note.clone(),
            networks: self.networks.clone(),
            api_purpose: self.api_purpose.clone(),
        };
        if planned.api_purpose.is_some() && !planned.networks.only {
            return Err(Error::new(Code::ApiNeedsNetworks).on("networks"));
        }
        planned.must_be_held_by(actor, tenant, now)?;
        Ok(planned)
    }

    /// A day that is over is refused, unless it is the one that stood there.
    fn end(&self, before: Option<Timestamp>, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let end = self.until.map(Day::end);
        match end {
            Some(at) if at <= now && end != before => Err(Error::new(Code::DateInPast).on("until")),
            _ => Ok(end),
        }
    }
}

impl Planned {
    /// Nobody hands on what they don't hold.
    fn must_be_held_by(&self, actor: &Actor, tenant: TenantId, now: Timestamp) -> Result<(), Error> {
        for domain in self.places() {
            let place = place_of(tenant, domain);
            if let Some(lacking) = self.permissions.iter().find(|one| !actor.may(*one, place, now)) {
                let refused = Error::new(Code::NotPermitted).with("needs", lacking.key());
                return Err(refused.with("to", lacking.in_words()));
            }
        }
        Ok(())
    }

    /// Each place in which a grant holds: the tenant (none), or the chosen domains.
    pub(super) fn places(&self) -> Vec<Option<DomainId>> {
        match &self.domains {
            None => vec![None],
            Some(domains) => domains.iter().map(|(id, _)| Some(*id)).collect(),
        }
    }

    /// Does a grant that exists say the same as the one planned for its place?
    pub(super) fn still_gives(&self, grant: &Given) -> bool {
        self.places().contains(&grant.domain.as_ref().map(|(id, _)| *id))
            && grant.permissions == self.permissions
            && grant.until == self.until
            && grant.note == self.note.as_str()
    }

    /// What the program is for; nothing where it is none.
    pub(super) fn purpose(&self) -> &str {
        self.api_purpose.as_ref().map_or("", Line::as_str)
    }

    /// The ids of the chosen domains.
    pub(super) fn domain_ids(&self) -> Option<Vec<DomainId>> {
        self.domains.as_ref().map(|domains| domains.iter().map(|(id, _)| *id).collect())
    }
}
