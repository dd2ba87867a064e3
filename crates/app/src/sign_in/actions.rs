//! What can be done on the way in.

use bailiwick_base::authz::{Action, Permission};
use bailiwick_base::words::Installation;

use super::store::Login;

/// Signs in with a name and a password.
#[derive(Debug)]
pub struct SignIn;

impl Action for SignIn {
    type Target = Installation;
    const NAME: &'static str = "session.sign_in";
    const NEEDS: Permission = Permission::ComeIn;
}

/// Asks for a recovery link.
#[derive(Debug)]
pub struct Recover;

impl Action for Recover {
    type Target = Installation;
    const NAME: &'static str = "login.ask_recovery";
    const NEEDS: Permission = Permission::ComeIn;
}

/// Sets a password by a one-time link.
#[derive(Debug)]
pub struct FollowLink;

impl Action for FollowLink {
    type Target = Installation;
    const NAME: &'static str = "login.set_password_by_link";
    const NEEDS: Permission = Permission::ComeIn;
}

/// Creates the first staff login by the set-up link.
#[derive(Debug)]
pub struct SetUp;

impl Action for SetUp {
    type Target = Installation;
    const NAME: &'static str = "installation.set_up";
    const NEEDS: Permission = Permission::ComeIn;
}

/// Changes one's own password.
#[derive(Debug)]
pub struct ChangeOwnPassword;

impl Action for ChangeOwnPassword {
    type Target = Login;
    const NAME: &'static str = "login.change_own_password";
    const NEEDS: Permission = Permission::OwnPassword;
    const SEES: Permission = Permission::OwnPassword;
    const WHILE_IMPERSONATING: bool = false;
}
