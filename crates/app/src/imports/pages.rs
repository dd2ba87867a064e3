//! The Admin Panel's pages about imports.

use axum::extract::State;
use axum::http::HeaderName;
use axum::response::{IntoResponse, Response};
use bailiwick_base::authz::{Caller, Permission};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::ImportId;
use bailiwick_base::{Error, t};
use maud::Render;
use serde::Deserialize;

use super::import::Import;
use super::service::Imports;
use super::upload::{new_page, template, upload};
use super::views;
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Form, ListQuery, Path, Problem, Query, Shell, redirect};
use crate::sign_in::NoFields;
use crate::spreadsheet::{self, Pages};

/// Whoever may add what can be imported. What a row needs is asked for the row.
const ADDS: &[Permission] = &[Permission::MailboxAdd, Permission::AliasAdd];

/// Rows of a list read at once for a file.
const ROWS: i64 = 200;

pub(crate) fn routes(routes: Routes) -> Routes {
    let adds = Access::HoldingAny(ADDS);
    routes
        .get("/imports", adds, list)
        .get("/imports/new", adds, new_page)
        .post("/imports/new", adds, upload)
        .get("/imports/template.csv", adds, template)
        .get("/imports/{id}", adds, show)
        .get("/imports/{id}/progress", adds, progress)
        .get("/imports/{id}/errors.csv", adds, errors)
        .post("/imports/{id}/start", adds, start)
        .post("/imports/{id}/cancel", adds, cancel)
        .post("/imports/{id}/remove", adds, remove)
}

/// `GET /imports`
async fn list(
    State(imports): State<Imports>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<ListQuery>,
) -> Answer {
    let request = PageRequest::parse(&query.after, &query.before)?;
    let page = imports.page(&caller, None, &request).await?;
    Ok(shell.page(&t!("imports-title"), views::list(&shell, &page)))
}

/// Which rows are shown.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RowsQuery {
    pub(super) rows: String,
    pub(super) after: String,
    pub(super) before: String,
}

impl RowsQuery {
    pub(super) fn only_errors(&self) -> bool {
        self.rows == "errors"
    }
}

/// `GET /imports/{id}`
async fn show(
    State(imports): State<Imports>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<ImportId>,
    Query(query): Query<RowsQuery>,
) -> Answer {
    let import = imports.get(&caller, id).await?;
    // A file that cannot be carried out as a whole says so before somebody starts it.
    let fits = if import.state.may_start() { imports.fits(&caller, id).await } else { Ok(()) };
    match fits {
        Ok(()) => {
            let page = page(&imports, &shell, &caller, &import, &query).await?;
            Ok(shell.page(&views::name(&import), page(&Problem::none())))
        }
        Err(error) => {
            let page = page(&imports, &shell, &caller, &import, &query).await?;
            let mut answer = shell.again(error, &views::name(&import), page)?;
            *answer.status_mut() = axum::http::StatusCode::OK;
            Ok(answer)
        }
    }
}

async fn page<'a>(
    imports: &Imports,
    shell: &'a Shell,
    caller: &Caller,
    import: &'a Import,
    query: &'a RowsQuery,
) -> Result<impl FnOnce(&Problem) -> maud::Markup + 'a, Error> {
    let request = PageRequest::parse(&query.after, &query.before)?;
    let rows = imports.rows(caller, import.id, query.only_errors(), &request).await?;
    Ok(move |problem: &Problem| views::show(shell, import, query, &rows, problem))
}

/// `GET /imports/{id}/progress`: the bar alone; once nothing moves any more, the whole page again.
async fn progress(
    State(imports): State<Imports>,
    Calling(caller): Calling,
    Path(id): Path<ImportId>,
) -> Answer {
    let import = imports.get(&caller, id).await?;
    if import.state.is_at_work() {
        return Ok(views::bar(&import).render().into_response());
    }
    Ok(([(HeaderName::from_static("hx-refresh"), "true")], "").into_response())
}

/// `POST /imports/{id}/start`
async fn start(
    State(imports): State<Imports>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<ImportId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    let started = imports.start(&caller, id).await;
    done(&imports, &shell, &caller, id, started).await
}

/// `POST /imports/{id}/cancel`
async fn cancel(
    State(imports): State<Imports>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<ImportId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    let cancelled = imports.cancel(&caller, id).await;
    done(&imports, &shell, &caller, id, cancelled).await
}

/// Back to the page of an import; with what was wrong.
async fn done(
    imports: &Imports,
    shell: &Shell,
    caller: &Caller,
    id: ImportId,
    result: Result<(), Error>,
) -> Answer {
    let Err(error) = result else { return Ok(redirect(format!("/imports/{id}"))) };
    let import = imports.get(caller, id).await?;
    let query = RowsQuery::default();
    let page = page(imports, shell, caller, &import, &query).await?;
    shell.again(error, &views::name(&import), page)
}

/// `POST /imports/{id}/remove`
async fn remove(
    State(imports): State<Imports>,
    Calling(caller): Calling,
    Path(id): Path<ImportId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    imports.remove(&caller, id).await?;
    Ok(redirect("/imports?done=import-removed"))
}

/// `GET /imports/{id}/errors.csv`: the rows with errors, to be mended and sent again. Passwords are not among it.
async fn errors(
    State(imports): State<Imports>,
    Calling(caller): Calling,
    Path(id): Path<ImportId>,
) -> Result<Response, crate::shell::Refusal> {
    let import = imports.get(&caller, id).await?;
    let names = [&["row"][..], &import.kind.names(), &["error"]].concat();
    let columns = import.kind.columns().len();
    let pages = Errors { imports, caller, id, columns, next: Some(PageRequest::default()) };
    Ok(spreadsheet::file("import-errors.csv", &names, pages).await?)
}

struct Errors {
    imports: Imports,
    caller: Caller,
    id: ImportId,
    columns: usize,
    next: Option<PageRequest>,
}

impl Pages for Errors {
    async fn next(&mut self) -> Result<Option<Vec<Vec<String>>>, Error> {
        let Some(mut request) = self.next.take() else { return Ok(None) };
        request.rows = Some(ROWS);
        let page = self.imports.rows(&self.caller, self.id, true, &request).await?;
        self.next = page.next.map(|next| PageRequest { after: Some(next), ..PageRequest::default() });
        let line = |row: super::import::ImportRow| {
            let error = row.error().map(|error| error.to_string()).unwrap_or_default();
            let mut cells = row.cells;
            cells.resize(self.columns, String::new());
            [vec![row.number.to_string()], cells, vec![error]].concat()
        };
        Ok(Some(page.rows.into_iter().map(line).collect()))
    }
}
