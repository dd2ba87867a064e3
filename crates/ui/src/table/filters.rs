//! Search and filters above a list, and the keyset pager below it.

use maud::{Markup, Render, html};

use crate::form::{Button, Field, field_id, hidden, link_button, submit};
use crate::{Htmx, Icon, icon};

/// Search and filters over a list: a GET form, so that every view has its address.
#[derive(Debug, Clone)]
pub struct Filters {
    action: String,
    submit: String,
    search: Option<(String, String, String)>,
    fields: Vec<Field>,
    beside: Option<Markup>,
    kept: Vec<(String, String)>,
    live: Option<String>,
}

/// Filters for the list at `action`; `submit` names the button.
pub fn filters(action: impl Into<String>, submit: impl Into<String>) -> Filters {
    Filters {
        action: action.into(),
        submit: submit.into(),
        search: None,
        fields: Vec::new(),
        beside: None,
        kept: Vec::new(),
        live: None,
    }
}

impl Filters {
    /// A field to search in: its name, what it searches (label and placeholder), what is searched for.
    #[must_use]
    pub fn search(
        mut self,
        name: impl Into<String>,
        label: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.search = Some((name.into(), label.into(), value.into()));
        self
    }

    /// Adds a menu or field; its label is read out, not seen.
    #[must_use]
    pub fn filter(mut self, field: Field) -> Self {
        self.fields.push(field.unseen_label());
        self
    }

    /// Keeps another parameter of the address.
    #[must_use]
    pub fn keep(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.kept.push((name.into(), value.into()));
        self
    }

    /// Buttons at the end, for example the CSV export.
    #[must_use]
    pub fn beside(mut self, buttons: Markup) -> Self {
        self.beside = Some(buttons);
        self
    }

    /// Searches while typing: htmx takes the element of this selector out of the answer and puts it in place.
    #[must_use]
    pub fn live(mut self, selector: impl Into<String>) -> Self {
        self.live = Some(selector.into());
        self
    }

    fn search_field(&self, (name, label, value): &(String, String, String)) -> Markup {
        let id = field_id("filter", name);
        let live = self.live.as_ref().map_or_else(Htmx::default, |selector| {
            Htmx::get(self.action.as_str())
                .target(selector.as_str())
                .select(selector.as_str())
                .swap("outerHTML")
                .trigger("input changed delay:300ms, search")
                .push()
        });
        html! {
            div.bw-search {
                (icon(Icon::Search))
                label.bw-unseen for=(id) { (label) }
                input.form-control type="search" id=(id) name=(name) value=(value) placeholder=(label) autocomplete="off"
                    hx-get=[&live.get] hx-target=[&live.target] hx-select=[&live.select] hx-swap=[&live.swap]
                    hx-trigger=[&live.trigger] hx-push-url=[live.pushes()]
                    hx-include=[live.get.as_ref().map(|_| "closest form")];
            }
        }
    }
}

impl Render for Filters {
    fn render(&self) -> Markup {
        html! {
            form.bw-filters method="get" action=(self.action) role="search" {
                @for (name, value) in &self.kept { (hidden(name, value)) }
                @if let Some(search) = &self.search { (self.search_field(search)) }
                @for field in &self.fields { div.bw-filter { (field.clone().within("filter")) } }
                (submit(self.submit.as_str()).plain())
                @if let Some(beside) = &self.beside { div.bw-apart.bw-actions { (beside) } }
            }
        }
    }
}

/// Links to the pages before and after; with keysets there are no page numbers.
#[derive(Debug, Clone)]
pub struct Pager {
    label: String,
    shown: String,
    previous: Option<Button>,
    next: Option<Button>,
}

/// A pager: `label` names it for screen readers, `shown` says what is on this page (`50 shown`).
pub fn pager(label: impl Into<String>, shown: impl Into<String>) -> Pager {
    Pager { label: label.into(), shown: shown.into(), previous: None, next: None }
}

impl Pager {
    /// The page before, if there is one.
    #[must_use]
    pub fn previous(mut self, label: &str, href: Option<impl Into<String>>) -> Self {
        self.previous = href.map(|href| link_button(label, href).small().icon(Icon::ChevronLeft));
        self
    }

    /// The page after, if there is one.
    #[must_use]
    pub fn next(mut self, label: &str, href: Option<impl Into<String>>) -> Self {
        self.next = href.map(|href| link_button(label, href).small().icon(Icon::ChevronRight));
        self
    }
}

impl Render for Pager {
    fn render(&self) -> Markup {
        html! {
            div.bw-pager {
                span { (self.shown) }
                @if self.previous.is_some() || self.next.is_some() {
                    nav.bw-pager-links aria-label=(self.label) {
                        @if let Some(previous) = &self.previous { (previous) }
                        @if let Some(next) = &self.next { (next) }
                    }
                }
            }
        }
    }
}
