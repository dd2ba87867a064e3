//! Asking, accepting, declining.

use bailiwick_base::authz::{Caller, Detail, Permission};
use bailiwick_base::db::{Page, PageRequest, Query};
use bailiwick_base::words::{Line, LoginId, TaskId};
use bailiwick_base::{Code, Error};

use super::actions::{AcceptTask, DeclineTask, RequestUnlimited};
use super::store;
use super::task::{Task, TaskStatus};
use crate::core::service;
use crate::sub_admins::SubAdmin;
use crate::tenants;

service! {
    /// What customers ask of staff.
    Tasks
}

/// How a Sub-Admin stands to unlimited creation.
#[derive(Debug, Clone)]
pub struct UnlimitedState {
    /// The Sub-Admin.
    pub sub_admin: SubAdmin,
    /// The last that was asked about it.
    pub last: Option<Task>,
}

impl UnlimitedState {
    /// Waits something for staff's answer?
    pub fn waits(&self) -> bool {
        self.last.as_ref().is_some_and(|task| task.status == TaskStatus::Open)
    }
}

impl Tasks {
    /// A page of those that wait, or of those that were dealt with.
    pub async fn page(
        &self,
        caller: &Caller,
        open: bool,
        request: &PageRequest,
    ) -> Result<Page<Task>, Error> {
        let mut tx = self.core.read(caller).await?;
        let visible = tx.visible()?;
        let page = store::page(&mut tx, &visible, open, request).await?;
        let inside = tx.actor().tenant().is_none();
        Ok(page.map(|task| if inside { task } else { task.for_customers() }))
    }

    /// One of them.
    pub async fn get(&self, caller: &Caller, id: TaskId) -> Result<Task, Error> {
        let mut tx = self.core.read(caller).await?;
        let task: Task = tx.find(id).await?;
        Ok(if tx.actor().tenant().is_none() { task } else { task.for_customers() })
    }

    /// How many wait for somebody like the caller; none for whoever could not deal with them.
    pub async fn waiting(&self, caller: &Caller) -> Result<i64, Error> {
        let mut tx = self.core.read(caller).await?;
        let now = tx.now();
        if !tx.actor().holds(Permission::TenantUnlimited, now) {
            return Ok(0);
        }
        let visible = tx.visible()?;
        store::count_open(&mut tx, &visible).await
    }

    /// How a Sub-Admin stands, for whoever manages it.
    pub async fn unlimited_state(&self, caller: &Caller, login: LoginId) -> Result<UnlimitedState, Error> {
        let mut tx = self.core.read(caller).await?;
        let proof = tx.authorize::<RequestUnlimited>(login).await?;
        let visible = tx.visible()?;
        let last = store::last_of(&mut tx, &visible, login).await?;
        Ok(UnlimitedState { sub_admin: SubAdmin::clone(&proof), last })
    }

    /// Asks that an API Sub-Admin may create without limits.
    pub async fn request_unlimited(
        &self,
        caller: &Caller,
        login: LoginId,
        text: &Line<500>,
    ) -> Result<(), Error> {
        if text.is_empty() {
            return Err(Error::new(Code::FieldMissing).on("text"));
        }
        let mut tx = self.core.write(caller).await?;
        let proof = tx.authorize::<RequestUnlimited>(login).await?;
        if !proof.api_access {
            return Err(Code::NotAnApiLogin.into());
        }
        if proof.unlimited {
            return Err(Code::ChangedMeanwhile.into());
        }
        store::insert(&mut tx, &proof, text).await?;
        tx.commit(proof.event(Detail::none().reason(text.as_str()))).await
    }

    /// Does what was asked.
    pub async fn accept(&self, caller: &Caller, id: TaskId) -> Result<(), Error> {
        let mut tx = self.core.write(caller).await?;
        let task = tx.authorize::<AcceptTask>(id).await?;
        must_be_open(&task)?;
        let lifted = tenants::lift_limits(&mut tx, task.tenant_id, task.login_id, &task.text).await?;
        store::accept(&mut tx, &task).await?;
        let detail = Detail::none().changed("status", &task.status, &TaskStatus::Done);
        tx.commit(task.event(detail).and(lifted)).await
    }

    /// Refuses it; the answer is for whoever asked.
    pub async fn decline(&self, caller: &Caller, id: TaskId, answer: &Line<500>) -> Result<(), Error> {
        if answer.is_empty() {
            return Err(Error::new(Code::FieldMissing).on("answer"));
        }
        let mut tx = self.core.write(caller).await?;
        let task = tx.authorize::<DeclineTask>(id).await?;
        must_be_open(&task)?;
        store::decline(&mut tx, &task, answer).await?;
        let detail = Detail::none().changed("status", &task.status, &TaskStatus::Declined);
        tx.commit(task.event(detail.reason(answer.as_str()))).await
    }
}

fn must_be_open(task: &Task) -> Result<(), Error> {
    if task.status == TaskStatus::Open { Ok(()) } else { Err(Code::TaskClosed.into()) }
}
