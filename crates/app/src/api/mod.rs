//! The JSON API: everything a page can do, from the same operations, for programs.
//!
//! A slice declares its operations in its `api.rs`; each is a handler of about ten lines that takes a [`Calling`] and a
//! strict body, calls the slice's service, and answers a `…Body`. What every operation shares stands here and nowhere else:
//!
//! - the way in: an API key or the password of an API Sub-Admin ([`door`]), never a cookie;
//! - strict input ([`Json`], [`Query`]): unknown, duplicate and wrongly typed members are refused (K7);
//! - errors as problem documents (RFC 9457) with a stable code;
//! - [`IfMatch`] and `ETag`, `Idempotency-Key`, rate limits with their headers;
//! - the description (OpenAPI 3.1) and the page that shows it, both made from the routes themselves.
//!
//! [`Calling`]: crate::shell::Calling

mod answer;
mod body;
mod description;
mod docs;
mod door;
mod rates;
mod routes;
pub(crate) mod values;
mod version;

pub(crate) use answer::{LinkSent, List, created, found, no_content, sent, shown_once};
pub(crate) use body::{Json, Named, PageParams, Patched, Query, SearchParams, member, searched};
pub use description::description;
pub(crate) use door::api;
pub use rates::Rates;
pub(crate) use routes::ApiRoutes;
pub use routes::{Operation, operations};
pub(crate) use version::IfMatch;

#[cfg(test)]
mod tests;
