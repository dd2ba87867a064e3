//! The pages on which a user's password is reset and a user is removed.

use axum::extract::State;
use bailiwick_base::authz::{Permission, Place, Target};
use bailiwick_base::words::MailboxId;
use bailiwick_base::{Code, t};
use bailiwick_ui::{
    Tone, card, confirm_by_typing, copyable, form_card, link_button, notice, page_header, password_field,
    radio_cards, submit,
};
use maud::{Markup, html};

use super::actions::{RemoveMailbox, SendResetLink, SetMailboxPassword, SetOneTimePassword};
use super::form::{RemoveForm, ResetForm, password};
use super::service::{Mailboxes, Shown};
use crate::shell::{Answer, Calling, Form, Path, Problem, Shell, redirect};

/// The ways to a new password, each with a permission of its own: by a link, by one that must be changed, silently.
pub(super) const RESETS: &[Permission] =
    &[Permission::MailboxSendResetLink, Permission::MailboxUpdate, Permission::MailboxAccess];

/// Is one of the ways open to a user who sits at `place`?
pub(super) fn may_reset(shell: &Shell, place: Place) -> bool {
    shell.may_begin::<SendResetLink>(place)
        || shell.may_begin::<SetOneTimePassword>(place)
        || shell.may_begin::<SetMailboxPassword>(place)
}

/// `GET /mailboxes/{id}/password`
pub(super) async fn reset_page(
    State(mailboxes): State<Mailboxes>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
) -> Answer {
    let shown = mailboxes.get(&caller, id).await?;
    let place = shown.mailbox.place();
    if !may_reset(&shell, place) {
        shell.must_begin::<SendResetLink>(place)?;
    }
    let by_link = shown.recovery.is_some() && shell.may_begin::<SendResetLink>(place);
    let how = if by_link || !shell.may_begin::<SetOneTimePassword>(place) { "link" } else { "one-time" };
    let form = ResetForm { how: how.into(), ..ResetForm::default() };
    Ok(shell.page(&t!("user-reset"), reset_form(&shell, &shown, &form, &Problem::none())))
}

fn reset_header(shown: &Shown) -> Markup {
    let address = shown.mailbox.address.as_str();
    let crumbs = [
        (t!("users-title").into_owned(), "/mailboxes".to_owned()),
        (address.to_owned(), format!("/mailboxes/{}", shown.mailbox.id)),
    ];
    html! { (page_header(t!("user-reset")).crumbs(t!("crumbs-label"), crumbs)) }
}

fn reset_form(shell: &Shell, shown: &Shown, form: &ResetForm, problem: &Problem) -> Markup {
    let path = format!("/mailboxes/{}/password", shown.mailbox.id);
    let link_text = match &shown.recovery {
        Some(address) => t!("user-reset-link-text", address = address.as_str()),
        None => t!("user-reset-link-none"),
    };
    let place = shown.mailbox.place();
    let silently = shell.may_begin::<SetMailboxPassword>(place);
    let mut ways = radio_cards("how", t!("user-password-how"));
    if shell.may_begin::<SendResetLink>(place) {
        ways = ways.card("link", t!("user-reset-link")).text(link_text).disabled(shown.recovery.is_none());
    }
    if shell.may_begin::<SetOneTimePassword>(place) {
        ways = ways.card("one-time", t!("user-reset-one-time")).text(t!("user-reset-one-time-text"));
    }
    if silently {
        ways = ways.card("password", t!("user-reset-password")).text(t!("user-reset-password-text"));
    }
    html! {
        (reset_header(shown))
        (form_card(path).csrf(shell.csrf()).errors(problem.summary()).text(t!("user-reset-text")).body(html! {
            (ways.selected(form.how.as_str()))
            @if silently {
                div.bw-form.bw-if-password {
                    (password_field("password", t!("field-new-password")).autocomplete("new-password").hint(t!("user-reset-password-hint")).error(problem.on("new")))
                }
            }
        }).footer(html! { (submit(t!("user-reset")).primary()) (link_button(t!("button-cancel"), format!("/mailboxes/{}", shown.mailbox.id))) }))
    }
}

/// `POST /mailboxes/{id}/password`
pub(super) async fn reset(
    State(mailboxes): State<Mailboxes>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
    Form(form): Form<ResetForm>,
) -> Answer {
    let done = match form.how.as_str() {
        "link" => mailboxes.send_reset_link(&caller, id).await.map(|_| "reset-sent"),
        "one-time" => match mailboxes.set_one_time_password(&caller, id).await {
            Ok(once) => {
                let shown = mailboxes.get(&caller, id).await?;
                return Ok(shell.page(&t!("user-reset"), one_time_page(&shown, &once)));
            }
            Err(error) => Err(error),
        },
        "password" => match password(&form.password, "new") {
            Ok(new) => mailboxes.set_password(&caller, id, new).await.map(|()| "user-password-set"),
            Err(error) => Err(error),
        },
        _ => Err(Code::MalformedRequest.into()),
    };
    match done {
        Ok(done) => Ok(redirect(format!("/mailboxes/{id}?done={done}"))),
        Err(error) => {
            let shown = mailboxes.get(&caller, id).await?;
            shell.again(error, &t!("user-reset"), |problem| reset_form(&shell, &shown, &form, problem))
        }
    }
}

/// The password is shown once, here and never again.
fn one_time_page(shown: &Shown, once: &str) -> Markup {
    html! {
        (reset_header(shown))
        (card().title(t!("user-one-time-title")).body(html! {
            p { (t!("user-one-time-shown", address = shown.mailbox.address.as_str())) }
            (copyable("one-time-password", once, t!("button-copy"), t!("button-copied")))
        }).footer(html! { (link_button(t!("button-done"), format!("/mailboxes/{}", shown.mailbox.id)).primary()) }))
    }
}

/// `GET /mailboxes/{id}/remove`
pub(super) async fn remove_page(
    State(mailboxes): State<Mailboxes>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
) -> Answer {
    let shown = mailboxes.get(&caller, id).await?;
    shell.must_begin::<RemoveMailbox>(shown.mailbox.place())?;
    Ok(shell.page(&t!("user-remove-title"), remove_form(&shell, &shown, &Problem::none())))
}

fn remove_form(shell: &Shell, shown: &Shown, problem: &Problem) -> Markup {
    let address = shown.mailbox.address.as_str();
    let path = format!("/mailboxes/{}", shown.mailbox.id);
    let crumbs =
        [(t!("users-title").into_owned(), "/mailboxes".to_owned()), (address.to_owned(), path.clone())];
    html! {
        (page_header(t!("user-remove-title")).crumbs(t!("crumbs-label"), crumbs))
        (card().body(html! {
            (confirm_by_typing(format!("{path}/remove"), address, t!("user-remove-prompt", address = address), t!("user-remove"))
                .warning(notice(Tone::Danger, t!("user-remove-text", address = address)).title(t!("user-remove-final", address = address)))
                .csrf(shell.csrf())
                .error(problem.on("confirm"))
                .cancel(t!("button-cancel"), path.as_str()))
        }))
    }
}

/// `POST /mailboxes/{id}/remove`
pub(super) async fn remove_mailbox(
    State(mailboxes): State<Mailboxes>,
    shell: Shell,
    Calling(caller): Calling,
    Path(id): Path<MailboxId>,
    Form(form): Form<RemoveForm>,
) -> Answer {
    match mailboxes.remove(&caller, id, Some(&form.confirm)).await {
        Ok(()) => Ok(redirect("/mailboxes?done=user-removed")),
        Err(error) => {
            let shown = mailboxes.get(&caller, id).await?;
            shell.again(error, &t!("user-remove-title"), |problem| remove_form(&shell, &shown, problem))
        }
    }
}
