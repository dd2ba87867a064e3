//! Puts the made-up customers into the installation.

use std::net::Ipv4Addr;
use std::path::Path;

use crate::dataset::Dataset;
use crate::dns::PublishError;
use crate::world::World;

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Which portal, and as whom: `Admin Panel, main Admin of Larkspur`.
    pub who: String,
    /// What to type as user name.
    pub login: String,
    /// A password made for this start, or a link that works once.
    pub secret: String,
}

/// What is there after loading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// For the table at the end of the start.
    pub sign_ins: Vec<SignIn>,
}

/// Makes the outside world know the customers' domains. Customers themselves are created by the product's own
/// command line: `program` with `--config config`.
pub fn load(world: &World, data: &Dataset, _program: &Path, _config: &Path) -> Result<Loaded, PublishError> {
    world.dns.publish_a("mail.provider.test", Ipv4Addr::LOCALHOST)?;
    for domain in data.companies.iter().flat_map(|company| &company.domains) {
        world.dns.publish_mx(domain.name, 10, "mail.provider.test")?;
    }
    Ok(Loaded::default())
}
