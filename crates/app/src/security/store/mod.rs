//! Sessions, recovery addresses and people in the database.

mod own;
mod people;
mod sessions;

pub use own::{Pending, SignedIn};
pub(super) use own::{
    awaited, cancel_confirmation, note_sign_in, own, pending, recent_sign_ins, set_recovery_address,
    take_confirmation,
};
pub use people::Person;
pub(super) use people::{by_name, lift_networks, page, roles, set_status};
pub use sessions::Session;
pub(super) use sessions::{alive, delete, delete_others};
