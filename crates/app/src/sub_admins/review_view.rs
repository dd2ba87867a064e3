//! The page between the form and its saving: what would change.

use bailiwick_base::t;
use bailiwick_ui::{
    Column, Row, Tone, card, form_card, hidden, link_button, notice, page_header, password_field, submit,
    table,
};
use maud::{Markup, html};

use super::form::SubAdminForm;
use super::review::Review;
use super::views::own_password;
use crate::shell::{Problem, Shell};

/// `mark` is that of the password's first entry; empty if no password is set.
pub(super) fn review(
    shell: &Shell,
    review: &Review,
    form: &SubAdminForm,
    mark: &str,
    problem: &Problem,
) -> Markup {
    let name = review.sub_admin.name.as_str();
    let path = format!("/sub-admins/{}", review.sub_admin.id);
    let crumbs =
        [(t!("sub-admins-title").into_owned(), "/sub-admins".to_owned()), (name.to_owned(), path.clone())];
    html! {
        (page_header(t!("review-title")).crumbs(t!("crumbs-label"), crumbs))
        @if review.is_empty() && mark.is_empty() {
            (card().body(html! { p { (t!("review-nothing", name = name)) } })
                .footer(html! { (link_button(t!("review-back"), path.as_str())) }))
        } @else {
            (form_card(path.as_str()).title(t!("review-question", name = name)).text(t!("review-text")).csrf(shell.csrf()).errors(problem.summary())
                .body(html! {
                    (permissions(review))
                    (the_rest(review))
                    p { (reach(review.users)) }
                    @for (name, value) in form.carried() { (hidden(name, &value)) }
                    (hidden("version", &review.sub_admin.version.to_string()))
                    (hidden("password_mark", mark))
                    @if mark.is_empty() { (hidden("password", "")) } @else {
                        (password_field("password", t!("review-password")).autocomplete("new-password").required()
                            .hint(t!("review-password-hint")).error(problem.on("password")))
                    }
                    @if review.asks_own_password { (own_password(problem, &t!("own-password-hint"))) }
                })
                .footer(html! { (submit(t!("review-save")).primary().sends("step", "save")) (submit(t!("review-back")).plain().sends("step", "back")) }))
        }
    }
}

fn permissions(review: &Review) -> Markup {
    html! {
        @for (title, tone, lines) in [
            (t!("review-gained"), Tone::Warning, &review.gained),
            (t!("review-lost"), Tone::Info, &review.lost),
            (t!("review-domains-added"), Tone::Warning, &review.domains_added),
            (t!("review-domains-removed"), Tone::Info, &review.domains_removed),
        ] {
            @if !lines.is_empty() { (notice(tone, html! { ul { @for line in lines { li { (line) } } } }).title(title)) }
        }
    }
}

fn the_rest(review: &Review) -> Markup {
    let shown = |value: &str| {
        html! { @if value.is_empty() { span.bw-muted { (t!("history-nothing")) } } @else { (value) } }
    };
    let rows = review.changes.iter().map(|change| {
        Row::new().cell(change.label.as_str()).cell(shown(&change.before)).cell(shown(&change.after))
    });
    html! {
        @if !review.changes.is_empty() {
            (table(t!("review-changes"))
                .column(Column::new(t!("review-what")).title())
                .column(Column::new(t!("review-before")))
                .column(Column::new(t!("review-after")))
                .rows(rows))
        }
    }
}

fn reach((before, after): (i64, i64)) -> String {
    if before == after {
        t!("review-users-same", n = after).into_owned()
    } else {
        t!("review-users", before = before, after = after).into_owned()
    }
}
