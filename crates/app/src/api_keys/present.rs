//! A key as a program brings it.

use bailiwick_base::authz::{Caller, KeyState, look_at_key};
use bailiwick_base::words::ClientAddress;
use bailiwick_base::{Code, Error};

use super::lately::Program;
use super::{secret, store};
use crate::core::Core;
use crate::sign_in;

/// The caller behind a key. Whatever is wrong with it is answered the same, and told apart in the log of sign-ins alone.
/// Each transaction of the caller looks at the key again, so nothing here outlasts its removal.
pub(crate) async fn caller_by_key(
    core: &Core,
    presented: &str,
    address: ClientAddress,
) -> Result<Caller, Error> {
    let token = secret::parse(presented).map(|token| token.hash());
    let brought = match token {
        Some(token) => {
            let mut tx = core.read(&Caller::anonymous(address)).await?;
            look_at_key(&mut tx, token, address).await?
        }
        None => None,
    };
    if let (Some(token), Some(brought)) = (token, &brought)
        && brought.state == KeyState::Good
    {
        if core.programs().is_due(Program::Key(brought.id), address, core.ground().clock.now()) {
            store::note_use(core, brought, address);
        }
        return Ok(Caller::api_key(token, address));
    }
    sign_in::count_wrong_key(core, address)?;
    match &brought {
        Some(brought) => {
            store::note_sign_in(core, &brought.login_name, Some(brought), address, result(brought.state));
        }
        None => store::note_sign_in(core, &sign_in::unknown_name(core, presented), None, address, "wrong"),
    }
    Err(Code::WrongCredentials.into())
}

/// What the log of sign-ins says.
fn result(state: KeyState) -> &'static str {
    match state {
        KeyState::Good => "ok",
        KeyState::Expired => "key_expired",
        KeyState::Stopped => "key_stopped",
        KeyState::Closed => "closed",
        KeyState::Elsewhere => "elsewhere",
    }
}
