//! `bailiwick admin`: the logins of Admins and staff, when they cannot help themselves.

use bailiwick_app::security::{People, Person, PersonFilter};
use bailiwick_app::tenants::Tenants;
use bailiwick_base::Code;
use bailiwick_base::authz::{Realm, Role, Target};
use bailiwick_base::db::PageRequest;
use serde_json::{Value, json};

use super::{print, tenant};
use crate::cli;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};

pub(super) async fn run(open: &Installation, command: cli::Admin) -> Outcome {
    let people = People::new(open.core.clone());
    let caller = operator();
    match command {
        cli::Admin::List { tenant: named, realm, format } => {
            let tenant = match named {
                Some(name) => Some(tenant::find(&Tenants::new(open.core.clone()), &name).await?.id),
                None => None,
            };
            list(&people, &PersonFilter { realm: realm.realm(), tenant }, format.json).await
        }
        cli::Admin::ResetLink { who } => {
            let found = find(&people, &who).await?;
            let link = people.reset_link(&caller, found.id()).await?;
            let closed = if found.is_disabled() {
                format!("\n{} is disabled: `bailiwick admin enable` lets it sign in.", found.name)
            } else {
                String::new()
            };
            print::line(&format!(
                "{link}\nWhoever opens it sets the password of {}. It is good once, for 30 minutes.{closed}",
                found.name
            ))
        }
        cli::Admin::SetRecovery { who, address } => {
            let found = find(&people, &who).await?;
            people.set_recovery_address(&caller, found.id(), &address).await?;
            print::line(&format!("Recovery links for {} go to {address}.", found.name))
        }
        cli::Admin::LiftNetworks { who } => {
            let found = find(&people, &who).await?;
            print::line(&if people.lift_networks(&caller, found.id()).await? {
                format!("{} may be used from everywhere again. Its list of networks is kept.", found.name)
            } else {
                format!("{} is not limited to networks, or it is a program's login.", found.name)
            })
        }
        cli::Admin::Disable { who } => {
            let found = find(&people, &who).await?;
            people.disable(&caller, found.id()).await?;
            print::line(&format!("{} is disabled: its sessions are ended.", found.name))
        }
        cli::Admin::Enable { who } => {
            let found = find(&people, &who).await?;
            people.enable(&caller, found.id()).await?;
            let left = if found.has_password {
                "It may sign in again."
            } else {
                "It has no password yet: `bailiwick admin reset-link` prints a link to set one."
            };
            print::line(&format!("{} is enabled. {left}", found.name))
        }
    }
}

impl cli::OfStaff {
    fn realm(self) -> Realm {
        if self.staff { Realm::Staff } else { Realm::Admin }
    }
}

async fn find(people: &People, who: &cli::Who) -> Outcome<Person> {
    match people.by_name(&operator(), who.realm.realm(), &who.name).await {
        Err(error) if error.code() == Code::NoSuchThing => Err(Failure::new(if who.realm.staff {
            "No member of staff has this username. `bailiwick admin list --staff` names all."
        } else {
            "No Admin has this username. `bailiwick admin list` names all; for staff, add --staff."
        })),
        found => Ok(found?),
    }
}

async fn list(people: &People, filter: &PersonFilter, as_json: bool) -> Outcome {
    let head = ["NAME", "ROLE", "TENANT", "FULL NAME", "STATUS", "RECOVERY", "LAST SIGN-IN"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut values = Vec::new();
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = people.page(&operator(), filter, &request).await?;
        next = print::following(&page);
        for (person, role) in page.rows {
            if as_json {
                values.push(value(&person, role));
            } else {
                rows.push(row(person, role));
            }
        }
    }
    if as_json { print::json(&values) } else { print::table(&rows) }
}

fn row(person: Person, role: Option<Role>) -> Vec<String> {
    vec![
        person.name,
        role.map_or("none", Role::key).to_owned(),
        person.tenant_name.unwrap_or_default(),
        person.full_name,
        person.status,
        person.recovery_address.unwrap_or_else(|| "none".to_owned()),
        person.signed_in_at.map_or_else(|| "never".to_owned(), |at| at.to_string()),
    ]
}

fn value(person: &Person, role: Option<Role>) -> Value {
    json!({
        "id": person.id(),
        "name": person.name,
        "role": role.map(Role::key),
        "tenant": person.tenant_name,
        "full_name": person.full_name,
        "status": person.status,
        "recovery": person.recovery_address,
        "last_sign_in": person.signed_in_at.map(|at| at.to_string()),
        "created_at": person.created_at.to_string(),
    })
}
