//! Logins, sessions, links and guesses in the database.

mod guesses;
mod links;
mod logins;
mod sessions;

pub(super) use guesses::{
    count_in, count_wrong_guess, forget_guesses, forget_guesses_of, forget_mail_guess, guesses,
    note_mail_guess, note_sign_in, noted_mail_guesses,
};
pub(super) use links::{insert_link, is_open, kill_links, kill_rivals, take_password_link, take_set_up_link};
pub use logins::Login;
pub(super) use logins::{
    LoginToInsert, any_staff, credential, hold_login, insert_grant, insert_login, login_by_id, login_by_name,
    note_proven_address, set_password,
};
pub(super) use sessions::{
    delete_session, delete_sessions, insert_session, last_sign_ins, note_network, sweep, touch_session,
};
