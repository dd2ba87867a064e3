//! Dialogs over the page, and the one that asks to type a name before something is lost.

use maud::{Markup, Render, html};

use crate::form::{button, csrf, field, submit};
use crate::{Icon, icon};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Small,
    Middle,
    Large,
}

/// A native `<dialog>`. It needs JavaScript to open, so whatever opens it is a link to a page of its own that
/// does the same: [`dialog_link`].
#[derive(Debug, Clone)]
pub struct Dialog {
    id: String,
    title: String,
    close: String,
    body: Markup,
    footer: Option<Markup>,
    size: Size,
    shown: bool,
}

/// A dialog; `close` names the button that closes it.
pub fn dialog(id: impl Into<String>, title: impl Into<String>, close: impl Into<String>) -> Dialog {
    Dialog {
        id: id.into(),
        title: title.into(),
        close: close.into(),
        body: Markup::default(),
        footer: None,
        size: Size::Middle,
        shown: false,
    }
}

/// A link that opens a dialog of this page, or leads to `href` where there is no JavaScript.
pub fn dialog_link(dialog_id: &str, href: &str, content: impl Render, class: &str) -> Markup {
    html! { a href=(href) data-dialog=(dialog_id) aria-haspopup="dialog" class=(class) { (content) } }
}

impl Dialog {
    /// Content; it scrolls when it is long.
    #[must_use]
    pub fn body(mut self, body: Markup) -> Self {
        self.body = body;
        self
    }

    /// Buttons at the bottom. A button inside a form elsewhere names it with `form=`.
    #[must_use]
    pub fn footer(mut self, footer: Markup) -> Self {
        self.footer = Some(footer);
        self
    }

    /// Narrow, for a question.
    #[must_use]
    pub fn small(mut self) -> Self {
        self.size = Size::Small;
        self
    }

    /// Wide, for a table.
    #[must_use]
    pub fn large(mut self) -> Self {
        self.size = Size::Large;
        self
    }

    /// Opens as soon as it is on the page: for a fragment fetched by htmx.
    #[must_use]
    pub fn shown(mut self) -> Self {
        self.shown = true;
        self
    }
}

impl Render for Dialog {
    fn render(&self) -> Markup {
        let size = match self.size {
            Size::Small => "bw-dialog bw-dialog-small",
            Size::Middle => "bw-dialog",
            Size::Large => "bw-dialog bw-dialog-large",
        };
        html! {
            dialog id=(self.id) class=(size) aria-labelledby={ (self.id) "-title" } data-dialog-show=[self.shown.then_some("")] {
                div.bw-dialog-head {
                    h2 id={ (self.id) "-title" } { (self.title) }
                    button.btn.btn-icon.btn-quiet type="button" data-dialog-close="" aria-label=(self.close) { (icon(Icon::X)) }
                }
                div.bw-dialog-body { (self.body) }
                @if let Some(footer) = &self.footer { div.bw-dialog-foot { (footer) } }
            }
        }
    }
}

/// A form that wants a name typed before it removes something for good. The server compares too: without
/// JavaScript the button is always awake.
#[derive(Debug, Clone)]
pub struct ConfirmByTyping {
    action: String,
    expected: String,
    prompt: String,
    submit: String,
    warning: Option<Markup>,
    token: Option<String>,
    error: Option<String>,
    cancel: Option<(String, String)>,
    scope: String,
}

/// Posts the typed text as `confirm` to `action`; `prompt` is the field's label (`Type acme.example`), `submit`
/// the button's.
pub fn confirm_by_typing(
    action: impl Into<String>,
    expected: impl Into<String>,
    prompt: impl Into<String>,
    submit: impl Into<String>,
) -> ConfirmByTyping {
    ConfirmByTyping {
        action: action.into(),
        expected: expected.into(),
        prompt: prompt.into(),
        submit: submit.into(),
        warning: None,
        token: None,
        error: None,
        cancel: None,
        scope: String::new(),
    }
}

impl ConfirmByTyping {
    /// What is lost.
    #[must_use]
    pub fn warning(mut self, warning: impl Render) -> Self {
        self.warning = Some(warning.render());
        self
    }

    /// Anti-forgery token.
    #[must_use]
    pub fn csrf(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Why the last try was refused.
    #[must_use]
    pub fn error(mut self, error: Option<impl Into<String>>) -> Self {
        self.error = error.map(Into::into);
        self
    }

    /// A way back: its text and address. Inside a dialog it closes the dialog.
    #[must_use]
    pub fn cancel(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.cancel = Some((label.into(), href.into()));
        self
    }

    /// Sets it apart from others of its kind on the page.
    #[must_use]
    pub fn within(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }
}

impl Render for ConfirmByTyping {
    fn render(&self) -> Markup {
        let typed = field("confirm", self.prompt.as_str())
            .within(self.scope.as_str())
            .autocomplete("off")
            .required()
            .error(self.error.as_deref())
            .confirms(self.expected.as_str());
        html! {
            form.bw-form method="post" action=(self.action) {
                @if let Some(token) = &self.token { (csrf(token)) }
                @if let Some(warning) = &self.warning { div { (warning) } }
                (typed)
                div.bw-actions.bw-row-end {
                    @if let Some((label, href)) = &self.cancel {
                        a.btn href=(href) data-dialog-close="" { (label) }
                    }
                    (submit(self.submit.as_str()).danger().confirms())
                }
            }
        }
    }
}

/// A button that closes the dialog it stands in; absent without JavaScript.
impl Dialog {
    /// A plain closing button for [`Dialog::footer`].
    pub fn closing_button(label: impl Into<String>) -> Markup {
        html! { (button(label).closes_dialog()) }
    }
}
