//! Mail domains: claimed, proven by a TXT record, changed and removed.

mod lookup;
mod store;

pub(crate) use lookup::Lookup;
pub(crate) use store::is_held;

pub(crate) fn routes(routes: crate::routes::Routes) -> crate::routes::Routes {
    routes
}
