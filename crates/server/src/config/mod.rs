//! The configuration file: TOML, every key known, every value checked before anything starts (K30).
//!
//! A mistake is told with the key, what is wrong and what to write. What the file says is never repeated in an
//! error: a database's URL may hold a password.

mod check;
mod file;
mod origin;
#[cfg(test)]
mod tests;
mod trouble;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use bailiwick_app::Settings;
use bailiwick_base::db::Location;
use bailiwick_plane::PlaneSettings;

use crate::failure::{Failure, Outcome};

pub(crate) use file::LogFormat;

pub(crate) use origin::hosts_of;

/// The largest configuration file read, in bytes.
const MAX_FILE: u64 = 256 * 1024;

/// The configuration, checked.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Holds the key, the lock and, with SQLite, the data.
    pub(crate) data_dir: PathBuf,
    /// Where the data lies.
    pub(crate) database: Location,
    /// Where the portals are served.
    pub(crate) listen: SocketAddr,
    /// How they are served; without it, plain HTTP on loopback.
    pub(crate) tls: Option<Tls>,
    /// Where the numbers for whoever watches are served; without it, nowhere.
    pub(crate) metrics: Option<SocketAddr>,
    /// How the log is written; without it, as text on a terminal and as JSON elsewhere.
    pub(crate) log_format: Option<LogFormat>,
    /// What the application is told.
    pub(crate) settings: Settings,
    /// The mail servers, if they are ours.
    pub(crate) mail: Option<PlaneSettings>,
}

/// Certificate chain and key of the portals, PEM.
#[derive(Debug, Clone)]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

impl Config {
    /// Reads and checks a configuration file.
    pub(crate) fn load(path: &Path) -> Outcome<Self> {
        let text = read(path)?;
        Self::parse(&text).map_err(|trouble| Failure::new(format!("{}: {trouble}", path.display())))
    }

    fn parse(text: &str) -> Result<Self, trouble::Trouble> {
        let file: file::File =
            toml::from_str(text).map_err(|error| trouble::Trouble::of_toml(text, &error))?;
        check::check(file)
    }

    /// The lock that one `serve` holds.
    pub(crate) fn lock_file(&self) -> PathBuf {
        self.data_dir.join("serve.lock")
    }

    /// The key outside the database (K33).
    pub(crate) fn secret_key(&self) -> PathBuf {
        self.data_dir.join("secret.key")
    }

    /// The files of SQLite, if that is where the data lies.
    pub(crate) fn sqlite_files(&self) -> Vec<PathBuf> {
        match &self.database {
            Location::Sqlite(folder) => vec![folder.join("bailiwick.db"), folder.join("telemetry.db")],
            Location::Postgres(_) => Vec::new(),
        }
    }
}

fn read(path: &Path) -> Outcome<String> {
    let missing = |error: std::io::Error| {
        let advice = match error.kind() {
            std::io::ErrorKind::NotFound => {
                " Write one (docs/manual/configuration.md has an example), or name another with --config."
            }
            std::io::ErrorKind::PermissionDenied => " Use sudo, or the user Bailiwick runs as.",
            _ => "",
        };
        Failure::new(format!("The configuration {} cannot be read: {error}.{advice}", path.display()))
    };
    if std::fs::metadata(path).map_err(missing)?.len() > MAX_FILE {
        return Err(Failure::new(format!("{} is larger than a configuration can be.", path.display())));
    }
    std::fs::read_to_string(path).map_err(missing)
}
