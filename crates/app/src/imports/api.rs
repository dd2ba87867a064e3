//! Imports in the JSON API.

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bailiwick_base::authz::{Caller, Permission};
use bailiwick_base::words::{ImportId, limits};
use bailiwick_base::{Code, Error};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use super::import::{Import, ImportRow};
use super::kind::Kind;
use super::service::{Imports, Source};
use crate::api::{ApiRoutes, List, PageParams, Query, created, found, no_content};
use crate::routes::Access;
use crate::shell::{Answer, Calling, Path};

/// The operations of this slice.
pub(crate) fn api(routes: ApiRoutes) -> ApiRoutes {
    let adds = Access::HoldingAny(&[Permission::MailboxAdd, Permission::AliasAdd]);
    routes
        .add(Access::Holding(Permission::MailboxAdd), routes!(import_mailboxes))
        .add(Access::Holding(Permission::AliasAdd), routes!(import_aliases))
        .add(adds, routes!(list))
        .add(adds, routes!(show))
        .add(adds, routes!(rows))
        .add(adds, routes!(start))
        .add(adds, routes!(cancel))
        .add(adds, routes!(remove))
}

/// An import: a file that is checked first, and carried out when its sender says so.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Import)]
struct ImportBody {
    id: ImportId,
    /// `users` or `aliases`.
    kind: &'static str,
    /// As the file was called; may be empty.
    file_name: String,
    /// `reading`, `checking`, `checked` (it waits for its start), `running`, `paused`, `cancelled` or `done`.
    state: &'static str,
    /// Why it is paused: a code, as in a problem document.
    paused_by: Option<&'static str>,
    /// Rows in the file.
    rows: i64,
    /// Rows found good, those that are done among them.
    good: i64,
    /// Rows found wrong, which are passed over.
    wrong: i64,
    /// Rows done.
    done: i64,
    /// Rows found good and refused when their turn came.
    failed: i64,
    /// Invitations that good rows send.
    invitations: i64,
    /// Since when.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<Import> for ImportBody {
    fn from(import: Import) -> Self {
        let tally = import.tally;
        Self {
            id: import.id,
            kind: import.kind.key(),
            state: import.state.key(),
            paused_by: import.why_stopped().map(|error| error.code().key()),
            file_name: import.file_name,
            rows: tally.read,
            good: tally.good,
            wrong: tally.wrong,
            done: tally.done,
            failed: tally.failed,
            invitations: tally.invitations,
            created_at: import.created_at.to_string(),
        }
    }
}

/// A row of an import.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportRow)]
struct RowBody {
    /// As a spreadsheet counts: the row with the names of the columns is the first.
    number: i64,
    /// `read`, `good`, `wrong`, `done` or `failed`.
    state: &'static str,
    /// Its cells in the order of the template's columns; never a password.
    cells: Vec<String>,
    /// What is wrong with it: a code, as in a problem document.
    code: Option<&'static str>,
    /// The column it is about.
    column: Option<&'static str>,
    /// The same in words.
    error: Option<String>,
}

impl From<ImportRow> for RowBody {
    fn from(row: ImportRow) -> Self {
        let error = row.error();
        Self {
            number: row.number,
            state: row.state.key(),
            code: error.as_ref().map(|error| error.code().key()),
            column: error.as_ref().and_then(Error::field),
            error: error.map(|error| error.to_string()),
            cells: row.cells,
        }
    }
}

/// How a file is called.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct FileParams {
    /// As people shall read it.
    #[param(max_length = 100)]
    file_name: Option<String>,
}

/// A body that is a file, read as it comes.
struct Sent(Body);

impl Source for Sent {
    async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let frame =
                tokio::time::timeout(limits::BODY_TIME, self.0.frame()).await.map_err(|_| Code::Busy)?;
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|error| Error::new(Code::MalformedRequest).because(error))?;
            if let Ok(piece) = frame.into_data() {
                return Ok(Some(piece));
            }
        }
    }
}

async fn read(
    imports: &Imports,
    caller: &Caller,
    kind: Kind,
    headers: &HeaderMap,
    params: FileParams,
    body: Body,
) -> Answer {
    let sent_as = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !sent_as.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/csv")) {
        return Err(Code::MediaTypeUnsupported.into());
    }
    let name = params.file_name.unwrap_or_default();
    let id = imports.upload(caller, kind, &name, &mut Sent(body)).await?;
    let import = imports.get(caller, id).await?;
    created(&format!("/imports/{id}"), &ImportBody::from(import), None)
}

/// Send a file of mailboxes
///
/// As the page's template has it: `address`, `name` and `quota_gb` in each row; a `password`, or a `recovery_address` at which
/// the user is invited. Nothing is changed: the file is checked, and waits for its start. Up to 20 MB and 100,000 rows.
#[utoipa::path(post, path = "/mailbox-imports", tag = "Imports", params(FileParams),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 201, description = "The import.", body = ImportBody)))]
async fn import_mailboxes(
    State(imports): State<Imports>,
    Calling(caller): Calling,
    Query(params): Query<FileParams>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    read(&imports, &caller, Kind::Users, &headers, params, body).await
}

/// Send a file of aliases
///
/// `address` and `targets`, separated by blanks. Nothing is changed: the file is checked, and waits for its start.
#[utoipa::path(post, path = "/alias-imports", tag = "Imports", params(FileParams),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 201, description = "The import.", body = ImportBody)))]
async fn import_aliases(
    State(imports): State<Imports>,
    Calling(caller): Calling,
    Query(params): Query<FileParams>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    read(&imports, &caller, Kind::Aliases, &headers, params, body).await
}

/// List imports
///
/// One's own, the newest first.
#[utoipa::path(get, path = "/imports", tag = "Imports", params(PageParams),
    responses((status = 200, description = "A page of the list.", body = List<ImportBody>)))]
async fn list(
    State(imports): State<Imports>,
    Calling(caller): Calling,
    Query(params): Query<PageParams>,
) -> Answer {
    let page = imports.page(&caller, None, &params.request()?).await?;
    found(&List::of(page, ImportBody::from), None)
}

/// Show an import
#[utoipa::path(get, path = "/imports/{id}", tag = "Imports", params(("id" = ImportId, Path)),
    responses((status = 200, description = "The import.", body = ImportBody)))]
async fn show(State(imports): State<Imports>, Calling(caller): Calling, Path(id): Path<ImportId>) -> Answer {
    found(&ImportBody::from(imports.get(&caller, id).await?), None)
}

/// Which rows are listed.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
struct RowParams {
    /// Only those with errors.
    only_errors: Option<bool>,
    /// The page begins after this row: `next` of the page before.
    after: Option<String>,
    /// The page ends before this row: `previous` of the page after.
    before: Option<String>,
    /// At most so many rows.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<i64>,
}

/// List the rows of an import
///
/// In the order of the file.
#[utoipa::path(get, path = "/imports/{id}/rows", tag = "Imports", params(("id" = ImportId, Path), RowParams),
    responses((status = 200, description = "A page of the list.", body = List<RowBody>)))]
async fn rows(
    State(imports): State<Imports>,
    Calling(caller): Calling,
    Path(id): Path<ImportId>,
    Query(params): Query<RowParams>,
) -> Answer {
    let only_errors = params.only_errors.unwrap_or(false);
    let page = PageParams { after: params.after, before: params.before, limit: params.limit }.request()?;
    let page = imports.rows(&caller, id, only_errors, &page).await?;
    found(&List::of(page, RowBody::from), None)
}

/// Start an import
///
/// Or go on with one that was paused or cancelled: no row is done twice.
#[utoipa::path(post, path = "/imports/{id}/start", tag = "Imports", params(("id" = ImportId, Path)),
    responses((status = 204, description = "It is under way.")))]
async fn start(State(imports): State<Imports>, Calling(caller): Calling, Path(id): Path<ImportId>) -> Answer {
    imports.start(&caller, id).await?;
    no_content()
}

/// Cancel an import
///
/// What is done stays done.
#[utoipa::path(post, path = "/imports/{id}/cancel", tag = "Imports", params(("id" = ImportId, Path)),
    responses((status = 204, description = "It is cancelled.")))]
async fn cancel(
    State(imports): State<Imports>,
    Calling(caller): Calling,
    Path(id): Path<ImportId>,
) -> Answer {
    imports.cancel(&caller, id).await?;
    no_content()
}

/// Remove an import
///
/// With what is left of its file; what it did stays.
#[utoipa::path(delete, path = "/imports/{id}", tag = "Imports", params(("id" = ImportId, Path)),
    responses((status = 204, description = "It is removed.")))]
async fn remove(
    State(imports): State<Imports>,
    Calling(caller): Calling,
    Path(id): Path<ImportId>,
) -> Answer {
    imports.remove(&caller, id).await?;
    no_content()
}
