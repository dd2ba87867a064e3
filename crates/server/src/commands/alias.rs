//! `bailiwick alias`: by address.

use bailiwick_app::aliases::{Aliases, Leading};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{EmailAddress, LocalPart, LocalPartError};
use bailiwick_base::{Code, Error};

use super::domain;
use super::print::{self, Answer};
use super::shape::Shape;
use crate::cli;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};

const COLUMNS: &[&str] = &["address", "targets"];

pub(super) async fn run(open: &Installation, command: cli::Alias, answer: Answer) -> Outcome {
    let aliases = Aliases::new(open.core.clone());
    match command {
        cli::Alias::List { search, domain } => {
            let domain = domain::proven(open, domain.as_ref()).await?;
            let mut list = answer.list(COLUMNS);
            let mut next = Some(PageRequest::default());
            while let Some(request) = next {
                let page = aliases.page(&operator(), &search, domain, &request).await?;
                next = print::following(&page);
                list.page(page.rows.iter().map(shape))?;
            }
            list.end()
        }
        cli::Alias::Show { address } => answer.thing(&shape(&find(&aliases, &address).await?)),
        cli::Alias::Add { address, to } => {
            let local = LocalPart::for_new_address(address.local.as_str())
                .map_err(|_: LocalPartError| Error::from(Code::LocalPartInvalid))?;
            let domain = domain::holding(open, &address.domain).await?;
            let added = aliases.add(&operator(), domain, &local, &to).await?;
            let now = aliases.get(&operator(), added.id).await?;
            answer.done(&format!("{} is added.", added.address), &shape(&now))
        }
        cli::Alias::Update { address, to } => {
            let Leading { alias, .. } = find(&aliases, &address).await?;
            aliases.update(&operator(), alias.id, Some(alias.version), &to).await?;
            let now = aliases.get(&operator(), alias.id).await?;
            answer.done(&format!("{address} is changed."), &shape(&now))
        }
        cli::Alias::Remove { address } => {
            let found = find(&aliases, &address).await?;
            aliases.remove(&operator(), found.alias.id, None).await?;
            answer.done(&format!("{address} is removed; its address rests."), &shape(&found))
        }
    }
}

async fn find(aliases: &Aliases, address: &EmailAddress) -> Outcome<Leading> {
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = aliases.page(&operator(), &address.to_string(), None, &request).await?;
        next = print::following(&page);
        if let Some(found) = page.rows.into_iter().find(|leading| leading.alias.address == *address) {
            return Ok(found);
        }
    }
    Err(Failure::missing("No alias has this address.", "`bailiwick alias list` names all."))
}

fn shape(leading: &Leading) -> Shape {
    let Leading { alias, targets } = leading;
    Shape::default()
        .text("id", alias.id)
        .text("address", &alias.address)
        .text("tenant_id", alias.tenant_id)
        .text("domain_id", alias.domain_id)
        .json("targets", targets)
        .text("created_at", alias.created_at)
}
