//! One authority model: a grant says that a login may do these permissions in this scope, until then.
//!
//! Permission is something you *obtain*: `tx.authorize::<A>(id)` loads the target as far as the actor may
//! see it and returns a proof that carries it. No proof, no call of a store function. The whole policy is
//! [`policy`]; everything else here only carries it out.

mod action;
mod actor;
mod authority;
mod caller;
mod events;
mod explain;
mod permission;
pub mod policy;
mod program;
mod scope;
mod section;

pub use action::{Action, ActionInfo, Authorized, Target, Visible};
pub use actor::{Actor, Grant, RealPerson};
pub use authority::Authority;
pub(crate) use caller::authorities_of;
pub use caller::{Caller, Standing, must_come_from_listed};
pub use events::{Detail, Events, history_key};
pub use explain::{Explanation, Held, Why};
pub use permission::{Permission, PermissionSet};
pub use policy::{Rank, Realm, Role, carried_by_keys};
pub use program::{Errand, KeyBrought, KeyState, look_at_key};
pub use scope::{Place, Scope, ScopeKind};
pub use section::{Profile, Section, handed_on};
