//! Staff's page about a tenant's domains.

use axum::extract::State;
use bailiwick_base::authz::Permission;
use bailiwick_base::db::PageRequest;
use bailiwick_base::t;
use bailiwick_base::words::{DomainName, TenantId};
use bailiwick_ui::{Column, Icon, Row, Tone, card, empty_state, filters, status, table};
use maud::{Markup, Render, html};

use super::service::Hosted;
use super::store::TenantDomain;
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, ListQuery, Path, Query, Shell};
use crate::tenants::pages::{Tab, header, pager_of};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes.get("/tenants/{id}/domains", Access::Holding(Permission::TenantView), list)
}

/// The name as people write it.
fn name_of(domain: &TenantDomain) -> String {
    domain.name.parse::<DomainName>().map_or_else(|_| domain.name.clone(), |name| name.to_unicode())
}

fn status_badge(domain: &TenantDomain) -> Markup {
    let shown = match domain.status.as_str() {
        "active" => status(Tone::Success, t!("status-active")),
        "pending" => status(Tone::Warning, t!("hosted-pending")),
        _ => status(Tone::Neutral, t!("status-disabled")),
    };
    shown.render()
}

/// `GET /tenants/{id}/domains`
async fn list(
    State(hosted): State<Hosted>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<TenantId>,
    Query(query): Query<ListQuery>,
) -> Answer {
    let request = PageRequest::parse(&query.after, &query.before)?;
    let (tenant, page) = hosted.page(&caller, id, &query.q, &request).await?;
    let path = format!("/tenants/{id}/domains");
    let rows = page.rows.iter().map(|domain| {
        Row::new()
            .cell(name_of(domain))
            .cell(status_badge(domain))
            .cell(domain.users_used.to_string())
            .cell(domain.aliases_used.to_string())
            .cell(domain.storage_used.to_string())
            .cell(shell.when(domain.created_at))
    });
    let empty = if query.q.is_empty() {
        empty_state(Icon::World, t!("hosted-none-title")).text(t!("hosted-none-text"))
    } else {
        empty_state(Icon::Search, t!("list-nothing-found-title")).text(t!("list-nothing-found-text"))
    };
    let content = html! {
        (header(&shell, &tenant, Tab::Domains))
        (card().flush(html! {
            (filters(&path, t!("list-search")).search("q", t!("hosted-search"), &query.q))
            (table(t!("meter-domains"))
                .column(Column::new(t!("column-name")).title())
                .column(Column::new(t!("column-status")).badge())
                .column(Column::new(t!("meter-users")).figures())
                .column(Column::new(t!("hosted-aliases")).figures())
                .column(Column::new(t!("meter-storage")).figures())
                .column(Column::new(t!("column-created")).fit().not_on_phones())
                .rows(rows)
                .empty(empty))
            (pager_of(&path, &[("q", &query.q)], &page))
        }))
    };
    Ok(shell.page(&tenant.name, content))
}
