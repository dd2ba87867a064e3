//! Who acts, as read inside the transaction that acts.

use sqlx::FromRow;

use super::{
    Action, ActionInfo, Authority, Authorized, Explanation, Held, Permission, PermissionSet, Place, Rank,
    Realm, Role, Scope, Target, Visible, Why,
};
use crate::db::{Query, Sql, sql};
use crate::error::{Code, Error, Kind};
use crate::words::{
    ApiKeyId, ClientAddress, GrantId, ImportId, LoginId, MailboxId, SessionId, TenantId, Timestamp,
};

/// Powers given: permissions, where, until when, by whom.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Its row; none for what is built in (one's own login, being nobody).
    pub id: Option<GrantId>,
    /// The role it gives.
    pub role: Role,
    /// What it gives: the role's permissions, or for a Sub-Admin those that were chosen.
    pub permissions: PermissionSet,
    /// Where it holds.
    pub scope: Scope,
    /// The name of where, for a domain.
    pub scope_name: Option<String>,
    /// Who gave it.
    pub giver: Option<String>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// It is dead from this instant on.
    pub until: Option<Timestamp>,
    /// Why it was given, in the giver's words; may be empty.
    pub note: String,
}

#[derive(FromRow)]
pub(super) struct GrantRow {
    pub(super) login_id: LoginId,
    id: GrantId,
    role: String,
    permissions: String,
    scope_kind: String,
    scope_id: i64,
    scope_name: Option<String>,
    given_by_name: String,
    note: String,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
}

impl Grant {
    pub(super) fn built_in(role: Role, scope: Scope) -> Self {
        Self {
            id: None,
            role,
            permissions: role.permissions(),
            scope,
            scope_name: None,
            giver: None,
            since: None,
            until: None,
            note: String::new(),
        }
    }

    /// A stored grant; one that is not understood gives nothing (K32).
    pub(super) fn from_stored(row: GrantRow) -> Option<Self> {
        let role = Role::by_key(&row.role)?;
        let permissions = match role {
            Role::SubAdmin => PermissionSet::from_stored(&row.permissions).within(role.permissions()),
            _ => role.permissions(),
        };
        Some(Self {
            id: Some(row.id),
            role,
            permissions,
            scope_name: row.scope_name,
            scope: Scope::from_stored(&row.scope_kind, row.scope_id)?,
            giver: Some(row.given_by_name),
            since: Some(row.created_at),
            until: row.expires_at,
            note: row.note,
        })
    }

    /// Is it good at this instant?
    pub fn alive(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    pub(super) fn held(&self, now: Timestamp) -> Held {
        Held {
            role: self.role,
            permissions: self.permissions,
            scope: self.scope,
            scope_name: self.scope_name.clone(),
            giver: self.giver.clone(),
            since: self.since,
            until: self.until,
            note: self.note.clone(),
            over: !self.alive(now),
        }
    }
}

/// Who is really at the keyboard while an actor is another (K17).
#[derive(Debug, Clone)]
pub struct RealPerson {
    /// The login.
    pub login: LoginId,
    /// Its realm.
    pub realm: Realm,
    /// The name it signs in with.
    pub name: String,
    /// Why, in the words of the real person.
    pub reason: String,
    /// When it ends, whatever happens.
    pub until: Timestamp,
}

/// What a login acts through.
#[derive(Debug, Clone)]
pub(super) enum Through {
    /// A person's browser.
    Session { id: SessionId, seen: Timestamp },
    /// A program's key.
    Key { id: ApiKeyId, name: String },
    /// The password of an API Sub-Admin, sent along by a program.
    Password,
    /// An import that it began, by the key through which it did.
    Import { id: ImportId, key: Option<(ApiKeyId, String)> },
}

#[derive(Debug, Clone)]
pub(super) enum Who {
    Login {
        id: LoginId,
        realm: Realm,
        through: Through,
        full_name: String,
        tenant: Option<TenantId>,
        mailbox: Option<MailboxId>,
        must_change_password: bool,
    },
    Nobody,
    System,
    Operator,
}

/// Who acts. Made only by opening a transaction.
#[derive(Debug, Clone)]
pub struct Actor {
    who: Who,
    name: String,
    address: ClientAddress,
    authority: Authority,
    real: Option<RealPerson>,
}

impl Actor {
    pub(super) fn new(
        who: Who,
        name: String,
        address: ClientAddress,
        grants: Vec<Grant>,
        real: Option<RealPerson>,
    ) -> Self {
        Self { who, name, address, authority: Authority::new(grants), real }
    }

    /// Who is really at the keyboard, if the actor is another (K17).
    pub fn real(&self) -> Option<&RealPerson> {
        self.real.as_ref()
    }

    /// What was given to it, and what is built in.
    pub fn grants(&self) -> &[Grant] {
        self.authority.grants()
    }

    /// The name it signs in with, or what it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name people call it by.
    pub fn full_name(&self) -> &str {
        match &self.who {
            Who::Login { full_name, .. } if !full_name.is_empty() => full_name,
            _ => &self.name,
        }
    }

    /// Where the request comes from.
    pub fn address(&self) -> ClientAddress {
        self.address
    }

    /// Its login; none for whoever is not signed in, jobs and the command line.
    pub fn login(&self) -> Option<LoginId> {
        match self.who {
            Who::Login { id, .. } => Some(id),
            _ => None,
        }
    }

    /// The session it acts through; none for a program.
    pub fn session(&self) -> Option<SessionId> {
        match self.who {
            Who::Login { through: Through::Session { id, .. }, .. } => Some(id),
            _ => None,
        }
    }

    /// The API key it acts through, with its name.
    pub fn key(&self) -> Option<(ApiKeyId, &str)> {
        match &self.who {
            Who::Login {
                through: Through::Key { id, name } | Through::Import { key: Some((id, name)), .. },
                ..
            } => Some((*id, name)),
            _ => None,
        }
    }

    /// The import within which it acts; nobody is there then.
    pub fn import(&self) -> Option<ImportId> {
        match self.who {
            Who::Login { through: Through::Import { id, .. }, .. } => Some(id),
            _ => None,
        }
    }

    /// Does a program act, by a key or by an API Sub-Admin's password? Nobody is there to be asked for a password.
    pub fn is_program(&self) -> bool {
        matches!(self.who, Who::Login { through: Through::Key { .. } | Through::Password, .. })
    }

    /// When the session was last noted as used.
    pub fn seen(&self) -> Option<Timestamp> {
        match self.who {
            Who::Login { through: Through::Session { seen, .. }, .. } => Some(seen),
            _ => None,
        }
    }

    /// The tenant it belongs to; none for staff.
    pub fn tenant(&self) -> Option<TenantId> {
        match self.who {
            Who::Login { tenant, .. } => tenant,
            _ => None,
        }
    }

    /// The mailbox it is the user of.
    pub fn mailbox(&self) -> Option<MailboxId> {
        match self.who {
            Who::Login { mailbox, .. } => mailbox,
            _ => None,
        }
    }

    /// It must choose a password before anything else works.
    pub fn must_change_password(&self) -> bool {
        matches!(self.who, Who::Login { must_change_password: true, .. })
    }

    /// What kind of actor it is, for the audit log: a realm, `operator`, `system` or `nobody`.
    pub fn kind(&self) -> &'static str {
        match self.who {
            Who::Login { realm, .. } => realm.key(),
            Who::Nobody => "nobody",
            Who::System => "system",
            Who::Operator => "operator",
        }
    }

    /// What its grants let it do; can be asked, but not acted with.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// How high it stands: as high as its highest grant.
    pub fn rank(&self) -> Rank {
        self.authority.rank()
    }

    /// Does it hold `permission` anywhere at this instant? For menus and buttons only; acting asks
    /// [`crate::db::WriteTx::authorize`].
    pub fn holds(&self, permission: Permission, now: Timestamp) -> bool {
        self.authority.holds(permission, now)
    }

    /// Does it hold `permission` over what sits at `place`?
    pub fn may(&self, permission: Permission, place: Place, now: Timestamp) -> bool {
        self.authority.may(permission, place, now)
    }

    /// Does it hold all of `permissions` over what sits at `place`? Nobody hands on what they don't hold.
    pub fn may_all(&self, permissions: PermissionSet, place: Place, now: Timestamp) -> bool {
        self.authority.may_all(permissions, place, now)
    }

    /// The decision and its explanation in one: is `permission` held over what sits at `place` (`None`: anywhere)?
    pub fn explain(&self, permission: Permission, place: Option<Place>, now: Timestamp) -> Explanation {
        self.authority.explain(permission, place, now)
    }

    /// Which `T`s it may see by `permission`; 403 if none anywhere.
    pub(crate) fn visible<T: Target>(
        &self,
        permission: Permission,
        now: Timestamp,
    ) -> Result<Visible<T>, Error> {
        let scopes = self.authority.scopes(permission, now);
        if scopes.is_empty() {
            Err(self.refused(self.explain(permission, None, now)))
        } else {
            Ok(Visible::over(&scopes))
        }
    }

    /// The one decision: not permitted to look (403), not there (404), not permitted to act (403), or a proof.
    pub(crate) async fn authorize<A: Action, Q: Query>(
        &self,
        tx: &mut Q,
        id: <A::Target as Target>::Id,
    ) -> Result<Authorized<A>, Error> {
        let now = tx.now();
        let visible = self.visible::<A::Target>(A::SEES, now)?;
        let target = A::Target::load(tx, &visible, id).await?.ok_or(Code::NoSuchThing)?;
        let decide = |reaches| {
            let action = ActionInfo::of::<A>();
            self.authority.explain_action(action, target.place(), reaches, self.real.is_some(), now)
        };
        let mut decision = decide(Rank::Nobody);
        if decision.why == Why::Granted && A::RESPECTS_RANK {
            decision = decide(target.reaches(tx, self.login()).await?);
        }
        if decision.why != Why::Granted {
            return Err(self.refused(decision));
        }
        Ok(Authorized::prove(target))
    }

    /// One acts only downward (K3). `reaches` is the highest rank of others over whom the act can give control.
    pub fn must_outrank(&self, reaches: Rank, needs: Permission, now: Timestamp) -> Result<(), Error> {
        if self.rank() > reaches {
            Ok(())
        } else {
            Err(self.refused(self.authority.refusal(needs, Why::Outranked(reaches), now)))
        }
    }

    /// The permission that every route declares, anywhere: 403 with an explanation, or nothing.
    pub fn must_hold(&self, permission: Permission, now: Timestamp) -> Result<(), Error> {
        let explanation = self.explain(permission, None, now);
        if explanation.why == Why::Granted { Ok(()) } else { Err(self.refused(explanation)) }
    }

    /// The same over what sits at `place`, of which the actor knows: its own tenant. 403 with an explanation, or nothing.
    pub fn must_hold_over(&self, permission: Permission, place: Place, now: Timestamp) -> Result<(), Error> {
        let explanation = self.explain(permission, Some(place), now);
        if explanation.why == Why::Granted { Ok(()) } else { Err(self.refused(explanation)) }
    }

    /// Whether an action over what sits at `place`, of which the actor knows, would be refused whatever it reaches: for
    /// the page that leads to it. Acting asks [`crate::db::WriteTx::authorize`].
    pub fn may_begin<A: Action>(&self, place: Place, now: Timestamp) -> Result<(), Error> {
        let acting = self.real.is_some();
        let explanation =
            self.authority.explain_action(ActionInfo::of::<A>(), place, Rank::Nobody, acting, now);
        if explanation.why == Why::Granted { Ok(()) } else { Err(self.refused(explanation)) }
    }

    fn refused(&self, explanation: Explanation) -> Error {
        match self.who {
            Who::Login { must_change_password: true, .. } => Error::new(Code::PasswordChangeDue),
            Who::Nobody => Error::new(Code::SignedOut),
            _ => {
                let code = match explanation.why {
                    Why::Outranked(_) => Code::Outranked,
                    Why::NotWhileActing => Code::NotWhileActing,
                    _ => Code::NotPermitted,
                };
                let needs = explanation.needs;
                Error::new(code)
                    .with("needs", needs.key())
                    .with("to", needs.in_words())
                    .explained(explanation)
            }
        }
    }

    /// The row that counts a refusal to somebody signed in.
    pub(crate) fn refusal(&self, action: &'static str, error: &Error, now: Timestamp) -> Option<Sql> {
        const HOUR: i64 = 3_600_000;
        let (Kind::Forbidden | Kind::NotFound, Who::Login { id, tenant, .. }) = (error.kind(), &self.who)
        else {
            return None;
        };
        Some(
            sql("INSERT INTO refusals (hour, login_id, tenant_id, action, code, count, last_at, client_address) \
                 VALUES ($, $, $, $, $, 1, $, $) ON CONFLICT (hour, login_id, action, code) DO UPDATE \
                 SET count = refusals.count + 1, last_at = excluded.last_at, client_address = excluded.client_address")
            .bind(now.0 / HOUR * HOUR)
            .bind(*id)
            .bind(*tenant)
            .bind(action)
            .bind(error.code().key())
            .bind(now)
            .bind(self.address),
        )
    }
}
