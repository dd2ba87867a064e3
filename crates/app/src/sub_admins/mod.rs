//! Sub-Admins: whom the main Admin hands something on to, narrowly, until a date, from listed networks.
//!
//! Nothing here can give what the giver does not hold, nor the power to manage Sub-Admins itself.

mod actions;
mod api;
mod changes;
mod form;
mod networks;
mod own_networks;
mod pages;
mod plan;
mod review;
mod review_view;
mod rights;
mod service;
mod store;
mod sub_admin;
mod views;
mod words;

pub use actions::{AddSubAdmin, InviteSubAdmin, RemoveSubAdmin, SetOwnNetworks, UpdateSubAdmin};
pub(crate) use api::api;
pub use changes::Changes;
pub(crate) use form::password;
pub(crate) use networks::ANYWHERE;
pub use networks::{AllowedNetworks, ListedNetwork};
pub use own_networks::OwnNetworks;
pub(crate) use pages::routes;
pub use plan::{Reach, Terms};
pub(crate) use review::domain_names;
pub use review::{Change, Review};
pub use rights::Rights;
pub(crate) use rights::{BUILT, CUSTOM};
pub use service::{Listed, NewSubAdmin, Shown, SubAdmins};
pub use sub_admin::{Given, LoginStatus, SubAdmin, SubAdminStatus};
pub(crate) use views::{networks_fields, own_password, reach};
pub(crate) use words::{access_in_short, access_in_words, level_choice, permission_word, section_name};

#[cfg(test)]
mod tests;
