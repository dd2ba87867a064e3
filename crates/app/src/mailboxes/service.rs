//! What admins do with mailboxes.

use std::collections::HashMap;

use bailiwick_base::authz::{Action, Authorized, Caller, Detail, Permission, Realm, Target};
use bailiwick_base::db::{Page, PageRequest, Query, WriteTx};
use bailiwick_base::words::{
    DomainId, DomainName, EmailAddress, Line, LocalPart, LocalPartError, MailboxId, Password, Storage,
    Timestamp,
};
use bailiwick_base::{Code, Error, t};

use super::actions::{
    AddMailbox, ChangeRecoveryAddress, DisableMailbox, EnableMailbox, RemoveMailbox, SendResetLink,
    SetMailboxPassword, SetOneTimePassword, UpdateMailbox,
};
use super::store::{self, Mailbox, MailboxStatus, UserLogin};
use crate::addresses::{self, Holder};
use crate::aliases;
use crate::core::service;
use crate::domains;
use crate::emails::{self, Letter};
use crate::jobs;
use crate::ranks;
use crate::settings::Portal;
use crate::sign_in::{self, NewLogin, Purpose};
use crate::tenants;

service! {
    /// Mailboxes, as admins see them.
    Mailboxes
}

/// Which mailboxes a list shows.
#[derive(Debug, Clone, Default)]
pub struct ListFilter {
    /// The beginning of an address or a name.
    pub search: String,
    /// Of this domain only.
    pub domain: Option<DomainId>,
    /// Of this status only.
    pub status: Option<MailboxStatus>,
}

/// A mailbox as a list shows it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The mailbox.
    pub mailbox: Mailbox,
    /// When it was last signed in to.
    pub last_sign_in: Option<Timestamp>,
}

/// How a new user comes to a password.
#[derive(Debug, Clone)]
pub enum FirstPassword {
    /// By a link sent to this address; nobody else ever knows it.
    Invitation(EmailAddress),
    /// This one; it must be changed at the first sign-in if `one_time`.
    Given {
        /// The password.
        password: Password,
        /// Must it be changed first?
        one_time: bool,
        /// Where recovery links go later.
        recovery: Option<EmailAddress>,
    },
}

/// A mailbox to be added.
#[derive(Debug, Clone)]
pub struct NewMailbox {
    /// Before the `@`.
    pub local: LocalPart,
    /// The user's name.
    pub name: Line<100>,
    /// How much mail it may hold.
    pub quota: Storage,
    /// How its user comes to a password.
    pub password: FirstPassword,
}

/// What the form of a mailbox changes. `None` leaves a thing as it is.
#[derive(Debug, Clone)]
pub struct Changes {
    /// The version the form was filled from.
    pub version: i64,
    /// The user's name.
    pub name: Line<100>,
    /// How much mail it may hold.
    pub quota: Storage,
    /// Where recovery links go; `Some(None)` takes it away.
    pub recovery: Option<Option<EmailAddress>>,
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
}

impl Mailboxes {
    /// A page of mailboxes, with their last sign-ins.
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
        Ok(page.map(|mailbox| Listed { last_sign_in: seen.get(&mailbox.id).copied(), mailbox }))
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
        drop(tx);
        let last_sign_in = self.last_sign_ins(&[id]).await?.remove(&id);
        Ok(Shown {
            mailbox,
            recovery: login.recovery_address,
            invited: login.status == "invited",
            one_time: login.password_one_time,
            last_sign_in,
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

    /// Adds a mailbox and its user.
    pub async fn add(&self, caller: &Caller, domain: DomainId, new: NewMailbox) -> Result<Mailbox, Error> {
        let hash = match &new.password {
            FirstPassword::Given { password, .. } => {
                sign_in::check_new_password(password, &[new.local.as_str(), new.name.as_str()])
                    .map_err(|error| error.on("password"))?;
                Some(sign_in::hash_new(&self.core, password.clone()).await?)
            }
            FirstPassword::Invitation(_) => None,
        };
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<AddMailbox>(domain).await?;
        proof.verified()?;
        let address = EmailAddress::new(new.local.clone(), proof.name.clone());
        ranks::may_take(&mut tx, proof.tenant_id, &address, Permission::MailboxAdd).await?;
        if matches!(new.password, FirstPassword::Given { one_time: false, .. }) {
            // Whoever knows a password that stays can read what will come (K4).
            let (actor, now) = (tx.actor().clone(), tx.now());
            actor.may_begin::<SetMailboxPassword>(proof.place(), now)?;
        }
        domains::count(&mut tx, domain, 1, new.quota.as_bytes(), 0).await?;
        tenants::count_mailbox(&mut tx, proof.tenant_id, 1, new.quota.as_bytes()).await?;
        let mailbox = store::insert(&mut tx, &proof, &new.local, &new.name, new.quota).await?;
        addresses::claim(
            &mut tx,
            proof.tenant_id,
            domain,
            &proof.name,
            &new.local,
            Holder::Mailbox(mailbox.id),
        )
        .await?;
        let (one_time, recovery) = match &new.password {
            FirstPassword::Invitation(to) => (false, Some(to)),
            FirstPassword::Given { one_time, recovery, .. } => (*one_time, recovery.as_ref()),
        };
        let login = NewLogin {
            realm: Realm::Mailbox,
            name: &mailbox.address,
            full_name: new.name.as_str(),
            tenant: mailbox.tenant_id,
            mailbox: Some((domain, mailbox.id)),
            password: hash.as_ref().map(|hash| (hash, one_time)),
            recovery,
        };
        login.create(&self.core, &mut tx).await?;
        let detail = Detail::none()
            .set("name", &mailbox.name)
            .set("quota", mailbox.quota)
            .set("password", first_password(&new.password));
        tx.commit(proof.event_about(&mailbox, detail)).await?;
        Ok(mailbox)
    }

    /// Changes name, quota and recovery address.
    pub async fn update(&self, caller: &Caller, id: MailboxId, changes: &Changes) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let mailbox = tx.authorize::<UpdateMailbox>(id).await?;
        if mailbox.version != changes.version {
            return Err(Code::ChangedMeanwhile.into());
        }
        let more = changes.quota.as_bytes() - mailbox.quota.as_bytes();
        if more != 0 {
            domains::count(&mut tx, mailbox.domain_id, 0, more, 0).await?;
            tenants::count_mailbox(&mut tx, mailbox.tenant_id, 0, more).await?;
        }
        store::update(&mut tx, &mailbox, &changes.name, changes.quota).await?;
        let detail = Detail::none().changed("name", &mailbox.name, &changes.name.to_string()).changed(
            "quota",
            &mailbox.quota,
            &changes.quota,
        );
        let mut events = mailbox.event(detail);
        if let Some(recovery) = &changes.recovery {
            let before = store::user_login(&mut tx, id).await?.recovery_address;
            let after = recovery.as_ref().map(ToString::to_string);
            if before != after {
                let proof = tx.authorize::<ChangeRecoveryAddress>(id).await?;
                store::set_recovery(&mut tx, &proof, recovery.as_ref()).await?;
                events = events.and(proof.event(Detail::none().changed("recovery_address", &before, &after)));
            }
        }
        tx.commit(events).await
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
        // Refuse before hashing: who may not set it shall not make us compute.
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

    /// Removes a mailbox and all its mail for good; `typed` must be its address.
    pub async fn remove(&self, caller: &Caller, id: MailboxId, typed: &str) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let mailbox = tx.authorize::<RemoveMailbox>(id).await?;
        if typed.trim().to_lowercase() != mailbox.address {
            return Err(Error::new(Code::ConfirmationDiffers)
                .with("name", mailbox.address.as_str())
                .on("confirm"));
        }
        if store::is_catch_all(&mut tx, &mailbox).await? {
            return Err(Error::new(Code::MailboxInUse).on("confirm"));
        }
        let address: EmailAddress =
            mailbox.address.parse().map_err(|_| Error::internal("a stored address does not parse"))?;
        aliases::forget_target(&mut tx, mailbox.tenant_id, &address).await?;
        addresses::rest(&mut tx, Holder::Mailbox(id)).await?;
        domains::count(&mut tx, mailbox.domain_id, -1, -mailbox.quota.as_bytes(), 0).await?;
        tenants::count_mailbox(&mut tx, mailbox.tenant_id, -1, -mailbox.quota.as_bytes()).await?;
        store::delete(&mut tx, &mailbox).await?;
        tx.enqueue(jobs::disconnect(&tx, id, &mailbox.address)).await?;
        tx.enqueue(jobs::remove_mail(id, &mailbox.address, mailbox.created_at)).await?;
        tx.commit(mailbox.event(Detail::none().was("name", &mailbox.name).was("quota", mailbox.quota))).await
    }
}

fn first_password(password: &FirstPassword) -> &'static str {
    match password {
        FirstPassword::Invitation(_) => "by invitation",
        FirstPassword::Given { one_time: true, .. } => "one-time",
        FirstPassword::Given { one_time: false, .. } => "given",
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

    #[test]
    fn events_of_a_new_mailbox_never_hold_its_password() {
        let given = FirstPassword::Given {
            password: "vexing quilt mango".parse().expect("ok"),
            one_time: false,
            recovery: None,
        };
        assert_eq!(first_password(&given), "given");
    }
}
