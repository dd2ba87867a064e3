//! `bailiwick domain`: by id or name.

use std::process::ExitCode;

use bailiwick_app::domains::{CatchAll, Domain, DomainDetails, Domains, ProofRecord};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{DomainId, DomainName, TenantId};
use serde_json::json;

use super::print::{self, Answer};
use super::shape::Shape;
use super::{doctor, tenant};
use crate::cli;
use crate::failure::{Exit, Failure, Outcome};
use crate::installation::{Installation, operator};

const COLUMNS: &[&str] = &["id", "name", "tenant_id", "status", "mailboxes", "storage_bytes", "aliases"];

pub(super) async fn run(open: &Installation, command: cli::Domain, answer: Answer) -> Outcome<ExitCode> {
    let domains = Domains::new(open.core.clone());
    match command {
        cli::Domain::List { search, tenant } => {
            let of = tenant::named(open, tenant.as_deref()).await?;
            list(&domains, &search, of, answer).await?;
        }
        cli::Domain::Show { domain } => {
            let found = find(&domains, &domain).await?;
            answer.thing(&details(&domains.get(&operator(), found.id).await?))?;
        }
        cli::Domain::Add { domain, tenant } => {
            let tenant = tenant::find(open, &tenant).await?;
            let added = domains.add(&operator(), Some(tenant.id), &domain).await?;
            let record = ProofRecord::of(&added);
            let said = format!(
                "{} waits for its proof. Publish this TXT record, then `bailiwick domain verify {}`:\n\n  {} TXT \"{}\"",
                added.name, added.name, record.host, record.value
            );
            answer.done(&said, &details(&domains.get(&operator(), added.id).await?))?;
        }
        cli::Domain::Verify { domain } => {
            let found = find(&domains, &domain).await?;
            domains.verify(&operator(), found.id).await?;
            let now = domains.get(&operator(), found.id).await?;
            answer.done(&format!("{} is proven: it can have users now.", found.name), &details(&now))?;
        }
        cli::Domain::Check { domain } => {
            let found = find(&domains, &domain).await?;
            return doctor::check_domain(open, &found.name, answer).await;
        }
        cli::Domain::Remove { domain, confirm } => {
            let found = find(&domains, &domain).await?;
            domains.remove(&operator(), found.id, None, Some(&confirm)).await?;
            let said = format!("{} is removed; its mail is being removed.", found.name);
            answer.done(&said, &shape(&found))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(domains: &Domains, search: &str, of: Option<TenantId>, answer: Answer) -> Outcome {
    let mut list = answer.list(COLUMNS);
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = domains.page(&operator(), search, &request).await?;
        next = print::following(&page);
        let wanted = page.rows.iter().filter(|domain| of.is_none_or(|of| of == domain.tenant_id));
        list.page(wanted.map(shape))?;
    }
    list.end()
}

/// By its id or name. Several tenants may wait for the proof of one name: then the id must tell which is meant.
async fn find(domains: &Domains, wanted: &str) -> Outcome<Domain> {
    if let Ok(id) = wanted.parse::<DomainId>() {
        return Ok(domains.get(&operator(), id).await?.domain);
    }
    let name: DomainName =
        wanted.parse().map_err(|_| Failure::usage(format!("{wanted} is not a domain name.")))?;
    let mut found = called(domains, &name).await?;
    match (found.pop(), found.as_slice()) {
        (Some(only), []) => Ok(only),
        (None, _) => Err(none_called(&name)),
        (Some(last), others) => {
            if let Some(held) = others.iter().chain([&last]).find(|domain| domain.held) {
                Ok(held.clone())
            } else {
                let ids: Vec<String> =
                    others.iter().chain([&last]).map(|domain| domain.id.to_string()).collect();
                let text = format!(
                    "Several tenants wait for {name}. Name the domain by its id: {}.",
                    ids.join(", ")
                );
                Err(Failure::new(text).ending(Exit::Wrong))
            }
        }
    }
}

/// All of this name.
async fn called(domains: &Domains, name: &DomainName) -> Outcome<Vec<Domain>> {
    let mut found = Vec::new();
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = domains.page(&operator(), name.as_str(), &request).await?;
        next = print::following(&page);
        found.extend(page.rows.into_iter().filter(|domain| domain.name == *name));
    }
    Ok(found)
}

fn none_called(name: &DomainName) -> Failure {
    Failure::missing(
        format!("There is no domain {}.", name.to_unicode()),
        "`bailiwick domain list` names all.",
    )
}

/// The one of this name to which addresses can be added.
pub(super) async fn holding(open: &Installation, name: &DomainName) -> Outcome<DomainId> {
    let found = called(&Domains::new(open.core.clone()), name).await?;
    let held = found.iter().find(|domain| domain.held).or(found.first());
    held.map(|domain| domain.id).ok_or_else(|| none_called(name))
}

/// The id of a domain by which a list may be narrowed.
pub(super) async fn proven(open: &Installation, name: Option<&DomainName>) -> Outcome<Option<DomainId>> {
    match name {
        Some(name) => holding(open, name).await.map(Some),
        None => Ok(None),
    }
}

fn shape(domain: &Domain) -> Shape {
    let catch_all = match domain.catch_all {
        CatchAll::None => "none",
        CatchAll::Discard => "discard",
        CatchAll::Mailbox(_) => "mailbox",
    };
    Shape::default()
        .text("id", domain.id)
        .text("name", &domain.name)
        .text("tenant_id", domain.tenant_id)
        .json("status", &domain.status)
        .maybe("verified_at", domain.verified_at)
        .text("time_zone", &domain.time_zone)
        .text("catch_all", catch_all)
        .with("mailboxes", domain.users_used)
        .with("storage_bytes", domain.storage_used.as_bytes())
        .with("aliases", domain.aliases_used)
        .text("created_at", domain.created_at)
}

fn details(details: &DomainDetails) -> Shape {
    let DomainDetails { domain, catch_all_user, waits } = details;
    let catch_all = catch_all_user.as_ref();
    if domain.held {
        return shape(domain).maybe("catch_all_user", catch_all);
    }
    proof(domain, waits.as_secs())
}

/// One that waits, with the record that proves it.
fn proof(domain: &Domain, waits_seconds: u64) -> Shape {
    let ProofRecord { host, value } = ProofRecord::of(domain);
    let record = json!({ "host": host, "type": "TXT", "value": value });
    shape(domain).with("proof", json!({ "record": record, "waits_seconds": waits_seconds }))
}
