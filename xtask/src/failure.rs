//! Why a task ended: one sentence for the person at the keyboard, who can act on it.

use std::fmt::Display;

/// Ends the task.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure(Option<String>);

impl Failure {
    /// With a sentence.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(Some(text.into()))
    }

    /// For when everything has been said already.
    pub(crate) fn said() -> Self {
        Self(None)
    }

    pub(crate) fn print(&self) {
        if let Some(text) = &self.0 {
            eprintln!("\n{text}");
        }
    }
}

/// Says what was tried when the system refuses.
pub(crate) trait While<T> {
    fn or_fail(self, what: impl Display) -> Result<T, Failure>;
}

impl<T, E: Display> While<T> for Result<T, E> {
    fn or_fail(self, what: impl Display) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(format!("{what}: {error}")))
    }
}
