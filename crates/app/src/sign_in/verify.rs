//! The one decision whether somebody may sign in, for the web and for every mail protocol (K11).

use std::time::Duration;

use bailiwick_base::authz::{Caller, Realm, Standing, must_come_from_listed};
use bailiwick_base::db::Query;
use bailiwick_base::words::{
    ClientAddress, DomainId, EmailAddress, LoginId, MailboxId, Password, PasswordHash, TenantId, Verdict,
};
use bailiwick_base::{Code, Error};
use tracing::Instrument;

use super::guesses::{Count, Counted};
use super::store;
use crate::api_keys::Program;
use crate::core::Core;

/// By which way somebody comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A portal's sign-in page.
    Web(Realm),
    /// IMAP.
    Imap,
    /// POP3.
    Pop3,
    /// SMTP submission.
    Submission,
    /// ManageSieve.
    ManageSieve,
    /// The JSON API, with a password.
    Api,
}

impl Way {
    /// Whose credentials count.
    pub fn realm(self) -> Realm {
        match self {
            Way::Web(realm) => realm,
            Way::Api => Realm::Admin,
            Way::Imap | Way::Pop3 | Way::Submission | Way::ManageSieve => Realm::Mailbox,
        }
    }

    /// Its name in the log of sign-ins.
    pub fn key(self) -> &'static str {
        match self {
            Way::Web(_) => "web",
            Way::Imap => "imap",
            Way::Pop3 => "pop3",
            Way::Submission => "submission",
            Way::ManageSieve => "managesieve",
            Way::Api => "api",
        }
    }

    fn is_web(self) -> bool {
        matches!(self, Way::Web(_))
    }

    /// Are wrong guesses counted in the database at once? Over mail protocols they are counted in memory.
    fn counts_at_once(self) -> bool {
        matches!(self, Way::Web(_) | Way::Api)
    }
}

/// From where and for what a login may be used.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct Limited {
    /// From listed networks only.
    pub networks_only: bool,
    /// It is a program's: it has no sign-in on the web.
    pub api_access: bool,
}

/// A login as the decision reads it.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The login.
    pub login: LoginId,
    /// The name it signs in with; for a mailbox its address.
    pub name: String,
    /// Its tenant.
    pub tenant: Option<TenantId>,
    /// Its domain.
    pub domain: Option<DomainId>,
    /// Its mailbox.
    pub mailbox: Option<MailboxId>,
    /// The stored hash; none before a password was set.
    pub password: Option<PasswordHash>,
    /// The password must be changed before anything else.
    pub one_time: bool,
    /// From where and for what it may be used.
    pub limited: Limited,
    /// What else decides.
    pub standing: Standing,
    /// The network is one it signed in from lately.
    pub known_network: bool,
}

/// The decision. A failure of our own is an `Err`, never one of these (K24).
#[derive(Debug)]
pub enum Verified {
    /// May sign in.
    Yes(Box<Credential>),
    /// No such name, or not its password.
    Wrong,
    /// The password is right, but the login, its domain or its tenant is closed.
    Closed,
    /// The password is right, but the login may not be used from this network. Whoever asks is told the same as for a
    /// wrong password.
    Elsewhere,
    /// The password is right, but it is a program's login, which has no sign-in on the web.
    ProgramOnly,
    /// The password is right, but it is a person's login: a program needs one of its own, or a key.
    NeedsKey,
    /// The password is a one-time password, which only the web takes.
    PasswordChangeDue,
    /// Too many wrong guesses: wait so long.
    Wait(Duration),
}

/// Decides whether `name` may sign in with `password` from `address`, counts a wrong guess, notes the attempt. It goes on
/// to its end even if whoever asked has gone: hanging up early is no way to guess without being counted.
pub async fn authorize_sign_in(
    core: &Core,
    way: Way,
    name: &str,
    password: &Password,
    address: ClientAddress,
) -> Result<Verified, Error> {
    let (core, name, password) = (core.clone(), canonical(way.realm(), name), password.clone());
    let decided =
        tokio::spawn(async move { decide(&core, way, &name, &password, address).await }.in_current_span());
    decided.await.map_err(Error::internal)?
}

async fn decide(
    core: &Core,
    way: Way,
    name: &str,
    password: &Password,
    address: ClientAddress,
) -> Result<Verified, Error> {
    let hidden = hidden(core, name);
    let counted = Counted::new(way.realm(), &hidden, address);
    let caller = Caller::anonymous(address);
    let mut tx = if way.counts_at_once() {
        core.read(&caller).await?
    } else {
        core.db().read_for_mail(&caller).await?
    };
    let now = tx.now();
    let credential = store::credential(&mut tx, way.realm(), name, address.network(), now).await?;
    let known = credential.as_ref().is_some_and(|credential| credential.known_network);
    let counts = if way.counts_at_once() {
        store::guesses(&mut tx, &counted).await?
    } else {
        core.guesses().counts(&counted)
    };
    drop(tx);
    if let Some(wait) = counted.wait(&counts, known, now) {
        core.metrics().sign_in(way.key(), way.realm().key(), "throttled");
        return Ok(Verified::Wait(wait));
    }
    let stored =
        credential.as_ref().and_then(|credential| Some((credential.login, credential.password.clone()?)));
    let verdict = core.hasher().verify(stored, password, known).await?;
    let from_listed = match &credential {
        Some(credential) if credential.limited.networks_only => {
            comes_from_listed(core, credential, address).await?
        }
        // Without a list of networks a program's access is off.
        Some(credential) if way == Way::Api => !credential.limited.api_access,
        _ => true,
    };
    let verified = match (verdict, credential.clone()) {
        (Verdict::Right, Some(credential)) if !credential.standing.may_sign_in() => Verified::Closed,
        (Verdict::Right, Some(_)) if !from_listed => Verified::Elsewhere,
        (Verdict::Right, Some(credential)) if credential.limited.api_access && way.is_web() => {
            Verified::ProgramOnly
        }
        (Verdict::Right, Some(credential)) if !credential.limited.api_access && way == Way::Api => {
            Verified::NeedsKey
        }
        (Verdict::Right, Some(credential)) if credential.one_time && !way.is_web() => {
            Verified::PasswordChangeDue
        }
        (Verdict::Right, Some(credential)) => Verified::Yes(Box::new(credential)),
        (Verdict::Unreadable, Some(credential)) => {
            tracing::error!(login = %credential.login, "the stored password is no hash we accept: nobody can sign in with it");
            Verified::Wrong
        }
        _ => Verified::Wrong,
    };
    settle(core, way, (&counted, &counts), address, known, &verified).await?;
    let shown = if credential.is_some() { name } else { hidden.as_str() };
    core.metrics().sign_in(way.key(), way.realm().key(), result_key(&verified));
    // A program signs in with each request.
    let lately = way == Way::Api
        && matches!(&verified, Verified::Yes(of) if !core.programs().is_due(Program::Login(of.login), address, now));
    if !lately {
        store::note_sign_in(core, way, shown, credential.as_ref(), address, result_key(&verified));
    }
    Ok(verified)
}

async fn comes_from_listed(
    core: &Core,
    credential: &Credential,
    address: ClientAddress,
) -> Result<bool, Error> {
    let mut tx = core.read(&Caller::anonymous(address)).await?;
    match must_come_from_listed(&mut tx, credential.login, address).await {
        Ok(()) => Ok(true),
        Err(error) if error.code() == Code::NetworkNotAllowed => Ok(false),
        Err(error) => Err(error),
    }
}

/// Counts a wrong guess or forgets the pair's.
async fn settle(
    core: &Core,
    way: Way,
    (counted, counts): (&Counted, &[Count]),
    address: ClientAddress,
    known: bool,
    verified: &Verified,
) -> Result<(), Error> {
    let now = core.ground().clock.now();
    match verified {
        // Told the same, counted the same: what is not counted would tell that the password was right.
        Verified::Wrong | Verified::Elsewhere if way.counts_at_once() => {
            store::count_wrong_guess(core, counted, known).await
        }
        Verified::Closed | Verified::PasswordChangeDue if way == Way::Api => {
            store::count_wrong_guess(core, counted, known).await
        }
        Verified::Wrong | Verified::Elsewhere => {
            for count in core.guesses().wrong(counted, known, now) {
                store::note_mail_guess(core, &count);
            }
            Ok(())
        }
        Verified::Yes(credential) if way == Way::Api => {
            if counts.iter().any(|count| count.counted == counted.pair) {
                store::forget_guesses_of(core, counted).await?;
            }
            if !credential.known_network {
                super::service::note_network(core, credential.login, address);
            }
            Ok(())
        }
        Verified::Yes(credential) if !way.is_web() => {
            if core.guesses().right(counted) {
                store::forget_mail_guess(core, counted);
            }
            if !credential.known_network {
                super::service::note_network(core, credential.login, address);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn result_key(verified: &Verified) -> &'static str {
    match verified {
        Verified::Yes(_) => "ok",
        Verified::Wrong => "wrong",
        Verified::Closed => "closed",
        Verified::Elsewhere => "elsewhere",
        Verified::ProgramOnly => "program_only",
        Verified::NeedsKey => "needs_key",
        Verified::PasswordChangeDue => "password_change_due",
        Verified::Wait(_) => "throttled",
    }
}

/// One spelling of a name, so that guesses for it are counted together. What is no address is no mailbox.
pub(super) fn canonical(realm: Realm, name: &str) -> String {
    let name = name.trim();
    match realm {
        Realm::Mailbox => {
            name.parse::<EmailAddress>().map_or_else(|_| cut(name), |address| address.to_string())
        }
        Realm::Admin | Realm::Staff => cut(&name.to_ascii_lowercase()),
    }
}

/// A name as it is counted and, when nobody has it, noted: people type passwords into the wrong field, so what they
/// typed is not kept.
pub(super) fn hidden(core: &Core, name: &str) -> String {
    let mac = core.ground().keys.mac("guessed name", name.as_bytes());
    format!("?{}", data_encoding::HEXLOWER.encode(&mac[..10]))
}

fn cut(name: &str) -> String {
    name.chars().filter(|character| !character.is_control()).take(254).collect()
}
