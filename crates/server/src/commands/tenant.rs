//! `bailiwick tenant`.

use bailiwick_app::tenants::{Limits, NewTenant, Tenant, Tenants};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::TenantId;
use bailiwick_base::{Code, Error};
use serde_json::{Value, json};

use super::print;
use crate::cli;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};

pub(super) async fn run(open: &Installation, command: cli::Tenant) -> Outcome {
    let tenants = Tenants::new(open.core.clone());
    match command {
        cli::Tenant::List { search, format } => list(&tenants, &search, format.json).await,
        cli::Tenant::Show { tenant, format } => show(&find(&tenants, &tenant).await?, format.json),
        cli::Tenant::Create(new) => create(&tenants, new).await,
        cli::Tenant::Suspend { tenant, reason } => {
            let found = find(&tenants, &tenant).await?;
            tenants.suspend(&operator(), found.id, &reason).await?;
            print::line(&format!(
                "{} is suspended: its sessions are ended, its mail is still received.",
                found.name
            ))
        }
        cli::Tenant::Resume { tenant } => {
            let found = find(&tenants, &tenant).await?;
            tenants.resume(&operator(), found.id).await?;
            print::line(&format!("{} may sign in again.", found.name))
        }
    }
}

/// By its id, or by its exact name.
pub(super) async fn find(tenants: &Tenants, wanted: &str) -> Outcome<Tenant> {
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
    let missing = Error::from(Code::NoSuchThing);
    Err(Failure::new(format!("{} `bailiwick tenant list` names all.", missing.title())))
}

async fn list(tenants: &Tenants, search: &str, as_json: bool) -> Outcome {
    let mut rows = vec![["ID", "NAME", "STATUS", "USERS", "STORAGE", "DOMAINS"].map(str::to_owned).to_vec()];
    let mut values = Vec::new();
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = tenants.page(&operator(), search, &request).await?;
        next = print::following(&page);
        rows.extend(page.rows.iter().map(row));
        values.extend(page.rows.iter().map(value));
    }
    if as_json { print::json(&values) } else { print::table(&rows) }
}

fn row(tenant: &Tenant) -> Vec<String> {
    vec![
        tenant.id.to_string(),
        tenant.name.clone(),
        status(tenant),
        format!("{}/{}", tenant.users_used, tenant.max_users),
        format!("{}/{}", tenant.storage_used, tenant.max_storage),
        format!("{}/{}", tenant.domains_used, tenant.max_domains),
    ]
}

fn status(tenant: &Tenant) -> String {
    value(tenant)["status"].as_str().unwrap_or_default().to_owned()
}

/// Storage in bytes.
fn value(tenant: &Tenant) -> Value {
    json!({
        "id": tenant.id,
        "name": tenant.name,
        "status": tenant.status,
        "users": { "used": tenant.users_used, "max": tenant.max_users },
        "storage": { "used": tenant.storage_used, "max": tenant.max_storage },
        "domains": { "used": tenant.domains_used, "max": tenant.max_domains },
        "created_at": tenant.created_at.to_string(),
    })
}

fn show(tenant: &Tenant, as_json: bool) -> Outcome {
    if as_json {
        return print::json(&value(tenant));
    }
    let [id, name, status, users, storage, domains]: [String; 6] =
        row(tenant).try_into().map_err(|_| Failure::new("The answer could not be written."))?;
    print::facts(&[
        ("id", id),
        ("name", name),
        ("status", status),
        ("users", users),
        ("storage", storage),
        ("domains", domains),
        ("created", tenant.created_at.to_string()),
    ])
}

async fn create(tenants: &Tenants, new: cli::CreateTenant) -> Outcome {
    let cli::CreateTenant { name, users, storage, domains, admin, admin_name, email, format } = new;
    let to = email.clone();
    let limits = Limits { users, storage, domains };
    let new =
        NewTenant { name, limits, admin_name: admin, admin_full_name: admin_name, admin_address: email };
    let tenant = tenants.create(&operator(), &new).await?;
    if format.json {
        return print::json(&value(&tenant));
    }
    print::line(&format!(
        "{} is created ({}). The invitation to {to} is queued; it is good for 7 days.",
        tenant.name, tenant.id
    ))
}
