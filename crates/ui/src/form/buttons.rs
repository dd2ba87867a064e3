//! Buttons and links that look like buttons.

use maud::{Markup, Render, html};

use crate::{Htmx, Icon, icon};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Primary,
    Plain,
    Danger,
    OutlineDanger,
    Quiet,
    QuietDanger,
    Link,
}

impl Look {
    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "btn btn-primary",
            Self::Plain => "btn btn-plain",
            Self::Danger => "btn btn-danger",
            Self::OutlineDanger => "btn btn-outline-danger",
            Self::Quiet => "btn btn-quiet",
            Self::QuietDanger => "btn btn-quiet is-danger",
            Self::Link => "btn btn-link",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Does {
    Submit,
    Nothing,
    Goes(String),
}

/// A button, or a link that looks like one.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, most of them attributes of HTML")]
pub struct Button {
    does: Does,
    label: String,
    look: Look,
    icon: Option<Icon>,
    small: bool,
    icon_only: bool,
    disabled: bool,
    pair: Option<(String, String)>,
    form: Option<String>,
    action: Option<String>,
    dialog: Option<String>,
    closes: bool,
    confirms: bool,
    new_tab: bool,
    htmx: Htmx,
}

fn new(does: Does, label: String, look: Look) -> Button {
    Button {
        does,
        label,
        look,
        icon: None,
        small: false,
        icon_only: false,
        disabled: false,
        pair: None,
        form: None,
        action: None,
        dialog: None,
        closes: false,
        confirms: false,
        new_tab: false,
        htmx: Htmx::default(),
    }
}

/// The main button of a form.
pub fn submit(label: impl Into<String>) -> Button {
    new(Does::Submit, label.into(), Look::Primary)
}

/// A button for scripts: it opens or closes a dialog, or asks htmx.
pub fn button(label: impl Into<String>) -> Button {
    new(Does::Nothing, label.into(), Look::Plain)
}

/// A link that looks like a button.
pub fn link_button(label: impl Into<String>, href: impl Into<String>) -> Button {
    new(Does::Goes(href.into()), label.into(), Look::Plain)
}

/// Buttons in a row.
pub fn actions(content: impl Render) -> Markup {
    html! { div.bw-actions { (content) } }
}

impl Button {
    /// The one thing that people come here to do.
    #[must_use]
    pub fn primary(mut self) -> Self {
        self.look = Look::Primary;
        self
    }

    /// Beside a primary one.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.look = Look::Plain;
        self
    }

    /// Removes something for good.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.look = Look::Danger;
        self
    }

    /// Leads to a removal.
    #[must_use]
    pub fn outline_danger(mut self) -> Self {
        self.look = Look::OutlineDanger;
        self
    }

    /// Without a frame, for rows of a table.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.look = Look::Quiet;
        self
    }

    /// Without a frame, in red.
    #[must_use]
    pub fn quiet_danger(mut self) -> Self {
        self.look = Look::QuietDanger;
        self
    }

    /// Looks like a link.
    #[must_use]
    pub fn link(mut self) -> Self {
        self.look = Look::Link;
        self
    }

    /// Icon before the label.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Shows the icon only; the label is read out and shown on hover.
    #[must_use]
    pub fn icon_only(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self.icon_only = true;
        self
    }

    /// For tables and card heads.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// Can't be pressed.
    #[must_use]
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }

    /// Name and value sent when this button submits the form.
    #[must_use]
    pub fn sends(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.pair = Some((name.into(), value.into()));
        self
    }

    /// Submits the form of this id, which stands elsewhere.
    #[must_use]
    pub fn of_form(mut self, id: impl Into<String>) -> Self {
        self.form = Some(id.into());
        self
    }

    /// Submits to another address than the form's own.
    #[must_use]
    pub fn to(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// Opens the dialog of this id; a link leads to its own address where there is no JavaScript.
    #[must_use]
    pub fn opens(mut self, dialog: impl Into<String>) -> Self {
        self.dialog = Some(dialog.into());
        self
    }

    /// Closes the dialog that it stands in.
    #[must_use]
    pub fn closes_dialog(mut self) -> Self {
        self.closes = true;
        self
    }

    /// Opens a new tab.
    #[must_use]
    pub fn new_tab(mut self) -> Self {
        self.new_tab = true;
        self
    }

    /// Lets htmx act.
    #[must_use]
    pub fn htmx(mut self, htmx: Htmx) -> Self {
        self.htmx = htmx;
        self
    }

    pub(crate) fn confirms(mut self) -> Self {
        self.confirms = true;
        self
    }

    fn class(&self) -> String {
        let small = if self.small { " btn-sm" } else { "" };
        let bare = if self.icon_only { " btn-icon" } else { "" };
        // A button that only a script gives meaning to is absent without one.
        let script = self.does == Does::Nothing && (self.closes || self.dialog.is_some());
        let needs = if script { " bw-needs-js" } else { "" };
        [self.look.class(), small, bare, needs].concat()
    }

    fn content(&self) -> Markup {
        html! {
            @if let Some(shape) = self.icon { (icon(shape)) }
            @if !self.icon_only { (self.label) }
        }
    }
}

impl Render for Button {
    fn render(&self) -> Markup {
        let name = self.icon_only.then_some(self.label.as_str());
        let closes = self.closes.then_some("");
        let opens = self.dialog.as_ref().map(|_| "dialog");
        let htmx = &self.htmx;
        if let Does::Goes(href) = &self.does {
            return html! {
                a class=(self.class()) href=(href) aria-label=[name] title=[name] target=[self.new_tab.then_some("_blank")]
                    rel=[self.new_tab.then_some("noopener")] data-dialog=[&self.dialog] data-dialog-close=[closes]
                    aria-haspopup=[opens] hx-get=[&htmx.get] hx-target=[&htmx.target] hx-swap=[&htmx.swap]
                    hx-select=[&htmx.select] hx-push-url=[htmx.pushes()] {
                    (self.content())
                }
            };
        }
        html! {
            button class=(self.class()) type=(if self.does == Does::Submit { "submit" } else { "button" })
                name=[self.pair.as_ref().map(|pair| &pair.0)] value=[self.pair.as_ref().map(|pair| &pair.1)]
                form=[&self.form] formaction=[&self.action] disabled[self.disabled] aria-label=[name] title=[name]
                data-dialog=[&self.dialog] data-dialog-close=[closes] aria-haspopup=[opens]
                data-confirm-submit=[self.confirms.then_some("")] hx-get=[&htmx.get] hx-post=[&htmx.post]
                hx-target=[&htmx.target] hx-swap=[&htmx.swap] hx-select=[&htmx.select] hx-push-url=[htmx.pushes()] {
                (self.content())
            }
        }
    }
}
