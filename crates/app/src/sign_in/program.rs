//! Programs that come in: with the name and password of an API Sub-Admin, or with a key that is none.

use std::time::Duration;

use bailiwick_base::authz::Caller;
use bailiwick_base::words::{ClientAddress, Password};
use bailiwick_base::{Code, Error};

use super::guesses::Counted;
use super::store;
use super::verify::{self, Verified, Way, authorize_sign_in};
use crate::core::Core;

/// The caller behind a name and a password that were sent along with a request to the API. Only an API Sub-Admin's are
/// taken; whatever is wrong with them is answered the same. A person's right password is answered by what to use
/// instead.
pub(crate) async fn caller_by_password(
    core: &Core,
    name: &str,
    password: &str,
    address: ClientAddress,
) -> Result<Caller, Error> {
    let password: Password = password.parse().map_err(|_| Code::WrongCredentials)?;
    match authorize_sign_in(core, Way::Api, name, &password, address).await? {
        Verified::Yes(credential) => {
            let hash = credential.password.ok_or(Code::WrongCredentials)?;
            Ok(Caller::program(credential.login, hash, address))
        }
        Verified::NeedsKey => Err(Code::ApiNeedsKey.into()),
        Verified::Wait(wait) => Err(asked_to_wait(wait)),
        _ => Err(Code::WrongCredentials.into()),
    }
}

/// Counts an API key that is none, or that may not be used, against the network it came from (K12).
pub(crate) fn count_wrong_key(core: &Core, address: ClientAddress) -> Result<(), Error> {
    let (guesses, counted) = (core.guesses(), Counted::of_api_keys(address));
    let now = core.ground().clock.now();
    if let Some(wait) = counted.wait(&guesses.counts(&counted), true, now) {
        return Err(asked_to_wait(wait));
    }
    for count in guesses.wrong(&counted, true, now) {
        store::note_mail_guess(core, &count);
    }
    Ok(())
}

/// What stands in the log of sign-ins for a name or a key that nobody has: the same for the same one.
pub(crate) fn unknown_name(core: &Core, name: &str) -> String {
    verify::hidden(core, name)
}

pub(super) fn asked_to_wait(wait: Duration) -> Error {
    let minutes = i64::try_from(wait.as_secs().div_ceil(60)).unwrap_or(i64::MAX);
    Error::new(Code::TooManyGuesses).with("minutes", minutes)
}
