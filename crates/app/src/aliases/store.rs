//! Aliases in the database.

use std::collections::{HashMap, HashSet};

use bailiwick_base::authz::{Authorized, Permission, Place, Rank, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, WriteTx, like_literal, sql};
use bailiwick_base::words::{
    AliasId, DomainId, DomainName, EmailAddress, LocalPart, LoginId, TenantId, Timestamp, limits,
};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use super::actions::{AddAlias, RemoveAlias, UpdateAlias};
use super::chain::{Graph, plain};

/// An address that stands for others.
#[derive(Debug, Clone)]
pub struct Alias {
    /// Its id.
    pub id: AliasId,
    /// Whose it is.
    pub tenant_id: TenantId,
    /// The domain it lies in.
    pub domain_id: DomainId,
    /// Its address.
    pub address: EmailAddress,
    /// Grows with each change; a form sends back the one it was filled from.
    pub version: i64,
    /// Since when.
    pub created_at: Timestamp,
}

impl Alias {
    /// Refuses where another version was seen than it has now.
    pub(super) fn must_be(&self, version: Option<i64>) -> Result<(), Error> {
        match version {
            Some(seen) if seen != self.version => Err(Code::ChangedMeanwhile.into()),
            _ => Ok(()),
        }
    }
}

#[derive(FromRow)]
struct Row {
    id: AliasId,
    tenant_id: TenantId,
    domain_id: DomainId,
    local_part: LocalPart,
    domain_name: DomainName,
    version: i64,
    created_at: Timestamp,
}

impl From<Row> for Alias {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            domain_id: row.domain_id,
            address: EmailAddress::new(row.local_part, row.domain_name),
            version: row.version,
            created_at: row.created_at,
        }
    }
}

const SELECT: &str = "SELECT id, tenant_id, domain_id, local_part, version, created_at, \
     (SELECT name FROM domains WHERE domains.id = aliases.domain_id) AS domain_name FROM aliases WHERE TRUE";

impl Target for Alias {
    type Id = AliasId;
    const NOUN: &'static str = "alias";
    const READ: Permission = Permission::AliasView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] =
        &[(ScopeKind::Tenant, "tenant_id"), (ScopeKind::Domain, "domain_id")];

    fn id(&self) -> AliasId {
        self.id
    }
    fn name(&self) -> String {
        self.address.to_string()
    }
    fn place(&self) -> Place {
        Place { tenant: Some(self.tenant_id), domain: Some(self.domain_id), ..Place::default() }
    }
    async fn reaches(&self, tx: &mut impl Query, except: Option<LoginId>) -> Result<Rank, Error> {
        crate::ranks::reached_by_address(tx, self.tenant_id, &self.address.to_string(), except).await
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: AliasId) -> Result<Option<Self>, Error> {
        Ok(visible.find::<Row>(tx, SELECT, id).await?.map(Self::from))
    }
}

const ORDER: Order = Order {
    columns: "(domain_id, local_part, id)",
    marks: "($, $, $)",
    descending: false,
    by: ("domain_id DESC, local_part DESC, id DESC", "domain_id, local_part, id"),
};

/// A page of aliases, those whose address begins with `search`, of one domain or all.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<Alias>,
    search: &str,
    domain: Option<DomainId>,
    request: &PageRequest,
) -> Result<Page<Alias>, Error> {
    let mut select = visible.narrow(sql(SELECT));
    if let Some(domain) = domain {
        select = select.push(" AND domain_id = $").bind(domain);
    }
    if !search.is_empty() {
        let pattern = format!("{}%", like_literal(&search.trim().to_lowercase()));
        select = select.push(" AND address LIKE $ ESCAPE '\\'").bind(pattern);
    }
    let key = |row: &Row| vec![row.domain_id.into(), (&row.local_part).into(), row.id.into()];
    Ok(request.fetch(tx, select, ORDER, limits::PAGE, key).await?.map(Alias::from))
}

/// Where aliases lead, each in the order in which it was typed. Stored texts that are no address lead nowhere.
pub(super) async fn targets(
    tx: &mut impl Query,
    aliases: &[AliasId],
) -> Result<HashMap<AliasId, Vec<EmailAddress>>, Error> {
    let select = sql("SELECT alias_id, address FROM alias_targets WHERE ")
        .is_in("alias_id", aliases.iter().copied())
        .push(" ORDER BY alias_id, position, id");
    let rows: Vec<(AliasId, String)> = tx.all(select).await?;
    let mut targets: HashMap<AliasId, Vec<EmailAddress>> = HashMap::new();
    for (alias, address) in rows {
        targets.entry(alias).or_default().extend(address.parse().ok());
    }
    Ok(targets)
}

pub(super) async fn insert(
    tx: &mut WriteTx,
    domain: &Authorized<AddAlias>,
    address: &EmailAddress,
) -> Result<Alias, Error> {
    let now = tx.now();
    let statement = sql(
        "INSERT INTO aliases (tenant_id, domain_id, local_part, address, created_at) VALUES ($, $, $, $, $) RETURNING id",
    )
    .bind(domain.tenant_id)
    .bind(domain.id)
    .bind(&address.local)
    .bind(address)
    .bind(now);
    let (id,): (AliasId,) = tx.one(statement).await?;
    Ok(Alias {
        id,
        tenant_id: domain.tenant_id,
        domain_id: domain.id,
        address: address.clone(),
        version: 1,
        created_at: now,
    })
}

/// Takes back an alias of this very transaction whose address somebody else got first.
pub(super) async fn take_back(
    tx: &mut WriteTx,
    domain: &Authorized<AddAlias>,
    alias: &Alias,
) -> Result<(), Error> {
    let delete = sql("DELETE FROM aliases WHERE id = $ AND domain_id = $").bind(alias.id).bind(domain.id);
    tx.run(delete).await.map(drop)
}

/// Sets where a new alias leads.
pub(super) async fn insert_targets(
    tx: &mut WriteTx,
    _: &Authorized<AddAlias>,
    alias: &Alias,
    targets: &[EmailAddress],
) -> Result<(), Error> {
    put_targets(tx, alias.id, targets).await
}

/// Changes where an alias leads. Rows of targets that stay are kept: a mail being forwarded refers to them.
pub(super) async fn update_targets(
    tx: &mut WriteTx,
    alias: &Authorized<UpdateAlias>,
    targets: &[EmailAddress],
) -> Result<(), Error> {
    let gone = sql("DELETE FROM alias_targets WHERE alias_id = $ AND NOT (")
        .bind(alias.id)
        .is_in("address", targets.iter())
        .push(")");
    tx.run(gone).await?;
    put_targets(tx, alias.id, targets).await?;
    tx.run(sql("UPDATE aliases SET version = version + 1 WHERE id = $").bind(alias.id)).await.map(drop)
}

async fn put_targets(tx: &mut WriteTx, alias: AliasId, targets: &[EmailAddress]) -> Result<(), Error> {
    for (position, target) in (0_i64..).zip(targets) {
        let statement = sql("INSERT INTO alias_targets (alias_id, position, address) VALUES ($, $, $) \
             ON CONFLICT (alias_id, address) DO UPDATE SET position = excluded.position")
        .bind(alias)
        .bind(position)
        .bind(target);
        tx.run(statement).await?;
    }
    Ok(())
}

pub(super) async fn delete(tx: &mut WriteTx, alias: &Authorized<RemoveAlias>) -> Result<(), Error> {
    tx.run(sql("DELETE FROM aliases WHERE id = $").bind(alias.id)).await.map(drop)
}

/// Nobody else changes the tenant's aliases or removes its users until the commit, so that two aliases saved at
/// once do not make a loop, and a target that was seen is still there.
pub(super) async fn lock_tenant(tx: &mut WriteTx, tenant: TenantId) -> Result<(), Error> {
    let lock = tx.lock();
    let _: (TenantId,) = tx.one(sql("SELECT id FROM tenants WHERE id = $").bind(tenant).push(lock)).await?;
    Ok(())
}

/// Drops every target that names an address, with or without a detail (`sales+x@…`), within a tenant: whoever has
/// the name next does not inherit the mail (K18). Aliases may be left leading nowhere.
pub(crate) async fn forget_target(
    tx: &mut WriteTx,
    tenant: TenantId,
    address: &EmailAddress,
) -> Result<(), Error> {
    lock_tenant(tx, tenant).await?; // an alias that is being saved is seen, or sees that the address is gone
    let (local, domain) = (&address.local, &address.domain);
    let statement = sql("DELETE FROM alias_targets WHERE (address = $ OR (address >= $ AND address < $ AND address LIKE $ ESCAPE '\\')) \
         AND alias_id IN (SELECT id FROM aliases WHERE tenant_id = $)")
    .bind(address)
    .bind(format!("{local}+"))
    .bind(format!("{local},"))
    .bind(format!("{}+%@{}", like_literal(local.as_str()), like_literal(domain.as_str())))
    .bind(tenant);
    tx.run(statement).await.map(drop)
}

/// Drops every target that lies in a domain, within a tenant.
pub(crate) async fn forget_domain(
    tx: &mut WriteTx,
    tenant: TenantId,
    domain: &DomainName,
) -> Result<(), Error> {
    lock_tenant(tx, tenant).await?;
    let statement = sql("DELETE FROM alias_targets WHERE address LIKE $ ESCAPE '\\' \
         AND alias_id IN (SELECT id FROM aliases WHERE tenant_id = $)")
    .bind(format!("%{}", like_literal(&format!("@{domain}"))))
    .bind(tenant);
    tx.run(statement).await.map(drop)
}

/// The domains of a tenant in which some of `targets` lie.
pub(super) async fn domains_of(
    tx: &mut WriteTx,
    tenant: TenantId,
    targets: &[EmailAddress],
) -> Result<Vec<(DomainId, DomainName)>, Error> {
    let names: HashSet<&DomainName> = targets.iter().map(|target| &target.domain).collect();
    let select = sql("SELECT id, name FROM domains WHERE held AND tenant_id = $ AND ").bind(tenant);
    tx.all(select.is_in("name", names)).await
}

/// The first of `targets` that lies in one of `domains` without being an address there.
pub(super) async fn first_missing(
    tx: &mut WriteTx,
    domains: Vec<(DomainId, DomainName)>,
    targets: &[EmailAddress],
) -> Result<Option<EmailAddress>, Error> {
    let mut missing = HashSet::new();
    for (id, name) in domains {
        let here: Vec<&EmailAddress> = targets.iter().filter(|target| target.domain == name).collect();
        let locals: HashSet<LocalPart> =
            here.iter().flat_map(|target| [target.local.clone(), target.local.without_detail()]).collect();
        let select =
            sql("SELECT local_part FROM addresses WHERE domain_id = $ AND kind <> 'resting' AND ").bind(id);
        let found: Vec<(LocalPart,)> = tx.all(select.is_in("local_part", locals.iter())).await?;
        let found: HashSet<LocalPart> = found.into_iter().map(|(local,)| local).collect();
        let is_there = |local: &LocalPart| found.contains(local) || always_there(local);
        missing.extend(
            here.into_iter()
                .filter(|target| !is_there(&target.local) && !is_there(&target.local.without_detail())),
        );
    }
    Ok(targets.iter().find(|target| missing.contains(target)).cloned())
}

/// Without a row of their own, these lead to the main Admin (SPEC-ADMIN §6).
fn always_there(local: &LocalPart) -> bool {
    matches!(local.as_str(), "postmaster" | "abuse")
}

/// Everything the tenant's aliases lead to from `targets`, or none if it is more than one recipient may expand to.
pub(super) async fn graph_below(
    tx: &mut WriteTx,
    visible: &Visible<Alias>,
    targets: &[EmailAddress],
) -> Result<Option<Graph>, Error> {
    let mut graph = Graph::default();
    let mut seen: HashSet<EmailAddress> = targets.iter().map(plain).collect();
    let mut level: Vec<EmailAddress> = seen.iter().cloned().collect();
    let most = i64::try_from(limits::EXPANSION).unwrap_or(i64::MAX);
    while !level.is_empty() {
        let select = sql(
            "SELECT a.address, t.address FROM aliases a JOIN alias_targets t ON t.alias_id = a.id WHERE ",
        )
        .is_in("a.address", level.iter());
        let select = visible.narrow(select).push(" LIMIT $").bind(most + 1);
        let edges: Vec<(String, String)> = tx.all(select).await?;
        level.clear();
        for (alias, target) in edges {
            let (Ok(alias), Ok(target)) = (alias.parse(), target.parse::<EmailAddress>()) else { continue };
            graph.add(alias, &target);
            if seen.insert(plain(&target)) {
                level.push(plain(&target));
            }
        }
        if seen.len() > limits::EXPANSION {
            return Ok(None);
        }
    }
    Ok(Some(graph))
}

/// How many aliases lead to an address one after the other, counted no further than a chain may be long. At each
/// step a thousand are looked at; the walk at delivery has bounds of its own.
pub(super) async fn length_above(
    tx: &mut WriteTx,
    visible: &Visible<Alias>,
    address: &EmailAddress,
) -> Result<usize, Error> {
    let mut level = vec![address.to_string()];
    for length in 0..limits::ALIAS_DEPTH {
        let select =
            sql("SELECT DISTINCT a.address FROM alias_targets t JOIN aliases a ON a.id = t.alias_id WHERE ")
                .is_in("t.address", level.iter());
        let select = visible.narrow(select).push(" ORDER BY a.address LIMIT 1000");
        let above: Vec<(String,)> = tx.all(select).await?;
        if above.is_empty() {
            return Ok(length);
        }
        level = above.into_iter().map(|(address,)| address).collect();
    }
    Ok(limits::ALIAS_DEPTH)
}
