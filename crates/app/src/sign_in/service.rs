//! Signing in and out, links, passwords.

use std::collections::HashMap;

use bailiwick_base::authz::{Caller, Detail, Events, Realm, Scope, Target};
use bailiwick_base::db::{Query, WriteTx};
use bailiwick_base::words::{
    ClientAddress, EmailAddress, Installation, Line, LoginId, MailboxId, Password, PasswordError,
    PasswordHash, SessionId, Timestamp, Token, limits,
};
use bailiwick_base::{Code, Error};

use super::actions::{ChangeOwnPassword, FollowLink, Recover, SetUp, SignIn};
use super::guesses::Counted;
use super::invited::mail_link;
use super::links::{self, Purpose};
use super::present::check_present;
use super::program::asked_to_wait;
use super::store::{self, LoginToInsert};
use super::verify;
use super::verify::{Verified, Way, authorize_sign_in, canonical};
use crate::api_keys;
use crate::core::{Core, service};
use crate::imports;
use crate::jobs;
use crate::security;
use crate::settings::Portal;

service! {
    /// Coming in and going out.
    Signing
}

/// The longest `User-Agent` kept.
const AGENT: usize = 200;

impl Signing {
    /// Signs in on the web; the token is the session's cookie.
    pub async fn sign_in(
        &self,
        realm: Realm,
        name: &str,
        password: &Password,
        address: ClientAddress,
        agent: &str,
    ) -> Result<Token, Error> {
        let credential = match authorize_sign_in(&self.core, Way::Web(realm), name, password, address).await?
        {
            Verified::Yes(credential) => credential,
            Verified::Wrong | Verified::Elsewhere | Verified::NeedsKey => {
                return Err(Code::WrongCredentials.into());
            }
            Verified::ProgramOnly => return Err(Code::ProgramLogin.into()),
            Verified::Closed | Verified::PasswordChangeDue => return Err(Code::SignInClosed.into()),
            Verified::Wait(wait) => return Err(asked_to_wait(wait)),
        };
        let mut tx = self.core.write(&Caller::anonymous(address)).await?;
        let proof = tx.authorize::<SignIn>(Installation).await?;
        store::hold_login(&mut tx, credential.login).await?;
        let now = tx.now();
        let fresh = store::credential(&mut tx, realm, &credential.name, address.network(), now).await?;
        let fresh = match fresh {
            Some(fresh) if fresh.password != credential.password => return Err(Code::WrongCredentials.into()),
            Some(fresh) if fresh.limited.api_access => return Err(Code::ProgramLogin.into()),
            Some(fresh) if fresh.standing.may_sign_in() => fresh,
            _ => return Err(Code::SignInClosed.into()),
        };
        store::forget_guesses(
            &mut tx,
            &Counted::new(realm, &verify::hidden(&self.core, &credential.name), address),
        )
        .await?;
        security::note_sign_in(&self.core, &mut tx, (&proof, realm), &fresh, (address, agent)).await?;
        store::note_network(&mut tx, credential.login, address.network()).await?;
        let token = open_session(&mut tx, credential.login, realm, address, agent).await?;
        tx.commit(Events::none("sign-ins are noted as telemetry")).await?;
        Ok(token)
    }

    /// Ends the caller's session. Ending one that has ended is no error.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), Error> {
        let mut tx = match self.core.write(caller).await {
            Err(error) if error.code() == Code::SignedOut => return Ok(()),
            tx => tx?,
        };
        if let Some(session) = tx.actor().session() {
            store::delete_session(&mut tx, session).await?;
        }
        tx.commit(Events::none("a session is ended by its holder")).await
    }

    /// Sends a recovery link, if there is such a login with a recovery address. The answer never says.
    pub async fn recover(&self, realm: Realm, name: &str, address: ClientAddress) -> Result<(), Error> {
        let name = canonical(realm, name);
        let mut tx = self.core.write(&Caller::anonymous(address)).await?;
        let proof = tx.authorize::<Recover>(Installation).await?;
        let mut events = Events::none("a recovery was asked for in vain");
        let from_there = store::count_in(&mut tx, &format!("recover from {}", address.network())).await?;
        if from_there > limits::RECOVERIES_PER_NETWORK {
            // Counted for the network alone: a flood of made-up names leaves one row, not one for each.
            return tx.commit(events).await;
        }
        let hidden = verify::hidden(&self.core, &name);
        let asked = store::count_in(&mut tx, &format!("recover {} {hidden}", realm.key())).await?;
        let within_limits = asked <= limits::RECOVERY_MAILS;
        let login = store::login_by_name(&mut tx, realm, &name).await?;
        if let Some(login) = login.filter(|login| within_limits && login.may_recover())
            && let Some(to) = login.recovery_address()
        {
            mail_link(&self.core, &mut tx, Purpose::Reset, realm, login.id(), &login.name, to).await?;
            events = proof.event_about(&login, Detail::none());
        }
        tx.commit(events).await
    }

    /// Sets a password by a one-time link. Everything that was open for the login ends.
    pub async fn set_password_by_link(
        &self,
        token: &Token,
        password: Password,
        address: ClientAddress,
    ) -> Result<Realm, Error> {
        self.must_be_open(token, address).await?;
        check_new_password(&password, &[])?;
        let hash = self.core.hasher().hash(password.clone()).await?;
        let mut tx = self.core.write(&Caller::anonymous(address)).await?;
        let proof = tx.authorize::<FollowLink>(Installation).await?;
        let link = store::take_password_link(&mut tx, &proof, token.hash()).await?;
        let login = store::login_by_id(&mut tx, link.login_id.ok_or(Code::LinkInvalid)?)
            .await?
            .ok_or(Code::LinkInvalid)?;
        check_new_password(&password, &login.about())?;
        let realm = login.realm().ok_or(Code::LinkInvalid)?;
        replace_password(&mut tx, login.id(), login.mailbox(), &hash, false).await?;
        store::note_proven_address(&mut tx, login.id(), &link.sent_to).await?;
        tx.commit(proof.event_about(&login, Detail::none().set("link_sent_to", link.sent_to))).await?;
        Ok(realm)
    }

    /// Refuses a link that is no good before a password is hashed for it.
    async fn must_be_open(&self, token: &Token, address: ClientAddress) -> Result<(), Error> {
        let mut tx = self.core.read(&Caller::anonymous(address)).await?;
        if store::is_open(&mut tx, token.hash()).await? { Ok(()) } else { Err(Code::LinkInvalid.into()) }
    }

    /// Changes one's own password; the caller keeps one new session, all others end (SE-03).
    pub async fn change_own_password(
        &self,
        caller: &Caller,
        present: &Password,
        new: Password,
        agent: &str,
    ) -> Result<Token, Error> {
        let mut tx = self.core.read(caller).await?;
        let id = tx.actor().login().ok_or(Code::SignedOut)?;
        let login = tx.authorize::<ChangeOwnPassword>(id).await?;
        check_new_password(&new, &login.about())?;
        let stored = login.password.clone();
        drop(tx);
        check_present(&self.core, caller, &login, present, "present").await?;
        if present == &new {
            return Err(Error::new(Code::PasswordTooCommon).on("new"));
        }
        let hash = self.core.hasher().hash(new).await?;
        let mut tx = self.core.write(caller).await?;
        let login = tx.authorize::<ChangeOwnPassword>(id).await?;
        if login.password != stored {
            return Err(Code::ChangedMeanwhile.into());
        }
        replace_password(&mut tx, id, login.mailbox(), &hash, false).await?;
        let realm = login.realm().ok_or(Code::SignedOut)?;
        let token = open_session(&mut tx, id, realm, caller.address(), agent).await?;
        tx.commit(login.event(Detail::none())).await?;
        Ok(token)
    }

    /// Makes the link that creates the first staff login. Only while there is none.
    pub async fn set_up_link(&self, operator: &Caller) -> Result<String, Error> {
        let mut tx = self.core.write(operator).await?;
        let proof = tx.authorize::<SetUp>(Installation).await?;
        if store::any_staff(&mut tx).await? {
            return Err(Code::AlreadySetUp.into());
        }
        let token = links::issue(&mut tx, Purpose::SetUp, None, "command line").await?;
        tx.commit(proof.event(Detail::none().set("link", "made"))).await?;
        Ok(format!("{}/set-up/{}", self.core.settings().origins.of(Portal::Staff), token.reveal()))
    }

    /// Creates the first staff login by the set-up link.
    pub async fn set_up(
        &self,
        token: &Token,
        name: &str,
        full_name: &Line<100>,
        recovery: &EmailAddress,
        password: Password,
        address: ClientAddress,
    ) -> Result<(), Error> {
        self.must_be_open(token, address).await?;
        let name = login_name(name)?;
        check_new_password(&password, &[&name, full_name.as_str(), &recovery.to_string()])?;
        let hash = self.core.hasher().hash(password).await?;
        let mut tx = self.core.write(&Caller::anonymous(address)).await?;
        let proof = tx.authorize::<SetUp>(Installation).await?;
        store::take_set_up_link(&mut tx, &proof, token.hash()).await?;
        if store::any_staff(&mut tx).await? {
            return Err(Code::AlreadySetUp.into());
        }
        if crate::domains::is_held(&mut tx, &recovery.domain).await? {
            return Err(Error::new(Code::RecoveryAddressHosted).on("email"));
        }
        let login = LoginToInsert {
            realm: Realm::Staff,
            name: &name,
            full_name: full_name.as_str(),
            tenant: None,
            domain: None,
            mailbox: None,
            status: "active",
            password: Some(&hash),
            one_time: false,
            recovery: Some(recovery),
        };
        let id = store::insert_login(&mut tx, &login).await?;
        store::insert_grant(&mut tx, id, "staff_owner", Scope::Everywhere.to_stored(), None).await?;
        store::kill_links(&mut tx, None).await?;
        tx.commit(proof.event(Detail::none().set("login", &name).set("role", "staff_owner"))).await
    }

    /// Takes over what was guessed over mail protocols before a restart.
    pub async fn restore_guesses(&self) -> Result<(), Error> {
        self.core.guesses().restore(store::noted_mail_guesses(&self.core).await?);
        Ok(())
    }

    /// Removes what is over: sessions, links, counts.
    pub async fn sweep(&self) -> Result<(), Error> {
        let mut tx = self.core.write(&Caller::system("sweep sessions")).await?;
        store::sweep(&mut tx).await?;
        tx.commit(Events::none("what has expired anyway is removed")).await
    }
}

/// When logins were last signed in to; those that never were are left out.
pub(crate) async fn last_sign_ins(
    core: &Core,
    logins: &[LoginId],
) -> Result<HashMap<LoginId, Timestamp>, Error> {
    let mut tx = core.db().read_telemetry().await?;
    Ok(store::last_sign_ins(&mut tx, logins).await?.into_iter().collect())
}

/// Stores a new password and ends everything that was open with the old one: sessions, links, API keys, mail sessions.
pub(crate) async fn replace_password(
    tx: &mut WriteTx,
    login: LoginId,
    mailbox: Option<(MailboxId, &str)>,
    hash: &PasswordHash,
    one_time: bool,
) -> Result<(), Error> {
    store::set_password(tx, login, hash, one_time).await?;
    api_keys::stop_keys(tx, login).await?;
    store::kill_links(tx, Some(login)).await?;
    end_sessions(tx, login, mailbox).await
}

/// Kills the links of a login: the address they went to is its no more, or it is no longer somebody's.
pub(crate) async fn end_links(tx: &mut WriteTx, login: LoginId) -> Result<(), Error> {
    store::kill_links(tx, Some(login)).await
}

/// Ends all sessions of a login, on the web and at the mail servers.
pub(crate) async fn end_sessions(
    tx: &mut WriteTx,
    login: LoginId,
    mailbox: Option<(MailboxId, &str)>,
) -> Result<(), Error> {
    store::delete_sessions(tx, login).await?;
    imports::interrupt(tx, login, None).await?;
    if let Some((mailbox, address)) = mailbox {
        tx.enqueue(jobs::disconnect(tx, mailbox, address)).await?;
    }
    Ok(())
}

async fn open_session(
    tx: &mut WriteTx,
    login: LoginId,
    realm: Realm,
    address: ClientAddress,
    agent: &str,
) -> Result<Token, Error> {
    let token = tx.new_secret();
    store::insert_session(tx, login, realm, token.hash(), address, &short_agent(agent)).await?;
    Ok(token)
}

/// As much of a `User-Agent` as is kept with a session.
pub(crate) fn short_agent(agent: &str) -> String {
    agent.chars().filter(|character| !character.is_control()).take(AGENT).collect()
}

/// Notes, in the background, that a session is in use.
pub(crate) fn touch(core: &Core, caller: Caller, session: SessionId) {
    let core = core.clone();
    tokio::spawn(async move {
        let touched = async {
            let mut tx = core.write(&caller).await?;
            store::touch_session(&mut tx, session).await?;
            tx.commit(Events::none("session last seen")).await
        };
        if let Err(error) = touched.await {
            tracing::debug!(code = error.code().key(), "a session's last use was not noted");
        }
    });
}

/// Notes, in the background, a network a login signed in from over a mail protocol.
pub(super) fn note_network(core: &Core, login: LoginId, address: ClientAddress) {
    let core = core.clone();
    tokio::spawn(async move {
        let noted = async {
            let mut tx = core.write(&Caller::system("known networks")).await?;
            store::note_network(&mut tx, login, address.network()).await?;
            tx.commit(Events::none("a network a login signed in from")).await
        };
        if let Err(error) = noted.await {
            tracing::debug!(code = error.code().key(), "a known network was not noted");
        }
    });
}

/// Refuses a password an attacker tries first, naming the field `new`.
pub(crate) fn check_new_password(password: &Password, about: &[&str]) -> Result<(), Error> {
    password.check_new(about).map_err(|error| {
        match error {
            PasswordError::TooShort => Error::new(Code::PasswordTooShort).with("min", limits::PASSWORD_MIN),
            PasswordError::TooLong => Error::new(Code::PasswordTooLong).with("max", limits::PASSWORD_MAX),
            PasswordError::TooCommon => Error::new(Code::PasswordTooCommon),
        }
        .on("new")
    })
}

/// Hashes a password for another slice.
pub(crate) async fn hash_new(core: &Core, password: Password) -> Result<PasswordHash, Error> {
    core.hasher().hash(password).await
}

/// A name to sign in with: 3 to 64 letters, digits, `.`, `-`, `_`, `@`; lower-case.
pub(crate) fn login_name(text: &str) -> Result<String, Error> {
    let name = text.trim().to_lowercase();
    let fits = (3..=64).contains(&name.len());
    let good = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_@".contains(&byte));
    if fits && good { Ok(name) } else { Err(Error::new(Code::LoginNameInvalid).on("username")) }
}
