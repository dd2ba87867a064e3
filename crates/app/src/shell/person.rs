//! Who is signed in, and the guard before every route.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bailiwick_base::authz::{Actor, Caller, Permission};
use bailiwick_base::db::Query;
use bailiwick_base::words::{LoginId, TenantId, Timestamp, limits};
use bailiwick_base::{Code, Error};

use super::respond::Refusal;
use super::seen::note_actor;
use crate::core::Core;
use crate::routes::Access;
use crate::tenants::{self, Usage};

/// Who is signed in, as far as the frame of a page and the routes' guard need it.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) full_name: String,
    pub(super) login: Option<LoginId>,
    pub(super) tenant: Option<TenantId>,
    pub(super) actor: Actor,
    pub(super) now: Timestamp,
    pub(super) usage: Option<Usage>,
    pub(super) must_change_password: bool,
}

/// Stands before every route: nobody comes past who is not signed in or does not hold, anywhere, what the route
/// was declared with. What of an object may be seen or done is decided later, with the object in hand.
pub(crate) async fn guard(access: Access, mut request: Request, next: Next) -> Response {
    if access != Access::Anybody {
        let core = request.extensions().get::<Core>().cloned();
        let caller = request.extensions().get::<Caller>().cloned();
        let path = request.uri().path().to_owned();
        match let_in(access, core, caller, &path).await {
            Ok(person) => request.extensions_mut().insert(person),
            Err(error) => return Refusal::from(error).into_response(),
        };
    }
    next.run(request).await
}

async fn let_in(
    access: Access,
    core: Option<Core>,
    caller: Option<Caller>,
    path: &str,
) -> Result<Person, Error> {
    let (Some(core), Some(caller)) = (core, caller) else {
        return Err(Error::new(Code::Internal).because("the layers are not in place"));
    };
    let person = load(&core, &caller).await?;
    if person.must_change_password && path != "/password" {
        return Err(Code::PasswordChangeDue.into());
    }
    must_have(&core, &person.actor, access, person.now)?;
    Ok(person)
}

/// What a route was declared with, held anywhere: 403 with an explanation, or nothing.
fn must_have(core: &Core, actor: &Actor, access: Access, now: Timestamp) -> Result<(), Error> {
    let any_of: &[Permission] = match &access {
        Access::Holding(permission) => std::slice::from_ref(permission),
        Access::HoldingAny(permissions) => permissions,
        Access::Anybody | Access::SignedIn => &[],
    };
    match any_of.first() {
        Some(first) if !any_of.iter().any(|one| actor.holds(*one, now)) => actor
            .must_hold(*first, now)
            .inspect_err(|error| core.db().count_refusal(actor, first.key(), error)),
        _ => Ok(()),
    }
}

/// The same for a program, which has no page around what it asks.
pub(crate) async fn check_access(core: &Core, caller: &Caller, access: Access) -> Result<(), Error> {
    let tx = core.read(caller).await?;
    note_actor(tx.actor());
    if tx.actor().must_change_password() {
        return Err(Code::PasswordChangeDue.into());
    }
    must_have(core, tx.actor(), access, tx.now())
}

async fn load(core: &Core, caller: &Caller) -> Result<Person, Error> {
    if !caller.has_session() {
        return Err(Code::SignedOut.into());
    }
    let mut tx = core.read(caller).await?;
    let now = tx.now();
    let actor = tx.actor().clone();
    note_actor(&actor);
    let usage = tenants::usage(&mut tx).await?;
    if let (Some(session), Some(seen)) = (actor.session(), actor.seen())
        && now.apart(seen) > limits::SESSION_TOUCH
    {
        crate::sign_in::touch(core, caller.clone(), session);
    }
    Ok(Person {
        name: actor.name().to_owned(),
        full_name: actor.full_name().to_owned(),
        login: actor.login(),
        tenant: actor.tenant(),
        usage,
        must_change_password: actor.must_change_password(),
        actor,
        now,
    })
}
