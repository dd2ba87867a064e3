//! The present password asked for once more, before something that matters.

use bailiwick_base::authz::{Caller, Realm, Target};
use bailiwick_base::db::Query;
use bailiwick_base::words::{Password, Verdict};
use bailiwick_base::{Code, Error};

use super::guesses::Counted;
use super::program::asked_to_wait;
use super::store::{self, Login};
use crate::core::Core;

/// Asks for the password of the caller's own login: not the session alone shall do what comes next. Nothing that asks
/// for it can be done while acting as another, or by a program. A wrong one is an error on `field`, and counts like a guess at the sign-in (K12).
pub(crate) async fn reauthenticate(
    core: &Core,
    caller: &Caller,
    password: &Password,
    field: &'static str,
) -> Result<(), Error> {
    let mut tx = core.read(caller).await?;
    if tx.actor().is_program() {
        return Err(Code::NotByProgram.into());
    }
    let own = tx.actor().login().ok_or(Code::SignedOut)?;
    let login = store::login_by_id(&mut tx, own).await?.ok_or(Code::SignedOut)?;
    drop(tx);
    check_present(core, caller, &login, password, field).await
}

/// Compares the present password of a login, bounded like a sign-in (K12).
pub(super) async fn check_present(
    core: &Core,
    caller: &Caller,
    login: &Login,
    present: &Password,
    field: &'static str,
) -> Result<(), Error> {
    let counted = Counted::of_own_password(login.realm().unwrap_or(Realm::Mailbox), &login.name);
    let mut tx = core.read(caller).await?;
    let counts = store::guesses(&mut tx, &counted).await?;
    let now = tx.now();
    drop(tx);
    if let Some(wait) = counted.wait(&counts, true, now) {
        return Err(asked_to_wait(wait));
    }
    let stored = login.password.clone().map(|hash| (login.id(), hash));
    if core.hasher().verify(stored, present, true).await? == Verdict::Right {
        return Ok(());
    }
    store::count_wrong_guess(core, &counted, true).await?;
    Err(Error::new(Code::PresentPasswordWrong).on(field))
}
