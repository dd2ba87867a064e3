//! The search in the database, and the index it stands on.
//!
//! A page of a search costs the same whether the tenant or the installation is large: beginnings are ranges of an
//! index in the list's order, anything else goes through the index of words, which knows tenants and domains.

use bailiwick_base::Error;
use bailiwick_base::authz::{Authorized, ScopeKind, Target, Visible};
use bailiwick_base::db::{
    EachEngine, Order, Page, PageRequest, ReadTx, SearchQuestion, SearchWords, Value, WriteTx, like_literal,
    sql,
};
use bailiwick_base::words::{EmailAddress, Line, MailboxId, limits};

use super::super::actions::UpdateMailbox;
use super::super::service::ListFilter;
use super::super::store::{Mailbox, Row, SELECT, SELECT_FOUND, ahead, narrowed};
use crate::domains::Domain;

/// Only what the index finds for `$`.
const MATCHING: EachEngine = EachEngine {
    sqlite: " AND mailbox_search MATCH $",
    postgres: " AND mailbox_search.words @@ CAST($ AS TSQUERY)",
};
/// Only what is of the tenant `$`: so that PostgreSQL, where it walks instead of asking the index of words, walks
/// through this tenant only.
const OF_TENANT: EachEngine =
    EachEngine { sqlite: " AND tenant_id = $", postgres: " AND mailbox_search.of_tenant = $" };
const ADD: EachEngine = EachEngine {
    sqlite: "INSERT INTO mailbox_search (words, rowid) VALUES ($1, $2)",
    postgres: "INSERT INTO mailbox_search (words, rowid, of_tenant) SELECT CAST($1 AS TSVECTOR), id, tenant_id FROM mailboxes WHERE id = $2",
};
const RENAME: EachEngine = EachEngine {
    sqlite: "UPDATE mailbox_search SET words = $ WHERE rowid = $",
    postgres: "UPDATE mailbox_search SET words = CAST($ AS TSVECTOR) WHERE rowid = $",
};

const BY_ADDRESS: Order = Order {
    columns: "(local_part, id)",
    marks: "($, $)",
    descending: false,
    by: ("local_part DESC, id DESC", "local_part, id"),
};
const BY_NAME: Order = Order {
    columns: "(name_key, id)",
    marks: "($, $)",
    descending: false,
    by: ("name_key DESC, id DESC", "name_key, id"),
};
const BY_DOMAIN_AND_ADDRESS: Order = Order {
    columns: "(domain_id, local_part, id)",
    marks: "($, $, $)",
    descending: false,
    by: ("domain_id DESC, local_part DESC, id DESC", "domain_id, local_part, id"),
};
const BY_DOMAIN_AND_NAME: Order = Order {
    columns: "(domain_id, name_key, id)",
    marks: "($, $, $)",
    descending: false,
    by: ("domain_id DESC, name_key DESC, id DESC", "domain_id, name_key, id"),
};
const AS_ADDED: Order = Order {
    columns: "mailbox_search.rowid",
    marks: "$",
    descending: false,
    by: ("mailbox_search.rowid DESC", "mailbox_search.rowid"),
};

/// Mailboxes whose address begins with `text`, then those whose name does. Within one tenant by address or name;
/// whoever looks into chosen domains gets them by domain first. An `@` makes it an address.
pub(in super::super) async fn beginning(
    tx: &mut ReadTx,
    visible: &Visible<Mailbox>,
    filter: &ListFilter,
    text: &str,
    request: &PageRequest,
) -> Result<Page<Row>, Error> {
    let by_domain = filter.domain.is_some() || visible.districts().any(|(kind, _)| kind != ScopeKind::Tenant);
    let (by_address, by_name) =
        if by_domain { (BY_DOMAIN_AND_ADDRESS, BY_DOMAIN_AND_NAME) } else { (BY_ADDRESS, BY_NAME) };
    let select = |turn| {
        let key = request.key_in_turn(turn).filter(|_| by_domain);
        narrowed(sql(SELECT), &ahead(visible, key, request), filter)
    };
    let range = |turn| {
        let key = request.key_in_turn(turn).filter(|key| key.len() == 2);
        range(text, key.and_then(<[Value]>::first), request.before.is_some())
    };
    let mut turns = vec![];
    if let Some((local, _)) = text.split_once('@') {
        let of_address = select(0).push(" AND local_part = $ AND address >= $ AND address < $").bind(local);
        turns.push((of_address.bind(text).bind(after_all(text)), by_address));
    } else {
        let (begin, end) = range(0);
        let of_address = select(0).push(" AND local_part >= $ AND local_part <= $").bind(begin).bind(end);
        turns.push((of_address, by_address));
        let (begin, end) = range(1);
        let of_name = select(1).push(" AND name_key >= $ AND name_key <= $").bind(begin).bind(end);
        let of_name =
            of_name.push(" AND NOT (local_part >= $ AND local_part <= $)").bind(text).bind(after_all(text));
        turns.push((of_name, by_name));
    }
    let key = |turn: usize, row: &Row| {
        let text = if turn == 0 { row.local_part.as_str() } else { row.name_key.as_str() };
        let mut key = vec![text.into(), row.id.into()];
        if by_domain {
            key.insert(0, row.domain_id.into());
        }
        key
    };
    request.fetch_in_turn(tx, turns, limits::PAGE, key).await
}

/// The texts that begin with `text`, no further than from (or, backwards, up to) where a page is bounded.
fn range(text: &str, bound: Option<&Value>, backwards: bool) -> (String, String) {
    let (begin, end) = (text.to_owned(), after_all(text));
    match bound {
        Some(Value::Text(Some(bound))) if backwards => (begin, end.min(bound.clone())),
        Some(Value::Text(Some(bound))) => (begin.max(bound.clone()), end),
        _ => (begin, end),
    }
}

/// The end of the range of texts that begin with `prefix`: an index serves it, unlike LIKE.
fn after_all(prefix: &str) -> String {
    format!("{prefix}\u{10FFFF}")
}

/// Mailboxes in whose address or name `text` occurs, in the order in which they were added.
pub(in super::super) async fn anywhere(
    tx: &mut ReadTx,
    visible: &Visible<Mailbox>,
    filter: &ListFilter,
    text: &str,
    request: &PageRequest,
) -> Result<Page<Row>, Error> {
    let question =
        SearchQuestion::anywhere(text).ok_or_else(|| Error::internal("too short for the index"))?;
    let question = match filter.domain {
        Some(domain) => question.within(ScopeKind::Domain, domain.0),
        None => question.among(visible),
    };
    let pattern = format!("%{}%", like_literal(text));
    let mut select = sql(SELECT_FOUND).push(MATCHING.at(tx)).bind(question.at(tx));
    if let [(ScopeKind::Tenant, tenant)] = visible.districts().collect::<Vec<_>>()[..] {
        select = select.push(OF_TENANT.at(tx)).bind(tenant);
    }
    // What is joined must begin where the page does as well: PostgreSQL walks through both side by side.
    select = match request.key() {
        Some([id @ Value::Int(Some(_))]) if request.before.is_some() => select.push(" AND id < $").bind(id),
        Some([id @ Value::Int(Some(_))]) => select.push(" AND id > $").bind(id),
        _ => select,
    };
    let select = narrowed(select, visible, filter)
        .push(r" AND (address LIKE $ ESCAPE '\' OR name_key LIKE $ ESCAPE '\')")
        .bind(&pattern)
        .bind(&pattern);
    request.fetch(tx, select, AS_ADDED, limits::PAGE, |row: &Row| vec![row.id.into()]).await
}

/// Makes a new mailbox findable.
pub(in super::super) async fn add(
    tx: &mut WriteTx,
    id: MailboxId,
    domain: &Domain,
    address: &EmailAddress,
    name: &Line<100>,
) -> Result<(), Error> {
    let districts = [(ScopeKind::Tenant, domain.tenant_id.0), (ScopeKind::Domain, domain.id.0)];
    let words = SearchWords::of(districts, [address.to_string().as_str(), name.as_str()]);
    let add = sql(ADD.at(tx)).bind(words.as_str()).bind(id);
    tx.run(add).await.map(drop)
}

/// Makes a mailbox findable by its new name.
pub(in super::super) async fn rename(
    tx: &mut WriteTx,
    mailbox: &Authorized<UpdateMailbox>,
    name: &Line<100>,
) -> Result<(), Error> {
    let districts = [(ScopeKind::Tenant, mailbox.tenant_id.0), (ScopeKind::Domain, mailbox.domain_id.0)];
    let words = SearchWords::of(districts, [mailbox.address.as_str(), name.as_str()]);
    let rename = sql(RENAME.at(tx)).bind(words.as_str()).bind(mailbox.id());
    tx.run(rename).await.map(drop)
}

/// Forgets a mailbox.
pub(in super::super) async fn remove(tx: &mut WriteTx, id: MailboxId) -> Result<(), Error> {
    tx.run(sql("DELETE FROM mailbox_search WHERE rowid = $").bind(id)).await.map(drop)
}
