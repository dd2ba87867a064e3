//! `bailiwick sub-admin`: by username.

use bailiwick_app::sub_admins::{AllowedNetworks, Given, SubAdmin, SubAdminStatus, SubAdmins};
use bailiwick_base::authz::Permission;
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{Clock, Day, DomainId, Timestamp};
use serde_json::{Value, json};

use super::print::{self, Answer};
use super::shape::Shape;
use super::tenant;
use crate::cli;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};

const COLUMNS: &[&str] =
    &["name", "full_name", "tenant_id", "status", "api_access", "domains", "last_day", "last_seen"];

pub(super) async fn run(open: &Installation, command: cli::SubAdmin, answer: Answer) -> Outcome {
    let sub_admins = SubAdmins::new(open.core.clone());
    match command {
        cli::SubAdmin::List { search, tenant } => {
            let of = tenant::named(open, tenant.as_deref()).await?;
            let mut list = answer.list(COLUMNS);
            let mut next = Some(PageRequest::default());
            while let Some(request) = next {
                let page = sub_admins.page(&operator(), &search, &request).await?;
                next = print::following(&page);
                let wanted = page.rows.iter().filter(|row| of.is_none_or(|of| of == row.sub_admin.tenant_id));
                list.page(wanted.map(|row| shape(&row.sub_admin, row.last_seen)))?;
            }
            list.end()
        }
        cli::SubAdmin::Show { name } => {
            let (found, seen) = find(&sub_admins, &name).await?;
            let shown = sub_admins.get(&operator(), found.id).await?;
            answer.thing(&all(&shown.sub_admin, seen, &shown.networks))
        }
        cli::SubAdmin::Remove { name, confirm } => {
            if confirm.trim().to_lowercase() != name.trim().to_lowercase() {
                return Err(Failure::usage("--confirm is not the name of the Sub-Admin to be removed."));
            }
            let (found, seen) = find(&sub_admins, &name).await?;
            sub_admins.remove(&operator(), found.id).await?;
            let said = format!("{} is removed, with all it was given.", found.name);
            answer.done(&said, &shape(&found, seen))
        }
    }
}

async fn find(sub_admins: &SubAdmins, name: &str) -> Outcome<(SubAdmin, Option<Timestamp>)> {
    let name = name.trim().to_lowercase();
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = sub_admins.page(&operator(), &name, &request).await?;
        next = print::following(&page);
        if let Some(found) = page.rows.into_iter().find(|row| row.sub_admin.name == name) {
            return Ok((found.sub_admin, found.last_seen));
        }
    }
    Err(Failure::missing("No Sub-Admin has this username.", "`bailiwick sub-admin list` names all."))
}

fn status(status: SubAdminStatus) -> &'static str {
    match status {
        SubAdminStatus::Active => "active",
        SubAdminStatus::Invited => "invited",
        SubAdminStatus::Disabled => "disabled",
        SubAdminStatus::Expired => "expired",
        SubAdminStatus::Powerless => "powerless",
    }
}

/// `domain_ids` and `domains` are null for whoever is not limited to some.
fn shape(sub_admin: &SubAdmin, last_seen: Option<Timestamp>) -> Shape {
    let permissions: Vec<&str> = sub_admin.permissions().iter().map(Permission::key).collect();
    let limited: Option<(Vec<DomainId>, Vec<String>)> =
        sub_admin.domains().map(|list| list.into_iter().unzip());
    let (ids, names) = limited.unzip();
    Shape::default()
        .text("id", sub_admin.id)
        .text("name", &sub_admin.name)
        .text("full_name", &sub_admin.full_name)
        .text("tenant_id", sub_admin.tenant_id)
        .text("status", status(sub_admin.status(Clock::System.now())))
        .maybe("email", sub_admin.recovery_address.as_ref())
        .json("permissions", &permissions)
        .json("domain_ids", &ids)
        .json("domains", &names)
        .maybe("last_day", sub_admin.until().map(Day::last_before))
        .text("note", sub_admin.note())
        .with("networks_only", sub_admin.networks_only)
        .with("api_access", sub_admin.api_access)
        .text("api_purpose", &sub_admin.api_purpose)
        .with("unlimited", sub_admin.unlimited)
        .maybe("last_seen", last_seen)
        .text("created_at", sub_admin.created_at)
}

fn all(sub_admin: &SubAdmin, last_seen: Option<Timestamp>, networks: &AllowedNetworks) -> Shape {
    let listed = networks.list.iter().map(
        |entry| json!({ "network": entry.range.to_string(), "description": entry.description.to_string() }),
    );
    shape(sub_admin, last_seen)
        .with("networks", listed.collect::<Vec<Value>>())
        .with("grants", sub_admin.grants.iter().map(grant).collect::<Vec<Value>>())
}

fn grant(given: &Given) -> Value {
    json!({
        "permissions": given.permissions.iter().map(Permission::key).collect::<Vec<_>>(),
        "domain": given.domain.as_ref().map(|(_, name)| name),
        "given_by": given.giver,
        "given_at": given.since.to_string(),
        "last_day": given.until.map(|until| Day::last_before(until).to_string()),
        "note": given.note,
    })
}
