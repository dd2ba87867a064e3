//! Every route of every portal, each with what it needs (K1). A route is declared here or in its slice by these
//! methods and no others, so the list is complete by construction.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bailiwick_base::authz::Permission;

use crate::core::Core;
use crate::settings::Portal;
use crate::shell::{guard, surround};
use crate::{
    aliases, api_keys, audit, domains, explanation, home, impersonation, imports, mailbox_types, mailboxes,
    security, sign_in, staff, sub_admins, tasks, tenants, user_panel,
};

/// Who a route is open to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody: the ways in.
    Anybody,
    /// Whoever is signed in to the portal.
    SignedIn,
    /// Whoever holds this permission somewhere; what of the object is decided with it in hand.
    Holding(Permission),
    /// Whoever holds one of these somewhere: a page with several ways, each with a permission of its own.
    HoldingAny(&'static [Permission]),
}

/// A route as it is declared.
#[derive(Debug, Clone)]
pub struct RouteInfo {
    /// The portal it belongs to.
    pub portal: Portal,
    /// GET or POST.
    pub method: Method,
    /// Its path, with `{id}` for ids.
    pub path: &'static str,
    /// Who it is open to.
    pub access: Access,
}

/// Routes of a portal, being put together.
#[derive(Debug)]
pub(crate) struct Routes {
    portal: Portal,
    router: Router<Core>,
    list: Vec<RouteInfo>,
}

impl Routes {
    fn new(portal: Portal) -> Self {
        Self { portal, router: Router::new(), list: Vec::new() }
    }

    /// The portal they are for.
    pub(crate) fn portal(&self) -> Portal {
        self.portal
    }

    /// A page.
    pub(crate) fn get<H: Handler<T, Core>, T: 'static>(
        mut self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.router = self.router.route(
            path,
            get(handler)
                .route_layer(from_fn(move |request: Request, next: Next| guard(access, request, next))),
        );
        self.note(Method::GET, path, access)
    }

    /// A change.
    pub(crate) fn post<H: Handler<T, Core>, T: 'static>(
        mut self,
        path: &'static str,
        access: Access,
        handler: H,
    ) -> Self {
        self.router = self.router.route(
            path,
            post(handler)
                .route_layer(from_fn(move |request: Request, next: Next| guard(access, request, next))),
        );
        self.note(Method::POST, path, access)
    }

    fn note(mut self, method: Method, path: &'static str, access: Access) -> Self {
        self.list.push(RouteInfo { portal: self.portal, method, path, access });
        self
    }
}

fn of(portal: Portal) -> Routes {
    let routes = security::routes(sign_in::routes(Routes::new(portal)));
    let routes = match portal {
        Portal::Staff => staff::routes(tasks::routes(routes)),
        Portal::Admin => tasks::admin_routes(impersonation::admin_routes(routes)),
        Portal::Mail => routes,
    };
    let routes = if portal == Portal::Mail { routes } else { api_keys::routes(explanation::routes(routes)) };
    match portal {
        Portal::Staff => {
            let routes = mailbox_types::routes(home::staff_routes(routes));
            impersonation::staff_routes(tenants::routes(audit::routes(routes)))
        }
        Portal::Admin => imports::routes(sub_admins::routes(aliases::routes(mailboxes::routes(
            domains::routes(audit::routes(home::admin_routes(routes))),
        )))),
        Portal::Mail => user_panel::routes(routes),
    }
}

/// Every route there is.
pub fn routes() -> Vec<RouteInfo> {
    Portal::ALL.into_iter().flat_map(|portal| of(portal).list).collect()
}

/// The whole site.
pub fn router(core: Core) -> Router {
    surround(core.clone(), move |portal| {
        of(portal).router.route("/assets/{name}", get(asset)).with_state(core.clone())
    })
}

/// A stylesheet, script or picture, for ever: its name carries the hash of its content.
pub(crate) async fn asset(
    axum::extract::Path(name): axum::extract::Path<String>,
    headers: axum::http::HeaderMap,
) -> Response {
    use axum::http::header::{
        ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY,
    };
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let Some(asset) = bailiwick_ui::assets::serve(&name, accepted) else {
        return crate::shell::Refusal::from(bailiwick_base::Code::NoSuchThing).into_response();
    };
    let mut response = asset.bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Some(encoding) = asset.encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if asset.immutable {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    }
    response
}
