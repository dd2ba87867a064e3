//! The recovery address: what it is, what waits to be confirmed, the form, and the page a link leads to.

use axum::extract::State;
use axum::response::Response;
use bailiwick_base::words::{EmailAddress, Token};
use bailiwick_base::{Code, Error, t};
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{
    Card, Tone, actions, card, csrf, facts, field, form_card, hidden, link_button, notice, page_header,
    password_field, submit,
};
use maud::{Markup, Render, html};
use serde::Deserialize;

use super::service::{Overview, Security};
use super::store::Pending;
use crate::routes::{Access, Routes};
use crate::settings::Portal;
use crate::shell::{Answer, Calling, Form, Path, Problem, Shell, redirect};
use crate::sign_in::NoFields;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/security/recovery-address", Access::SignedIn, form_page)
        .post("/security/recovery-address", Access::SignedIn, ask)
        .post("/security/recovery-address/again", Access::SignedIn, send_again)
        .post("/security/recovery-address/cancel", Access::SignedIn, cancel)
        .get("/security/confirm-address/{token}", Access::SignedIn, confirm_page)
        .post("/security/confirm-address/{token}", Access::SignedIn, confirm)
}

/// What the address is, and what waits.
pub(super) fn recovery_card(shell: &Shell, overview: &Overview) -> Card {
    let address = html! {
        @if let Some(address) = &overview.recovery { (address) } @else { (t!("security-recovery-none")) }
    };
    card()
        .title(t!("field-recovery-address"))
        .body(html! {
            div.bw-stack {
                (facts().fact(t!("security-recovery-goes-to"), address))
                @if overview.recovery.is_none() { (notice(Tone::Warning, t!("security-recovery-none-text"))) }
                @if let Some(pending) = &overview.pending { (waiting(shell, pending)) }
            }
        })
        .footer(html! { (link_button(t!("security-recovery-change"), "/security/recovery-address")) })
}

fn waiting(shell: &Shell, pending: &Pending) -> Markup {
    let text = t!("security-recovery-waiting-text", until = shell.when(pending.until));
    let button = |action: &str, label: Markup| {
        html! { form method="post" action=(action) { (csrf(shell.csrf())) (label) } }
    };
    notice(Tone::Info, text)
        .title(t!("security-recovery-waiting", address = pending.address.as_str()))
        .actions(actions(html! {
            (button("/security/recovery-address/again", submit(t!("security-recovery-again")).plain().small().render()))
            (button("/security/recovery-address/cancel", submit(t!("button-cancel")).plain().small().render()))
        }))
        .render()
}

/// `GET /security/recovery-address`
async fn form_page(State(security): State<Security>, shell: Shell, Calling(caller): Calling) -> Answer {
    let overview = security.overview(&caller).await?;
    let form = form(&shell, overview.recovery.as_deref(), "", &Problem::none());
    Ok(shell.page(&t!("security-recovery-change"), form))
}

fn form(shell: &Shell, present: Option<&str>, typed: &str, problem: &Problem) -> Markup {
    let hint = match shell.portal() {
        Portal::Staff => t!("security-recovery-hint-staff"),
        Portal::Admin => t!("security-recovery-hint-admin"),
        Portal::Mail => t!("security-recovery-hint-mail"),
    };
    html! {
        (header())
        (form_card("/security/recovery-address").csrf(shell.csrf()).errors(problem.summary())
            .text(t!("security-recovery-text")).body(html! {
                @if let Some(present) = present { (facts().fact(t!("security-recovery-goes-to"), present)) }
                (field("email", t!("security-recovery-new")).kind(InputKind::Email).value(typed).autocomplete("email")
                    .required().hint(hint).error(problem.on("email")))
                (hidden("username", shell.name()))
                (password_field("present", t!("field-present-password")).autocomplete("current-password").required()
                    .hint(t!("security-present-hint")).error(problem.on("present")))
            })
            .footer(html! { (submit(t!("security-recovery-send")).primary()) (link_button(t!("button-cancel"), "/security")) }))
    }
}

fn header() -> Markup {
    let crumbs = [(t!("security-title"), "/security")];
    html! { (page_header(t!("security-recovery-change")).crumbs(t!("crumbs-label"), crumbs)) }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AskForm {
    email: String,
    present: String,
    /// For password managers only.
    #[serde(default, rename = "username")]
    _username: String,
}

/// `POST /security/recovery-address`
async fn ask(
    State(security): State<Security>,
    shell: Shell,
    Calling(caller): Calling,
    Form(asked): Form<AskForm>,
) -> Answer {
    let sent = async {
        let address: EmailAddress =
            asked.email.parse().map_err(|_| Error::new(Code::EmailAddressInvalid).on("email"))?;
        let present =
            asked.present.parse().map_err(|_| Error::new(Code::PresentPasswordWrong).on("present"))?;
        security.ask_recovery_address(&caller, &address, &present).await
    };
    match sent.await {
        Ok(()) => Ok(redirect("/security?done=confirmation-sent")),
        Err(error) => {
            let overview = security.overview(&caller).await?;
            shell.again(error, &t!("security-recovery-change"), |problem| {
                form(&shell, overview.recovery.as_deref(), &asked.email, problem)
            })
        }
    }
}

/// `POST /security/recovery-address/again`
async fn send_again(
    State(security): State<Security>,
    Calling(caller): Calling,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    security.send_confirmation_again(&caller).await?;
    Ok(redirect("/security?done=confirmation-sent"))
}

/// `POST /security/recovery-address/cancel`
async fn cancel(
    State(security): State<Security>,
    Calling(caller): Calling,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    security.cancel_recovery_address(&caller).await?;
    Ok(redirect("/security?done=recovery-cancelled"))
}

/// `GET /security/confirm-address/{token}`: changes nothing; whoever opens links for somebody confirms nothing.
async fn confirm_page(
    State(security): State<Security>,
    shell: Shell,
    Calling(caller): Calling,
    Path(token): Path<String>,
) -> Answer {
    let address = security.awaited_recovery_address(&caller, &link(&token)?).await?;
    Ok(confirm_form(&shell, &token, &address))
}

fn link(token: &str) -> Result<Token, Error> {
    token.parse().map_err(|_| Code::LinkInvalid.into())
}

fn confirm_form(shell: &Shell, token: &str, address: &str) -> Response {
    let content = html! {
        (header())
        (form_card(format!("/security/confirm-address/{token}")).csrf(shell.csrf())
            .body(html! { p { (t!("security-confirm-text", name = shell.name(), address = address)) } })
            .footer(html! { (submit(t!("security-confirm")).primary()) (link_button(t!("button-cancel"), "/security")) }))
    };
    shell.page(&t!("security-recovery-change"), content)
}

/// `POST /security/confirm-address/{token}`
async fn confirm(
    State(security): State<Security>,
    Calling(caller): Calling,
    Path(token): Path<String>,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    security.confirm_recovery_address(&caller, &link(&token)?).await?;
    Ok(redirect("/security?done=recovery-changed"))
}
