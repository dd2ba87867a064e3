//! The aliases of a list as a file, with the columns by which aliases are imported.

use axum::extract::State;
use axum::response::Response;
use bailiwick_base::Error;
use bailiwick_base::authz::{Caller, Permission};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::DomainId;

use super::forms::ListQuery;
use super::service::{Aliases, Leading};
use crate::domains::Domains;
use crate::imports::Kind;
use crate::shell::{Calling, Query, Refusal};
use crate::spreadsheet::{self, Pages};

/// Aliases read at once.
const ROWS: i64 = 200;

/// `GET /aliases.csv`: those that the list shows.
pub(super) async fn file(
    State(aliases): State<Aliases>,
    State(domains): State<Domains>,
    Calling(caller): Calling,
    Query(query): Query<ListQuery>,
) -> Result<Response, Refusal> {
    let domain = domains.filtered(&caller, Permission::AliasView, &query.domain).await?;
    let pages = Lines { aliases, caller, search: query.q, domain, next: Some(PageRequest::default()) };
    Ok(spreadsheet::file("aliases.csv", &Kind::Aliases.names(), pages).await?)
}

struct Lines {
    aliases: Aliases,
    caller: Caller,
    search: String,
    domain: Option<DomainId>,
    next: Option<PageRequest>,
}

impl Pages for Lines {
    async fn next(&mut self) -> Result<Option<Vec<Vec<String>>>, Error> {
        let Some(mut request) = self.next.take() else { return Ok(None) };
        request.rows = Some(ROWS);
        let lines = self.aliases.lines(&self.caller, &self.search, self.domain, &request).await?;
        self.next = lines.1;
        Ok(Some(lines.0))
    }
}

impl Aliases {
    /// Some lines of the file in the columns of [`Kind::Aliases`], and where the next ones begin.
    pub async fn lines(
        &self,
        caller: &Caller,
        search: &str,
        domain: Option<DomainId>,
        request: &PageRequest,
    ) -> Result<(Vec<Vec<String>>, Option<PageRequest>), Error> {
        let page = self.page(caller, search, domain, request).await?;
        let next = page.next.map(|next| PageRequest { after: Some(next), ..PageRequest::default() });
        let line = |leading: Leading| {
            let targets: Vec<String> = leading.targets.iter().map(ToString::to_string).collect();
            vec![leading.alias.address.to_string(), targets.join(" ")]
        };
        Ok((page.rows.into_iter().map(line).collect(), next))
    }
}
