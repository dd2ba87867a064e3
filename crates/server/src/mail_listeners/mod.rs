//! Where the mail servers ask: Postfix over unix sockets, Dovecot over loopback HTTP, and the mail plane.
//!
//! Nothing is decided here. Bytes go through the decoders of `bailiwick_mail`, questions to the application,
//! and whatever takes longer than a second, or goes wrong on our side, is answered in the protocol's own
//! temporary words (K24).

pub(crate) mod door;
mod forward;
mod forwarded;
pub(crate) mod http;
mod internal;
mod passdb;
mod peer;
mod policy;
mod reinject;
mod sasl;
mod socketmap;
mod sockets;
#[cfg(test)]
mod tests;
mod usage;

use std::time::Duration;

use bailiwick_app::Core;
use bailiwick_app::jobs::Jobs;
use bailiwick_app::mail_policy::MailPolicy;
use bailiwick_base::db::Ground;
use bailiwick_base::words::limits;
use bailiwick_plane::PlaneSettings;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::watch;

use crate::failure::Outcome;
use door::Door;

/// Peers on one socket at a time (K28); Postfix has one connection for each of its processes and maps.
const PEERS: usize = 1_000;
/// Messages that are being sent on at a time.
const FORWARDS: usize = 100;
/// A silent connection to a map or policy is closed after so long; Postfix connects anew. Sign-ins have no such
/// limit: there, the end of the connection says that the smtpd process has gone.
const IDLE: Duration = Duration::from_mins(15);

/// All sockets, bound, before anything answers on them: whoever asks meanwhile waits.
#[derive(Debug)]
pub(crate) struct Bound {
    socketmap: UnixListener,
    policy: UnixListener,
    sasl: UnixListener,
    forward: UnixListener,
    usage: UnixListener,
    internal: UnixListener,
    passdb: TcpListener,
    secret: String,
    settings: PlaneSettings,
}

/// Binds all sockets. Those of a `serve` that was killed are replaced; those that somebody answers on are not.
pub(crate) fn bind(settings: &PlaneSettings) -> Outcome<Bound> {
    sockets::make_run_dir(settings)?;
    Ok(Bound {
        socketmap: sockets::for_postfix(&settings.socketmap_socket())?,
        policy: sockets::for_postfix(&settings.policy_socket())?,
        sasl: sockets::for_postfix(&settings.sasl_socket())?,
        forward: sockets::for_postfix(&settings.forward_socket())?,
        usage: sockets::for_mail(&settings.usage_socket(), settings.mail_gid)?,
        internal: sockets::private(&settings.internal_socket())?,
        passdb: sockets::loopback(passdb::address(&settings.passdb_url))?,
        secret: bailiwick_plane::load_or_make_secret(&settings.passdb_secret())?,
        settings: settings.clone(),
    })
}

impl Bound {
    /// Answers until the end is asked for; then questions under way are answered, and mail under way is sent on.
    pub(crate) async fn serve(self, core: &Core, ground: Ground, shutdown: watch::Receiver<bool>) {
        let questions = MailPolicy::new(core.clone());
        let door = |name, peers| Door { name, peers, shutdown: shutdown.clone() };
        tokio::join!(
            socketmap::serve(door("socketmap", PEERS), self.socketmap, questions.clone()),
            policy::serve(door("policy", PEERS), self.policy, questions.clone()),
            sasl::serve(door("sasl", PEERS), self.sasl, questions.clone(), ground.random.clone()),
            passdb::serve(door("passdb", PEERS), self.passdb, questions.clone(), self.secret, &self.settings),
            forward::serve(
                door("forward", FORWARDS),
                self.forward,
                questions.clone(),
                &self.settings,
                ground.clock
            ),
            usage::serve(door("usage", PEERS), self.usage, questions.clone()),
            internal::serve(door("internal", PEERS), self.internal, questions, Jobs::new(core.clone())),
        );
        for socket in sockets::all(&self.settings) {
            let _ = std::fs::remove_file(socket); // one that stays is replaced at the next start
        }
    }
}

/// The answer, if it comes within its second.
async fn in_time<T>(answer: impl Future<Output = T>) -> Option<T> {
    let answer = tokio::time::timeout(limits::MAIL_ANSWER, answer).await.ok();
    if answer.is_none() {
        tracing::warn!("a question of the mail servers took too long; the answer was temporary");
    }
    answer
}
