//! `bailiwick admin`: the logins of Admins and staff, when they cannot help themselves.

use bailiwick_app::security::{People, Person, PersonFilter};
use bailiwick_base::Code;
use bailiwick_base::authz::{Realm, Role, Target};
use bailiwick_base::db::PageRequest;

use super::print::{self, Answer};
use super::shape::Shape;
use super::tenant;
use crate::cli;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};

const COLUMNS: &[&str] =
    &["name", "role", "tenant_name", "full_name", "status", "recovery_address", "last_sign_in"];

pub(super) async fn run(open: &Installation, command: cli::Admin, answer: Answer) -> Outcome {
    let people = People::new(open.core.clone());
    match command {
        cli::Admin::List { tenant: named, realm } => {
            let tenant = tenant::named(open, named.as_deref()).await?;
            list(&people, &PersonFilter { realm: realm.realm(), tenant }, answer).await
        }
        cli::Admin::Show { who } => answer.thing(&find(&people, &who).await?.shape()),
        cli::Admin::ResetLink { who } => {
            let found = find(&people, &who).await?;
            let link = people.reset_link(&operator(), found.person.id()).await?;
            let name = &found.person.name;
            let closed = if found.person.is_disabled() {
                format!("\n{name} is disabled: `bailiwick admin enable` lets it sign in.")
            } else {
                String::new()
            };
            let said = format!(
                "{link}\nWhoever opens it sets the password of {name}. It is good once, for 30 minutes.{closed}"
            );
            answer.done(&said, &found.shape().with("link", link.as_str()))
        }
        command => change(&people, command, answer).await,
    }
}

async fn change(people: &People, command: cli::Admin, answer: Answer) -> Outcome {
    let caller = operator();
    let (who, said) = match command {
        cli::Admin::SetRecovery { who, address } => {
            let found = find(people, &who).await?.person;
            people.set_recovery_address(&caller, found.id(), &address).await?;
            (who, format!("Recovery links for {} go to {address}.", found.name))
        }
        cli::Admin::LiftNetworks { who } => {
            let found = find(people, &who).await?.person;
            let said = if people.lift_networks(&caller, found.id()).await? {
                format!("{} may be used from everywhere again. Its list of networks is kept.", found.name)
            } else {
                format!("{} is not limited to networks, or it is a program's login.", found.name)
            };
            (who, said)
        }
        cli::Admin::SignOut { who } => {
            let found = find(people, &who).await?.person;
            people.sign_out(&caller, found.id()).await?;
            (who, format!("All sessions of {} are ended.", found.name))
        }
        cli::Admin::Disable { who } => {
            let found = find(people, &who).await?.person;
            people.disable(&caller, found.id()).await?;
            (who, format!("{} is disabled: its sessions are ended.", found.name))
        }
        cli::Admin::Enable { who } => {
            let found = find(people, &who).await?.person;
            people.enable(&caller, found.id()).await?;
            let left = if found.has_password {
                "It may sign in again."
            } else {
                "It has no password yet: `bailiwick admin reset-link` prints a link to set one."
            };
            (who, format!("{} is enabled. {left}", found.name))
        }
        cli::Admin::List { .. } | cli::Admin::Show { .. } | cli::Admin::ResetLink { .. } => return Ok(()),
    };
    answer.done(&said, &find(people, &who).await?.shape())
}

impl cli::OfStaff {
    fn realm(self) -> Realm {
        if self.staff { Realm::Staff } else { Realm::Admin }
    }
}

/// Somebody with the highest role they have.
struct Found {
    person: Person,
    role: Option<Role>,
}

async fn find(people: &People, who: &cli::Who) -> Outcome<Found> {
    match people.by_name(&operator(), who.realm.realm(), &who.name).await {
        Err(error) if error.code() == Code::NoSuchThing => Err(if who.realm.staff {
            let how = "`bailiwick admin list --staff` names all.";
            Failure::missing("No member of staff has this username.", how)
        } else {
            let how = "`bailiwick admin list` names all; for staff, add --staff.";
            Failure::missing("No Admin has this username.", how)
        }),
        found => found.map(|(person, role)| Found { person, role }).map_err(Failure::from),
    }
}

async fn list(people: &People, filter: &PersonFilter, answer: Answer) -> Outcome {
    let mut list = answer.list(COLUMNS);
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let page = people.page(&operator(), filter, &request).await?;
        next = print::following(&page);
        list.page(page.rows.into_iter().map(|(person, role)| Found { person, role }.shape()))?;
    }
    list.end()
}

impl Found {
    fn shape(&self) -> Shape {
        let Self { person, role } = self;
        Shape::default()
            .text("id", person.id())
            .text("name", &person.name)
            .text("full_name", &person.full_name)
            .text("realm", person.realm().key())
            .maybe("role", role.map(Role::key))
            .maybe("tenant_id", person.place().tenant)
            .maybe("tenant_name", person.tenant_name.as_ref())
            .text("status", &person.status)
            .maybe("recovery_address", person.recovery_address.as_ref())
            .maybe("last_sign_in", person.signed_in_at)
            .text("created_at", person.created_at)
    }
}
