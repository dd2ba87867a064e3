//! What surrounds every page: the portal a request came to, who calls, the frame, and how errors are shown.

mod form;
mod frame;
mod layers;
mod person;
mod problem;
mod request;
mod respond;
mod seen;
mod upload;
mod visit;

pub use form::{Form, ListQuery, Query};
pub use frame::Shell;
pub(crate) use frame::{brand, head, labels};
pub use layers::{Surroundings, surround};
pub(crate) use person::{check_access, guard};
pub use problem::Problem;
pub use request::{Calling, CsrfKey, Path, RequestNumber};
pub use respond::{Answer, Refusal, redirect};
pub(crate) use upload::Upload;
pub use visit::Visit;
