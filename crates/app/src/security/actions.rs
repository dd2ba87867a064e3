//! What can be done with a login's security: by its person in a portal, and from the command line.

use bailiwick_base::authz::{Action, Permission};

use super::store::{Person, Session};
use crate::sign_in::Login;

/// Ends one of one's own sessions.
#[derive(Debug)]
pub struct EndSession;

impl Action for EndSession {
    type Target = Session;
    const NAME: &'static str = "session.end";
    const NEEDS: Permission = Permission::OwnLogin;
    const WHILE_IMPERSONATING: bool = false;
}

/// Declares what a person does with their own login.
macro_rules! with_own_login {
    ($($(#[$doc:meta])* $name:ident: $key:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = Login;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::OwnLogin;
            const WHILE_IMPERSONATING: bool = false;
        }
    )*};
}

with_own_login! {
    /// Ends all one's own sessions but the one at hand.
    EndOtherSessions: "session.end_others";
    /// Asks for another recovery address, which is then to be confirmed.
    AskRecoveryAddress: "login.ask_recovery_address";
    /// Gives up a recovery address that waits to be confirmed.
    CancelRecoveryAddress: "login.cancel_recovery_address";
    /// Confirms a recovery address by the link that was sent to it.
    ChangeOwnRecoveryAddress: "login.change_recovery_address";
}

/// Declares what only whoever is root on the machine does with the logins of Admins and staff.
macro_rules! from_the_machine {
    ($($(#[$doc:meta])* $name:ident: $key:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = Person;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::KeepHouse;
        }
    )*};
}

from_the_machine! {
    /// Makes a link to set a new password, and hands it to whoever asks at the machine.
    MakeResetLink: "login.make_reset_link";
    /// Says where a login's recovery links go.
    SetRecoveryAddress: "login.set_recovery_address";
    /// Ends all its sessions; it can sign in again.
    SignOut: "login.sign_out";
    /// The login can be used no more, at once.
    DisableLogin: "login.disable";
    /// Ends that.
    EnableLogin: "login.enable";
    /// The login may be used from everywhere again: whoever shut itself out by its own list has no other way back.
    LiftNetworks: "login.lift_networks";
}
