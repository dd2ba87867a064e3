// A proof is obtained, never written down.
use bailiwick_app::tenants::{SuspendTenant, Tenant};
use bailiwick_base::authz::Authorized;

fn forge(tenant: Tenant) -> Authorized<SuspendTenant> {
    Authorized { target: tenant }
}

fn main() {}
