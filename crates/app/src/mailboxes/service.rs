//! What admins do with mailboxes.

use std::collections::HashMap;

use bailiwick_base::authz::{Action, Authorized, Caller, Detail, Permission, Realm, Target};
use bailiwick_base::db::{Page, PageRequest, Query, WriteTx};
use bailiwick_base::words::{
    DomainId, DomainName, EmailAddress, LocalPart, LocalPartError, MailboxId, MailboxTypeId, Password,
    Timestamp,
};
use bailiwick_base::{Code, Error, t};

use super::actions::{
    DisableMailbox, EnableMailbox, RemoveMailbox, SendResetLink, SetMailboxPassword, SetOneTimePassword,
};
use super::store::{self, Mailbox, MailboxStatus, UserLogin};
use crate::addresses::{self, Holder};
use crate::aliases;
use crate::core::service;
use crate::domains;
use crate::emails::{self, Letter};
use crate::jobs;
use crate::mail_policy::{Usage, usage};
use crate::settings::Portal;
use crate::sign_in::{self, Purpose};
use crate::tenants;

service! {
    /// Mailboxes, as admins see them.
    Mailboxes
}

/// Which mailboxes a list shows.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    /// What occurs in address or name; with a `*` at the end, or fewer than three letters, what they begin with.
    pub search: String,
    /// Of this domain only.
    pub domain: Option<DomainId>,
    /// Of this status only.
    pub status: Option<MailboxStatus>,
    /// Of this type only.
    pub kind: Option<MailboxTypeId>,
    /// Among these only.
    pub among: Option<Vec<MailboxId>>,
}

/// A mailbox as a list shows it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The mailbox.
    pub mailbox: Mailbox,
    /// When it was last signed in to.
    pub last_sign_in: Option<Timestamp>,
    /// How much it holds; none if that is not known yet.
    pub usage: Option<Usage>,
}

/// One mailbox with what its page shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The mailbox.
    pub mailbox: Mailbox,
    /// Where its recovery links go.
    pub recovery: Option<String>,
    /// It has no password yet.
    pub invited: bool,
    /// Its password must be changed at the next sign-in.
    pub one_time: bool,
    /// When it was last signed in to.
    pub last_sign_in: Option<Timestamp>,
    /// How much it holds; none if that is not known yet.
    pub usage: Option<Usage>,
}

impl Mailboxes {
    /// Those that hold more than nine tenths of their quota, for [`ListFilter::among`], as far as the caller sees them.
    pub async fn nearly_full(&self, caller: &Caller) -> Result<Vec<MailboxId>, Error> {
        let visible = self.core.read(caller).await?.visible()?;
        usage::nearly_full(&self.core, &visible).await
    }

    /// A page of mailboxes, with their last sign-ins and usage.
    pub async fn page(
        &self,
        caller: &Caller,
        filter: &ListFilter,
        request: &PageRequest,
    ) -> Result<Page<Listed>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let page = store::page(&mut tx, &visible, filter, request).await?;
        drop(tx);
        let ids: Vec<MailboxId> = page.rows.iter().map(|mailbox| mailbox.id).collect();
        let seen = self.last_sign_ins(&ids).await?;
        let used = usage::of_all(&self.core, &ids).await?;
        Ok(page.map(|mailbox| Listed {
            last_sign_in: seen.get(&mailbox.id).copied(),
            usage: used.get(&mailbox.id).copied(),
            mailbox,
        }))
    }

    async fn last_sign_ins(&self, ids: &[MailboxId]) -> Result<HashMap<MailboxId, Timestamp>, Error> {
        let mut tx = self.core.db().read_telemetry().await?;
        Ok(store::last_sign_ins(&mut tx, ids).await?.into_iter().collect())
    }

    /// One mailbox.
    pub async fn get(&self, caller: &Caller, id: MailboxId) -> Result<Shown, Error> {
        let mut tx = self.core.read(caller).await?;
        let mailbox: Mailbox = tx.find(id).await?;
        let login = store::user_login(&mut tx, id).await?;
        let (place, now) = (mailbox.place(), tx.now());
        // Where links go concerns whoever sends or changes them, not everybody who sees the user.
        let concerned = [Permission::MailboxAccess, Permission::MailboxSendResetLink];
        let concerned = concerned.into_iter().any(|one| tx.actor().may(one, place, now));
        drop(tx);
        let last_sign_in = self.last_sign_ins(&[id]).await?.remove(&id);
        let usage = usage::of(&self.core, id).await?;
        Ok(Shown {
            mailbox,
            recovery: login.recovery_address.filter(|_| concerned),
            invited: login.status == "invited",
            one_time: login.password_one_time,
            last_sign_in,
            usage,
        })
    }

    /// The id of a visible mailbox by its address.
    pub async fn by_address(&self, caller: &Caller, address: &EmailAddress) -> Result<Mailbox, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        store::by_address(&mut tx, &visible, address).await?.ok_or_else(|| Code::NoSuchThing.into())
    }

    /// The id of a verified domain by its name, for the command line.
    pub async fn domain_by_name(&self, caller: &Caller, name: &DomainName) -> Result<DomainId, Error> {
        let mut tx = self.core.read(caller).await?;
        let found = domains::domain_choice(&mut tx, Permission::MailboxView, name).await?;
        found.ok_or_else(|| Code::NoSuchThing.into())
    }

    /// Nobody can sign in any more, at once and everywhere; mail is still received.
    pub async fn disable(&self, caller: &Caller, id: MailboxId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let mailbox = tx.authorize::<DisableMailbox>(id).await?;
        store::set_status(&mut tx, &mailbox, MailboxStatus::Disabled).await?;
        let login = store::user_login(&mut tx, id).await?;
        sign_in::end_sessions(&mut tx, login.id, Some((id, &mailbox.address))).await?;
        sign_in::end_links(&mut tx, login.id).await?;
        tx.commit(mailbox.event(Detail::none().changed("status", &mailbox.status, &MailboxStatus::Disabled)))
            .await
    }

    /// The user can sign in again.
    pub async fn enable(&self, caller: &Caller, id: MailboxId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let mailbox = tx.authorize::<EnableMailbox>(id).await?;
        store::set_status(&mut tx, &mailbox, MailboxStatus::Active).await?;
        tx.commit(mailbox.event(Detail::none().changed("status", &mailbox.status, &MailboxStatus::Active)))
            .await
    }

    /// Sends a link to set a new password to the recovery address; the address it went to.
    pub async fn send_reset_link(&self, caller: &Caller, id: MailboxId) -> Result<EmailAddress, Error> {
        let mut tx = self.core.write(caller).await?;
        let mailbox = tx.authorize::<SendResetLink>(id).await?;
        let login = store::user_login(&mut tx, id).await?;
        let to: EmailAddress = login
            .recovery_address
            .as_deref()
            .and_then(|address| address.parse().ok())
            .ok_or(Code::NoRecoveryAddress)?;
        let purpose = if login.status == "invited" { Purpose::Invitation } else { Purpose::Reset };
        sign_in::send_link(
            &self.core,
            &mut tx,
            purpose,
            Realm::Mailbox,
            login.id,
            &mailbox.address,
            to.clone(),
        )
        .await?;
        tx.commit(mailbox.event(Detail::none().set("sent_to", &to))).await?;
        Ok(to)
    }

    /// Sets a password we make, which must be changed at the first sign-in. It is returned once and kept nowhere.
    pub async fn set_one_time_password(&self, caller: &Caller, id: MailboxId) -> Result<String, Error> {
        // Refuse before hashing: who may not set it shall not make us compute.
        self.core.read(caller).await?.authorize::<SetOneTimePassword>(id).await?;
        let password = one_time_password(&self.core.ground().random.bytes());
        let typed: Password = password.parse().map_err(|_| Code::PasswordTooLong)?;
        let hash = sign_in::hash_new(&self.core, typed).await?;
        let mut tx = self.core.write(caller).await?;
        let mailbox = tx.authorize::<SetOneTimePassword>(id).await?;
        let login = store::user_login(&mut tx, id).await?;
        self.replace_password(&mut tx, &login, &mailbox, &hash, true).await?;
        tx.commit(mailbox.event(Detail::none())).await?;
        Ok(password)
    }

    /// Sets a password silently.
    pub async fn set_password(
        &self,
        caller: &Caller,
        id: MailboxId,
        password: Password,
    ) -> Result<(), Error> {
        self.core.read(caller).await?.authorize::<SetMailboxPassword>(id).await?;
        let hash = sign_in::hash_new(&self.core, password.clone()).await?;
        let mut tx = self.core.write(caller).await?;
        let mailbox = tx.authorize::<SetMailboxPassword>(id).await?;
        sign_in::check_new_password(&password, &[&mailbox.address, &mailbox.name])?;
        let login = store::user_login(&mut tx, id).await?;
        self.replace_password(&mut tx, &login, &mailbox, &hash, false).await?;
        tx.commit(mailbox.event(Detail::none())).await
    }

    async fn replace_password<A: Action<Target = Mailbox>>(
        &self,
        tx: &mut WriteTx,
        login: &UserLogin,
        mailbox: &Authorized<A>,
        hash: &bailiwick_base::words::PasswordHash,
        one_time: bool,
    ) -> Result<(), Error> {
        sign_in::replace_password(tx, login.id, Some((mailbox.id, &mailbox.address)), hash, one_time).await?;
        if !one_time {
            return Ok(());
        }
        let told = [Some(mailbox.address.clone()), login.recovery_address.clone()];
        let admin =
            tenants::main_admin_address(tx, mailbox.tenant_id).await?.map(|address| address.to_string());
        for (number, to) in told.into_iter().chain([admin]).flatten().enumerate() {
            let Ok(to) = to.parse::<EmailAddress>() else { continue };
            let key =
                format!("one-time password {} {} {number}", mailbox.id, bailiwick_base::db::Query::now(tx).0);
            emails::enqueue(tx, key, &self.notice(to, &mailbox.address)).await?;
        }
        Ok(())
    }

    /// Tells that an administrator has set a one-time password.
    fn notice(&self, to: EmailAddress, address: &str) -> Letter {
        Letter {
            to,
            subject: t!("mail-one-time-subject", address = address).into_owned(),
            paragraphs: vec![
                t!("mail-one-time-text", address = address).into_owned(),
                t!("mail-one-time-what-to-do").into_owned(),
            ],
            link: Some((
                t!("mail-one-time-link").into_owned(),
                self.core.settings().origins.of(Portal::Mail).to_owned(),
            )),
        }
    }

    /// Removes a mailbox and all its mail for good. What a person `typed` to confirm it must be its address.
    pub async fn remove(&self, caller: &Caller, id: MailboxId, typed: Option<&str>) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let mailbox = tx.authorize::<RemoveMailbox>(id).await?;
        if typed.is_some_and(|typed| typed.trim().to_lowercase() != mailbox.address) {
            return Err(Error::new(Code::ConfirmationDiffers)
                .with("name", mailbox.address.as_str())
                .on("confirm"));
        }
        if store::is_catch_all(&mut tx, &mailbox).await? {
            return Err(Error::new(Code::MailboxInUse).on("confirm"));
        }
        let address: EmailAddress =
            mailbox.address.parse().map_err(|_| Error::internal("a stored address does not parse"))?;
        // The domain's row before the tenant's and any address, as in all that adds: else two would wait for each other.
        domains::count(&mut tx, mailbox.domain_id, -1, -mailbox.quota.as_bytes(), 0).await?;
        aliases::forget_target(&mut tx, mailbox.tenant_id, &address).await?;
        addresses::rest(&mut tx, Holder::Mailbox(id)).await?;
        tenants::count_storage(&mut tx, mailbox.tenant_id, -mailbox.quota.as_bytes()).await?;
        tenants::give_back(&mut tx, mailbox.tenant_id, mailbox.kind).await?;
        store::delete(&mut tx, &mailbox).await?;
        tx.enqueue(jobs::disconnect(&tx, id, &mailbox.address)).await?;
        tx.enqueue(jobs::remove_mail(id, &mailbox.address, mailbox.created_at)).await?;
        tx.commit(mailbox.event(Detail::none().was("name", &mailbox.name).was("quota", mailbox.quota)))
            .await?;
        usage::forget(&self.core, id);
        Ok(())
    }
}

/// 80 random bits in four groups, easy to read out: `k3fm-7qwa-…`.
fn one_time_password(bytes: &[u8; 10]) -> String {
    let text = data_encoding::BASE32_NOPAD.encode(bytes).to_ascii_lowercase();
    text.as_bytes()
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect::<Vec<_>>()
        .join("-")
}

/// A local part for a new address, naming the form field.
pub(super) fn new_local_part(text: &str) -> Result<LocalPart, Error> {
    LocalPart::for_new_address(text.trim()).map_err(|error: LocalPartError| {
        Error::new(Code::LocalPartInvalid).on("username").because(format!("{error:?}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_time_password_is_long_enough_and_easy_to_read_out() {
        assert_eq!(one_time_password(&[0; 10]), "aaaa-aaaa-aaaa-aaaa");
        let password: Password =
            one_time_password(&[7, 99, 200, 41, 5, 18, 77, 250, 3, 91]).parse().expect("short enough");
        assert_eq!(password.check_new(&["ann@a.test"]), Ok(()));
    }
}
