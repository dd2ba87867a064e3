//! Actions, their targets, and the proofs that store functions ask for.

use std::fmt::Display;
use std::marker::PhantomData;
use std::ops::{Deref, RangeBounds};

use super::{Detail, Events, Permission, Place, Rank, Scope, ScopeKind};
use crate::db::{Query, Row, Sql, Value, sql};
use crate::error::Error;
use crate::words::{Installation, LoginId};

/// A kind of thing that can be acted on. Implemented in each slice's `store.rs`.
pub trait Target: Sized + Send + Sync {
    /// How it is named.
    type Id: Copy + Display + Send + Sync;
    /// The word for it in the audit log.
    const NOUN: &'static str;
    /// The permission that lets one see it.
    const READ: Permission;
    /// Its own columns by which a SELECT is narrowed. A scope of a kind without a column sees nothing.
    const COLUMNS: &'static [(ScopeKind, &'static str)];
    /// Its id.
    fn id(&self) -> Self::Id;
    /// What people call it, for the audit log.
    fn name(&self) -> String;
    /// Where it sits, for grants to cover.
    fn place(&self) -> Place;
    /// The highest rank of anybody but `except` over whom control of this thing can give control, because mail to
    /// them passes through it or because it is their login (K3).
    fn reaches(
        &self,
        _tx: &mut impl Query,
        _except: Option<LoginId>,
    ) -> impl Future<Output = Result<Rank, Error>> + Send {
        async { Ok(Rank::Nobody) }
    }
    /// Loads it, if it is among the visible ones; locks the row in a write (see [`Visible::find`]).
    fn load(
        tx: &mut impl Query,
        visible: &Visible<Self>,
        id: Self::Id,
    ) -> impl Future<Output = Result<Option<Self>, Error>> + Send;
}

/// One thing that can be done. A unit struct per action.
pub trait Action: Send + Sync + 'static {
    /// What it is done to; for "create", the parent.
    type Target: Target;
    /// `noun.verb_phrase`: in the audit log, the API's documents, the matrix and error texts.
    const NAME: &'static str;
    /// The permission it needs over its target.
    const NEEDS: Permission;
    /// The permission by which the target is seen at all; another than the target's own where one may
    /// add to a thing without seeing it (users to a domain).
    const SEES: Permission = <Self::Target as Target>::READ;
    /// May it be done while acting as somebody else (K17)?
    const WHILE_IMPERSONATING: bool = true;
    /// Is it refused where the target can give control over somebody who is not of lower rank (K3)?
    const RESPECTS_RANK: bool = false;
}

/// An action as the matrix prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionInfo {
    /// Its name.
    pub name: &'static str,
    /// What it needs.
    pub needs: Permission,
    /// What its target is seen by.
    pub sees: Permission,
    /// What it is done to.
    pub target: &'static str,
    /// The kinds of scope by which such things are narrowed: where they lie.
    pub lies_in: &'static [(ScopeKind, &'static str)],
    /// May it be done while acting as somebody else?
    pub while_impersonating: bool,
    /// Is it refused where it could give control over somebody who is not of lower rank?
    pub respects_rank: bool,
}

impl ActionInfo {
    /// Describes `A`.
    pub const fn of<A: Action>() -> Self {
        Self {
            name: A::NAME,
            needs: A::NEEDS,
            sees: A::SEES,
            target: <A::Target as Target>::NOUN,
            lies_in: <A::Target as Target>::COLUMNS,
            while_impersonating: A::WHILE_IMPERSONATING,
            respects_rank: A::RESPECTS_RANK,
        }
    }
}

/// Proof: this actor may perform `A` on *this* target, which it carries.
#[derive(Debug)]
pub struct Authorized<A: Action> {
    target: A::Target,
}

impl<A: Action> Authorized<A> {
    pub(super) fn prove(target: A::Target) -> Self {
        Self { target }
    }

    /// The audit event: the action, done to its target.
    pub fn event(&self, detail: impl Into<Detail>) -> Events {
        Events::one::<A>(&self.target, detail.into())
    }

    /// The audit event about something the action made, or another thing it touched.
    pub fn event_about<T: Target>(&self, other: &T, detail: impl Into<Detail>) -> Events {
        Events::one::<A>(other, detail.into())
    }
}

impl<A: Action> Deref for Authorized<A> {
    type Target = <A as Action>::Target;

    fn deref(&self) -> &Self::Target {
        &self.target
    }
}

/// Which `T`s an actor may see: narrows any SELECT of `T` over the table's own columns.
#[derive(Debug, Clone)]
pub struct Visible<T> {
    everywhere: bool,
    columns: Vec<(&'static str, Vec<i64>)>,
    of: PhantomData<fn() -> T>,
}

impl<T: Target> Visible<T> {
    pub(super) fn over(scopes: &[Scope]) -> Self {
        let mut columns: Vec<(&'static str, Vec<i64>)> = Vec::new();
        for (kind, column) in T::COLUMNS {
            let ids: Vec<i64> = scopes
                .iter()
                .filter(|scope| scope.kind() == *kind)
                .map(|scope| scope.to_stored().1)
                .collect();
            if !ids.is_empty() {
                columns.push((column, ids));
            }
        }
        Self { everywhere: scopes.contains(&Scope::Everywhere), columns, of: PhantomData }
    }

    /// The districts in which they lie, for an index that knows them; none where all may be seen. What is found by
    /// them must still be narrowed.
    pub fn districts(&self) -> impl Iterator<Item = (ScopeKind, i64)> {
        let columns = if self.everywhere { &[][..] } else { &self.columns[..] };
        let kind = |column| T::COLUMNS.iter().find(|(_, of)| *of == column).map(|(kind, _)| *kind);
        columns.iter().flat_map(move |(column, ids)| {
            ids.iter().filter_map(move |id| kind(*column).map(|kind| (kind, *id)))
        })
    }

    /// Without the districts of a kind whose ids are outside this range, where a page is bounded so anyhow: what a list
    /// has left behind is not looked through again.
    #[must_use]
    pub fn only(&self, kind: ScopeKind, ids: impl RangeBounds<i64>) -> Self {
        let columns = self.columns.iter().map(|(column, all)| {
            let of_kind = T::COLUMNS.contains(&(kind, column));
            (*column, all.iter().copied().filter(|id| !of_kind || ids.contains(id)).collect())
        });
        Self { everywhere: self.everywhere, columns: columns.collect(), of: PhantomData }
    }

    /// Appends `AND …` so that only visible rows remain.
    pub fn narrow(&self, select: Sql) -> Sql {
        if self.everywhere {
            return select;
        }
        let mut columns = self.columns.iter();
        let within = |select: Sql, (column, ids): &(&'static str, Vec<i64>)| {
            select.is_in(column, ids.iter().map(|id| Value::Int(Some(*id))))
        };
        let Some(first) = columns.next() else { return select.push(" AND FALSE") };
        // SQLite uses no index for what stands in an OR with anything else, be it FALSE.
        if columns.len() == 0 {
            return within(select.push(" AND "), first);
        }
        let select = within(select.push(" AND ("), first);
        columns.fold(select, |select, column| within(select.push(" OR "), column)).push(")")
    }

    /// Loads one row by id out of `select` (which ends in a condition), narrowed, locked in a write.
    pub async fn find<R: Row>(
        &self,
        tx: &mut impl Query,
        select: &'static str,
        id: impl Into<Value>,
    ) -> Result<Option<R>, Error> {
        let lock = tx.lock();
        tx.optional(self.narrow(sql(select)).push(" AND id = $").bind(id).push(lock)).await
    }
}

impl Target for Installation {
    type Id = Installation;
    const NOUN: &'static str = "installation";
    const READ: Permission = Permission::ComeIn;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[];

    fn id(&self) -> Self::Id {
        Installation
    }
    fn name(&self) -> String {
        "installation".to_owned()
    }
    fn place(&self) -> Place {
        Place::default()
    }
    async fn load(_: &mut impl Query, _: &Visible<Self>, _: Self::Id) -> Result<Option<Self>, Error> {
        Ok(Some(Installation))
    }
}
