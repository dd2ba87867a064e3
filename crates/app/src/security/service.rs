//! One's own sessions, and what the page shows of one's login.

use bailiwick_base::authz::{Authorized, Caller, Detail, Realm};
use bailiwick_base::db::WriteTx;
use bailiwick_base::words::{LoginId, SessionId, Timestamp};
use bailiwick_base::{Code, Error};

use super::actions::{EndOtherSessions, EndSession};
use super::store::{self, Pending, Session, SignedIn};
use crate::core::service;

service! {
    /// What a person does with the security of their own login.
    Security
}

/// All of it at once.
#[derive(Debug)]
pub struct Overview {
    /// When the password was last set.
    pub password_at: Option<Timestamp>,
    /// Where recovery links go.
    pub recovery: Option<String>,
    /// Where they shall go.
    pub pending: Option<Pending>,
    /// Where one is signed in, used last first.
    pub sessions: Vec<Session>,
    /// The session at hand.
    pub this: Option<SessionId>,
    /// Who came in lately, newest first; none where that cannot be read now.
    pub sign_ins: Option<Vec<SignedIn>>,
}

impl Security {
    /// What there is. Whoever acts as somebody sees as little of it as they may change (K17).
    pub async fn overview(&self, caller: &Caller) -> Result<Overview, Error> {
        let mut tx = self.core.read(caller).await?;
        let id = tx.actor().login().ok_or(Code::SignedOut)?;
        let login = tx.authorize::<EndOtherSessions>(id).await?;
        let own = store::own(&mut tx, id).await?;
        let pending = store::pending(&mut tx, id).await?;
        let visible = tx.visible::<Session>()?;
        let sessions = store::alive(&mut tx, &visible, login.realm().unwrap_or(Realm::Staff)).await?;
        let this = tx.actor().session();
        drop(tx);
        let sign_ins = self.recent_sign_ins(&login).await;
        Ok(Overview {
            password_at: own.password_at,
            recovery: own.recovery_address,
            pending,
            sessions,
            this,
            sign_ins,
        })
    }

    /// Telemetry may be away while everything else works.
    async fn recent_sign_ins(&self, login: &Authorized<EndOtherSessions>) -> Option<Vec<SignedIn>> {
        let read = async {
            let mut tx = self.core.db().read_telemetry().await?;
            store::recent_sign_ins(&mut tx, login).await
        };
        read.await
            .inspect_err(|error| tracing::warn!(code = error.code().key(), "recent sign-ins cannot be read"))
            .ok()
    }

    /// Ends one of one's own sessions; also one in which somebody acts as this login.
    pub async fn end_session(&self, caller: &Caller, id: SessionId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let session = tx.authorize::<EndSession>(id).await?;
        store::delete(&mut tx, &session).await?;
        let detail = match (session.address(), session.device()) {
            (Some(address), Some(device)) => {
                Detail::none().was("address", address).was("device", device.in_words())
            }
            _ => Detail::none().was("acting", session.acting().map(Realm::key)),
        };
        tx.commit(session.event(detail)).await
    }

    /// Ends all of one's own sessions but the one at hand; how many those were.
    pub async fn end_other_sessions(&self, caller: &Caller) -> Result<u64, Error> {
        let mut tx = self.core.write(caller).await?;
        let (id, kept) = own(&tx)?;
        let login = tx.authorize::<EndOtherSessions>(id).await?;
        let ended = store::delete_others(&mut tx, &login, kept).await?;
        if ended > 0 {
            tx.commit(login.event(Detail::none().was("sessions", ended))).await?;
        }
        Ok(ended)
    }
}

/// Whoever acts, and the session it acts through.
fn own(tx: &WriteTx) -> Result<(LoginId, SessionId), Error> {
    let actor = tx.actor();
    actor.login().zip(actor.session()).ok_or_else(|| Code::SignedOut.into())
}
