//! What a change of grants would add and take away. Computed from the grants alone; who may make the change is decided
//! where it is made.

use std::fmt::Write as _;

use bailiwick_base::authz::{Held, Permission, Scope, Section};
use bailiwick_base::t;
use bailiwick_ui::{Icon, icon};
use maud::{Markup, Render, html};

use super::words;
use crate::sub_admins::section_name;

/// What would be gained and lost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Difference {
    /// Permissions held more widely, each with where it was not held before.
    pub(crate) gained: Vec<(Permission, String)>,
    /// Permissions held less widely, each with where it is not held any more.
    pub(crate) lost: Vec<(Permission, String)>,
}

impl Difference {
    /// Nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty()
    }
}

/// What somebody with the grants `after` can do that they can't with `before`, and the other way round. Grants that are
/// over count for nothing.
pub(crate) fn difference(before: &[Held], after: &[Held]) -> Difference {
    let more = |than: &[Held], of: &[Held]| {
        Permission::ALL
            .iter()
            .filter_map(|permission| {
                let new = newly(*permission, than, of);
                (!new.is_empty()).then(|| (*permission, words::place(&new)))
            })
            .collect()
    };
    Difference { gained: more(before, after), lost: more(after, before) }
}

/// The grants of `of` that give a permission where none of `than` does.
fn newly<'a>(permission: Permission, than: &[Held], of: &'a [Held]) -> Vec<&'a Held> {
    let gives = |held: &&Held| !held.over && held.permissions.contains(permission);
    let covered = |new: &Held| than.iter().filter(gives).any(|old| contains(old.scope, new.scope));
    of.iter().filter(gives).filter(|new| !covered(new)).collect()
}

/// Does a district contain another, as far as can be said without knowing in which tenant a domain lies? The grants of
/// one Sub-Admin never leave the tenant.
fn contains(outer: Scope, inner: Scope) -> bool {
    match (outer, inner) {
        (Scope::Everywhere, _) | (Scope::Tenant(_), Scope::Domain(_) | Scope::Mailbox(_)) => true,
        (outer, inner) => outer == inner,
    }
}

impl Render for Difference {
    fn render(&self) -> Markup {
        html! {
            @if self.is_empty() { p { (t!("difference-none")) } }
            (list(&t!("difference-gained"), Icon::Plus, &self.gained))
            (list(&t!("difference-lost"), Icon::Minus, &self.lost))
        }
    }
}

fn list(title: &str, mark: Icon, changes: &[(Permission, String)]) -> Markup {
    html! {
        @if !changes.is_empty() {
            h3 { (title) }
            ul.list-unstyled.bw-ticks {
                @for (permission, place) in changes {
                    li { (icon(mark)) span { (line(*permission)) " " span.bw-muted { (place) } } }
                }
            }
        }
    }
}

fn line(permission: Permission) -> String {
    let mut line = String::new();
    if let Some((section, _)) = Section::of(permission) {
        let _ = write!(line, "{}: ", section_name(section));
    }
    line + &permission.in_words()
}

#[cfg(test)]
mod tests {
    use bailiwick_base::authz::{PermissionSet, Role};
    use bailiwick_base::words::{DomainId, TenantId};

    use super::*;

    fn held(permissions: &[Permission], scope: Scope, over: bool) -> Held {
        Held {
            role: Role::SubAdmin,
            permissions: PermissionSet::of(permissions),
            scope,
            scope_name: matches!(scope, Scope::Domain(_)).then(|| "a.example".to_owned()),
            giver: None,
            since: None,
            until: None,
            note: String::new(),
            over,
        }
    }

    const TENANT: Scope = Scope::Tenant(TenantId(1));
    const DOMAIN: Scope = Scope::Domain(DomainId(2));

    #[test]
    fn what_is_added_and_taken_away_is_told_with_where() {
        use Permission::{MailboxAdd, MailboxView};
        let view = [held(&[MailboxView], TENANT, false)];
        let both_here = [held(&[MailboxView, MailboxAdd], DOMAIN, false)];
        let narrowed = difference(&view, &both_here);
        assert_eq!(narrowed.gained, [(MailboxAdd, "for a.example".to_owned())]);
        assert_eq!(narrowed.lost, [(MailboxView, "for all domains".to_owned())]);
        assert!(difference(&view, &view).is_empty());
        let widened = difference(&both_here, &view);
        assert_eq!(widened.gained, [(MailboxView, "for all domains".to_owned())]);
        assert_eq!(widened.lost, [(MailboxAdd, "for a.example".to_owned())]);
    }

    #[test]
    fn what_is_over_is_gained_anew() {
        let ended = [held(&[Permission::LogView], TENANT, true)];
        let again = [held(&[Permission::LogView], TENANT, false)];
        assert_eq!(difference(&ended, &again).gained.len(), 1);
        assert!(difference(&[], &ended).is_empty());
    }
}
