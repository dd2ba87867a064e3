//! What surrounds every page: the portal a request came to, who calls, the frame, and how errors are shown.

mod form;
mod frame;
mod layers;
mod request;
mod respond;

pub use form::{Form, Query};
pub(crate) use frame::guard;
pub use frame::{Problem, Shell, Visit};
pub use layers::{Surroundings, surround};
pub use request::{Calling, CsrfKey, RequestNumber};
pub use respond::{Answer, Refusal, redirect};
