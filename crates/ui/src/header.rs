//! Head of a page: where one is, its title, its main actions; and tabs between the pages of one thing.

use maud::{Markup, Render, html};

use crate::{Icon, icon};

/// The title of a page and what belongs beside it. Holds the page's only `h1`.
#[derive(Debug, Clone)]
pub struct PageHeader {
    title: String,
    above: Option<String>,
    text: Option<String>,
    crumbs: Option<(String, Vec<(String, String)>)>,
    beside: Option<Markup>,
    actions: Option<Markup>,
}

/// A page's head.
pub fn page_header(title: impl Into<String>) -> PageHeader {
    PageHeader { title: title.into(), above: None, text: None, crumbs: None, beside: None, actions: None }
}

impl PageHeader {
    /// A short line over the title, for example the domain.
    #[must_use]
    pub fn above(mut self, text: impl Into<String>) -> Self {
        self.above = Some(text.into());
        self
    }

    /// A sentence under the title.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The way up, as (text, address) from the top; `label` names the list for screen readers.
    #[must_use]
    pub fn crumbs<T: Into<String>, H: Into<String>>(
        mut self,
        label: impl Into<String>,
        path: impl IntoIterator<Item = (T, H)>,
    ) -> Self {
        let path = path.into_iter().map(|(text, href)| (text.into(), href.into())).collect();
        self.crumbs = Some((label.into(), path));
        self
    }

    /// A badge right after the title.
    #[must_use]
    pub fn beside(mut self, badge: impl Render) -> Self {
        self.beside = Some(badge.render());
        self
    }

    /// Buttons at the end of the line.
    #[must_use]
    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = Some(actions);
        self
    }
}

impl Render for PageHeader {
    fn render(&self) -> Markup {
        html! {
            div.bw-head {
                div.bw-head-text {
                    @if let Some((label, path)) = &self.crumbs { (crumbs(label, path)) }
                    @if let Some(above) = &self.above { div.bw-head-pre { (above) } }
                    div.bw-row { h1 { (self.title) } @if let Some(badge) = &self.beside { (badge) } }
                    @if let Some(text) = &self.text { p.bw-head-sub { (text) } }
                }
                @if let Some(actions) = &self.actions { div.bw-head-actions { (actions) } }
            }
        }
    }
}

fn crumbs(label: &str, path: &[(String, String)]) -> Markup {
    html! {
        nav.bw-crumbs aria-label=(label) {
            ol {
                @for (text, href) in path {
                    li { a href=(href) { (text) } (icon(Icon::ChevronRight)) }
                }
            }
        }
    }
}

/// One of several pages about the same thing.
#[derive(Debug, Clone)]
pub struct Tab {
    label: String,
    href: String,
    active: bool,
    count: Option<String>,
}

impl Tab {
    /// A tab that leads to its own address.
    pub fn new(label: impl Into<String>, href: impl Into<String>, active: bool) -> Self {
        Self { label: label.into(), href: href.into(), active, count: None }
    }

    /// How many things lie there.
    #[must_use]
    pub fn count(mut self, count: impl Into<String>) -> Self {
        self.count = Some(count.into());
        self
    }
}

/// Links between the pages of one thing; `label` names the group.
pub fn tabs(label: &str, tabs: &[Tab]) -> Markup {
    html! {
        nav.bw-tabs aria-label=(label) {
            ul {
                @for tab in tabs {
                    li {
                        a href=(tab.href) aria-current=[tab.active.then_some("page")] {
                            (tab.label)
                            @if let Some(count) = &tab.count { span.bw-tab-count { (count) } }
                        }
                    }
                }
            }
        }
    }
}
