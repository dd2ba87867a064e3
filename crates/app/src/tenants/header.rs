//! The head of a tenant's pages: its name, its state, the pages about it.

use bailiwick_base::authz::Permission;
use bailiwick_base::t;
use bailiwick_ui::{Icon, Tone, link_button, notice, page_header, status, tabs};
use maud::{Markup, html};

use super::store::{Tenant, TenantStatus};
use crate::shell::Shell;

/// Which of a tenant's pages it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    /// What it uses, its limits.
    Overview,
    /// Who administers it.
    Admins,
    /// Its domains.
    Domains,
}

/// The head of one of a tenant's pages.
pub(super) fn header(shell: &Shell, tenant: &Tenant, active: Tab) -> Markup {
    let path = format!("/tenants/{}", tenant.id);
    let tab = |label: std::borrow::Cow<'_, str>, href: String, of: Tab| {
        bailiwick_ui::Tab::new(label, href, of == active)
    };
    let mut pages = vec![tab(t!("tenant-tab-overview"), path.clone(), Tab::Overview)];
    if shell.holds(Permission::SubAdminView) {
        pages.push(tab(t!("admins-title"), format!("{path}/admins"), Tab::Admins));
    }
    pages.push(tab(t!("meter-domains"), format!("{path}/domains"), Tab::Domains));
    html! {
        (page_header(tenant.name.as_str()).crumbs(t!("crumbs-label"), [(t!("tenants-title"), "/tenants")]).beside(status_badge(tenant.status))
            .actions(html! {
                @if shell.holds(Permission::TenantImpersonate) {
                    (link_button(t!("acting-title"), format!("{path}/sign-in-as")).icon(Icon::Login))
                }
            }))
        @if tenant.status == TenantStatus::Suspended { (notice(Tone::Warning, t!("tenant-suspended-text"))) }
        (tabs(&t!("tenant-tabs"), &pages))
    }
}

/// Is it served?
pub(super) fn status_badge(of: TenantStatus) -> Markup {
    match of {
        TenantStatus::Active => html! { (status(Tone::Success, t!("status-active"))) },
        TenantStatus::Suspended => html! { (status(Tone::Warning, t!("status-suspended"))) },
    }
}
