//! placeholder
pub(crate) fn staff_routes(routes: crate::routes::Routes) -> crate::routes::Routes { routes }
pub(crate) fn admin_routes(routes: crate::routes::Routes) -> crate::routes::Routes { routes }
