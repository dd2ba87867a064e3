//! Whose recovery mail passes where. Follows mail backwards, as [`crate::mail_policy`] sends it forwards.

use std::collections::HashSet;

use bailiwick_base::Error;
use bailiwick_base::authz::{Rank, Realm, Role};
use bailiwick_base::db::{Query, Sql, like_literal, sql};
use bailiwick_base::words::{DomainName, LoginId, MailboxId, TenantId, limits};
use sqlx::FromRow;

/// Addresses asked about in one statement.
const AT_ONCE: usize = 200;

/// A whole domain whose mail goes to one place.
#[derive(Debug)]
struct Whole {
    domain: String,
    /// Only what no user, alias or list of the domain has: the reach of a catch-all.
    unowned: bool,
}

/// The highest rank of others whose recovery mail reaches `address`.
///
/// A login of another tenant counts as a Sub-Admin: what lies in a tenant belongs to its main Admin, whoever lets
/// mail be sent there, but to nobody below.
pub(crate) async fn reached_by_address(
    tx: &mut impl Query,
    tenant: TenantId,
    address: &str,
    except: Option<LoginId>,
) -> Result<Rank, Error> {
    highest(tx, tenant, vec![address.to_owned()], Vec::new(), except).await
}

/// The same for a mailbox: its own address, and what catch-alls lead to it.
pub(crate) async fn reached_by_mailbox(
    tx: &mut impl Query,
    tenant: TenantId,
    id: MailboxId,
    address: &str,
    except: Option<LoginId>,
) -> Result<Rank, Error> {
    let caught =
        sql("SELECT name FROM domains WHERE catch_all = 'mailbox' AND catch_all_mailbox_id = $ AND held")
            .bind(id);
    let caught: Vec<(String,)> = tx.all(caught).await?;
    let caught = caught.into_iter().map(|(domain,)| Whole { domain, unowned: true }).collect();
    highest(tx, tenant, vec![address.to_owned()], caught, except).await
}

/// The same for a domain: every address in it.
pub(crate) async fn reached_by_domain(
    tx: &mut impl Query,
    tenant: TenantId,
    name: &DomainName,
    except: Option<LoginId>,
) -> Result<Rank, Error> {
    let whole = Whole { domain: name.to_string(), unowned: false };
    highest(tx, tenant, Vec::new(), vec![whole], except).await
}

async fn highest(
    tx: &mut impl Query,
    tenant: TenantId,
    addresses: Vec<String>,
    domains: Vec<Whole>,
    except: Option<LoginId>,
) -> Result<Rank, Error> {
    let mut known: HashSet<String> = addresses.iter().cloned().collect();
    let mut rank = Rank::Nobody;
    let (mut addresses, mut domains) = (addresses, domains);
    for _ in 0..=limits::ALIAS_DEPTH {
        if addresses.is_empty() && domains.is_empty() {
            break;
        }
        if known.len() > limits::EXPANSION {
            return Ok(rank.max(Rank::SubAdmin)); // more than anybody follows: the main Admin's alone
        }
        let mut leading = Vec::new();
        for condition in conditions(&addresses, &domains) {
            let whose = condition(sql(WHOSE), "l.recovery_address");
            for person in tx.all::<Person>(whose).await? {
                rank = rank.max(person.rank(tenant, except));
            }
            let aliases = condition(sql(ALIASES), "t.address");
            leading.extend(tx.all::<(String,)>(aliases).await?.into_iter().map(|(address,)| address));
        }
        addresses = leading.into_iter().filter(|address| known.insert(address.clone())).collect();
        domains = Vec::new();
    }
    Ok(rank)
}

const WHOSE: &str = "SELECT l.id AS login_id, l.realm, l.tenant_id, g.role FROM logins l \
     LEFT JOIN grants g ON g.login_id = l.id WHERE l.realm <> 'mailbox' AND l.recovery_address IS NOT NULL";
const ALIASES: &str = "SELECT a.address FROM alias_targets t JOIN aliases a ON a.id = t.alias_id WHERE TRUE";

type Condition<'a> = Box<dyn Fn(Sql, &'static str) -> Sql + Send + 'a>;

/// Conditions on a column with an address, a bounded number of addresses in each.
fn conditions<'a>(addresses: &'a [String], domains: &'a [Whole]) -> Vec<Condition<'a>> {
    let several = addresses.chunks(AT_ONCE).map(|chunk| {
        Box::new(move |select: Sql, column: &'static str| {
            let mut select = select.push(" AND (FALSE");
            for address in chunk {
                select = delivered_to(select, column, address);
            }
            select.push(")")
        }) as Condition<'a>
    });
    let whole = domains.iter().map(|whole| {
        Box::new(move |select: Sql, column: &'static str| in_domain(select, column, whole)) as Condition<'a>
    });
    several.chain(whole).collect()
}

/// Adds `OR` the address itself or one with a `+detail` (RFC 5233), which is delivered to the same place.
fn delivered_to(select: Sql, column: &'static str, address: &str) -> Sql {
    let select = select.push(" OR ").push(column).push(" = $").bind(address);
    let Some((local, domain)) = address.rsplit_once('@') else { return select };
    select
        .push(" OR (")
        .push(column)
        .push(" >= $")
        .bind(format!("{local}+"))
        .push(" AND ")
        .push(column)
        .push(" < $")
        .bind(format!("{local},"))
        .push(" AND ")
        .push(column)
        .push(" LIKE $ ESCAPE '\\')")
        .bind(format!("%@{}", like_literal(domain)))
}

fn in_domain(select: Sql, column: &'static str, whole: &Whole) -> Sql {
    let select = select
        .push(" AND ")
        .push(column)
        .push(" LIKE $ ESCAPE '\\'")
        .bind(format!("%@{}", like_literal(&whole.domain)));
    if !whole.unowned {
        return select;
    }
    select
        .push(" AND NOT EXISTS (SELECT 1 FROM addresses o JOIN domains d ON d.id = o.domain_id WHERE d.name = $")
        .bind(&whole.domain)
        .push(" AND d.held AND o.kind <> 'resting' AND o.local_part || '@' || d.name = ")
        .push(column)
        .push(")")
}

/// Somebody with power whose recovery mail goes where was asked.
#[derive(Debug, FromRow)]
struct Person {
    login_id: LoginId,
    realm: String,
    tenant_id: Option<TenantId>,
    role: Option<String>,
}

impl Person {
    fn rank(&self, tenant: TenantId, except: Option<LoginId>) -> Rank {
        if except == Some(self.login_id) {
            return Rank::Nobody;
        }
        let role = self.role.as_deref().and_then(Role::by_key);
        match Realm::by_key(&self.realm) {
            Some(Realm::Mailbox) => Rank::MailboxUser,
            Some(Realm::Admin) if self.tenant_id == Some(tenant) => {
                role.map_or(Rank::SubAdmin, Role::rank).clamp(Rank::SubAdmin, Rank::MainAdmin)
            }
            Some(Realm::Admin) => Rank::SubAdmin,
            Some(Realm::Staff) | None => role.map_or(Rank::Staff, Role::rank).max(Rank::Staff),
        }
    }
}
