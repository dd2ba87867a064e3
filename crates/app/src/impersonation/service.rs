//! Beginning and ending to act as another.

use bailiwick_base::authz::{Action, Caller, Detail, Events, Realm, Target};
use bailiwick_base::db::{Query, WriteTx};
use bailiwick_base::words::{
    ClientAddress, ImpersonationId, Installation, Line, LoginId, TenantId, Token, limits,
};
use bailiwick_base::{Code, Error};

use super::actions::{
    BeginImpersonation, CloseImpersonation, EnterByToken, Impersonate, LeaveImpersonation,
    TimeOutImpersonation,
};
use super::store::{self, Impersonation};
use crate::core::service;
use crate::settings::Portal;
use crate::sign_in;
use crate::tenants::{self, AdminLogin, LoginStatus, Tenant};

service! {
    /// Signing in as an Admin.
    Impersonations
}

/// Those that are ended in one round of housekeeping.
const ROUND: i64 = 200;

/// Whom a token leads to, for the page that it is brought to.
#[derive(Debug, Clone)]
pub struct Handover {
    /// The name of the login that will be acted as.
    pub name: String,
    /// What people call it.
    pub full_name: String,
    /// Its tenant's name.
    pub tenant: String,
    /// Why, in the words of whoever acts.
    pub reason: String,
}

/// Can be acted as, by whoever may at all.
pub(super) fn can_be_acted_as(admin: &AdminLogin) -> bool {
    admin.status == LoginStatus::Active && !admin.must_change_password && !admin.api_access
}

impl Impersonations {
    /// The tenant and those of its Admins that can be acted as, the main Admin first.
    pub async fn choices(
        &self,
        caller: &Caller,
        tenant: TenantId,
    ) -> Result<(Tenant, Vec<AdminLogin>), Error> {
        let mut tx = self.core.read(caller).await?;
        let proof = tx.authorize::<Impersonate>(tenant).await?;
        let visible = tx.visible::<AdminLogin>()?;
        let mut admins = tenants::admin_choices(&mut tx, &visible, tenant).await?;
        admins.retain(can_be_acted_as);
        Ok((Tenant::clone(&proof), admins))
    }

    /// Makes the token that leads into the Admin Panel as `login`; the address to bring it to.
    pub async fn hand_over(
        &self,
        caller: &Caller,
        tenant: TenantId,
        login: LoginId,
        reason: &Line<200>,
    ) -> Result<String, Error> {
        if reason.is_empty() {
            return Err(Error::new(Code::FieldMissing).on("reason"));
        }
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<Impersonate>(tenant).await?;
        let parent = tx.actor().session().ok_or(Code::SignedOut)?;
        let visible = tx.visible::<AdminLogin>()?;
        let admin = AdminLogin::load(&mut tx, &visible, login).await?.ok_or(Code::NoSuchThing)?;
        if admin.tenant_id != tenant {
            return Err(Code::NoSuchThing.into());
        }
        let (actor, now) = (tx.actor().clone(), tx.now());
        actor.must_outrank(admin.rank(), Impersonate::NEEDS, now)?;
        if !can_be_acted_as(&admin) || proof.status != tenants::TenantStatus::Active {
            return Err(Error::new(Code::CannotActAs).on("login"));
        }
        let token = tx.new_secret();
        store::insert_token(&mut tx, &proof, login, parent, reason, token.hash()).await?;
        tx.commit(proof.event(Detail::none().set("login", &admin.name).reason(reason.as_str()))).await?;
        Ok(format!("{}/act/{}", self.core.settings().origins.of(Portal::Admin), token.reveal()))
    }

    /// Whom a token leads to, if it is still good. Takes nothing.
    pub async fn announced(&self, token: &str, address: ClientAddress) -> Result<Option<Handover>, Error> {
        let Ok(token) = token.parse::<Token>() else { return Ok(None) };
        let mut tx = self.core.read(&Caller::anonymous(address)).await?;
        let announced = store::announced(&mut tx, token.hash()).await?;
        Ok(announced.map(|told| Handover {
            name: told.name,
            full_name: told.full_name,
            tenant: told.tenant,
            reason: told.reason,
        }))
    }

    /// Takes a token and opens the session that is acted with; the new session's cookie.
    ///
    /// The session it came from must be alive and its login still allowed to act as this one: the new session is read
    /// here as each of its requests will read it.
    pub async fn enter(&self, token: &Token, address: ClientAddress, agent: &str) -> Result<Token, Error> {
        let mut tx = self.core.write(&Caller::anonymous(address)).await?;
        let proof = tx.authorize::<EnterByToken>(Installation).await?;
        let brought = store::take_token(&mut tx, &proof, token.hash()).await?;
        if !store::began_in(&mut tx, brought.parent_session_id, address.network()).await? {
            return Err(Code::LinkInvalid.into()); // brought from elsewhere than it was asked for
        }
        let cookie = tx.new_secret();
        let agent = sign_in::short_agent(agent);
        store::insert_session(&mut tx, &proof, &brought, cookie.hash(), address, &agent).await?;
        let session = Caller::session(cookie.hash(), Realm::Admin, address);
        tx.go_on_as(&session).await.map_err(|error| match error.code() {
            Code::SignedOut => Code::LinkInvalid.into(),
            _ => error,
        })?;
        let begun = begin(&mut tx, brought.login_id).await?;
        tx.commit(begun).await?;
        Ok(cookie)
    }

    /// Ends the caller's acting as another; the tenant it was in.
    pub async fn leave(&self, caller: &Caller) -> Result<TenantId, Error> {
        let mut tx = self.core.write(caller).await?;
        let session = tx.actor().session().ok_or(Code::SignedOut)?;
        let id = store::of_session(&mut tx, session).await?.ok_or(Code::NoSuchThing)?;
        let impersonation = tx.authorize::<LeaveImpersonation>(id).await?;
        store::leave(&mut tx, &impersonation).await?;
        let tenant = impersonation.tenant_id;
        tx.commit(impersonation.event(Detail::none())).await?;
        Ok(tenant)
    }

    /// Writes down the end of those whose time is over or whose session has ended before; how many.
    pub async fn end_over(&self) -> Result<usize, Error> {
        let over = {
            let mut tx = self.core.read(&system()).await?;
            let visible = tx.visible_by::<Impersonation>(TimeOutImpersonation::NEEDS)?;
            store::over(&mut tx, &visible, ROUND).await?
        };
        let mut ended = 0;
        for (id, by_time) in over {
            let done = if by_time {
                self.end::<TimeOutImpersonation>(id).await
            } else {
                self.end::<CloseImpersonation>(id).await
            };
            ended += usize::from(done?);
        }
        Ok(ended)
    }

    /// Ended by somebody else meanwhile, it is left as it is.
    async fn end<A: Action<Target = Impersonation>>(&self, id: ImpersonationId) -> Result<bool, Error> {
        let mut tx = self.core.write(&system()).await?;
        let impersonation = match tx.authorize::<A>(id).await {
            Err(error) if error.code() == Code::NoSuchThing => return Ok(false),
            found => found?,
        };
        store::end_over(&mut tx, &impersonation).await?;
        tx.commit(impersonation.event(Detail::none())).await?;
        Ok(true)
    }
}

fn system() -> Caller {
    Caller::system("end impersonations")
}

/// Records the beginning, as the one who is acted as, with the real person beside.
async fn begin(tx: &mut WriteTx, login: LoginId) -> Result<Events, Error> {
    let actor = tx.actor().clone();
    let lost = || Error::internal("the session that was opened lacks what it was opened with");
    let (session, tenant) = actor.session().zip(actor.tenant()).ok_or_else(lost)?;
    let real = actor.real().ok_or_else(lost)?;
    let proof = tx.authorize::<BeginImpersonation>(login).await?;
    let begun = store::insert(tx, &proof, tenant, session, real).await?;
    let minutes = i64::try_from(limits::IMPERSONATION.as_secs() / 60).unwrap_or(i64::MAX);
    Ok(proof.event_about(&begun, Detail::none().set("minutes", minutes)))
}
