//! A model check of the grant rules: a small world (a main Admin, two Sub-Admins, one of the provider's people, two
//! domains), every sequence of up to six steps of giving, editing, revoking, expiring, removing, signing in and acting
//! as another. Who may do what is decided by the code of the product; what must hold is said here on its own terms.

use bailiwick_base::authz::{Authority, Grant, Permission, PermissionSet, Place, Role, Scope, handed_on};
use bailiwick_base::words::{DomainId, GrantId, TenantId, Timestamp};
use stateright::{Checker, Model, Property};

/// Steps of a sequence.
const STEPS: usize = 6;
const TENANT: TenantId = TenantId(1);
/// When a grant that is given for a time ends; the clock goes from 0 to 2.
const END: u8 = 1;

/// Whoever can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Login {
    Main,
    Ann,
    Bob,
    Staff,
}

const SUB_ADMINS: [Login; 2] = [Login::Ann, Login::Bob];

/// What a Sub-Admin can be given here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Given {
    /// Changing users, besides seeing them.
    changes: bool,
    /// One domain only.
    limited: bool,
    ends: bool,
    by: Login,
}

/// A Sub-Admin: there or not, with or without a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Person {
    Removed,
    HoldsNothing,
    Holds(Given),
}

impl Person {
    fn given(self) -> Option<Given> {
        match self {
            Person::Holds(given) => Some(given),
            Person::Removed | Person::HoldsNothing => None,
        }
    }
}

/// A session: whose, and who is really there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Session {
    login: Login,
    real: Option<Login>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    time: u8,
    /// Ann and Bob.
    people: [Person; 2],
    /// May the provider's person still act as an Admin?
    staff_supports: bool,
    sessions: Vec<Session>,
    /// Rights that were withdrawn from somebody since they were last given: login, changes, elsewhere.
    withdrawn: Vec<(Login, bool, bool)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    SignIn(Login),
    SignOut(Session),
    Give(Session, Login, bool, bool, bool),
    Revoke(Session, Login),
    Remove(Session, Login),
    ActAs(Session, Login),
    StopSupporting,
    Tick,
}

/// Which users are spoken of: of the first domain, or of the second.
fn place(second: bool) -> Place {
    let domain = if second { DomainId(2) } else { DomainId(1) };
    Place { tenant: Some(TENANT), domain: Some(domain), ..Place::default() }
}

fn permissions(changes: bool) -> PermissionSet {
    let see = PermissionSet::of(&[Permission::MailboxView]);
    if changes { see.and(PermissionSet::of(&[Permission::MailboxUpdate])) } else { see }
}

impl World {
    fn given(&self, login: Login) -> Option<Given> {
        match login {
            Login::Ann => self.people[0].given(),
            Login::Bob => self.people[1].given(),
            Login::Main | Login::Staff => None,
        }
    }

    /// Everything that is given to anybody.
    fn all_given(&self) -> impl Iterator<Item = Given> {
        self.people.into_iter().filter_map(Person::given)
    }

    fn person_mut(&mut self, login: Login) -> &mut Person {
        &mut self.people[usize::from(login == Login::Bob)]
    }

    fn there_is(&self, login: Login) -> bool {
        match login {
            Login::Main | Login::Staff => true,
            Login::Ann => self.people[0] != Person::Removed,
            Login::Bob => self.people[1] != Person::Removed,
        }
    }

    /// The grants as the database would have them, decided about by the product's own code.
    fn authority(&self, login: Login) -> Authority {
        let grant = |role: Role, permissions, scope, until| Grant {
            id: Some(GrantId(1)),
            role,
            permissions,
            scope,
            scope_name: None,
            giver: None,
            since: None,
            until,
            note: String::new(),
        };
        let whole = Scope::Tenant(TENANT);
        Authority::new(match login {
            Login::Main => vec![grant(Role::MainAdmin, Role::MainAdmin.permissions(), whole, None)],
            Login::Staff => {
                let role = if self.staff_supports { Role::StaffSupport } else { Role::StaffAuditor };
                vec![grant(role, role.permissions(), Scope::Everywhere, None)]
            }
            Login::Ann | Login::Bob => {
                let given = self.given(login);
                given
                    .map(|given| {
                        let scope = if given.limited { Scope::Domain(DomainId(1)) } else { whole };
                        let until = given.ends.then_some(Timestamp(END.into()));
                        grant(Role::SubAdmin, permissions(given.changes), scope, until)
                    })
                    .into_iter()
                    .collect()
            }
        })
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.time.into())
    }

    /// What a session lets one do at this moment: nothing once its login, or that of whoever is really there, is gone
    /// or has lost what it takes.
    fn may(&self, session: Session, permission: Permission, place: Place) -> bool {
        let alive = self.there_is(session.login)
            && session.real.is_none_or(|real| {
                self.authority(real).may(Permission::TenantImpersonate, place, self.now())
            });
        alive && self.authority(session.login).may(permission, place, self.now())
    }

    fn withdraw(&mut self, login: Login) {
        for (changes, second) in [(false, false), (false, true), (true, false), (true, true)] {
            if !self.withdrawn.contains(&(login, changes, second)) {
                self.withdrawn.push((login, changes, second));
            }
        }
        self.withdrawn.sort_unstable();
    }

    fn end_sessions(&mut self, of: Login) {
        self.sessions.retain(|session| session.login != of && session.real != Some(of));
    }

    fn give(&mut self, session: Session, to: Login, changes: bool, limited: bool, ends: bool) -> Option<()> {
        let set = permissions(changes);
        let places = if limited { vec![place(false)] } else { vec![place(false), place(true)] };
        let handing_on = PermissionSet::of(&[Permission::SubAdminManage]);
        let may = |set: PermissionSet| {
            places.iter().all(|place| set.iter().all(|permission| self.may(session, permission, *place)))
        };
        if session.real.is_some() || !may(handing_on) || !may(set) || !self.there_is(to) {
            return None;
        }
        self.withdraw(to);
        self.withdrawn
            .retain(|(login, change, second)| *login != to || (*change && !changes) || (*second && limited));
        *self.person_mut(to) = Person::Holds(Given { changes, limited, ends, by: session.login });
        Some(())
    }
}

struct GrantRules;

impl Model for GrantRules {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            time: 0,
            people: [Person::HoldsNothing; 2],
            staff_supports: true,
            sessions: Vec::new(),
            withdrawn: Vec::new(),
        }]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        for login in [Login::Main, Login::Ann, Login::Bob, Login::Staff] {
            steps.push(Step::SignIn(login));
        }
        for session in world.sessions.iter().copied() {
            steps.push(Step::SignOut(session));
            for login in SUB_ADMINS {
                for (changes, limited, ends) in [
                    (false, false, false),
                    (true, false, false),
                    (true, true, false),
                    (true, false, true),
                    (false, true, true),
                ] {
                    steps.push(Step::Give(session, login, changes, limited, ends));
                }
                steps.push(Step::Revoke(session, login));
                steps.push(Step::Remove(session, login));
            }
            for login in [Login::Main, Login::Ann] {
                steps.push(Step::ActAs(session, login));
            }
        }
        steps.push(Step::StopSupporting);
        if world.time < END + 1 {
            steps.push(Step::Tick);
        }
    }

    fn next_state(&self, before: &World, step: Step) -> Option<World> {
        let mut world = before.clone();
        let manages = |session: Session| {
            session.real.is_none() && before.may(session, Permission::SubAdminManage, place(false))
        };
        match step {
            Step::SignIn(login) => {
                let session = Session { login, real: None };
                if !world.there_is(login) || world.sessions.contains(&session) {
                    return None;
                }
                world.sessions.push(session);
            }
            Step::SignOut(session) => world.sessions.retain(|other| {
                *other != session && (session.real.is_some() || other.real != Some(session.login))
            }),
            Step::Give(session, to, changes, limited, ends) => {
                world.give(session, to, changes, limited, ends)?;
            }
            Step::Revoke(session, login) => {
                if !manages(session) || !world.there_is(login) {
                    return None;
                }
                *world.person_mut(login) = Person::HoldsNothing;
                world.withdraw(login);
            }
            Step::Remove(session, login) => {
                if !manages(session) || !world.there_is(login) {
                    return None;
                }
                *world.person_mut(login) = Person::Removed;
                world.withdraw(login);
                world.end_sessions(login);
            }
            Step::ActAs(session, login) => {
                let downward = before.authority(session.login).rank() > before.authority(login).rank();
                let may = before.may(session, Permission::TenantImpersonate, place(false));
                let acting = Session { login, real: Some(session.login) };
                if session.real.is_some()
                    || !may
                    || !downward
                    || !world.there_is(login)
                    || world.sessions.contains(&acting)
                {
                    return None;
                }
                world.sessions.push(acting);
            }
            Step::StopSupporting => world.staff_supports = false,
            Step::Tick => world.time += 1,
        }
        Some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("a decision is what was given, where, until then", decisions_are_what_was_given),
            Property::always("nobody holds what no giver held", nobody_holds_what_no_giver_held),
            Property::always("no right survives its withdrawal", no_right_survives),
            Property::always("whoever acts as another could not act as a third", one_level_deep),
            Property::always("nothing can be done by somebody removed", the_removed_do_nothing),
            Property::sometimes("a Sub-Admin changes a user", |_, world: &World| {
                world.sessions.iter().any(|session| {
                    SUB_ADMINS.contains(&session.login)
                        && world.may(*session, Permission::MailboxUpdate, place(true))
                })
            }),
            Property::sometimes("the provider acts as the main Admin", |_, world: &World| {
                world.sessions.contains(&Session { login: Login::Main, real: Some(Login::Staff) })
            }),
            Property::sometimes("a session that acts as another has lost its support", |_, world: &World| {
                !world.staff_supports && world.sessions.iter().any(|session| session.real.is_some())
            }),
            Property::sometimes("a grant has ended by itself", |_, world: &World| {
                world.time >= END && world.all_given().any(|given| given.ends)
            }),
        ]
    }
}

/// The naive oracle: read off what was given, without grants, scopes or sets.
fn decisions_are_what_was_given(_: &GrantRules, world: &World) -> bool {
    SUB_ADMINS.into_iter().all(|login| {
        let given = world.given(login);
        [(false, false), (false, true), (true, false), (true, true)].into_iter().all(|(change, second)| {
            let expected = match given {
                None => false,
                Some(given) => {
                    let over = given.ends && world.time >= END;
                    let enough = given.changes || !change;
                    let there = !given.limited || !second;
                    !over && enough && there
                }
            };
            let permission = if change { Permission::MailboxUpdate } else { Permission::MailboxView };
            world.authority(login).may(permission, place(second), world.now()) == expected
        })
    })
}

/// Only the main Admin in person gives, and nothing of an owner's can be handed on.
fn nobody_holds_what_no_giver_held(_: &GrantRules, world: &World) -> bool {
    let by_main = world.all_given().all(|given| given.by == Login::Main);
    let within = SUB_ADMINS.into_iter().all(|login| {
        let authority = world.authority(login);
        let held = Permission::ALL.iter().copied().filter(|permission| {
            [false, true].into_iter().any(|second| authority.may(*permission, place(second), world.now()))
        });
        held.into_iter().all(|permission| handed_on().contains(permission))
    });
    by_main && within
}

fn no_right_survives(_: &GrantRules, world: &World) -> bool {
    world.withdrawn.iter().all(|(login, change, second)| {
        let permission = if *change { Permission::MailboxUpdate } else { Permission::MailboxView };
        !world.authority(*login).may(permission, place(*second), world.now())
    })
}

fn one_level_deep(_: &GrantRules, world: &World) -> bool {
    world.sessions.iter().all(|session| match session.real {
        None => true,
        Some(real) => real == Login::Staff && session.login != Login::Staff,
    })
}

fn the_removed_do_nothing(_: &GrantRules, world: &World) -> bool {
    world.sessions.iter().all(|session| {
        world.there_is(session.login)
            || Permission::ALL.iter().all(|permission| !world.may(*session, *permission, place(false)))
    })
}

#[test]
fn the_grant_rules_hold_in_every_sequence_of_six_steps() {
    let checked = GrantRules.checker().threads(2).target_max_depth(STEPS + 1).spawn_bfs().join();
    checked.assert_properties();
    assert!(
        checked.unique_state_count() > 10_000,
        "{} states are too few to mean anything",
        checked.unique_state_count()
    );
}
