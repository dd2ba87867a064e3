//! The table `addresses`.

use bailiwick_base::authz::{Authorized, Permission, Place, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, WriteTx, sql};
use bailiwick_base::words::{
    AddressId, AliasId, DomainId, DomainName, LocalPart, MailboxId, TenantId, TimeZoneName, Timestamp, limits,
};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use super::actions::ReleaseAddress;

/// What an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// A user.
    Mailbox(MailboxId),
    /// An alias.
    Alias(AliasId),
}

impl Holder {
    const fn kind(self) -> &'static str {
        match self {
            Holder::Mailbox(_) => "mailbox",
            Holder::Alias(_) => "alias",
        }
    }

    const fn mailbox(self) -> Option<MailboxId> {
        match self {
            Holder::Mailbox(id) => Some(id),
            Holder::Alias(_) => None,
        }
    }

    const fn alias(self) -> Option<AliasId> {
        match self {
            Holder::Mailbox(_) => None,
            Holder::Alias(id) => Some(id),
        }
    }
}

/// Gives an address to its holder. An address whose rest is over is taken over by the same statement; one that is
/// held or rests is refused, about the field `username`.
pub(crate) async fn claim(
    tx: &mut WriteTx,
    tenant: TenantId,
    domain: DomainId,
    domain_name: &DomainName,
    local: &LocalPart,
    holder: Holder,
) -> Result<(), Error> {
    let now = tx.now();
    let statement = sql(
        "INSERT INTO addresses (tenant_id, domain_id, local_part, kind, mailbox_id, alias_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (domain_id, local_part) DO UPDATE \
         SET tenant_id = excluded.tenant_id, kind = excluded.kind, mailbox_id = excluded.mailbox_id, \
         alias_id = excluded.alias_id, rests_until = NULL, created_at = excluded.created_at \
         WHERE addresses.kind = 'resting' AND addresses.rests_until <= $7 RETURNING id",
    )
    .bind(tenant)
    .bind(domain)
    .bind(local)
    .bind(holder.kind())
    .bind(holder.mailbox())
    .bind(holder.alias())
    .bind(now);
    let claimed: Option<(AddressId,)> = tx.optional(statement).await?;
    match claimed {
        Some(_) => Ok(()),
        None => Err(taken(tx, tenant, domain, domain_name, local).await?),
    }
}

#[derive(FromRow)]
struct Taken {
    kind: String,
    mailbox_id: Option<MailboxId>,
    rests_until: Option<Timestamp>,
    time_zone: String,
}

/// Who has the address, as an error, told only to whoever may see the holder; the end of a rest in the domain's own
/// time.
async fn taken(
    tx: &mut WriteTx,
    tenant: TenantId,
    domain: DomainId,
    name: &DomainName,
    local: &LocalPart,
) -> Result<Error, Error> {
    let statement = sql(
        "SELECT a.kind, a.mailbox_id, a.rests_until, d.time_zone FROM addresses a JOIN domains d ON d.id = a.domain_id \
         WHERE a.domain_id = $ AND a.local_part = $",
    )
    .bind(domain)
    .bind(local);
    let taken: Taken = tx.one(statement).await?;
    let address = format!("{local}@{}", name.to_unicode());
    let error = if let Some(until) = taken.rests_until {
        let zone = taken.time_zone.parse().unwrap_or_else(|_| TimeZoneName::utc());
        Error::new(Code::AddressResting).with("address", address).with("until", until.in_zone(&zone))
    } else {
        let (kind, sees) = match taken.kind.as_str() {
            "alias" => ("alias", Permission::AliasView),
            _ => ("user", Permission::MailboxView),
        };
        let place =
            Place { tenant: Some(tenant), domain: Some(domain), mailbox: taken.mailbox_id, login: None };
        let kind = if tx.actor().may(sees, place, tx.now()) { kind } else { "hidden" };
        Error::new(Code::UserAlreadyExists).with("address", address).with("kind", kind)
    };
    Ok(error.on("username"))
}

/// Those of `locals` that nobody may have now, each with the error that [`claim`] would give.
pub(crate) async fn taken_among(
    tx: &mut WriteTx,
    tenant: TenantId,
    domain: DomainId,
    name: &DomainName,
    locals: &[&LocalPart],
) -> Result<Vec<(LocalPart, Error)>, Error> {
    let now = tx.now();
    let select = sql("SELECT local_part FROM addresses WHERE domain_id = $ AND (kind <> 'resting' OR rests_until > $) AND ")
        .bind(domain)
        .bind(now)
        .is_in("local_part", locals.iter().copied());
    let found: Vec<(LocalPart,)> = tx.all(select).await?;
    let mut errors = Vec::with_capacity(found.len());
    for (local,) in found {
        let error = taken(tx, tenant, domain, name, &local).await?;
        errors.push((local, error));
    }
    Ok(errors)
}

/// The holder is removed: its address rests from now on (K18).
pub(crate) async fn rest(tx: &mut WriteTx, holder: Holder) -> Result<(), Error> {
    let until = tx.now().after(limits::ADDRESS_REST);
    let resting = sql(
        "UPDATE addresses SET kind = 'resting', mailbox_id = NULL, alias_id = NULL, rests_until = $ WHERE ",
    )
    .bind(until);
    let statement = match holder {
        Holder::Mailbox(id) => resting.push("mailbox_id = $").bind(id),
        Holder::Alias(id) => resting.push("alias_id = $").bind(id),
    };
    tx.run(statement).await.map(drop)
}

/// An address that was removed and nobody may have yet.
#[derive(Debug, Clone)]
pub struct RestingAddress {
    /// Its id.
    pub id: AddressId,
    /// Whose it was.
    pub tenant_id: TenantId,
    /// The domain it lies in.
    pub domain_id: DomainId,
    /// The address, as people read it.
    pub address: String,
    /// It is free from this instant on.
    pub until: Timestamp,
}

#[derive(FromRow)]
struct Row {
    id: AddressId,
    tenant_id: TenantId,
    domain_id: DomainId,
    local_part: LocalPart,
    domain_name: DomainName,
    rests_until: Timestamp,
}

impl From<Row> for RestingAddress {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            domain_id: row.domain_id,
            address: format!("{}@{}", row.local_part, row.domain_name.to_unicode()),
            until: row.rests_until,
        }
    }
}

const RESTING: &str = "SELECT id, tenant_id, domain_id, local_part, rests_until, \
     (SELECT name FROM domains WHERE domains.id = addresses.domain_id) AS domain_name \
     FROM addresses WHERE kind = 'resting' AND rests_until IS NOT NULL";

impl Target for RestingAddress {
    type Id = AddressId;
    const NOUN: &'static str = "address";
    const READ: Permission = Permission::AliasView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] =
        &[(ScopeKind::Tenant, "tenant_id"), (ScopeKind::Domain, "domain_id")];

    fn id(&self) -> AddressId {
        self.id
    }
    fn name(&self) -> String {
        self.address.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: Some(self.tenant_id), domain: Some(self.domain_id), ..Place::default() }
    }
    async fn load(
        tx: &mut impl Query,
        visible: &Visible<Self>,
        id: AddressId,
    ) -> Result<Option<Self>, Error> {
        Ok(visible.find::<Row>(tx, RESTING, id).await?.map(Self::from))
    }
}

const ORDER: Order = Order {
    columns: "(rests_until, id)",
    marks: "($, $)",
    descending: false,
    by: ("rests_until DESC, id DESC", "rests_until, id"),
};

/// A page of addresses whose rest is not over, those first that are free soonest.
pub(super) async fn resting(
    tx: &mut ReadTx,
    visible: &Visible<RestingAddress>,
    request: &PageRequest,
) -> Result<Page<RestingAddress>, Error> {
    let now = tx.now();
    let select = visible.narrow(sql(RESTING)).push(" AND rests_until > $").bind(now);
    let key = |row: &Row| vec![row.rests_until.into(), row.id.into()];
    Ok(request.fetch(tx, select, ORDER, limits::PAGE, key).await?.map(RestingAddress::from))
}

pub(super) async fn release(tx: &mut WriteTx, address: &Authorized<ReleaseAddress>) -> Result<(), Error> {
    tx.run(sql("DELETE FROM addresses WHERE id = $ AND kind = 'resting'").bind(address.id)).await.map(drop)
}
