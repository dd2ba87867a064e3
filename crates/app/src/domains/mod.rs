//! Mail domains: claimed, proven by a TXT record, changed and removed.
//!
//! Nothing here believes a name server that did not answer, and no domain carries mail before its proof (K9).

mod actions;
mod api;
mod choices;
mod details;
mod house;
mod lookup;
mod names;
mod pages;
mod removal;
mod service;
mod store;

pub use actions::{
    AddDomain, CheckWaitingDomains, RemoveDomain, RemoveExpiredDomain, UpdateDomain, VerifyDomain,
    VerifyWaitingDomain,
};
pub(crate) use api::api;
pub use choices::DomainChoices;
pub(crate) use choices::as_choice;
pub(crate) use lookup::Lookup;
pub(crate) use pages::routes;
pub use service::{CatchAllChoice, DomainDetails, DomainSettings, Domains, ProofRecord};
pub use store::{CatchAll, Domain, DomainStatus};
pub(crate) use store::{count, domain_choice, ids_of, is_held};

#[cfg(test)]
mod tests;
