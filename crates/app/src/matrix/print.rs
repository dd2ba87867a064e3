//! The policy as a table that people review: who may do what, to a thing in reach, elsewhere, and above.

use std::fmt::Write;

use bailiwick_base::authz::{
    ActionInfo, Authority, Grant, Permission, PermissionSet, Place, Profile, Rank, Role, Scope, ScopeKind,
    Section, Why,
};
use bailiwick_base::words::{DomainId, LoginId, MailboxId, TenantId, Timestamp};

const LEGEND: &str = "\
What each role, level and profile may do. Each cell has four signs, for a thing that lies
  1. where the grant holds
  2. in the same tenant, but not there (another domain, mailbox or login)
  3. in another tenant
  4. where the grant holds, but through which control over somebody of the same rank can be had (K3)
and each sign is one of
  ✔ may    ✘ sees the thing, may not (403)    4 can't tell it from one that does not exist (404)
  ∅ sees no such thing anywhere (403 for the section and every id alike)    - there is no such case
The column acting: whether it may be done while acting as somebody else (K17).
";

/// Where a grant holds in the table, and where the things lie.
const HERE: TenantId = TenantId(1);
const THERE: TenantId = TenantId(2);

/// What the four signs are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    InReach,
    SameTenant,
    OtherTenant,
    Outranked,
}

/// The whole matrix.
pub(super) fn matrix(actions: &[ActionInfo]) -> String {
    let mut text = String::from(LEGEND);
    roles(&mut text, actions);
    for section in Section::ALL {
        levels(&mut text, *section, actions);
    }
    profiles(&mut text, actions);
    text
}

fn roles(text: &mut String, actions: &[ActionInfo]) {
    let columns: Vec<(String, Authority)> =
        Role::ALL.iter().map(|role| (role.key().to_owned(), of_role(*role))).collect();
    let _ = writeln!(text, "\n## Roles (a Sub-Admin's: everything that can be handed on, over the tenant)\n");
    table(text, actions, &columns);
}

fn levels(text: &mut String, section: Section, actions: &[ActionInfo]) {
    let here: Vec<ActionInfo> = actions
        .iter()
        .filter(|action| Section::of(action.needs).is_some_and(|(of, _)| of == section))
        .copied()
        .collect();
    let names = section.levels().iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let _ = writeln!(text, "\n## {} (levels: {names})\n", section.key());
    if here.is_empty() {
        let permissions = section.all().iter().map(Permission::key).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "no action yet; permissions: {permissions}");
        return;
    }
    let mut columns = Vec::new();
    for level in 0..=section.highest() {
        let set = section.level(level).unwrap_or_default();
        columns.push((format!("{level} tenant"), sub_admin(set, Scope::Tenant(HERE))));
        columns.push((format!("{level} domain"), sub_admin(set, Scope::Domain(DomainId(1)))));
    }
    table(text, &here, &columns);
}

fn profiles(text: &mut String, actions: &[ActionInfo]) {
    let handed_on: Vec<ActionInfo> =
        actions.iter().filter(|action| Section::of(action.needs).is_some()).copied().collect();
    let columns: Vec<(String, Authority)> = Profile::ALL
        .iter()
        .map(|profile| {
            (profile.key().to_owned(), sub_admin(profile.permissions(), Scope::Domain(DomainId(1))))
        })
        .collect();
    let _ = writeln!(text, "\n## Profiles, limited to a domain\n");
    table(text, &handed_on, &columns);
}

fn table(text: &mut String, actions: &[ActionInfo], columns: &[(String, Authority)]) {
    let width = |name: &str| name.len().max(4);
    let _ = write!(text, "{:<36} {:<24} {:<14} {:<6}", "action", "needs", "done to", "acting");
    for (name, _) in columns {
        let _ = write!(text, " {name:<width$}", width = width(name));
    }
    let mut lines = vec![std::mem::take(text)];
    for action in actions {
        let acting = if action.while_impersonating { "may" } else { "no" };
        let (needs, target) = (action.needs.key(), action.target);
        let mut line = format!("{:<36} {needs:<24} {target:<14} {acting:<6}", action.name);
        for (name, authority) in columns {
            let _ = write!(line, " {:<width$}", signs(authority, *action), width = width(name));
        }
        lines.push(line.trim_end().to_owned());
    }
    *text = lines.join("\n");
    text.push('\n');
}

fn signs(authority: &Authority, action: ActionInfo) -> String {
    [Case::InReach, Case::SameTenant, Case::OtherTenant, Case::Outranked]
        .into_iter()
        .map(|case| sign(authority, action, case))
        .collect()
}

fn sign(authority: &Authority, action: ActionInfo, case: Case) -> char {
    let now = Timestamp(0);
    let Some(place) = place(action, case) else { return '-' };
    if case == Case::Outranked && !action.respects_rank {
        return '-';
    }
    if !authority.holds(action.sees, now) {
        return '∅';
    }
    if !authority.may(action.sees, place, now) {
        // The tenant one works for is no secret: what is added to it is refused, not hidden.
        return if place == (Place { tenant: Some(HERE), ..Place::default() }) { '✘' } else { '4' };
    }
    let reaches = if case == Case::Outranked { authority.rank() } else { Rank::Nobody };
    match authority.explain_action(action, place, reaches, false, now).why {
        Why::Granted => '✔',
        _ => '✘',
    }
}

/// Where a thing lies; `None` where there is no such case: the installation is one, and what lies in a tenant alone has
/// no elsewhere in it.
fn place(action: ActionInfo, case: Case) -> Option<Place> {
    let number = match case {
        Case::InReach | Case::Outranked => 1,
        Case::SameTenant => 2,
        Case::OtherTenant => 3,
    };
    let mut place = Place::default();
    for (kind, _) in action.lies_in {
        match kind {
            ScopeKind::Everywhere => {}
            ScopeKind::Tenant => place.tenant = Some(if case == Case::OtherTenant { THERE } else { HERE }),
            ScopeKind::Domain => place.domain = Some(DomainId(number)),
            ScopeKind::Mailbox => place.mailbox = Some(MailboxId(number)),
            ScopeKind::Login => place.login = Some(LoginId(number)),
        }
    }
    let within = place.domain.is_some() || place.mailbox.is_some() || place.login.is_some();
    let there_is = match case {
        Case::InReach | Case::Outranked => true,
        Case::SameTenant => within,
        Case::OtherTenant => within || place.tenant.is_some(),
    };
    there_is.then_some(place)
}

fn of_role(role: Role) -> Authority {
    let scope = match role {
        Role::MainAdmin | Role::SubAdmin => Scope::Tenant(HERE),
        Role::MailboxUser => Scope::Mailbox(MailboxId(1)),
        Role::Oneself | Role::HalfSignedIn => Scope::Login(LoginId(1)),
        _ => Scope::Everywhere,
    };
    authority(role, role.permissions(), scope)
}

fn sub_admin(permissions: PermissionSet, scope: Scope) -> Authority {
    authority(Role::SubAdmin, permissions, scope)
}

fn authority(role: Role, permissions: PermissionSet, scope: Scope) -> Authority {
    let grant = Grant {
        id: None,
        role,
        permissions,
        scope,
        scope_name: None,
        giver: None,
        since: None,
        until: None,
        note: String::new(),
    };
    Authority::new(vec![grant])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dg_01_a_level_gives_its_own_sections_actions_up_to_itself_and_nothing_of_another() {
        for section in Section::ALL {
            for level in 0..=section.highest() {
                let set = section.level(level).expect("a level");
                for scope in [Scope::Tenant(HERE), Scope::Domain(DomainId(1))] {
                    let holder = sub_admin(set, scope);
                    for action in crate::actions() {
                        let lowest = Section::of(action.needs).filter(|(of, _)| of == section);
                        let gives = lowest.is_some_and(|(_, lowest)| lowest <= level);
                        let in_reach = sign(&holder, action, Case::InReach) == '✔';
                        let of_the_tenant =
                            !action.lies_in.iter().any(|(kind, _)| *kind == ScopeKind::Domain);
                        let here = scope != Scope::Domain(DomainId(1)) || !of_the_tenant;
                        assert_eq!(in_reach, gives && here, "{} {level} {}", section.key(), action.name);
                        assert_ne!(sign(&holder, action, Case::OtherTenant), '✔', "{}", action.name);
                    }
                }
            }
        }
    }

    #[test]
    fn nobody_of_a_tenant_reaches_another_and_nobody_acts_upward() {
        for role in [Role::MainAdmin, Role::SubAdmin, Role::MailboxUser, Role::Oneself, Role::HalfSignedIn] {
            for action in crate::actions() {
                for case in [Case::OtherTenant, Case::Outranked] {
                    assert_ne!(sign(&of_role(role), action, case), '✔', "{} {}", role.key(), action.name);
                }
            }
        }
    }
}
