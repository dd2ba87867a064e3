//! The Account History: its page, its proof, its file.

use axum::extract::State;
use axum::response::Response;
use bailiwick_base::authz::Permission;
use bailiwick_base::db::{Page, PageRequest};
use bailiwick_base::{Code, Error, t, texts};
use bailiwick_ui::form::InputKind;
use bailiwick_ui::{
    Column, Icon, Row, Tone, card, empty_state, field, filters, form_card, link_button, notice, page_header,
    select, submit, table,
};
use maud::{Markup, Render, html};

use super::card::rows;
use super::export;
use super::filter::{By, HistoryQuery, actions_by_noun, object_kinds, sentence_key};
use super::service::{Audit, Overview, Proof, Refused};
use super::store::HistoryEntry;
use super::verify::Fault;
use crate::routes::{Access, Routes};
use crate::settings::Portal;
use crate::shell::{Answer, Calling, Form, Problem, Query, Shell};
use crate::sign_in::NoFields;
use crate::sub_admins::permission_word;
use crate::tenants::pager_of;

/// The longest name or address typed into a filter.
const MAX_TYPED: u32 = 320;

pub(crate) fn routes(routes: Routes) -> Routes {
    let view = Access::Holding(Permission::HistoryView);
    routes.get("/history", view, list).get("/history.csv", view, file).post("/history/verify", view, verify)
}

/// What stands on the page besides its filters.
struct Shown {
    page: Page<HistoryEntry>,
    overview: Overview,
    proof: Option<Proof>,
}

/// `GET /history`
async fn list(
    State(audit): State<Audit>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<HistoryQuery>,
) -> Answer {
    let overview = audit.overview(&caller).await?;
    let request = PageRequest::parse(&query.after, &query.before)?;
    let asked = async { audit.page(&caller, &query.parse(&shell.zone())?, &request).await };
    match asked.await {
        Ok(page) => {
            let shown = Shown { page, overview, proof: None };
            Ok(shell.page(&t!("history-title"), history_page(&shell, &query, &shown, &Problem::none())))
        }
        Err(error) => {
            let page = Page { rows: Vec::new(), previous: None, next: None };
            let shown = Shown { page, overview, proof: None };
            let title = t!("history-title");
            shell.again(error, &title, |problem| history_page(&shell, &query, &shown, problem))
        }
    }
}

/// `POST /history/verify`: changes nothing, but takes its time.
async fn verify(
    State(audit): State<Audit>,
    shell: Shell,
    Calling(caller): Calling,
    Form(NoFields {}): Form<NoFields>,
) -> Answer {
    let proof = audit.prove(&caller).await?;
    let overview = audit.overview(&caller).await?;
    let query = HistoryQuery::default();
    let page = audit.page(&caller, &query.parse(&shell.zone())?, &PageRequest::default()).await?;
    let shown = Shown { page, overview, proof: Some(proof) };
    Ok(shell.page(&t!("history-title"), history_page(&shell, &query, &shown, &Problem::none())))
}

/// `GET /history.csv`
async fn file(
    State(audit): State<Audit>,
    shell: Shell,
    Calling(caller): Calling,
    Query(query): Query<HistoryQuery>,
) -> Result<Response, crate::shell::Refusal> {
    let filter = query.parse(&shell.zone())?;
    Ok(export::answer(audit, caller, filter, shell.portal() == Portal::Staff).await?)
}

fn history_page(shell: &Shell, query: &HistoryQuery, shown: &Shown, problem: &Problem) -> Markup {
    let empty = if query.kept().is_empty() {
        empty_state(Icon::History, t!("history-empty-title")).text(t!("history-empty-text"))
    } else {
        empty_state(Icon::Search, t!("list-nothing-found-title")).text(t!("list-nothing-found-text"))
    };
    html! {
        (page_header(t!("history-title")).text(t!("history-text")))
        @if let Some(proof) = &shown.proof { (proof_notice(shell, proof)) }
        (problem.summary())
        (card().flush(html! {
            (filter_bar(shell, query, problem))
            (rows(shell, &shown.page.rows).empty(empty))
            (pager_of("/history", &query.kept(), &shown.page))
        }))
        (proof_card(shell, &shown.overview))
        @if let Some(refused) = &shown.overview.refused { (refused_card(shell, refused)) }
    }
}

fn filter_bar(shell: &Shell, query: &HistoryQuery, problem: &Problem) -> Markup {
    let for_staff = shell.portal() == Portal::Staff;
    let by = By::ALL.map(|by| (by.key(), texts::text(&format!("history-by-{}", by.key())).into_owned()));
    let mut actions = select("action", t!("history-filter-action")).option("", t!("history-all-actions"));
    for (noun, names) in actions_by_noun(for_staff) {
        actions = actions.group(noun_in_words(noun), names.into_iter().map(|name| (name, tried(name))));
    }
    let mut kinds = object_kinds(for_staff);
    if !query.object_kind.is_empty() && !kinds.contains(&query.object_kind.as_str()) {
        kinds.push(&query.object_kind);
    }
    let kinds = kinds.into_iter().map(|kind| (kind.to_owned(), noun_in_words(kind)));
    let day = |name: &str, label: String, value: &str| {
        field(name, label.clone()).kind(InputKind::Date).prefix(label).value(value).error(problem.on(name))
    };
    html! {
        (filters("/history", t!("history-filter"))
            .search("actor", t!("history-filter-actor"), query.actor.as_str())
            .filter(select("by", t!("history-filter-by")).option("", t!("history-by-all")).options(by).value(query.by.as_str()))
            .filter(actions.value(query.action.as_str()))
            .filter(select("object_kind", t!("history-filter-kind")).option("", t!("history-all-kinds")).options(kinds)
                .value(query.object_kind.as_str()))
            .filter(field("object_id", t!("history-filter-object")).value(query.object_id.as_str()).autocomplete("off")
                .placeholder(t!("history-filter-object")).maxlength(MAX_TYPED))
            .filter(day("from", t!("history-filter-from").into_owned(), &query.from))
            .filter(day("to", t!("history-filter-to").into_owned(), &query.to))
            .beside(html! {
                @if !query.kept().is_empty() { (link_button(t!("history-filter-none"), "/history").small()) }
                (link_button(t!("history-export"), export_path(query)).small().icon(Icon::Download))
            }))
    }
}

fn export_path(query: &HistoryQuery) -> String {
    let kept = form_urlencoded::Serializer::new(String::new()).extend_pairs(query.kept()).finish();
    if kept.is_empty() { "/history.csv".to_owned() } else { format!("/history.csv?{kept}") }
}

/// What an action does, without naming what it was done to: "Changed the user …".
fn tried(action: &str) -> String {
    let key = sentence_key(action);
    if texts::has(&key) {
        texts::text_with(&key, &[("object", "…".into())]).into_owned()
    } else {
        Permission::by_key(action)
            .map_or_else(|| action.to_owned(), |needed| permission_word(needed).into_owned())
    }
}

fn noun_in_words(noun: &str) -> String {
    let key = format!("history-noun-{}", noun.replace('_', "-"));
    if texts::has(&key) { texts::text(&key).into_owned() } else { noun.replace('_', " ") }
}

fn proof_card(shell: &Shell, overview: &Overview) -> Markup {
    let sealed = match overview.last_sealed {
        Some(at) => t!("history-last-sealed", at = shell.when(at)),
        None => t!("history-never-sealed"),
    };
    if !overview.may_prove {
        return card().title(t!("history-proof-title")).body(html! { p { (sealed) } }).render();
    }
    html! {
        (form_card("/history/verify").title(t!("history-proof-title")).text(t!("history-proof-text")).csrf(shell.csrf())
            .body(html! { p { (sealed) } })
            .footer(html! { (submit(t!("history-verify")).primary().icon(Icon::ShieldCheck)) }))
    }
}

fn proof_notice(shell: &Shell, proof: &Proof) -> Markup {
    let found = &proof.found;
    let sealed = i64::try_from(found.sealed).unwrap_or(i64::MAX);
    if !found.is_sound() {
        let faults = html! {
            p { (t!("history-unsound-text")) }
            ul { @for fault in found.faults.iter().take(20) { li { (fault_in_words(fault)) } } }
        };
        return notice(Tone::Danger, faults).title(t!("history-unsound")).render();
    }
    if !proof.complete {
        return notice(Tone::Warning, t!("history-proof-cut-text", n = sealed))
            .title(t!("history-proof-cut"))
            .render();
    }
    let last = proof.last_sealed.map_or_else(
        || t!("history-never-sealed").into_owned(),
        |at| t!("history-last-sealed", at = shell.when(at)).into_owned(),
    );
    let text = html! {
        p { (t!("history-sound-text", n = sealed)) " " (last) }
        @if let [head] = found.heads.as_slice() {
            p { (t!("history-head", n = head.seq, hash = short(&head.hash))) }
        } @else if !found.heads.is_empty() {
            p { (t!("history-heads", n = found.heads.len())) }
        }
    };
    notice(Tone::Success, text).title(t!("history-sound")).render()
}

/// The beginning of a hash: enough to compare by eye.
fn short(hash: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&hash[..hash.len().min(8)])
}

fn fault_in_words(fault: &Fault) -> String {
    let event = fault.event.map_or_else(|| "–".to_owned(), |event| event.to_string());
    let kind = texts::text(&format!("history-fault-{}", fault.kind.key()));
    let chain = fault.chain;
    match fault.seq {
        Some(seq) => t!("history-fault", seq = seq, event = event, kind = kind, chain = chain).into_owned(),
        None => t!("history-fault-loose", event = event, kind = kind, chain = chain).into_owned(),
    }
}

fn refused_card(shell: &Shell, refused: &[Refused]) -> Markup {
    if refused.is_empty() {
        return card().title(t!("history-refused-title")).text(t!("history-refused-empty")).render();
    }
    let rows = refused.iter().map(|refused| {
        let why = Code::ALL.iter().find(|code| code.key() == refused.code);
        let gone = || t!("history-refused-unnamed").into_owned();
        Row::new()
            .cell(refused.login.clone().unwrap_or_else(gone))
            .cell(html! {
                div { (tried(&refused.action)) }
                div.bw-muted { (why.map_or_else(|| refused.code.clone(), |code| Error::new(*code).title())) }
            })
            .cell(refused.count)
            .cell(html! { time datetime=(refused.last_at) { (refused.last_at.in_zone(&shell.zone())) } })
    });
    let zone = shell.zone();
    html! {
        (card().id("refused").title(t!("history-refused-title")).text(t!("history-refused-text")).flush(html! {
            (table(t!("history-refused-title"))
                .column(Column::new(t!("history-column-who")).title())
                .column(Column::new(t!("history-column-tried")).subtitle())
                .column(Column::new(t!("history-column-count")).figures())
                .column(Column::new(t!("history-column-last", zone = zone.as_str())).fit())
                .rows(rows))
        }))
    }
}
