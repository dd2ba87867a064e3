//! What can keep the mail plane from starting or running, worded for the operator who has to mend it.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::lint::Flaw;

/// Why the mail plane did not start, or had to stop.
#[derive(Debug)]
pub enum PlaneError {
    /// Not run as root, without which neither mail server starts.
    NotRoot,
    /// A setting cannot be used; nothing was written.
    Setting {
        /// Name of the setting, as in the configuration file.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A file or directory could not be read or written.
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program is missing or has a version that was never tried.
    Program {
        /// Which one.
        name: &'static str,
        /// What is wrong, and what to install.
        why: String,
    },
    /// Another process listens where we have to.
    PortTaken {
        /// Address and port.
        address: std::net::SocketAddr,
        /// The process that holds it, if it could be found.
        holder: Option<String>,
    },
    /// Another mail plane runs on the same data directory.
    AlreadyRunning {
        /// The lock it holds.
        lock: PathBuf,
    },
    /// The rendered configuration would fail open.
    Unsafe(Vec<Flaw>),
    /// The self-made certificate could not be made.
    Certificate(rcgen::Error),
    /// The system gave no random bytes.
    Random,
    /// A mail server refused its configuration.
    Refused {
        /// Which one.
        name: &'static str,
        /// Its own words.
        said: String,
    },
    /// Processes of an earlier run could not be ended.
    Leftover {
        /// Their ids.
        pids: Vec<i32>,
    },
}

impl PlaneError {
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    pub(crate) fn setting(name: &'static str, why: impl Into<String>) -> Self {
        Self::Setting { name, why: why.into() }
    }
}

impl fmt::Display for PlaneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRoot => {
                write!(f, "the mail plane must be started as root: Postfix and Dovecot start no other way")
            }
            Self::Setting { name, why } => write!(f, "the setting {name} {why}"),
            Self::File { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Program { name, why } => write!(f, "{name}: {why}"),
            Self::PortTaken { address, holder: Some(holder) } => {
                write!(f, "{address} is in use by {holder}: stop it, or choose another port")
            }
            Self::PortTaken { address, holder: None } => {
                write!(
                    f,
                    "{address} is in use by another program: `ss -ltnp` names it; stop it, or choose another port"
                )
            }
            Self::AlreadyRunning { lock } => {
                write!(f, "a mail plane already runs on this data directory (it holds {})", lock.display())
            }
            Self::Unsafe(flaws) => {
                write!(f, "the configuration would fail open and was not used:")?;
                flaws.iter().try_for_each(|flaw| write!(f, " {flaw};"))
            }
            Self::Certificate(source) => write!(f, "no certificate could be made: {source}"),
            Self::Random => write!(f, "the system gave no random bytes"),
            Self::Refused { name, said } => write!(f, "{name} refused its configuration: {said}"),
            Self::Leftover { pids } => {
                write!(
                    f,
                    "processes of an earlier run do not end: {pids:?}; end them by hand and start again"
                )
            }
        }
    }
}

impl std::error::Error for PlaneError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::Certificate(source) => Some(source),
            _ => None,
        }
    }
}
