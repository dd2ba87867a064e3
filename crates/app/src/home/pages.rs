//! The home pages of the Admin Panel and of staff.

use axum::extract::State;
use bailiwick_base::authz::{Caller, Permission};
use bailiwick_base::db::PageRequest;
use bailiwick_base::words::limits;
use bailiwick_base::{Error, t};
use bailiwick_ui::{Icon, Tone, link_button, notice, page_header, stat};
use maud::{Markup, Render, html};
use serde::Deserialize;

use super::service::{Attention, Home, TenantCounts};
use super::store::WaitingDomain;
use crate::audit::{Audit, history_card};
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Query, Shell};
use crate::tenants::Usage;

pub(crate) fn admin_routes(routes: Routes) -> Routes {
    routes.get("/", Access::SignedIn, admin_home)
}

pub(crate) fn staff_routes(routes: Routes) -> Routes {
    routes.get("/", Access::SignedIn, staff_home)
}

/// Which page of the history is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HomeQuery {
    after: String,
    before: String,
}

/// `GET /` of the Admin Panel
async fn admin_home(
    State(home): State<Home>,
    State(audit): State<Audit>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<HomeQuery>,
) -> Answer {
    let attention = home.attention(&caller).await?;
    let history = history(&audit, &shell, &caller, &query).await?;
    let content = html! {
        (page_header(t!("home-title")).text(t!("home-admin-text")))
        (warnings(&shell, &attention))
        (history)
    };
    Ok(shell.page(&t!("home-title"), content))
}

/// `GET /` of staff
async fn staff_home(
    State(home): State<Home>,
    State(audit): State<Audit>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<HomeQuery>,
) -> Answer {
    let counts = home.tenant_counts(&caller).await?;
    let history = history(&audit, &shell, &caller, &query).await?;
    let content = html! {
        (page_header(t!("home-title")).text(t!("home-staff-text")))
        @if let Some(counts) = counts { (tenant_counts(counts)) }
        (history)
    };
    Ok(shell.page(&t!("home-title"), content))
}

/// The history, for whoever holds the right to see it; nothing for others.
async fn history(audit: &Audit, shell: &Shell, caller: &Caller, query: &HomeQuery) -> Result<Markup, Error> {
    if !shell.holds(Permission::HistoryView) {
        return Ok(html! {});
    }
    let request = PageRequest::parse(&query.after, &query.before)?;
    Ok(history_card(shell, "/", &audit.page(caller, &request).await?))
}

fn tenant_counts(counts: TenantCounts) -> Markup {
    html! {
        div.bw-grid-4 {
            (stat(t!("home-tenants-active"), counts.active.to_string()).icon(Icon::Building))
            (stat(t!("home-tenants-suspended"), counts.suspended.to_string()).icon(Icon::PlayerPause))
        }
    }
}

fn warnings(shell: &Shell, attention: &Attention) -> Markup {
    html! {
        @if let Some(usage) = &attention.usage { (nearly_used(shell, usage)) }
        @for domain in &attention.waiting { (waiting(shell, domain)) }
    }
}

fn waiting(shell: &Shell, domain: &WaitingDomain) -> Markup {
    let until = domain.created_at.after(limits::DOMAIN_PENDING).in_zone(&shell.zone());
    let text = t!("home-domain-waiting-text", until = until, zone = shell.zone().as_str());
    let path = format!("/domains/{}", domain.id);
    notice(Tone::Warning, text)
        .title(t!("home-domain-waiting", name = domain.name.as_str()))
        .actions(html! { (link_button(t!("home-domain-open"), path).small()) })
        .render()
}

/// A warning for each thing of which more than nine tenths are used.
fn nearly_used(shell: &Shell, usage: &Usage) -> Markup {
    let (users, licensed) = usage.users;
    let (assigned, bought) = usage.storage;
    let buy = || {
        html! {
            @if let Some(url) = &shell.settings().billing_url { (link_button(t!("home-buy-more"), url.as_str()).small()) }
        }
    };
    html! {
        @if is_nearly_used(users, licensed) {
            (notice(Tone::Warning, t!("home-users-nearly-used-text", left = (licensed - users).max(0)))
                .title(t!("home-users-nearly-used", used = users, licensed = licensed)).actions(buy()))
        }
        @if is_nearly_used(assigned.as_bytes(), bought.as_bytes()) {
            (notice(Tone::Warning, t!("home-storage-nearly-used-text", left = bought.left(assigned).to_string()))
                .title(t!("home-storage-nearly-used", used = assigned.to_string(), bought = bought.to_string())).actions(buy()))
        }
    }
}

fn is_nearly_used(used: i64, of: i64) -> bool {
    i128::from(used) * 10 > i128::from(of) * 9
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_nine_tenths_are_nearly_all() {
        assert!(!is_nearly_used(90, 100));
        assert!(is_nearly_used(91, 100));
        assert!(is_nearly_used(1, 1));
        assert!(!is_nearly_used(0, 1));
        assert!(is_nearly_used(i64::MAX, i64::MAX));
    }
}
