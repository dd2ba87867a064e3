//! What somebody's grants let them do: the decision itself, apart from who acts.
//!
//! An [`Authority`] answers and explains; nothing can be done with one. Proofs come from the actor of a transaction
//! alone, which decides by its own authority, so that what a page says about another login is what that login will
//! meet.

use super::{ActionInfo, Explanation, Grant, Held, Permission, PermissionSet, Place, Rank, Scope, Why};
use crate::words::Timestamp;

/// The grants of one login, or what is built in for whoever has none.
#[derive(Debug, Clone)]
pub struct Authority {
    grants: Vec<Grant>,
}

impl Authority {
    /// What these grants would let somebody do: for tables, models and "what if".
    pub fn new(grants: Vec<Grant>) -> Self {
        Self { grants }
    }

    /// What was given, and what is built in.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }

    /// How high it stands: as high as its highest grant.
    pub fn rank(&self) -> Rank {
        self.grants.iter().map(|grant| grant.role.rank()).max().unwrap_or(Rank::Nobody)
    }

    /// What was given and not only built in, dead grants too.
    pub fn given(&self, now: Timestamp) -> Vec<Held> {
        self.grants.iter().filter(|grant| grant.id.is_some()).map(|grant| grant.held(now)).collect()
    }

    /// Is `permission` held anywhere at this instant?
    pub fn holds(&self, permission: Permission, now: Timestamp) -> bool {
        self.holding(permission, now).next().is_some()
    }

    /// Is `permission` held over what sits at `place`?
    pub fn may(&self, permission: Permission, place: Place, now: Timestamp) -> bool {
        self.holding(permission, now).any(|grant| grant.scope.covers(place))
    }

    /// Are all of `permissions` held over what sits at `place`?
    pub fn may_all(&self, permissions: PermissionSet, place: Place, now: Timestamp) -> bool {
        permissions.iter().all(|permission| self.may(permission, place, now))
    }

    /// Where `permission` is held at this instant.
    pub(super) fn scopes(&self, permission: Permission, now: Timestamp) -> Vec<Scope> {
        self.holding(permission, now).map(|grant| grant.scope).collect()
    }

    /// The decision and its explanation in one: is `permission` held over what sits at `place` (`None`: anywhere)?
    pub fn explain(&self, permission: Permission, place: Option<Place>, now: Timestamp) -> Explanation {
        let covers = |grant: &Grant| place.is_none_or(|place| grant.scope.covers(place));
        if let Some(grant) = self.holding(permission, now).find(|grant| covers(grant)) {
            return Explanation { needs: permission, why: Why::Granted, held: vec![grant.held(now)] };
        }
        let included = || self.grants.iter().filter(|grant| grant.permissions.contains(permission));
        let why = if included().any(|grant| !grant.alive(now) && covers(grant)) {
            Why::Expired
        } else if included().next().is_some() {
            Why::Elsewhere
        } else {
            Why::NotIncluded
        };
        self.refusal(permission, why, now)
    }

    /// The decision about an action on a thing at `place` that can give control over somebody else of rank `reaches`
    /// (K3): is the thing seen, is the act permitted over it, may it be done while `acting` as another (K17), and is
    /// whoever it reaches below?
    pub fn explain_action(
        &self,
        action: ActionInfo,
        place: Place,
        reaches: Rank,
        acting: bool,
        now: Timestamp,
    ) -> Explanation {
        if !self.may(action.sees, place, now) {
            return self.explain(action.sees, Some(place), now);
        }
        let explanation = self.explain(action.needs, Some(place), now);
        let why = match explanation.why {
            Why::Granted if acting && !action.while_impersonating => Why::NotWhileActing,
            Why::Granted if action.respects_rank && self.rank() <= reaches => Why::Outranked(reaches),
            _ => return explanation,
        };
        self.refusal(action.needs, why, now)
    }

    pub(super) fn refusal(&self, needs: Permission, why: Why, now: Timestamp) -> Explanation {
        Explanation { needs, why, held: self.given(now) }
    }

    fn holding(&self, permission: Permission, now: Timestamp) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |grant| grant.alive(now) && grant.permissions.contains(permission))
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::{select, subsequence};

    use super::*;
    use crate::authz::Role;
    use crate::words::{DomainId, GrantId, LoginId, MailboxId, TenantId};

    fn scopes() -> impl Strategy<Value = Scope> {
        let id = 1..3_i64;
        prop_oneof![
            Just(Scope::Everywhere),
            id.clone().prop_map(|id| Scope::Tenant(TenantId(id))),
            id.clone().prop_map(|id| Scope::Domain(DomainId(id))),
            id.clone().prop_map(|id| Scope::Mailbox(MailboxId(id))),
            id.prop_map(|id| Scope::Login(LoginId(id))),
        ]
    }

    fn places() -> impl Strategy<Value = Place> {
        let id = || option::of(1..3_i64);
        (id(), id(), id(), id()).prop_map(|(tenant, domain, mailbox, login)| Place {
            tenant: tenant.map(TenantId),
            domain: domain.map(DomainId),
            mailbox: mailbox.map(MailboxId),
            login: login.map(LoginId),
        })
    }

    fn grants() -> impl Strategy<Value = Grant> {
        let permissions = subsequence(Permission::ALL, 0..Permission::ALL.len());
        let until = option::of(0..10_i64);
        (option::of(1..9_i64), select(Role::ALL), permissions, scopes(), until).prop_map(
            |(id, role, permissions, scope, until)| Grant {
                id: id.map(GrantId),
                role,
                permissions: permissions.into_iter().collect(),
                scope,
                scope_name: None,
                giver: None,
                since: None,
                until: until.map(Timestamp),
                note: String::new(),
            },
        )
    }

    /// Is the thing inside? Written from the meaning of the scopes, not from their code.
    fn lies_in(scope: Scope, place: Place) -> bool {
        let (kind, id) = scope.to_stored();
        let inside = [
            ("tenant", place.tenant.map(|id| id.0)),
            ("domain", place.domain.map(|id| id.0)),
            ("mailbox", place.mailbox.map(|id| id.0)),
            ("login", place.login.map(|id| id.0)),
        ];
        kind == "everywhere" || inside.contains(&(kind, Some(id)))
    }

    /// The answer, found the long way round: what each single grant gives for it.
    fn expected(grants: &[Grant], permission: Permission, place: Option<Place>, now: i64) -> &'static str {
        let mut best = "not_included";
        for grant in grants {
            let listed = grant.permissions.to_stored();
            if !listed.split(' ').any(|key| key == permission.key()) {
                continue;
            }
            let here = place.is_none_or(|place| lies_in(grant.scope, place));
            let over = matches!(grant.until, Some(Timestamp(until)) if until <= now);
            let gives = match (here, over) {
                (true, false) => "granted",
                (true, true) => "expired",
                (false, _) => "elsewhere",
            };
            let order = ["not_included", "elsewhere", "expired", "granted"];
            let rank = |word: &str| order.iter().position(|other| *other == word);
            if rank(gives) > rank(best) {
                best = gives;
            }
        }
        best
    }

    proptest! {
        #[test]
        fn the_explanation_is_the_decision(
            grants in vec(grants(), 0..6),
            permission in select(Permission::ALL),
            place in option::of(places()),
            now in 0..10_i64,
        ) {
            let authority = Authority::new(grants.clone());
            let at = Timestamp(now);
            let explanation = authority.explain(permission, place, at);
            prop_assert_eq!(explanation.why.key(), expected(&grants, permission, place, now));
            let granted = explanation.why == Why::Granted;
            let may = place.map_or_else(|| authority.holds(permission, at), |place| authority.may(permission, place, at));
            prop_assert_eq!(may, granted);
            if granted {
                let [held] = explanation.held.as_slice() else { panic!("one grant gives it") };
                prop_assert!(held.permissions.contains(permission) && !held.over);
                prop_assert!(place.is_none_or(|place| lies_in(held.scope, place)));
            } else {
                let given = grants.iter().filter(|grant| grant.id.is_some()).count();
                prop_assert_eq!(explanation.held.len(), given);
            }
        }

        #[test]
        fn an_action_is_explained_by_the_first_thing_that_stands_against_it(
            grants in vec(grants(), 0..6),
            (needs, sees) in (select(Permission::ALL), select(Permission::ALL)),
            (while_impersonating, respects_rank, acting) in any::<(bool, bool, bool)>(),
            place in places(),
            other in select(Role::ALL),
            now in 0..10_i64,
        ) {
            let authority = Authority::new(grants.clone());
            let action = ActionInfo { name: "", needs, sees, target: "", lies_in: &[], while_impersonating, respects_rank };
            let explained = authority.explain_action(action, place, other.rank(), acting, Timestamp(now));
            let seen = expected(&grants, sees, Some(place), now);
            let permitted = expected(&grants, needs, Some(place), now);
            let above = grants.iter().any(|grant| grant.role.rank() > other.rank());
            let (asked, why) = match (seen, permitted) {
                ("granted", "granted") if acting && !while_impersonating => (needs, "not_while_acting"),
                ("granted", "granted") if respects_rank && !above => (needs, "outranked"),
                ("granted", other) => (needs, other),
                (other, _) => (sees, other),
            };
            prop_assert_eq!((explained.needs, explained.why.key()), (asked, why));
        }
    }
}
