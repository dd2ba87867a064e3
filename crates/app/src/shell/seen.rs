//! What becomes known of a request on its way through the layers: for its line in the log and for the metrics.
//!
//! The path itself is never kept, only the template of its route: a path may hold a one-time token.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use bailiwick_base::authz::Actor;
use tracing::Span;

use crate::metrics;

/// What is known so far. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    portal: OnceLock<&'static str>,
    route: OnceLock<MatchedPath>,
}

/// Where a request came to that no route matched.
const NO_ROUTE: &str = "none";

/// A request that took so long is told of in the log, whatever its answer.
const SLOW: Duration = Duration::from_secs(1);

impl Seen {
    /// Of a request that just came in; of routes outside all portals the template is known already.
    pub(super) fn of(request: &Request) -> Self {
        let seen = Self::default();
        if let Some(route) = request.extensions().get::<MatchedPath>() {
            seen.route(route.clone());
        }
        seen
    }

    /// Which portal it came to, or `api`. The first word counts.
    pub(crate) fn portal(&self, portal: &'static str) {
        let _ = self.0.portal.set(portal); // a request that is run again comes to the same
    }

    fn route(&self, route: MatchedPath) {
        let _ = self.0.route.set(route);
    }

    /// The span in which a request is answered. What is not known yet is filled in at the end.
    pub(super) fn span(number: &str, method: &Method) -> Span {
        tracing::info_span!(
            "request",
            number,
            %method,
            portal = tracing::field::Empty,
            route = tracing::field::Empty,
            actor = tracing::field::Empty,
            real = tracing::field::Empty,
            status = tracing::field::Empty,
            ms = tracing::field::Empty,
        )
    }

    /// Counts the request and completes its span. The log tells of refusals, failures and what was slow; of the rest
    /// only where more is asked for.
    pub(super) fn ended(&self, request: metrics::Request, span: &Span, method: &Method, status: StatusCode) {
        let known = &self.0;
        let portal = known.portal.get().copied().unwrap_or(NO_ROUTE);
        let route = known.route.get().map_or(NO_ROUTE, MatchedPath::as_str);
        let took = request.answered(portal, method, route, status.as_u16());
        span.record("portal", portal);
        span.record("route", route);
        span.record("status", status.as_u16());
        span.record("ms", u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        span.in_scope(|| {
            if status.is_server_error() {
                tracing::warn!("failed");
            } else if status.is_client_error() {
                tracing::info!("refused");
            } else if took > SLOW {
                tracing::info!("slow");
            } else {
                tracing::debug!("answered");
            }
        });
    }
}

/// Notes who acts in the request being answered, and who is really at the keyboard.
pub(super) fn note_actor(actor: &Actor) {
    let span = Span::current();
    if let Some(login) = actor.login() {
        span.record("actor", tracing::field::display(login));
    }
    if let Some(real) = actor.real() {
        span.record("real", tracing::field::display(real.login));
    }
}

/// Notes which route a request came to; stands around all routes.
pub(crate) async fn note_route(request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    if let (Some(seen), Some(route)) = (extensions.get::<Seen>(), extensions.get::<MatchedPath>()) {
        seen.route(route.clone());
    }
    next.run(request).await
}
