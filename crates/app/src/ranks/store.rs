//! Whose recovery mail passes where. Follows mail backwards, as [`crate::mail_policy`] sends it forwards: from an
//! address to the aliases that lead to it, to the names a catch-all collects, and to the mailboxes whose own users
//! recover by mail to it, because whoever has that mail has those mailboxes too.

use std::collections::HashSet;

use bailiwick_base::Error;
use bailiwick_base::authz::{Rank, Realm, Role};
use bailiwick_base::db::{Query, Row, Sql, sql};
use bailiwick_base::words::{DomainId, DomainName, LocalPart, LoginId, MailboxId, TenantId, limits};
use sqlx::FromRow;

use super::through::{Through, Whole};

/// Addresses asked about in one statement: with more, SQLite looks at all rows instead of an index for each.
const AT_ONCE: usize = 4;
/// Ids asked about in one statement.
const IDS_AT_ONCE: usize = 200;
/// Steps that are followed: the aliases of three passes through the mail servers, and as many users' recoveries.
const STEPS: usize = 4 * limits::ALIAS_DEPTH;

/// The highest rank of others whose recovery mail reaches `address`.
///
/// A login of another tenant counts as a Sub-Admin, once its holder has followed a link that was sent there: what lies
/// in a tenant belongs to its main Admin, whoever lets mail be sent there, but to nobody below.
pub(crate) async fn reached_by_address(
    tx: &mut impl Query,
    tenant: TenantId,
    address: &str,
    except: Option<LoginId>,
) -> Result<Rank, Error> {
    Walk::of(tenant, except).run(tx, vec![address.to_owned()], Vec::new()).await
}

/// The same for a mailbox: its own address, and what the catch-all of its domain brings it.
pub(crate) async fn reached_by_mailbox(
    tx: &mut impl Query,
    tenant: TenantId,
    id: MailboxId,
    address: &str,
    except: Option<LoginId>,
) -> Result<Rank, Error> {
    let caught = caught_by(tx, &[id]).await?;
    Walk::of(tenant, except).run(tx, vec![address.to_owned()], caught).await
}

/// The same for a domain: every address in it.
pub(crate) async fn reached_by_domain(
    tx: &mut impl Query,
    tenant: TenantId,
    id: DomainId,
    name: &DomainName,
    except: Option<LoginId>,
) -> Result<Rank, Error> {
    let whole = Whole { id, name: name.to_string(), unowned: false };
    Walk::of(tenant, except).run(tx, Vec::new(), vec![whole]).await
}

const PEOPLE: &str = "SELECT l.recovery_address AS via, l.id AS login_id, l.realm, l.tenant_id, g.role, \
     l.recovery_address = COALESCE(l.proven_address, '') AS proven FROM logins l \
     LEFT JOIN grants g ON g.login_id = l.id WHERE l.realm <> 'mailbox' AND l.recovery_address IS NOT NULL";
const USERS: &str = "SELECT l.recovery_address AS via, h.address, h.id AS mailbox_id FROM logins l \
     JOIN mailboxes h ON h.id = l.mailbox_id WHERE l.realm = 'mailbox' AND l.recovery_address IS NOT NULL";
const ALIASES: &str = "SELECT t.address AS via, h.address, CAST(NULL AS BIGINT) AS mailbox_id FROM alias_targets t \
     JOIN aliases h ON h.id = t.alias_id WHERE TRUE";

/// A walk against the direction of mail.
struct Walk {
    tenant: TenantId,
    except: Option<LoginId>,
    known: HashSet<String>,
    rank: Rank,
}

impl Walk {
    fn of(tenant: TenantId, except: Option<LoginId>) -> Self {
        Self { tenant, except, known: HashSet::new(), rank: Rank::Nobody }
    }

    /// Walks until nothing new leads here. What is longer or wider than anybody follows is the main Admin's alone.
    async fn run(
        mut self,
        tx: &mut impl Query,
        mut addresses: Vec<String>,
        mut domains: Vec<Whole>,
    ) -> Result<Rank, Error> {
        self.known.extend(addresses.iter().cloned());
        for _ in 0..STEPS {
            if addresses.is_empty() && domains.is_empty() {
                return Ok(self.rank);
            }
            if self.known.len() > limits::EXPANSION {
                break;
            }
            let chunks = addresses.chunks(AT_ONCE).map(Through::Addresses);
            let mut leading = Vec::new();
            for through in chunks.chain(domains.iter().map(Through::Domain)) {
                leading.extend(self.look(tx, &through).await?);
            }
            let users: Vec<MailboxId> = leading.iter().filter_map(|from| from.mailbox_id).collect();
            addresses = leading.into_iter().map(|from| from.address).collect();
            addresses.retain(|address| self.known.insert(address.clone()));
            domains = caught_by(tx, &users).await?;
            domains.retain(|domain| self.known.insert(format!("@{}", domain.name)));
        }
        Ok(self.rank.max(Rank::SubAdmin))
    }

    /// Notes the people whose recovery mail comes `through` here, and finds from where else mail does.
    async fn look(&mut self, tx: &mut impl Query, through: &Through<'_>) -> Result<Vec<Leading>, Error> {
        let people: Vec<Person> = arriving(tx, through, PEOPLE, "l.recovery_address").await?;
        for person in people {
            self.rank = self.rank.max(person.rank(self.tenant, self.except));
        }
        let mut leading: Vec<Leading> = arriving(tx, through, ALIASES, "t.address").await?;
        leading.extend(arriving::<Leading>(tx, through, USERS, "l.recovery_address").await?);
        Ok(leading)
    }
}

/// Rows of `select` whose `column` is an address from which mail comes `through` here: more than are followed are not
/// read.
async fn arriving<R: Row + Via>(
    tx: &mut impl Query,
    through: &Through<'_>,
    select: &'static str,
    column: &'static str,
) -> Result<Vec<R>, Error> {
    let mut statement = through.narrow(sql(select), column);
    if R::IS_LEADING {
        let most = i64::try_from(limits::EXPANSION).unwrap_or(i64::MAX);
        statement = without_own(statement, through).push(" LIMIT $").bind(most + 1);
    }
    let mut rows: Vec<R> = tx.all(statement).await?;
    if let Through::Domain(whole) = through
        && whole.unowned
    {
        let owned = owned_bases(tx, whole, &rows).await?;
        rows.retain(|row| !owned.contains(row.via()));
    }
    Ok(rows)
}

/// A whole domain's own aliases and users are among its addresses already: not to be counted as leading to it.
fn without_own(select: Sql, through: &Through<'_>) -> Sql {
    match through {
        Through::Domain(whole) if !whole.unowned => select.push(" AND h.domain_id <> $").bind(whole.id),
        _ => select,
    }
}

/// Those of the addresses that no catch-all gets although nobody has just them: somebody has the name before the
/// `+detail`, or it is one that always leads to the main Admin.
async fn owned_bases<R: Via>(
    tx: &mut impl Query,
    whole: &Whole,
    rows: &[R],
) -> Result<HashSet<String>, Error> {
    let base = |via: &str| {
        let local: Option<LocalPart> = via.rsplit_once('@').and_then(|(local, _)| local.parse().ok());
        local.map(|local| local.without_detail())
    };
    let bases: HashSet<LocalPart> = rows.iter().filter_map(|row| base(row.via())).collect();
    let bases: Vec<LocalPart> = bases.into_iter().collect();
    let mut owned: HashSet<LocalPart> = HashSet::new();
    for chunk in bases.chunks(IDS_AT_ONCE) {
        let select = sql("SELECT local_part FROM addresses WHERE domain_id = $ AND kind <> 'resting' AND ")
            .bind(whole.id);
        let found: Vec<(LocalPart,)> = tx.all(select.is_in("local_part", chunk)).await?;
        owned.extend(found.into_iter().map(|(local,)| local));
    }
    let is_owned =
        |local: &LocalPart| owned.contains(local) || matches!(local.as_str(), "postmaster" | "abuse");
    let vias = rows.iter().map(Via::via);
    Ok(vias.filter(|via| base(via).is_some_and(|local| is_owned(&local))).map(str::to_owned).collect())
}

/// The domains whose catch-all mail some mailboxes get. A catch-all is a user of its own domain.
async fn caught_by(tx: &mut impl Query, mailboxes: &[MailboxId]) -> Result<Vec<Whole>, Error> {
    let mut caught = Vec::new();
    for chunk in mailboxes.chunks(IDS_AT_ONCE) {
        let select = sql("SELECT d.id, d.name FROM mailboxes m JOIN domains d ON d.id = m.domain_id \
             WHERE d.held AND d.catch_all = 'mailbox' AND d.catch_all_mailbox_id = m.id AND ")
        .is_in("m.id", chunk.iter().copied());
        let found: Vec<(DomainId, String)> = tx.all(select).await?;
        caught.extend(found.into_iter().map(|(id, name)| Whole { id, name, unowned: true }));
    }
    Ok(caught)
}

/// A row found by an address.
trait Via {
    /// Is it a place from which mail comes on, not a person at its end?
    const IS_LEADING: bool;
    /// The address by which it was found.
    fn via(&self) -> &str;
}

/// An alias that leads, or a user whose recovery mail goes, where was asked.
#[derive(Debug, FromRow)]
struct Leading {
    via: String,
    address: String,
    mailbox_id: Option<MailboxId>,
}

impl Via for Leading {
    const IS_LEADING: bool = true;

    fn via(&self) -> &str {
        &self.via
    }
}

/// Somebody with power whose recovery mail goes where was asked.
#[derive(Debug, FromRow)]
struct Person {
    via: String,
    login_id: LoginId,
    realm: String,
    tenant_id: Option<TenantId>,
    role: Option<String>,
    /// Its holder has followed a link sent to this address.
    proven: bool,
}

impl Via for Person {
    const IS_LEADING: bool = false;

    fn via(&self) -> &str {
        &self.via
    }
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
            // Anybody can write down an address of somebody else's tenant.
            Some(Realm::Admin) if self.proven => Rank::SubAdmin,
            Some(Realm::Admin) => Rank::Nobody,
            Some(Realm::Staff) | None => role.map_or(Rank::Staff, Role::rank).max(Rank::Staff),
        }
    }
}
