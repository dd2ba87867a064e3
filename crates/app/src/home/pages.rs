//! The home pages of the Admin Panel and of staff.

use axum::extract::State;
use bailiwick_base::t;
use bailiwick_base::words::limits;
use bailiwick_ui::{Card, Icon, Tone, card, empty_state, link_button, notice, page_header, stat};
use maud::{Markup, Render, html};

use super::service::{Attention, Home, TenantCounts};
use super::store::WaitingDomain;
use crate::audit::{Audit, Overdue, newest_card};
use crate::routes::{Access, Routes};
use crate::shell::{Answer, Calling, Shell};
use crate::tasks::{Tasks, open_notice};
use crate::tenants::{Licence, Usage};

pub(crate) fn admin_routes(routes: Routes) -> Routes {
    routes.get("/", Access::SignedIn, admin_home)
}

pub(crate) fn staff_routes(routes: Routes) -> Routes {
    routes.get("/", Access::SignedIn, staff_home)
}

/// `GET /` of the Admin Panel
async fn admin_home(
    State(home): State<Home>,
    State(audit): State<Audit>,
    shell: Shell,
    Calling(caller): Calling,
) -> Answer {
    let attention = home.attention(&caller).await?;
    let history = newest_card(&audit, &shell, &caller).await?;
    let warnings = warnings(&shell, &attention);
    let is_quiet = warnings.0.is_empty() && history.0.is_empty();
    let content = html! {
        (page_header(t!("home-title")).text(t!("home-admin-text")))
        (warnings)
        (history)
        @if is_quiet { (quiet()) }
    };
    Ok(shell.page(&t!("home-title"), content))
}

/// `GET /` of staff
async fn staff_home(
    State(home): State<Home>,
    State(audit): State<Audit>,
    State(tasks): State<Tasks>,
    shell: Shell,
    Calling(caller): Calling,
) -> Answer {
    let waiting = open_notice(&tasks, &caller).await?;
    let counts = home.tenant_counts(&caller).await?;
    let overdue = audit.overdue_checkpoints(&caller).await?;
    let history = newest_card(&audit, &shell, &caller).await?;
    let content = html! {
        (page_header(t!("home-title")).text(t!("home-staff-text")))
        (waiting)
        @if let Some(overdue) = overdue { (checkpoints_overdue(&shell, overdue)) }
        @if let Some(counts) = counts { (tenant_counts(counts)) }
        (history)
    };
    Ok(shell.page(&t!("home-title"), content))
}

/// What is sealed is not kept elsewhere as it should be.
fn checkpoints_overdue(shell: &Shell, overdue: Overdue) -> Markup {
    let title = match overdue.last {
        Some(at) => t!("home-checkpoints-overdue", at = shell.when(at)),
        None => t!("home-checkpoints-none"),
    };
    notice(Tone::Warning, t!("home-checkpoints-overdue-text")).title(title).render()
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
        @if attention.nearly_full > 0 { (nearly_full(attention.nearly_full)) }
        @for domain in &attention.waiting { (waiting(shell, domain)) }
    }
}

/// Users whose mail is soon refused.
fn nearly_full(users: i64) -> Markup {
    notice(Tone::Warning, t!("home-nearly-full-text"))
        .title(t!("home-nearly-full", users = users))
        .actions(html! { (link_button(t!("home-nearly-full-open"), "/mailboxes?usage=nearly_full").small()) })
        .render()
}

/// For whoever has nothing to look at, and may not read what was done.
fn quiet() -> Card {
    let access = link_button(t!("menu-access"), "/access").icon(Icon::ShieldCheck);
    card().body(
        html! { (empty_state(Icon::Checks, t!("home-quiet")).text(t!("home-quiet-text")).action(access)) },
    )
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
    let (Some(licences), (assigned, Some(bought))) = (&usage.licences, usage.storage) else {
        return html! {};
    };
    let buy = || {
        html! {
            @if let Some(url) = &shell.settings().billing_url { (link_button(t!("home-buy-more"), url.as_str()).small()) }
        }
    };
    html! {
        @for of in licences.iter().filter(|of| is_nearly_used(of.used, of.licensed)) {
            (notice(Tone::Warning, t!("home-users-nearly-used-text", left = of.left()))
                .title(users_nearly_used(of, licences.len() > 1)).actions(buy()))
        }
        @if is_nearly_used(assigned.as_bytes(), bought.as_bytes()) {
            (notice(Tone::Warning, t!("home-storage-nearly-used-text", left = bought.left(assigned).to_string()))
                .title(t!("home-storage-nearly-used", used = assigned.to_string(), bought = bought.to_string())).actions(buy()))
        }
    }
}

/// `9 of 10 users are in use`, of which type where there are several.
fn users_nearly_used(of: &Licence, several: bool) -> String {
    let text = if several {
        t!("home-users-nearly-used-of", used = of.used, licensed = of.licensed, kind = of.name.as_str())
    } else {
        t!("home-users-nearly-used", used = of.used, licensed = of.licensed)
    };
    text.into_owned()
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
