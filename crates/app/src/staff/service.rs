//! What owners do with the provider's people.

use std::collections::HashMap;

use bailiwick_base::authz::{Action, Authorized, Caller, Detail, Place, Realm, Role};
use bailiwick_base::db::{Page, PageRequest, Query, WriteTx};
use bailiwick_base::words::{EmailAddress, Installation, Line, LoginId, Timestamp};
use bailiwick_base::{Code, Error};

use super::actions::{AddStaff, DisableStaff, EnableStaff, RemoveStaff, ResendStaffInvitation, UpdateStaff};
use super::member::{StaffMember, StaffStatus};
use super::store::{self, Access};
use crate::core::service;
use crate::domains;
use crate::sign_in::{self, Purpose};

service! {
    /// The provider's own people.
    Staff
}

/// Somebody to be added.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// The name to sign in with.
    pub name: String,
    /// What people call them.
    pub full_name: Line<100>,
    /// Where the invitation goes.
    pub address: EmailAddress,
    /// What they may do.
    pub role: Role,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Why.
    pub note: Line<200>,
}

/// What the form of one of them changes.
#[derive(Debug, Clone)]
pub struct StaffChanges {
    /// The version the form was filled from.
    pub version: i64,
    /// What they may do.
    pub role: Role,
    /// Until when.
    pub until: Option<Timestamp>,
    /// Why.
    pub note: Line<200>,
}

impl Staff {
    /// A page of them, with when each was last signed in.
    pub async fn page(
        &self,
        caller: &Caller,
        search: &str,
        request: &PageRequest,
    ) -> Result<(Page<StaffMember>, HashMap<LoginId, Timestamp>), Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let page = store::page(&mut tx, &visible, search, request).await?;
        drop(tx);
        let ids: Vec<LoginId> = page.rows.iter().map(|member| member.id).collect();
        let seen = sign_in::last_sign_ins(&self.core, &ids).await?;
        Ok((page, seen))
    }

    /// One of them.
    pub async fn get(&self, caller: &Caller, id: LoginId) -> Result<StaffMember, Error> {
        self.core.read(caller).await?.find(id).await
    }

    /// Those whose access somebody gave: it stays when the giver goes, so an owner looks at it then.
    pub async fn given_by(&self, caller: &Caller, giver: LoginId) -> Result<Vec<StaffMember>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        store::given_by(&mut tx, &visible, giver).await
    }

    /// Adds somebody and sends an invitation.
    pub async fn add(&self, caller: &Caller, new: &NewStaff) -> Result<StaffMember, Error> {
        let name = sign_in::login_name(&new.name)?;
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<AddStaff>(Installation).await?;
        may_give(&tx, new.role)?;
        must_last(&tx, new.until)?;
        if domains::is_held(&mut tx, &new.address.domain).await? {
            return Err(Error::new(Code::RecoveryAddressHosted).on("email"));
        }
        let login =
            sign_in::invite_staff(&self.core, &mut tx, &name, new.full_name.as_str(), &new.address).await?;
        let access = Access { role: new.role, until: new.until, note: &new.note };
        store::give(&mut tx, &proof, login, &access).await?;
        let visible = tx.visible()?;
        let member = store::added(&mut tx, &visible, login).await?;
        let detail = Detail::none()
            .set("full_name", &new.full_name)
            .set("role", new.role.key())
            .set("until", day_of(new.until))
            .set("invitation_to", &new.address)
            .reason(new.note.as_str());
        tx.commit(proof.event_about(&member, detail)).await?;
        Ok(member)
    }

    /// Changes role, end and note. A lower role holds from the next request on.
    pub async fn update(&self, caller: &Caller, id: LoginId, changes: &StaffChanges) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let member = authorize::<UpdateStaff>(&mut tx, id).await?;
        if member.version != changes.version {
            return Err(Code::ChangedMeanwhile.into());
        }
        if member.role != Some(changes.role) || member.until != changes.until {
            may_give(&tx, changes.role)?;
            must_last(&tx, changes.until)?;
            if changes.role != Role::StaffOwner || changes.until.is_some() {
                must_leave_an_owner(&mut tx, &member).await?;
            }
            let access = Access { role: changes.role, until: changes.until, note: &changes.note };
            store::give(&mut tx, &member, id, &access).await?;
        } else {
            store::update_note(&mut tx, &member, &changes.note).await?;
        }
        store::grow_version(&mut tx, &member).await?;
        let detail = Detail::none()
            .changed("role", &member.role.map(Role::key), &Some(changes.role.key()))
            .changed("until", &day_of(member.until), &day_of(changes.until))
            .changed("note", &member.note, &changes.note.to_string());
        tx.commit(member.event(detail)).await
    }

    /// Closes the way in; everything that is open ends, and so does what was begun from it.
    pub async fn disable(&self, caller: &Caller, id: LoginId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let member = authorize::<DisableStaff>(&mut tx, id).await?;
        must_leave_an_owner(&mut tx, &member).await?;
        store::disable(&mut tx, &member).await?;
        sign_in::end_links(&mut tx, id).await?;
        sign_in::end_sessions(&mut tx, id, None).await?;
        let detail = Detail::none().changed("status", &member.status, &StaffStatus::Disabled);
        tx.commit(member.event(detail)).await
    }

    /// Opens the way in again. Whoever never chose a password gets a new invitation.
    pub async fn enable(&self, caller: &Caller, id: LoginId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let member = authorize::<EnableStaff>(&mut tx, id).await?;
        may_give_again(&tx, &member)?;
        store::enable(&mut tx, &member).await?;
        let visible = tx.visible()?;
        let now = store::added(&mut tx, &visible, id).await?;
        if now.status == StaffStatus::Invited {
            self.invite(&mut tx, &now).await?;
        }
        tx.commit(member.event(Detail::none().changed("status", &member.status, &now.status))).await
    }

    /// Sends the invitation once more; the one before is dead. The address it went to.
    pub async fn resend_invitation(&self, caller: &Caller, id: LoginId) -> Result<EmailAddress, Error> {
        let mut tx = self.core.write(caller).await?;
        let member = authorize::<ResendStaffInvitation>(&mut tx, id).await?;
        may_give_again(&tx, &member)?;
        if member.status != StaffStatus::Invited {
            return Err(Code::ChangedMeanwhile.into());
        }
        let to = self.invite(&mut tx, &member).await?;
        tx.commit(member.event(Detail::none().set("sent_to", &to))).await?;
        Ok(to)
    }

    async fn invite(&self, tx: &mut WriteTx, member: &StaffMember) -> Result<EmailAddress, Error> {
        let to = member.recovery_address.clone().ok_or(Code::NoRecoveryAddress)?;
        let purpose = Purpose::Invitation;
        sign_in::send_link(&self.core, tx, purpose, Realm::Staff, member.id, &member.name, to.clone())
            .await?;
        Ok(to)
    }

    /// Removes somebody for good. What a person `typed` to confirm it must be the name to sign in with.
    pub async fn remove(&self, caller: &Caller, id: LoginId, typed: Option<&str>) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let member = authorize::<RemoveStaff>(&mut tx, id).await?;
        if typed.is_some_and(|typed| typed.trim() != member.name) {
            let error = Error::new(Code::ConfirmationDiffers).with("name", member.name.as_str());
            return Err(error.on("confirm"));
        }
        must_leave_an_owner(&mut tx, &member).await?;
        store::remove(&mut tx, &member).await?;
        let detail = Detail::none()
            .was("full_name", &member.full_name)
            .was("role", member.role.map(Role::key))
            .was("status", member.status);
        tx.commit(member.event(detail)).await
    }
}

/// Proves an act on one of them who is not oneself.
async fn authorize<A: Action<Target = StaffMember>>(
    tx: &mut WriteTx,
    id: LoginId,
) -> Result<Authorized<A>, Error> {
    let member = tx.authorize::<A>(id).await?;
    if tx.actor().login() == Some(id) { Err(Code::NotOneself.into()) } else { Ok(member) }
}

/// Nobody hands on what they don't hold.
fn may_give(tx: &WriteTx, role: Role) -> Result<(), Error> {
    let mut gives = role.permissions().iter();
    gives.try_for_each(|permission| tx.actor().must_hold_over(permission, Place::default(), tx.now()))
}

/// Opening a login's way in gives what it holds.
fn may_give_again(tx: &WriteTx, member: &StaffMember) -> Result<(), Error> {
    member.role.map_or(Ok(()), |role| may_give(tx, role))
}

/// An end that is over already is a mistake.
fn must_last(tx: &WriteTx, until: Option<Timestamp>) -> Result<(), Error> {
    match until {
        Some(until) if until <= tx.now() => Err(Error::new(Code::DateInPast).on("until")),
        _ => Ok(()),
    }
}

/// After what is about to be done to `member`, somebody else must be an owner who can sign in on any day (K27).
async fn must_leave_an_owner(tx: &mut WriteTx, member: &StaffMember) -> Result<(), Error> {
    let owners = store::lasting_owners(tx).await?;
    if member.is_lasting_owner() && owners.iter().all(|owner| *owner == member.id) {
        return Err(Code::LastStaffOwner.into());
    }
    Ok(())
}

/// The last day of an access, for the history.
fn day_of(until: Option<Timestamp>) -> Option<String> {
    until.map(|until| bailiwick_base::words::Day::last_before(until).to_string())
}
