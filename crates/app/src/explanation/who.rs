//! The page that says who can do something.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bailiwick_base::authz::{ActionInfo, Held, Section, Why};
use bailiwick_base::{Error, t};
use bailiwick_ui::{
    Column, Icon, Row, Tone, badge, card, empty_state, field, form_card, more_options, notice, page_header,
    select, status, submit, table,
};
use maud::{Markup, Render, html};
use serde::Deserialize;

use super::question::{Question, action_in_words, offered};
use super::service::{self, Explanations, Who};
use super::words;
use crate::shell::{Answer, Calling, Problem, Query, Shell};
use crate::sub_admins::section_name;

/// What is asked.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WhoQuery {
    action: String,
    object: String,
}

/// `GET /access/who`
pub(super) async fn ask(
    State(explanations): State<Explanations>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<WhoQuery>,
) -> Answer {
    if query.action.is_empty() {
        return Ok(shell.page(&t!("who-title"), page(&query, &Problem::none(), None)));
    }
    let asked = async { explanations.who(&caller, Question::parse(&query.action, &query.object)?).await };
    match asked.await {
        Ok(who) => Ok(shell.page(&t!("who-title"), page(&query, &Problem::none(), Some(&who)))),
        Err(error) => again(&shell, error, &query),
    }
}

fn again(shell: &Shell, error: Error, query: &WhoQuery) -> Answer {
    let form = |problem: &Problem| page(query, problem, None);
    shell.again(error, &t!("who-title"), form).map(|response: Response| response.into_response())
}

fn page(query: &WhoQuery, problem: &Problem, who: Option<&Who>) -> Markup {
    let actions = offered();
    let options = actions.iter().map(|action| (action.name, label(action)));
    html! {
        (page_header(t!("who-title")).text(t!("who-text")).crumbs(t!("crumbs-label"), [(t!("powers-own-title"), "/access")]))
        (form_card("/access/who").get().errors(problem.summary()).body(html! {
            (select("action", t!("who-action")).options(options).value(query.action.as_str()).required().error(problem.on("action")))
            (field("object", t!("who-object")).value(query.object.as_str()).maxlength(320).autocomplete("off")
                .hint(t!("who-object-hint")).error(problem.on("object")))
        }).footer(html! { (submit(t!("who-show")).primary().icon(Icon::Search)) }))
        @if let Some(who) = who { (result(who)) }
    }
}

/// An action with the section it belongs to before it.
fn label(action: &ActionInfo) -> String {
    let section = match Section::of(action.needs) {
        Some((section, _)) => section_name(section),
        None => t!("explanation-only-main-admin"),
    };
    format!("{section}: {}", action_in_words(action))
}

fn result(who: &Who) -> Markup {
    let partly = who.object.is_none();
    let able = |answer: &&service::Answer| answer.may || partly && is_elsewhere(answer);
    let may: Vec<_> = who.answers.iter().filter(able).collect();
    let may_not: Vec<_> = who.answers.iter().filter(|answer| !able(answer)).collect();
    let action = action_in_words(&who.question.action);
    let title = match &who.object {
        Some(object) => t!("who-result-object", action = action, object = object.as_str()),
        None => t!("who-result", action = action),
    };
    let needs = words::level(who.question.action.needs);
    html! {
        @if who.rank_open { (notice(Tone::Info, t!("who-rank-open"))) }
        @if who.more { (notice(Tone::Warning, t!("who-more", n = who.answers.len()))) }
        (card().title(title).text(t!("who-needs", level = needs)).flush(html! {
            (people(&may, partly).empty(empty_state(Icon::Lock, t!("who-nobody")).text(t!("who-nobody-text"))))
            @if !may_not.is_empty() {
                div.card-body {
                    (more_options(&t!("who-others", n = may_not.len()), false, people(&may_not, false)))
                }
            }
        }).footer(html! { (provider(who)) }))
    }
}

/// Can do it to some things, though not to all that were asked about.
pub(super) fn is_elsewhere(answer: &service::Answer) -> bool {
    let explanation = &answer.explanation;
    let given = |held: &Held| !held.over && held.permissions.contains(explanation.needs);
    answer.is_free() && explanation.why == Why::Elsewhere && explanation.held.iter().any(given)
}

fn provider(who: &Who) -> Markup {
    html! {
        span.bw-muted {
            @if !who.question.action.while_impersonating { (t!("who-provider-never")) }
            @else { (t!("who-provider", n = who.providers)) }
        }
    }
}

fn people(answers: &[&service::Answer], partly: bool) -> bailiwick_ui::Table {
    let rows = answers.iter().map(|answer| {
        Row::new()
            .link(&format!("/access/{}", answer.person.id), answer.person.name.as_str())
            .cell(verdict(answer, partly))
            .cell(because(answer))
    });
    table(t!("who-title"))
        .column(Column::new(t!("column-name")).title())
        .column(Column::new(t!("who-column-answer")).badge())
        .column(Column::new(t!("who-column-because")))
        .rows(rows)
}

fn verdict(answer: &service::Answer, partly: bool) -> Markup {
    html! {
        @if answer.may { (status(Tone::Success, t!("who-yes"))) }
        @else if partly && is_elsewhere(answer) { (badge(Tone::Info, t!("who-partly"))) }
        @else { (status(Tone::Neutral, t!("who-no"))) }
    }
}

/// The grant that gives it; or what is missing.
fn because(answer: &service::Answer) -> Markup {
    let closed = answer.explanation.why == Why::Granted && !answer.may;
    html! {
        @if closed {
            (if answer.person.standing.may_sign_in() { t!("powers-one-time") } else { t!("powers-closed") })
        } @else if answer.explanation.why == Why::Granted {
            div {
                @for one in words::given(&answer.explanation.held) {
                    @for line in &one.access { div { (line) } }
                    div.bw-muted { (one.circumstances()) }
                }
            }
        } @else {
            (words::why(&answer.explanation))
        }
    }
    .render()
}
