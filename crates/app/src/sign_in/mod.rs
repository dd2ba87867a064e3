//! Coming in: names and passwords, one-time links, sessions. One [`authorize_sign_in`] stands behind the web and
//! every mail protocol (K11).

mod actions;
mod guesses;
mod hasher;
mod invited;
mod links;
mod pages;
mod present;
mod program;
mod service;
mod store;
mod verify;

pub use actions::{ChangeOwnPassword, FollowLink, Recover, SetUp, SignIn};
pub use guesses::MailGuesses;
pub use hasher::Hasher;
pub use invited::NewLogin;
pub(crate) use invited::{count_invitation, count_mail, hand_out_reset_link, invite_staff, send_link};
pub(crate) use links::Purpose;
pub(crate) use pages::{NoFields, agent, person_name, routes, with_session, without_session};
pub(crate) use present::reauthenticate;
pub(crate) use program::{caller_by_password, count_wrong_key, unknown_name};
pub use service::Signing;
pub(crate) use service::{
    check_new_password, end_links, end_sessions, hash_new, last_sign_ins, login_name, replace_password,
    short_agent, touch,
};
pub use store::Login;
pub use verify::{Credential, Verified, Way, authorize_sign_in};

#[cfg(test)]
mod tests;
