//! Tasks in the database.

use bailiwick_base::authz::{Authorized, Permission, Place, ScopeKind, Target, Visible};
use bailiwick_base::db::{Order, Page, PageRequest, Query, ReadTx, WriteTx, sql};
use bailiwick_base::words::{Line, LoginId, TaskId, TenantId, Timestamp, limits};
use bailiwick_base::{Code, Error};
use sqlx::FromRow;

use super::actions::{AcceptTask, DeclineTask, RequestUnlimited};
use super::task::{Task, TaskStatus};

#[derive(FromRow)]
struct Row {
    id: TaskId,
    tenant_id: TenantId,
    tenant: String,
    login_id: LoginId,
    login: String,
    text: String,
    status: String,
    asked_by_name: String,
    asked_at: Timestamp,
    closed_by_name: String,
    closed_at: Option<Timestamp>,
    answer: String,
}

impl From<Row> for Task {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            tenant_id: row.tenant_id,
            tenant: row.tenant,
            login_id: row.login_id,
            login: row.login,
            text: row.text,
            status: TaskStatus::from_stored(&row.status),
            asked_by: row.asked_by_name,
            asked_at: row.asked_at,
            closed_by: row.closed_by_name,
            closed_at: row.closed_at,
            answer: row.answer,
        }
    }
}

const SELECT: &str = "SELECT id, tenant_id, (SELECT t.name FROM tenants t WHERE t.id = tasks.tenant_id) AS tenant, \
     login_id, (SELECT l.name FROM logins l WHERE l.id = tasks.login_id) AS login, text, status, asked_by_name, asked_at, \
     closed_by_name, closed_at, answer FROM tasks WHERE kind = 'unlimited'";

impl Target for Task {
    type Id = TaskId;
    const NOUN: &'static str = "task";
    const READ: Permission = Permission::TenantView;
    const COLUMNS: &'static [(ScopeKind, &'static str)] = &[(ScopeKind::Tenant, "tenant_id")];

    fn id(&self) -> TaskId {
        self.id
    }
    fn name(&self) -> String {
        self.login.clone()
    }
    fn place(&self) -> Place {
        Place { tenant: Some(self.tenant_id), login: Some(self.login_id), ..Place::default() }
    }
    async fn load(tx: &mut impl Query, visible: &Visible<Self>, id: TaskId) -> Result<Option<Self>, Error> {
        Ok(visible.find::<Row>(tx, SELECT, id).await?.map(Task::from))
    }
}

const OLDEST_FIRST: Order = Order { columns: "(id)", marks: "($)", descending: false, by: ("id DESC", "id") };
const NEWEST_FIRST: Order = Order { descending: true, ..OLDEST_FIRST };

/// A page of those that wait, the longest waiting first; or of those that were dealt with, the newest first.
pub(super) async fn page(
    tx: &mut ReadTx,
    visible: &Visible<Task>,
    open: bool,
    request: &PageRequest,
) -> Result<Page<Task>, Error> {
    let select = visible.narrow(sql(SELECT));
    let (select, order) = if open {
        (select.push(" AND status = 'open'"), OLDEST_FIRST)
    } else {
        (select.push(" AND status <> 'open'"), NEWEST_FIRST)
    };
    Ok(request.fetch(tx, select, order, limits::PAGE, |row: &Row| vec![row.id.into()]).await?.map(Task::from))
}

/// How many wait.
pub(super) async fn count_open(tx: &mut ReadTx, visible: &Visible<Task>) -> Result<i64, Error> {
    let select =
        sql("SELECT CAST(count(*) AS BIGINT) FROM tasks WHERE kind = 'unlimited' AND status = 'open'");
    let (count,): (i64,) = tx.one(visible.narrow(select)).await?;
    Ok(count)
}

/// The last one about a login.
pub(super) async fn last_of(
    tx: &mut ReadTx,
    visible: &Visible<Task>,
    login: LoginId,
) -> Result<Option<Task>, Error> {
    let select = visible.narrow(sql(SELECT)).push(" AND login_id = $").bind(login);
    Ok(tx.optional::<Row>(select.push(" ORDER BY id DESC LIMIT 1")).await?.map(Task::from))
}

/// Leaves a task; one that is open already for the same login stays the only one.
pub(super) async fn insert(
    tx: &mut WriteTx,
    login: &Authorized<RequestUnlimited>,
    text: &Line<500>,
) -> Result<(), Error> {
    let (asker, name, now) = (tx.actor().login(), tx.actor().name().to_owned(), tx.now());
    let statement = sql(
        "INSERT INTO tasks (tenant_id, kind, login_id, text, status, asked_by, asked_by_name, asked_at) \
         VALUES ($, 'unlimited', $, $, 'open', $, $, $)",
    )
    .bind(login.tenant_id)
    .bind(login.id)
    .bind(text)
    .bind(asker)
    .bind(name)
    .bind(now);
    let inserted = tx.run(statement).await;
    inserted.map(drop).map_err(|error| error.if_taken("tasks", || Error::new(Code::TaskAlreadyOpen)))
}

pub(super) async fn accept(tx: &mut WriteTx, task: &Authorized<AcceptTask>) -> Result<(), Error> {
    close(tx, task.id, TaskStatus::Done, "").await
}

pub(super) async fn decline(
    tx: &mut WriteTx,
    task: &Authorized<DeclineTask>,
    answer: &Line<500>,
) -> Result<(), Error> {
    close(tx, task.id, TaskStatus::Declined, answer.as_str()).await
}

async fn close(tx: &mut WriteTx, task: TaskId, status: TaskStatus, answer: &str) -> Result<(), Error> {
    let (name, now) = (tx.actor().name().to_owned(), tx.now());
    let statement =
        sql("UPDATE tasks SET status = $, closed_by_name = $, closed_at = $, answer = $ WHERE id = $")
            .bind(status.key())
            .bind(name)
            .bind(now)
            .bind(answer)
            .bind(task);
    tx.run(statement).await.map(drop)
}
