//! What belongs to a login itself, in every portal: where it is signed in, its recovery address, the mails that
//! warn of strangers; and the ways back in that only whoever is root on the machine has.
//!
//! Everything here is about oneself. What an administrator does with the logins of others is no part of it, and
//! whoever acts as somebody else neither sees nor changes any of it (K17).

mod actions;
mod device;
mod letters;
mod network;
mod pages;
mod people;
mod recovery;
mod recovery_pages;
mod service;
mod store;
mod table;

pub use actions::{
    AskRecoveryAddress, CancelRecoveryAddress, ChangeOwnRecoveryAddress, DisableLogin, EnableLogin,
    EndOtherSessions, EndSession, LiftNetworks, MakeResetLink, SetRecoveryAddress, SignOut,
};
pub use device::Device;
pub(crate) use network::note_sign_in;
pub(crate) use pages::routes;
pub use people::{People, PersonFilter};
pub use service::{Overview, Security};
pub use store::{Pending, Person, Session, SignedIn};

#[cfg(test)]
mod tests;
