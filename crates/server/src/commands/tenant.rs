//! `bailiwick tenant`.

use bailiwick_app::tenants::{Limits, NewTenant, Tenant, Tenants};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::TenantId;

use super::print::{self, Answer};
use super::shape::Shape;
use super::user_type;
use crate::cli;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};

const COLUMNS: &[&str] = &[
    "id",
    "name",
    "status",
    "users_used",
    "max_users",
    "storage_used_bytes",
    "max_storage_bytes",
    "domains_used",
    "max_domains",
];

pub(super) async fn run(open: &Installation, command: cli::Tenant, answer: Answer) -> Outcome {
    let tenants = Tenants::new(open.core.clone());
    match command {
        cli::Tenant::List { search } => list(&tenants, &search, answer).await,
        cli::Tenant::Show { tenant } => answer.thing(&shape(&find(open, &tenant).await?)),
        cli::Tenant::Create(new) => create(open, &tenants, new, answer).await,
        cli::Tenant::Suspend { tenant, reason } => {
            let found = find(open, &tenant).await?;
            tenants.suspend(&operator(), found.id, &reason).await?;
            let said =
                format!("{} is suspended: its sessions are ended, its mail is still received.", found.name);
            answer.done(&said, &shape(&tenants.get(&operator(), found.id).await?))
        }
        cli::Tenant::Resume { tenant } => {
            let found = find(open, &tenant).await?;
            tenants.resume(&operator(), found.id).await?;
            let said = format!("{} may sign in again.", found.name);
            answer.done(&said, &shape(&tenants.get(&operator(), found.id).await?))
        }
    }
}

/// By its id, or by its exact name.
pub(super) async fn find(open: &Installation, wanted: &str) -> Outcome<Tenant> {
    let tenants = Tenants::new(open.core.clone());
    if let Ok(id) = wanted.parse::<TenantId>() {
        return Ok(tenants.get(&operator(), id).await?);
    }
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = tenants.page(&operator(), wanted, &request).await?;
        next = print::following(&page);
        if let Some(found) = page.rows.into_iter().find(|tenant| tenant.name == wanted) {
            return Ok(found);
        }
    }
    Err(Failure::missing("No tenant has this name.", "`bailiwick tenant list` names all."))
}

/// The id of a tenant that may have been named.
pub(super) async fn named(open: &Installation, name: Option<&str>) -> Outcome<Option<TenantId>> {
    match name {
        Some(name) => Ok(Some(find(open, name).await?.id)),
        None => Ok(None),
    }
}

async fn list(tenants: &Tenants, search: &str, answer: Answer) -> Outcome {
    let mut list = answer.list(COLUMNS);
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = tenants.page(&operator(), search, &request).await?;
        next = print::following(&page);
        list.page(page.rows.iter().map(shape))?;
    }
    list.end()
}

fn shape(tenant: &Tenant) -> Shape {
    Shape::default()
        .text("id", tenant.id)
        .text("name", &tenant.name)
        .json("status", &tenant.status)
        .with("users_used", tenant.users_used)
        .with("max_users", tenant.max_users)
        .with("storage_used_bytes", tenant.storage_used.as_bytes())
        .with("max_storage_bytes", tenant.max_storage.as_bytes())
        .with("domains_used", tenant.domains_used)
        .with("max_domains", tenant.max_domains)
        .text("created_at", tenant.created_at)
}

async fn create(open: &Installation, tenants: &Tenants, new: cli::CreateTenant, answer: Answer) -> Outcome {
    let cli::CreateTenant { name, users, licences, storage, domains, admin, admin_name, email } = new;
    let to = email.clone();
    let users = user_type::licences(open, users, &licences).await?;
    let limits = Limits { users, storage, domains };
    let new =
        NewTenant { name, limits, admin_name: admin, admin_full_name: admin_name, admin_address: email };
    let tenant = tenants.create(&operator(), &new).await?;
    let said = format!(
        "{} is created ({}). The invitation to {to} is queued; it is good for 7 days.",
        tenant.name, tenant.id
    );
    answer.done(&said, &shape(&tenant))
}
