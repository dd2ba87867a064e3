//! The operations of the API, each declared with what it needs (K1) and described where it is written.

use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use utoipa::openapi::path::{HttpMethod, Operation as Described, Paths};
use utoipa::openapi::{RefOr, Schema};
use utoipa_axum::router::UtoipaMethodRouter;

use super::{description, docs, door};
use crate::core::Core;
use crate::routes::Access;
use crate::{
    addresses, aliases, api_keys, audit, domains, explanation, imports, mailbox_types, mailboxes, staff,
    sub_admins, tasks, tenants,
};

/// What every operation's path begins with.
pub(super) const PREFIX: &str = "/api/v1";

/// An operation as it is declared.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The HTTP method.
    pub method: Method,
    /// Its path below `/api/v1`, with `{id}` for ids.
    pub path: String,
    /// Who it is open to.
    pub access: Access,
}

/// Operations, being put together.
#[derive(Default)]
pub(crate) struct ApiRoutes {
    router: Router<Core>,
    list: Vec<Operation>,
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl ApiRoutes {
    /// An operation: `routes!(handler)`, whose `#[utoipa::path]` names method and path.
    pub(crate) fn add(
        mut self,
        access: Access,
        (mut schemas, paths, handler): UtoipaMethodRouter<Core>,
    ) -> Self {
        let guarded = handler
            .route_layer(from_fn(move |request: Request, next: Next| door::guard(access, request, next)));
        for (path, item) in paths.paths {
            let described = [
                (HttpMethod::Get, Method::GET, item.get),
                (HttpMethod::Post, Method::POST, item.post),
                (HttpMethod::Put, Method::PUT, item.put),
                (HttpMethod::Patch, Method::PATCH, item.patch),
                (HttpMethod::Delete, Method::DELETE, item.delete),
            ];
            for (kind, method, operation) in described {
                let Some(mut operation) = operation else { continue };
                description::complete(&mut operation, access, &method, &path);
                self.paths.add_path_operation(&path, vec![kind], Described::clone(&operation));
                self.list.push(Operation { method, path: path.clone(), access });
            }
            self.router = self.router.route(&format!("{PREFIX}{path}"), guarded.clone());
        }
        self.schemas.append(&mut schemas);
        self
    }

    /// Several operations of a slice, with what it declares.
    pub(crate) fn of(self, slice: impl FnOnce(Self) -> Self) -> Self {
        slice(self)
    }

    pub(super) fn into_description(self) -> (Paths, Vec<(String, RefOr<Schema>)>) {
        (self.paths, self.schemas)
    }
}

pub(super) fn all() -> ApiRoutes {
    ApiRoutes::default()
        .of(api_keys::api)
        .of(mailboxes::api)
        .of(imports::api)
        .of(sub_admins::api)
        .of(tenants::api)
        .of(mailbox_types::api)
        .of(staff::api)
        .of(tasks::api)
        .of(domains::api)
        .of(aliases::api)
        .of(addresses::api)
        .of(audit::api)
        .of(explanation::api)
        .of(tenants::usage_api)
}

/// Every operation there is.
pub fn operations() -> Vec<Operation> {
    all().list
}

/// The API behind its door.
pub(crate) fn router(core: Core) -> Router {
    all().router.merge(docs::routes()).with_state(core)
}
