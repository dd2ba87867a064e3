//! Opens what every command works on: the key, the database, and the services that stand on them.

use bailiwick_app::Core;
use bailiwick_base::authz::Caller;
use bailiwick_base::db::{Db, Ground};
use bailiwick_base::words::{Clock, Random};
use nix::unistd::{Uid, User};

use crate::config::Config;
use crate::failure::{Failure, Outcome};
use crate::place;

/// An open installation.
#[derive(Debug)]
pub(crate) struct Installation {
    pub(crate) core: Core,
    pub(crate) ground: Ground,
}

impl Installation {
    /// Makes what is missing and brings the schema up to date: for `serve`, `up` and `setup`.
    pub(crate) async fn prepare(config: &Config) -> Outcome<Self> {
        place::make_data_dir(config)?;
        let random = Random::System;
        let ground = Ground { clock: Clock::System, keys: place::load_or_make_key(config, &random)?, random };
        place::make_private_database(config)?;
        let applied = Db::migrate(&config.database, &ground.clock).await?;
        if !applied.is_empty() {
            tracing::info!(migrations = applied.join(" "), "the database is up to date");
        }
        Self::of(config, ground).await
    }

    /// Opens what is there: for everything else.
    pub(crate) async fn open(config: &Config) -> Outcome<Self> {
        if let Some(missing) = config.sqlite_files().iter().find(|path| !path.exists()) {
            return Err(Failure::new(format!(
                "{} is missing. `bailiwick setup` makes it; or check data_dir in the configuration.",
                missing.display()
            )));
        }
        let keys = place::load_key(&config.secret_key())?;
        Self::of(config, Ground { clock: Clock::System, random: Random::System, keys }).await
    }

    async fn of(config: &Config, ground: Ground) -> Outcome<Self> {
        let db = Db::open(&config.database, ground.clone()).await?;
        Ok(Self { core: Core::new(db, config.settings.clone()), ground })
    }

    /// Writes what waits and closes the database.
    pub(crate) async fn close(self) {
        if let Err(error) = self.core.flush_telemetry().await {
            tracing::warn!(code = error.code().key(), "telemetry was not written at the end");
        }
        self.core.close().await;
    }
}

/// Whoever uses the command line, by the name they signed in to the machine with.
pub(crate) fn operator() -> Caller {
    let uid = Uid::current();
    let own = User::from_uid(uid).ok().flatten().map_or_else(|| format!("uid {uid}"), |user| user.name);
    let plain = |name: &String| {
        (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let behind = std::env::var("SUDO_USER").ok().filter(|name| uid.is_root() && plain(name) && *name != own);
    let name = behind.map_or_else(|| own.clone(), |behind| format!("{behind} ({own})"));
    Caller::operator(&name)
}
