//! `bailiwick staff`: the provider's people, by username.

use bailiwick_app::staff::{Staff, StaffMember};
use bailiwick_base::authz::Role;
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::{Day, Timestamp};

use super::print::{self, Answer};
use super::shape::Shape;
use crate::cli;
use crate::failure::{Failure, Outcome};
use crate::installation::{Installation, operator};

const COLUMNS: &[&str] = &["name", "full_name", "role", "status", "last_day", "last_sign_in"];

pub(super) async fn run(open: &Installation, command: cli::Staff, answer: Answer) -> Outcome {
    let staff = Staff::new(open.core.clone());
    let (search, named) = match command {
        cli::Staff::List { search } => (search, None),
        cli::Staff::Show { name } => (name.trim().to_lowercase(), Some(name.trim().to_lowercase())),
    };
    let mut list = answer.list(COLUMNS);
    let mut next = Some(PageRequest::default());
    while let Some(request) = next {
        let (page, seen) = staff.page(&operator(), &search, &request).await?;
        next = print::following(&page);
        match &named {
            None => list.page(page.rows.iter().map(|member| shape(member, seen.get(&member.id).copied())))?,
            Some(name) => {
                if let Some(member) = page.rows.iter().find(|member| member.name == *name) {
                    return answer.thing(&shape(member, seen.get(&member.id).copied()));
                }
            }
        }
    }
    if named.is_some() {
        let how = "`bailiwick staff list` names all.";
        return Err(Failure::missing("No member of staff has this username.", how));
    }
    list.end()
}

fn shape(member: &StaffMember, last_sign_in: Option<Timestamp>) -> Shape {
    Shape::default()
        .text("id", member.id)
        .text("name", &member.name)
        .text("full_name", &member.full_name)
        .maybe("recovery_address", member.recovery_address.as_ref())
        .json("status", &member.status)
        .maybe("role", member.role.map(Role::key))
        .maybe("last_day", member.until.map(Day::last_before))
        .text("note", &member.note)
        .text("given_by", &member.giver)
        .maybe("given_at", member.since)
        .maybe("last_sign_in", last_sign_in)
}
