//! Transactions, each with its actor.

use std::collections::HashMap;
use std::sync::Arc;

use super::engine::{Connection, Row};
use super::{Db, Ground, NewJob, Once, Sql, sql};
use crate::authz::{
    Action, Actor, Authority, Authorized, Caller, Events, Permission, Place, Target, Visible, authorities_of,
};
use crate::error::{Code, Error};
use crate::words::{AuditEventId, LoginId, Random, Timestamp, Token};

/// What can be asked within a transaction, whether it may change things or not.
pub trait Query: Send {
    /// The transaction itself, which only the ground can use.
    fn connection(&mut self) -> &mut Connection;

    /// The instant of this transaction: one and the same throughout.
    fn now(&self) -> Timestamp;

    /// What a SELECT of a single target ends with: a lock where this transaction may change the row.
    fn lock(&mut self) -> &'static str {
        ""
    }

    /// All rows.
    fn all<R: Row>(&mut self, sql: Sql) -> impl Future<Output = Result<Vec<R>, Error>> + Send {
        async move { self.connection().all(sql).await }
    }

    /// The one row, if there is one.
    fn optional<R: Row>(&mut self, sql: Sql) -> impl Future<Output = Result<Option<R>, Error>> + Send {
        async move { self.connection().optional(sql).await }
    }

    /// The row that must be there.
    fn one<R: Row>(&mut self, sql: Sql) -> impl Future<Output = Result<R, Error>> + Send {
        async move {
            self.connection()
                .optional(sql)
                .await?
                .ok_or_else(|| Error::internal("a row that must exist does not"))
        }
    }
}

/// A transaction that only reads.
#[derive(Debug)]
pub struct ReadTx {
    connection: Connection,
    actor: Actor,
    now: Timestamp,
    db: Db,
}

/// A transaction that may change things. Dropped without [`WriteTx::commit`], it changes nothing.
#[derive(Debug)]
pub struct WriteTx {
    connection: Connection,
    actor: Actor,
    now: Timestamp,
    db: Db,
    left_job: bool,
    once: Option<Once>,
}

impl Query for ReadTx {
    fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }
    fn now(&self) -> Timestamp {
        self.now
    }
}

impl Query for WriteTx {
    fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }
    fn now(&self) -> Timestamp {
        self.now
    }
    fn lock(&mut self) -> &'static str {
        self.connection.for_update()
    }
}

impl ReadTx {
    pub(super) async fn open(db: &Db, mut connection: Connection, caller: &Caller) -> Result<Self, Error> {
        let now = db.ground.clock.now();
        let actor = caller.load(&mut Loading { connection: &mut connection, now, share: "" }).await?;
        Ok(Self { connection, actor, now, db: db.clone() })
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Which `T`s this actor may see; 403 if it may see none anywhere.
    pub fn visible<T: Target>(&self) -> Result<Visible<T>, Error> {
        self.actor.visible(T::READ, self.now)
    }

    /// Over which `T`s this actor holds `permission`, for choices in forms; 403 if over none anywhere.
    pub fn visible_by<T: Target>(&self, permission: Permission) -> Result<Visible<T>, Error> {
        self.actor.visible(permission, self.now)
    }

    /// One `T` the actor may see: 403, 404 or the thing.
    pub async fn find<T: Target>(&mut self, id: T::Id) -> Result<T, Error> {
        let visible = self.visible::<T>()?;
        T::load(self, &visible, id).await?.ok_or_else(|| Error::new(Code::NoSuchThing))
    }

    /// What the grants of other logins let them do, for whoever may see those logins. It can be asked and explained;
    /// nothing can be done with it.
    pub async fn authorities_of(&mut self, logins: &[LoginId]) -> Result<HashMap<LoginId, Authority>, Error> {
        authorities_of(self, logins).await
    }

    /// The same for one login.
    pub async fn authority_of(&mut self, login: LoginId) -> Result<Authority, Error> {
        let mut of = authorities_of(self, &[login]).await?;
        of.remove(&login).ok_or_else(|| Error::internal("a login without even built-in grants"))
    }

    /// May this actor perform `A` on that target? For looks that are acts of their own, and for
    /// showing only the buttons that work.
    pub async fn authorize<A: Action>(
        &mut self,
        id: <A::Target as Target>::Id,
    ) -> Result<Authorized<A>, Error> {
        let actor = self.actor.clone();
        let refusals = self.db.clone();
        actor.authorize(self, id).await.inspect_err(|error| refusals.note_refusal::<A>(&actor, error))
    }
}

impl WriteTx {
    pub(super) async fn open(db: &Db, mut connection: Connection, caller: &Caller) -> Result<Self, Error> {
        let now = db.ground.clock.now();
        let share = connection.for_share();
        let actor = caller.load(&mut Loading { connection: &mut connection, now, share }).await?;
        let once = caller.once().cloned();
        if let Some(once) = &once {
            once.claim(&mut connection, &actor, now).await?;
        }
        Ok(Self { connection, actor, now, db: db.clone(), left_job: false, once })
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Goes on as the session that was opened in this very transaction, which is read like any other: whoever may
    /// not act through it from the next request on may not here.
    pub async fn go_on_as(&mut self, session: &Caller) -> Result<(), Error> {
        if !session.has_session() {
            return Err(Error::internal("a transaction goes on as a session only"));
        }
        let share = self.connection.for_share();
        let mut loading = Loading { connection: &mut self.connection, now: self.now, share };
        self.actor = session.load(&mut loading).await?;
        Ok(())
    }

    /// The world this transaction stands on.
    pub fn ground(&self) -> &Ground {
        &self.db.ground
    }

    /// A fresh secret of 256 bits.
    pub fn new_secret(&self) -> Token {
        Token::new(&self.db.ground.random)
    }

    /// The source of randomness, for salts.
    pub fn random(&self) -> &Random {
        &self.db.ground.random
    }

    /// Which `T`s this actor may see; 403 if it may see none anywhere.
    pub fn visible<T: Target>(&self) -> Result<Visible<T>, Error> {
        self.actor.visible(T::READ, self.now)
    }

    /// Over which `T`s this actor holds `permission`; 403 if over none anywhere.
    pub fn visible_by<T: Target>(&self, permission: Permission) -> Result<Visible<T>, Error> {
        self.actor.visible(permission, self.now)
    }

    /// Refuses with the reason (403) whoever does not hold what `A` needs over what sits at `place`: for targets of
    /// which the actor knows, its own tenant, where "there is no such thing" would be no answer.
    pub fn must_hold<A: Action>(&self, place: Place) -> Result<(), Error> {
        let held = self.actor.must_hold_over(A::NEEDS, place, self.now);
        held.inspect_err(|error| self.db.note_refusal::<A>(&self.actor, error))
    }

    /// Proves that this actor may perform `A` on that target, and locks the target where the engine can.
    pub async fn authorize<A: Action>(
        &mut self,
        id: <A::Target as Target>::Id,
    ) -> Result<Authorized<A>, Error> {
        let actor = self.actor.clone();
        let refusals = self.db.clone();
        actor.authorize(self, id).await.inspect_err(|error| refusals.note_refusal::<A>(&actor, error))
    }

    /// Proves that this actor may perform `A` on each of those targets: on all of them, or on none (K5).
    pub async fn authorize_all<A: Action>(
        &mut self,
        ids: &[<A::Target as Target>::Id],
    ) -> Result<Vec<Authorized<A>>, Error> {
        let mut proofs = Vec::with_capacity(ids.len());
        for id in ids {
            proofs.push(self.authorize::<A>(*id).await?);
        }
        Ok(proofs)
    }

    /// Changes rows; the number of rows changed.
    pub async fn run(&mut self, sql: Sql) -> Result<u64, Error> {
        self.connection.run(sql).await
    }

    /// Leaves a job for the worker, done only after and only if this commits.
    pub async fn enqueue(&mut self, job: NewJob) -> Result<(), Error> {
        self.left_job = true;
        let statement = job.into_insert(self.now);
        self.connection.run(statement).await.map(drop)
    }

    /// Makes everything durable, with its audit events: no event, no commit (K29).
    pub async fn commit(mut self, events: Events) -> Result<(), Error> {
        let left_event = !events.is_empty();
        for event in events.into_rows(&self.actor, self.now, &self.db.ground.random) {
            let (id,): (AuditEventId,) = self.one(event.row).await?;
            self.connection.run(event.detail.bind(id)).await?;
            self.connection.run(sql("INSERT INTO audit_pending (event_id) VALUES ($)").bind(id)).await?;
        }
        self.connection.commit().await?;
        if let Some(once) = &self.once {
            once.committed();
        }
        if self.left_job {
            self.db.jobs.notify_one();
        }
        if left_event {
            self.db.audit.notify_one();
        }
        Ok(())
    }
}

impl Db {
    /// Counts a refusal to a signed-in actor (not an audit event: nothing was changed).
    fn note_refusal<A: Action>(&self, actor: &Actor, error: &Error) {
        self.count_refusal(actor, A::NAME, error);
    }

    /// Counts a refusal that came before any action: of a page, by the permission it needs.
    pub fn count_refusal(&self, actor: &Actor, tried: &'static str, error: &Error) {
        if let Some(row) = actor.refusal(tried, error, self.ground.clock.now()) {
            self.telemetry.note(row);
        }
    }
}

/// A transaction that reads telemetry: sign-ins, deliveries, refusals. What may be seen of it is narrowed
/// by a [`Visible`] like anything else.
#[derive(Debug)]
pub struct TelemetryTx {
    connection: Connection,
    now: Timestamp,
}

impl TelemetryTx {
    pub(super) fn new(connection: Connection, ground: &Arc<Ground>) -> Self {
        Self { connection, now: ground.clock.now() }
    }
}

impl Query for TelemetryTx {
    fn connection(&mut self) -> &mut Connection {
        &mut self.connection
    }
    fn now(&self) -> Timestamp {
        self.now
    }
}

/// The first moments of a transaction, in which its actor is read.
pub(crate) struct Loading<'t> {
    connection: &'t mut Connection,
    now: Timestamp,
    /// " FOR SHARE" in a write on PostgreSQL: the grants used stay as they are until the commit.
    pub(crate) share: &'static str,
}

impl Query for Loading<'_> {
    fn connection(&mut self) -> &mut Connection {
        self.connection
    }
    fn now(&self) -> Timestamp {
        self.now
    }
}
