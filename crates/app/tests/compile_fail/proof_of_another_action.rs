// A proof names its action: being allowed to resume is not being allowed to suspend.
use bailiwick_app::tenants::{ResumeTenant, SuspendTenant};
use bailiwick_base::authz::Authorized;

fn suspend(_: &Authorized<SuspendTenant>) {}

fn confuse(proof: &Authorized<ResumeTenant>) {
    suspend(proof);
}

fn main() {}
