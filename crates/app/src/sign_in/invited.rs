//! Logins that others make, and the links that are mailed or handed out to them. How many mails that may be is bounded
//! here, for whoever sends them.

use bailiwick_base::authz::{Realm, Scope};
use bailiwick_base::db::WriteTx;
use bailiwick_base::words::{DomainId, EmailAddress, LoginId, MailboxId, PasswordHash, TenantId, limits};
use bailiwick_base::{Code, Error};

use super::links::{self, Purpose};
use super::store::{self, LoginToInsert};
use crate::core::Core;
use crate::emails;
use crate::settings::Portal;

/// A login another slice creates: a main Admin, a mailbox's user.
#[derive(Debug)]
pub struct NewLogin<'a> {
    /// Its realm.
    pub realm: Realm,
    /// The name it signs in with.
    pub name: &'a str,
    /// What people call it.
    pub full_name: &'a str,
    /// Its tenant.
    pub tenant: TenantId,
    /// Its domain and mailbox, for a mailbox's user.
    pub mailbox: Option<(DomainId, MailboxId)>,
    /// Its password and whether it must be changed at the first sign-in; without one it is invited.
    pub password: Option<(&'a PasswordHash, bool)>,
    /// Where its invitations and recovery links go.
    pub recovery: Option<&'a EmailAddress>,
}

impl NewLogin<'_> {
    /// Creates it, and invites it if it has no password.
    pub(crate) async fn create(&self, core: &Core, tx: &mut WriteTx) -> Result<LoginId, Error> {
        let id = store::insert_login(tx, &self.to_insert()).await?;
        if let (None, Some(to)) = (self.password, self.recovery) {
            send_link(core, tx, Purpose::Invitation, self.realm, id, self.name, to.clone()).await?;
        }
        Ok(id)
    }

    fn to_insert(&self) -> LoginToInsert<'_> {
        LoginToInsert {
            realm: self.realm,
            name: self.name,
            full_name: self.full_name,
            tenant: Some(self.tenant),
            domain: self.mailbox.map(|(domain, _)| domain),
            mailbox: self.mailbox.map(|(_, mailbox)| mailbox),
            status: if self.password.is_some() { "active" } else { "invited" },
            password: self.password.map(|(hash, _)| hash),
            one_time: self.password.is_some_and(|(_, one_time)| one_time),
            recovery: self.recovery,
        }
    }

    /// Creates it as one of many, and invites it at `invited`, which was counted before: [`count_invitation`].
    pub(crate) async fn create_with_others(
        &self,
        core: &Core,
        tx: &mut WriteTx,
        invited: Option<&EmailAddress>,
    ) -> Result<LoginId, Error> {
        let id = store::insert_login(tx, &self.to_insert()).await?;
        if let Some(to) = invited {
            mail_link(core, tx, Purpose::Invitation, self.realm, id, self.name, to.clone()).await?;
        }
        Ok(id)
    }

    /// Gives a role over the login's tenant.
    pub(crate) async fn grant_over_tenant(
        &self,
        tx: &mut WriteTx,
        login: LoginId,
        role: bailiwick_base::authz::Role,
    ) -> Result<(), Error> {
        store::insert_grant(tx, login, role.key(), Scope::Tenant(self.tenant).to_stored(), Some(self.tenant))
            .await
    }
}

/// Creates a login of one of the provider's people, without any power yet, and invites it.
pub(crate) async fn invite_staff(
    core: &Core,
    tx: &mut WriteTx,
    name: &str,
    full_name: &str,
    recovery: &EmailAddress,
) -> Result<LoginId, Error> {
    let login = LoginToInsert {
        realm: Realm::Staff,
        name,
        full_name,
        tenant: None,
        domain: None,
        mailbox: None,
        status: "invited",
        password: None,
        one_time: false,
        recovery: Some(recovery),
    };
    let id = store::insert_login(tx, &login).await?;
    send_link(core, tx, Purpose::Invitation, Realm::Staff, id, name, recovery.clone()).await?;
    Ok(id)
}

/// Makes a link for a login and leaves the letter that carries it.
pub(crate) async fn send_link(
    core: &Core,
    tx: &mut WriteTx,
    purpose: Purpose,
    realm: Realm,
    login: LoginId,
    name: &str,
    to: EmailAddress,
) -> Result<(), Error> {
    let mut within = is_within(core, tx, &to).await?;
    if let Some(giver) = tx.actor().login() {
        within &= count_mail(tx, &format!("links by {giver}"), limits::LINKS_BY_LOGIN).await?;
    }
    if !within {
        return Err(Code::TooManyMails.into());
    }
    mail_link(core, tx, purpose, realm, login, name, to).await
}

/// Counts one more invitation to an address, for whoever sends many at once. How many those may be in all is counted
/// elsewhere: for an import by its rows, and by the tenant's imports of a day.
pub(crate) async fn count_invitation(core: &Core, tx: &mut WriteTx, to: &EmailAddress) -> Result<(), Error> {
    if is_within(core, tx, to).await? { Ok(()) } else { Err(Code::TooManyMails.into()) }
}

/// Counts one more link to an address: is it still within what one address gets in an hour?
async fn is_within(core: &Core, tx: &mut WriteTx, to: &EmailAddress) -> Result<bool, Error> {
    let hidden = data_encoding::HEXLOWER
        .encode(&core.ground().keys.mac("mailed link", to.to_string().as_bytes())[..10]);
    count_mail(tx, &format!("links to {hidden}"), limits::LINKS_TO_ADDRESS).await
}

pub(super) async fn mail_link(
    core: &Core,
    tx: &mut WriteTx,
    purpose: Purpose,
    realm: Realm,
    login: LoginId,
    name: &str,
    to: EmailAddress,
) -> Result<(), Error> {
    let token = links::issue(tx, purpose, Some(login), &to.to_string()).await?;
    let key = data_encoding::HEXLOWER.encode(&token.hash().to_vec());
    let letter = links::letter_of(&core.settings().origins, Portal::of(realm), purpose, to, name, &token);
    emails::enqueue(tx, key, &letter).await
}

/// Makes a link to set a new password that is handed out rather than sent; older ones are dead.
pub(crate) async fn hand_out_reset_link(
    core: &Core,
    tx: &mut WriteTx,
    realm: Realm,
    login: LoginId,
) -> Result<String, Error> {
    let token = links::issue(tx, Purpose::Reset, Some(login), "command line").await?;
    Ok(format!("{}/link/{}", core.settings().origins.of(Portal::of(realm)), token.reveal()))
}

/// Counts one more mail of a kind within this transaction: is it still within `limit` an hour?
pub(crate) async fn count_mail(tx: &mut WriteTx, kind: &str, limit: i64) -> Result<bool, Error> {
    Ok(store::count_in(tx, kind).await? <= limit)
}
