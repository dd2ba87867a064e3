//! The page on which a person looks after their own login.

use axum::extract::State;
use axum::response::Response;
use bailiwick_base::t;
use bailiwick_base::words::SessionId;
use bailiwick_ui::{Card, card, facts, link_button, page_header};
use maud::html;

use super::recovery_pages::{self, recovery_card};
use super::service::{Overview, Security};
use super::table::{sessions_card, sign_ins_card};
use crate::routes::{Access, Routes};
use crate::settings::Portal;
use crate::shell::{Answer, Calling, Form, Path, Shell, redirect};
use crate::sign_in::NoFields;

pub(crate) fn routes(routes: Routes) -> Routes {
    let routes = routes
        .get("/security", Access::SignedIn, security_page)
        .post("/security/sessions/{id}/end", Access::SignedIn, end_session)
        .post("/security/sessions/end-others", Access::SignedIn, end_other_sessions);
    recovery_pages::routes(routes)
}

/// `GET /security`
async fn security_page(State(security): State<Security>, shell: Shell, Calling(caller): Calling) -> Answer {
    let overview = security.overview(&caller).await?;
    Ok(page(&shell, &overview))
}

fn page(shell: &Shell, overview: &Overview) -> Response {
    let content = html! {
        (page_header(t!("security-title")).text(t!("security-text")).actions(html! {
            @if shell.portal() == Portal::Admin { (link_button(t!("menu-own-networks"), "/security/networks")) }
        }))
        div.bw-grid-2 {
            (password_card(shell, overview))
            (recovery_card(shell, overview))
        }
        (sessions_card(shell, overview))
        (sign_ins_card(shell, overview.sign_ins.as_deref()))
    };
    shell.page(&t!("security-title"), content)
}

fn password_card(shell: &Shell, overview: &Overview) -> Card {
    let changed = html! {
        @if let Some(at) = overview.password_at { time datetime=(at) { (shell.when(at)) } }
        @else { (t!("security-password-never")) }
    };
    card()
        .title(t!("security-password-title"))
        .body(html! { (facts().fact(t!("security-password-changed"), changed)) })
        .footer(html! { (link_button(t!("security-password-change"), "/password")) })
}

/// `POST /security/sessions/{id}/end`
async fn end_session(
    State(security): State<Security>,
    Calling(caller): Calling,
    Path(id): Path<SessionId>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    security.end_session(&caller, id).await?;
    Ok(redirect("/security?done=session-ended"))
}

/// `POST /security/sessions/end-others`
async fn end_other_sessions(
    State(security): State<Security>,
    Calling(caller): Calling,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    security.end_other_sessions(&caller).await?;
    Ok(redirect("/security?done=sessions-ended"))
}
