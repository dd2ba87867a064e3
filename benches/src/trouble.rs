//! Why a measurement ended: one sentence.

use std::fmt::{self, Display};

/// Ends the run, or one measurement of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble(String);

pub(crate) type Outcome<T = ()> = Result<T, Trouble>;

impl Trouble {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says what was tried when it fails.
pub(crate) trait While<T> {
    fn during(self, what: impl Display) -> Outcome<T>;
}

impl<T, E: fmt::Debug> While<T> for Result<T, E> {
    fn during(self, what: impl Display) -> Outcome<T> {
        self.map_err(|error| Trouble(format!("{what}: {error:?}")))
    }
}
