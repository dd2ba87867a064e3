//! Cards, figures and what stands where nothing is yet.

use maud::{Markup, Render, html};

use crate::{Icon, Tone, icon};

/// A framed part of a page with its own heading.
#[derive(Debug, Clone, Default)]
pub struct Card {
    id: Option<String>,
    title: Option<String>,
    text: Option<String>,
    actions: Option<Markup>,
    body: Option<Markup>,
    flush: Option<Markup>,
    footer: Option<Markup>,
}

/// An empty card; fill it with [`Card::body`] (padded) or [`Card::flush`] (edge to edge, for tables).
pub fn card() -> Card {
    Card::default()
}

impl Card {
    /// Name by which htmx replaces it.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Heading.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// A sentence under the heading.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// Buttons beside the heading.
    #[must_use]
    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = Some(actions);
        self
    }

    /// Padded content.
    #[must_use]
    pub fn body(mut self, body: Markup) -> Self {
        self.body = Some(body);
        self
    }

    /// Content that reaches the card's edges.
    #[must_use]
    pub fn flush(mut self, content: Markup) -> Self {
        self.flush = Some(content);
        self
    }

    /// Bar at the bottom.
    #[must_use]
    pub fn footer(mut self, footer: Markup) -> Self {
        self.footer = Some(footer);
        self
    }

    pub(crate) fn inside(&self) -> Markup {
        html! {
            @if self.title.is_some() || self.text.is_some() || self.actions.is_some() {
                div.bw-card-head {
                    div {
                        @if let Some(title) = &self.title { h2 { (title) } }
                        @if let Some(text) = &self.text { p { (text) } }
                    }
                    @if let Some(actions) = &self.actions { div.bw-actions { (actions) } }
                }
            }
            @if let Some(body) = &self.body { div.card-body { (body) } }
            @if let Some(content) = &self.flush { (content) }
            @if let Some(footer) = &self.footer { div.bw-card-foot { (footer) } }
        }
    }
}

impl Render for Card {
    fn render(&self) -> Markup {
        html! { section.card id=[&self.id] { (self.inside()) } }
    }
}

/// One figure that is looked at.
#[derive(Debug, Clone)]
pub struct Stat {
    label: String,
    value: String,
    detail: Option<Markup>,
    icon: Option<Icon>,
    below: Option<Markup>,
}

/// A card with one figure, already formatted for the reader.
pub fn stat(label: impl Into<String>, value: impl Into<String>) -> Stat {
    Stat { label: label.into(), value: value.into(), detail: None, icon: None, below: None }
}

impl Stat {
    /// What the figure is compared with, or a link.
    #[must_use]
    pub fn detail(mut self, detail: Markup) -> Self {
        self.detail = Some(detail);
        self
    }

    /// Icon beside the label.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// A sparkline or meter underneath.
    #[must_use]
    pub fn below(mut self, plot: Markup) -> Self {
        self.below = Some(plot);
        self
    }
}

impl Render for Stat {
    fn render(&self) -> Markup {
        html! {
            div.card {
                div.card-body.bw-stat {
                    div.bw-stat-label {
                        span { (self.label) }
                        @if let Some(shape) = self.icon { (icon(shape)) }
                    }
                    div.bw-stat-value { (self.value) }
                    @if let Some(detail) = &self.detail { div.bw-stat-detail { (detail) } }
                    @if let Some(below) = &self.below { (below) }
                }
            }
        }
    }
}

/// What stands where a list would be.
#[derive(Debug, Clone)]
pub struct EmptyState {
    icon: Icon,
    title: String,
    text: Option<String>,
    action: Option<Markup>,
    tone: Option<Tone>,
}

/// Says that there is nothing yet, or nothing found.
pub fn empty_state(icon: Icon, title: impl Into<String>) -> EmptyState {
    EmptyState { icon, title: title.into(), text: None, action: None, tone: None }
}

impl EmptyState {
    /// What this place is for, or what to try.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The button that fills the place.
    #[must_use]
    pub fn action(mut self, action: impl Render) -> Self {
        self.action = Some(action.render());
        self
    }

    /// Colours the icon; neutral otherwise.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = Some(tone);
        self
    }
}

impl Render for EmptyState {
    fn render(&self) -> Markup {
        html! {
            div.bw-empty {
                span class={ "bw-emblem " (self.tone.unwrap_or_default().class()) } { (icon(self.icon)) }
                h2 { (self.title) }
                @if let Some(text) = &self.text { p { (text) } }
                @if let Some(action) = &self.action { div.bw-empty-action { (action) } }
            }
        }
    }
}
