//! Menus: the side menu, the account menu, and menus that drop down in rows.

use maud::{Markup, Render, html};

use crate::{Icon, csrf, icon};

/// An entry of the side menu.
#[derive(Debug, Clone)]
pub struct MenuEntry {
    /// Text.
    pub label: String,
    /// Address.
    pub href: String,
    /// Icon before the text.
    pub icon: Icon,
    /// Whether the page lies here.
    pub active: bool,
    /// A short count after the text.
    pub count: Option<String>,
}

impl MenuEntry {
    /// An entry without a count.
    pub fn new(label: impl Into<String>, href: impl Into<String>, icon: Icon, active: bool) -> Self {
        Self { label: label.into(), href: href.into(), icon, active, count: None }
    }

    /// Shows a count after the text.
    #[must_use]
    pub fn count(mut self, count: impl Into<String>) -> Self {
        self.count = Some(count.into());
        self
    }
}

/// Entries of the side menu that belong together.
#[derive(Debug, Clone, Default)]
pub struct MenuSection {
    /// Heading over them.
    pub title: Option<String>,
    /// The entries.
    pub entries: Vec<MenuEntry>,
}

impl Render for MenuSection {
    fn render(&self) -> Markup {
        html! {
            @if let Some(title) = &self.title { div.bw-nav-title { (title) } }
            ul {
                @for entry in &self.entries {
                    li {
                        a href=(entry.href) aria-current=[entry.active.then_some("page")] {
                            (icon(entry.icon))
                            span { (entry.label) }
                            @if let Some(count) = &entry.count { span.bw-nav-count { (count) } }
                        }
                    }
                }
            }
        }
    }
}

/// An entry of a menu that drops down.
#[derive(Debug, Clone)]
pub enum MenuItem {
    /// A link.
    Link {
        /// Text.
        label: String,
        /// Address.
        href: String,
        /// Icon before the text.
        icon: Icon,
    },
    /// A form with one button, for what changes something: signing out.
    Post {
        /// Text.
        label: String,
        /// Where it posts.
        action: String,
        /// Icon before the text.
        icon: Icon,
        /// Anti-forgery token; empty if there is none.
        token: String,
        /// Shown in red.
        danger: bool,
    },
    /// A line between.
    Divider,
}

impl Render for MenuItem {
    fn render(&self) -> Markup {
        match self {
            Self::Link { label, href, icon: shape } => {
                html! { a.bw-menu-item href=(href) { (icon(*shape)) (label) } }
            }
            Self::Post { label, action, icon: shape, token, danger } => html! {
                form method="post" action=(action) {
                    @if !token.is_empty() { (csrf(token)) }
                    button type="submit" class=(if *danger { "bw-menu-item bw-menu-danger" } else { "bw-menu-item" }) {
                        (icon(*shape)) (label)
                    }
                }
            },
            Self::Divider => html! { hr; },
        }
    }
}

/// A button that drops a menu down, for rows with many actions.
pub fn dropdown(label: &str, shape: Icon, items: &[MenuItem]) -> Markup {
    html! {
        details.bw-dropdown {
            summary.btn.btn-sm.btn-icon.btn-quiet aria-label=(label) title=(label) { (icon(shape)) }
            div.bw-menu { @for item in items { (item) } }
        }
    }
}

/// Who is signed in, and what they may do about it.
#[derive(Debug, Clone, Default)]
pub struct AccountMenu {
    /// Name of the login.
    pub name: String,
    /// A second line: the tenant, or for whom one acts.
    pub detail: String,
    /// Entries of the menu.
    pub items: Vec<MenuItem>,
}
