//! What ends a command: a sentence for whoever typed it, and an exit code. Nothing internal is printed.

use std::fmt;
use std::path::Path;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure(String);

/// The result of a command.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// What is wrong and what to do, in sentences.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A file could not be read, made or changed.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self(format!("{path}: {error}."))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Printed as its title and help; what went wrong inside goes to the log.
impl From<bailiwick_base::Error> for Failure {
    fn from(error: bailiwick_base::Error) -> Self {
        if let Some(inside) = error.inside() {
            tracing::debug!(code = error.code().key(), inside = %inside, "the operation failed");
        }
        Self(error.to_string())
    }
}

impl From<bailiwick_plane::PlaneError> for Failure {
    fn from(error: bailiwick_plane::PlaneError) -> Self {
        Self(format!("The mail servers: {error}."))
    }
}
