//! Answers to the mail servers.

use bailiwick_base::authz::Caller;
use bailiwick_base::db::ReadTx;
use bailiwick_base::words::{ClientAddress, EmailAddress, MailboxId, Password, TenantId};
use bailiwick_base::{Error, t};
use bailiwick_mail::internal::{LogAnswer, LogBatch, mail_home};
use bailiwick_mail::lua_auth::{Account, PassdbAnswer, PassdbRequest, UserdbAnswer, UserdbRequest};
use bailiwick_mail::policy::{PolicyAction, PolicyRequest};
use bailiwick_mail::sasl;
use bailiwick_mail::socketmap::{Reply, SocketmapRequest};
use bailiwick_mail::srs::Srs;

use super::delivery_log;
use super::live::Live;
use super::resolve::{DISCARD_DOMAIN, Destination, FORWARD_DOMAIN, RESERVED_DOMAIN, resolve};
use super::store;
use crate::core::service;
use crate::sign_in::{Verified, Way, authorize_sign_in};
use crate::tenants;

service! {
    /// Answers to the mail servers.
    MailPolicy
}

/// The answer to a sign-in over SMTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SaslVerdict {
    /// May send; `user` is the login Postfix checks senders against.
    Ok {
        /// The mailbox's address.
        user: String,
    },
    /// Refused, with a sentence for the client.
    Fail {
        /// The name as it was given.
        user: String,
        /// One line.
        reason: String,
    },
    /// Our own fault: try again.
    Temporary,
}

/// Where a forward goes on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forward {
    /// Send it on.
    To {
        /// Envelope sender, rewritten where it is an outside author's; empty for the null sender.
        sender: String,
        /// Envelope recipient.
        recipient: String,
    },
    /// What it was for is gone: bounce it, with this text.
    Gone(String),
    /// Our own fault: try again.
    Temporary,
}

/// Questions of the mail servers are nobody's in particular.
const ASKED_BY: &str = "mail servers";

impl MailPolicy {
    pub(super) async fn read(&self) -> Result<ReadTx, Error> {
        self.core.db().read_for_mail(&Caller::system(ASKED_BY)).await
    }

    /// A Postfix map look-up.
    pub(super) async fn answer_socketmap(&self, request: &SocketmapRequest) -> Reply {
        match self.look_up(&request.map, &request.key).await {
            Ok(Some(value)) => Reply::Ok(value),
            Ok(None) => Reply::NotFound,
            Err(error) => {
                tracing::warn!(map = request.map, inside = ?error.inside(), "a look-up failed");
                Reply::Temp("look-up failed".to_owned())
            }
        }
    }

    async fn look_up(&self, map: &str, key: &str) -> Result<Option<String>, Error> {
        if map == "transport" {
            return Ok(self.transport(key));
        }
        if map == "vdomain" {
            let known = store::is_held(&mut self.read().await?, &key.to_ascii_lowercase()).await?;
            return Ok(known.then(|| "1".to_owned()));
        }
        let Ok(address) = key.parse::<EmailAddress>() else { return self.srs_return(map, key).await };
        let mut tx = self.read().await?;
        let destination = resolve(&mut tx, &address).await?;
        match (map, destination) {
            ("vmailbox", Destination::Mailbox(..)) => Ok(Some("1".to_owned())),
            ("sender", Destination::Mailbox(_, owner)) => Ok(Some(owner)),
            ("valias", Destination::Alias(alias, tenant)) => {
                let targets = store::alias_targets(&mut tx, alias, tenant).await?;
                let shown = targets.into_iter().map(|target| {
                    if target.inside { target.address } else { self.forward_address("forward", target.id) }
                });
                let list = shown.collect::<Vec<_>>().join(",");
                Ok((!list.is_empty()).then_some(list))
            }
            ("valias", Destination::CatchAll(mailbox)) => Ok(Some(mailbox)),
            ("valias", Destination::Discard) => Ok(Some(format!("discard@{DISCARD_DOMAIN}"))),
            ("valias", Destination::Postmaster(tenant)) => {
                Ok(Some(self.forward_address("postmaster", tenant.0)))
            }
            ("valias", Destination::Nobody) => {
                drop(tx);
                self.srs_return(map, key).await
            }
            _ => Ok(None),
        }
    }

    /// Mail that only our forwarder understands goes there; what is thrown away goes nowhere.
    fn transport(&self, key: &str) -> Option<String> {
        let domain = key.rsplit_once('@').map_or(key, |(_, domain)| domain);
        match domain {
            FORWARD_DOMAIN => self
                .core
                .settings()
                .mail_store
                .as_ref()
                .map(|store| format!("lmtp:unix:{}", store.forward_socket)),
            DISCARD_DOMAIN => Some("discard:".to_owned()),
            _ => None,
        }
    }

    /// A bounce that comes back to a sender we rewrote leads to the original sender (SRS).
    async fn srs_return(&self, map: &str, key: &str) -> Result<Option<String>, Error> {
        let Some((local, domain)) = key.rsplit_once('@') else { return Ok(None) };
        let is_srs = local.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("srs0="));
        if map != "valias"
            || !is_srs
            || !store::is_held(&mut self.read().await?, &domain.to_ascii_lowercase()).await?
        {
            return Ok(None);
        }
        Ok(self.srs(&domain.to_ascii_lowercase()).and_then(|srs| srs.reverse(key, self.now_secs()).ok()))
    }

    fn srs(&self, domain: &str) -> Option<Srs> {
        Srs::new(&[&self.core.ground().keys.mac("srs", domain.as_bytes())[..]], domain)
    }

    fn now_secs(&self) -> u64 {
        u64::try_from(self.core.ground().clock.now().0 / 1000).unwrap_or(0)
    }

    /// Postfix's question at each recipient.
    pub(super) async fn answer_policy(&self, request: &PolicyRequest) -> PolicyAction {
        match self.check(request).await {
            Ok(action) => action,
            Err(error) => {
                tracing::warn!(inside = ?error.inside(), "a policy question failed");
                PolicyAction::Defer("Temporary failure, try again".to_owned())
            }
        }
    }

    async fn check(&self, request: &PolicyRequest) -> Result<PolicyAction, Error> {
        let recipient = request.recipient().unwrap_or_default().to_ascii_lowercase();
        if is_reserved(&recipient) {
            return Ok(reject("No such recipient"));
        }
        let is_bounce =
            request.sender().is_none_or(str::is_empty) && request.sasl_username().is_none_or(str::is_empty);
        if recipient.starts_with("srs0=") && !is_bounce {
            return Ok(reject("This address takes bounces only"));
        }
        let Some(user) = request.sasl_username().filter(|user| !user.is_empty()) else {
            return self.check_room(request, &recipient).await;
        };
        let again = || PolicyAction::Close421("Please sign in again".to_owned());
        let Some(live) = request
            .instance_pid()
            .and_then(|pid| self.core.submissions().of(pid))
            .filter(|live| live.address == user)
        else {
            return Ok(again());
        };
        if !self.still_stands(&live).await? {
            return Ok(again());
        }
        if request.sender().is_none_or(str::is_empty) {
            return Ok(reject(&t!("smtp-null-sender")));
        }
        self.check_room(request, &recipient).await
    }

    /// Was nothing revoked since this sign-in (K16)?
    async fn still_stands(&self, live: &Live) -> Result<bool, Error> {
        let now = store::standing(&mut self.read().await?, live.login).await?;
        Ok(now.is_some_and(|now| {
            now.standing.may_sign_in()
                && !now.password_one_time
                && now.password.as_ref() == Some(&live.password)
        }))
    }

    /// A sign-in for submission, through the smtpd process `smtpd_pid`.
    pub(super) async fn answer_sasl(&self, attempt: &sasl::Attempt, smtpd_pid: Option<u32>) -> SaslVerdict {
        let fail = |reason: String| SaslVerdict::Fail { user: attempt.user.clone(), reason };
        let Some(password) = text_password(attempt.password.as_bytes()) else {
            return fail(t!("smtp-wrong").into_owned());
        };
        let address = attempt.remote_ip.map_or(ClientAddress::LOCAL, ClientAddress::new);
        match authorize_sign_in(&self.core, Way::Submission, &attempt.user, &password, address).await {
            Ok(Verified::Yes(credential)) => {
                if let (Some(pid), Some(mailbox), Some(password)) =
                    (smtpd_pid, credential.mailbox, credential.password.clone())
                {
                    let live =
                        Live { login: credential.login, mailbox, address: credential.name.clone(), password };
                    self.core.submissions().signed_in(pid, live);
                }
                SaslVerdict::Ok { user: credential.name }
            }
            Ok(refused) => fail(reason(&refused)),
            Err(error) => {
                tracing::warn!(inside = ?error.inside(), "a sign-in could not be decided");
                SaslVerdict::Temporary
            }
        }
    }

    /// An smtpd process has gone.
    pub fn sasl_client_gone(&self, smtpd_pid: u32) {
        self.core.submissions().gone(smtpd_pid);
    }

    /// A sign-in over IMAP, POP3 or ManageSieve.
    pub(super) async fn answer_passdb(&self, request: &PassdbRequest) -> PassdbAnswer {
        let way = match request.service.as_str() {
            "imap" => Way::Imap,
            "pop3" => Way::Pop3,
            "sieve" => Way::ManageSieve,
            _ => return PassdbAnswer::Mismatch,
        };
        let Some(password) = text_password(request.password.as_bytes()) else {
            return PassdbAnswer::Mismatch;
        };
        let address = request.remote_ip.map_or(ClientAddress::LOCAL, ClientAddress::new);
        let decided = async {
            Ok::<_, Error>(
                match authorize_sign_in(&self.core, way, &request.user, &password, address).await? {
                    Verified::Yes(credential) => match credential.mailbox {
                        Some(mailbox) => {
                            self.account(mailbox).await?.map_or(PassdbAnswer::UnknownUser, PassdbAnswer::Ok)
                        }
                        None => PassdbAnswer::UnknownUser,
                    },
                    Verified::Wrong | Verified::Elsewhere | Verified::ProgramOnly => PassdbAnswer::Mismatch,
                    refused => PassdbAnswer::Denied { reason: reason(&refused) },
                },
            )
        };
        decided.await.unwrap_or_else(|error| {
            tracing::warn!(inside = ?error.inside(), "a sign-in could not be decided");
            PassdbAnswer::Temporary
        })
    }

    /// Where a user's mail lies, for deliveries and management. Disabled users and suspended tenants still receive.
    pub(super) async fn answer_userdb(&self, request: &UserdbRequest) -> UserdbAnswer {
        let found = async {
            let Ok(address) = request.user.parse::<EmailAddress>() else { return Ok(None) };
            let destination = resolve(&mut self.read().await?, &address).await?;
            match destination {
                Destination::Mailbox(mailbox, _) => self.account(mailbox).await,
                _ => Ok(None),
            }
        };
        match found.await {
            Ok(Some(account)) => UserdbAnswer::Ok(account),
            Ok(None) => UserdbAnswer::UnknownUser,
            Err(error) => {
                let error: Error = error;
                tracing::warn!(inside = ?error.inside(), "a user could not be looked up");
                UserdbAnswer::Temporary
            }
        }
    }

    async fn account(&self, mailbox: MailboxId) -> Result<Option<Account>, Error> {
        let Some(mail) = &self.core.settings().mail_store else { return Ok(None) };
        let row = store::account(&mut self.read().await?, mailbox).await?;
        Ok(row.map(|row| Account {
            user: row.address,
            uid: mail.uid,
            gid: mail.gid,
            home: mail_home(&mail.root, row.id.0),
            quota_bytes: u64::try_from(row.quota.as_bytes()).ok(),
        }))
    }

    /// Where a message that an alias sends outside goes on to, and on whose behalf.
    pub(super) async fn answer_forward(&self, sender: Option<&str>, recipient: &str) -> Forward {
        match self.forward_to(sender.unwrap_or_default(), recipient).await {
            Ok(forward) => forward,
            Err(error) => {
                tracing::warn!(inside = ?error.inside(), "a forward could not be decided");
                Forward::Temporary
            }
        }
    }

    async fn forward_to(&self, sender: &str, recipient: &str) -> Result<Forward, Error> {
        let gone = || Forward::Gone("The address this was forwarded from no longer leads here".to_owned());
        let Some((purpose, id)) = self.forward_purpose(recipient) else { return Ok(gone()) };
        let mut tx = self.read().await?;
        let (to, on_behalf_of) = if purpose == "postmaster" {
            let provider = self.core.settings().from.domain.to_string();
            match tenants::main_admin_address(&mut tx, TenantId(id)).await? {
                Some(address) => (address.to_string(), provider),
                None => return Ok(gone()),
            }
        } else {
            match store::forward_target(&mut tx, id).await? {
                Some(target) => (target.address, target.on_behalf_of),
                None => return Ok(gone()),
            }
        };
        drop(tx);
        Ok(Forward::To { sender: self.rewritten(sender, &on_behalf_of), recipient: to })
    }

    /// The sender under which a message goes on. Every one is rewritten, ours too: who claims to be one of us at port 25
    /// has proven nothing. One we rewrote for another alias is unwrapped first, so that it does not grow with each; one
    /// that does not fit into a rewritten address leaves its bounces to the domain's postmaster.
    fn rewritten(&self, sender: &str, on_behalf_of: &str) -> String {
        if sender.is_empty() {
            return String::new();
        }
        let now = self.now_secs();
        let domain =
            sender.rsplit_once('@').map_or_else(String::new, |(_, domain)| domain.to_ascii_lowercase());
        let original = self.srs(&domain).and_then(|srs| srs.reverse(sender, now).ok());
        let rewritten =
            self.srs(on_behalf_of).and_then(|srs| srs.forward(original.as_deref().unwrap_or(sender), now));
        rewritten.unwrap_or_else(|| format!("postmaster@{on_behalf_of}"))
    }

    /// An address that only our forwarder understands and nobody can guess: purpose, id, and a tag under our key.
    fn forward_address(&self, purpose: &str, id: i64) -> String {
        let tag = self.core.ground().keys.mac("forward", format!("{purpose}+{id}").as_bytes());
        let tag = data_encoding::BASE32_NOPAD.encode(&tag[..10]).to_ascii_lowercase();
        format!("{purpose}+{id}+{tag}@{FORWARD_DOMAIN}")
    }

    /// What such an address is for; none if we never made it.
    fn forward_purpose(&self, address: &str) -> Option<(&'static str, i64)> {
        let mut parts = address.split(['+', '@']);
        let purpose =
            ["forward", "postmaster"].into_iter().find(|purpose| parts.clone().next() == Some(*purpose))?;
        let id = parts.nth(1)?.parse().ok()?;
        (self.forward_address(purpose, id) == address.to_ascii_lowercase()).then_some((purpose, id))
    }

    /// Stores log lines; a batch that was stored before is acknowledged again and stored once.
    pub async fn take_log(&self, batch: &LogBatch) -> Result<LogAnswer, Error> {
        let stored = store::next_line(&mut self.core.db().read_telemetry().await?, &batch.source).await?;
        let end = batch.first.saturating_add(u64::try_from(batch.lines.len()).unwrap_or(0));
        if end <= stored {
            return Ok(LogAnswer { next: stored });
        }
        let known = usize::try_from(stored.saturating_sub(batch.first)).unwrap_or(usize::MAX);
        let mut rows: Vec<_> = batch.lines.iter().skip(known).filter_map(delivery_log::rows_of).collect();
        rows.push(store::set_next_line(&batch.source, end));
        self.core.db().telemetry().keep(rows).await?;
        Ok(LogAnswer { next: end })
    }
}

/// Does an address lie where only our own maps lead? Postfix drops dots at the end, so they count for nothing here.
fn is_reserved(recipient: &str) -> bool {
    recipient.trim_end_matches('.').ends_with(RESERVED_DOMAIN)
}

fn reject(text: &str) -> PolicyAction {
    PolicyAction::Reject { code: 550, enhanced: "5.7.1".to_owned(), text: text.to_owned() }
}

/// A password as bytes on the wire; what is not UTF-8 cannot have been set.
fn text_password(bytes: &[u8]) -> Option<Password> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// Why a sign-in was refused, in one line for the client.
fn reason(refused: &Verified) -> String {
    match refused {
        Verified::Closed => t!("smtp-closed").into_owned(),
        Verified::PasswordChangeDue => t!("smtp-password-change-due").into_owned(),
        Verified::Wait(wait) => {
            t!("smtp-wait", minutes = i64::try_from(wait.as_secs().div_ceil(60)).unwrap_or(i64::MAX))
                .into_owned()
        }
        Verified::Wrong
        | Verified::Elsewhere
        | Verified::ProgramOnly
        | Verified::NeedsKey
        | Verified::Yes(_) => t!("smtp-wrong").into_owned(),
    }
}
