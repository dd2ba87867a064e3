//! What surrounds every page: the portal a request came to, who calls, the frame, and how errors are shown.

mod form;
mod frame;
mod layers;
mod person;
mod problem;
mod request;
mod respond;
mod visit;

pub use form::{Form, ListQuery, Query};
pub use frame::Shell;
pub use layers::{Surroundings, surround};
pub(crate) use person::guard;
pub use problem::Problem;
pub use request::{Calling, CsrfKey, Path, RequestNumber};
pub use respond::{Answer, Refusal, redirect};
pub use visit::Visit;
