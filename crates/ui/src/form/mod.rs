//! Forms: fields with label, hint and error; choices; buttons; the card around them.
//!
//! Every control has a label, names its hint and error by `aria-describedby`, and carries `aria-invalid` when it
//! has an error. The id of a field is `field-` + its name, or `field-` + scope + `-` + its name after `within`.

mod buttons;
mod choices;
mod field;
mod kind;

use maud::{Markup, PreEscaped, Render, html};

pub use buttons::{Button, actions, button, link_button, submit};
pub use choices::{Checkbox, Choices, RadioCards, checkbox, choices, radio_cards, switch};
pub use field::{Field, field, password_field, select, textarea};
pub use kind::InputKind;

use crate::{Card, Htmx, Icon, Tone, icon};

/// Id of a field: letters, digits, `-` and `_` of the name stay, everything else becomes `-`.
pub fn field_id(scope: &str, name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    let separator = if scope.is_empty() { "" } else { "-" };
    ["field-", scope, separator, name].concat().chars().map(plain).collect()
}

/// A value that travels with the form unseen.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The anti-forgery token, as the field `csrf`.
pub fn csrf(token: &str) -> Markup {
    hidden("csrf", token)
}

/// A form that does one thing at one button, and on its own when there is JavaScript: handing a token to another
/// portal's origin.
pub fn handover(action: &str, values: &[(&str, &str)], button: impl Render) -> Markup {
    html! {
        form.bw-form method="post" action=(action) data-handover="" {
            @for (name, value) in values { (hidden(name, value)) }
            (button)
        }
    }
}

/// Fields side by side where there is room.
pub fn fields(content: impl Render) -> Markup {
    html! { div.bw-fields { (content) } }
}

/// Further fields that open on demand; pass `open` when one of them has an error or a value.
pub fn more_options(summary: &str, open: bool, content: impl Render) -> Markup {
    html! {
        details.bw-more open[open] {
            summary { (icon(Icon::ChevronRight)) (summary) }
            div { div.bw-form { (content) } }
        }
    }
}

/// What is wrong with a form as a whole, above it: a title and, per error, the field's id and the text.
/// Nothing is rendered without errors.
pub fn error_summary<'a>(title: &str, errors: impl IntoIterator<Item = (&'a str, &'a str)>) -> Markup {
    let errors: Vec<_> = errors.into_iter().collect();
    if errors.is_empty() {
        return Markup::default();
    }
    let list = html! {
        ul {
            @for (id, text) in &errors {
                li { @if id.is_empty() { (text) } @else { a href={ "#" (id) } { (text) } } }
            }
        }
    };
    html! { div.bw-summary { (crate::notice(Tone::Danger, list).title(title)) } }
}

/// A form in a card.
#[derive(Debug, Clone)]
pub struct FormCard {
    action: String,
    id: Option<String>,
    get: bool,
    multipart: bool,
    token: Option<String>,
    htmx: Option<Htmx>,
    card: Card,
    errors: Option<Markup>,
    body: Markup,
}

/// A form that posts to `action`.
pub fn form_card(action: impl Into<String>) -> FormCard {
    FormCard {
        action: action.into(),
        id: None,
        get: false,
        multipart: false,
        token: None,
        htmx: None,
        card: Card::default(),
        errors: None,
        body: Markup::default(),
    }
}

impl FormCard {
    /// Name by which htmx replaces it.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Heading.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.card = self.card.title(title);
        self
    }

    /// A sentence under the heading.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.card = self.card.text(text);
        self
    }

    /// Anti-forgery token.
    #[must_use]
    pub fn csrf(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Asks by GET: a form that changes nothing.
    #[must_use]
    pub fn get(mut self) -> Self {
        self.get = true;
        self
    }

    /// Carries files.
    #[must_use]
    pub fn multipart(mut self) -> Self {
        self.multipart = true;
        self
    }

    /// Lets htmx send it and put the answer in place.
    #[must_use]
    pub fn htmx(mut self, htmx: Htmx) -> Self {
        self.htmx = Some(htmx);
        self
    }

    /// An [`error_summary`] or notice over the fields.
    #[must_use]
    pub fn errors(mut self, errors: Markup) -> Self {
        self.errors = Some(errors);
        self
    }

    /// The fields, one under the other.
    #[must_use]
    pub fn body(mut self, body: Markup) -> Self {
        self.body = body;
        self
    }

    /// The buttons.
    #[must_use]
    pub fn footer(mut self, footer: Markup) -> Self {
        self.card = self.card.footer(footer);
        self
    }
}

impl Render for FormCard {
    fn render(&self) -> Markup {
        let htmx = self.htmx.clone().unwrap_or_default();
        let errors = self.errors.as_ref().map_or("", |errors| errors.0.as_str());
        let card = if self.body.0.is_empty() && errors.is_empty() {
            self.card.clone() // only a button: no empty stripe above it
        } else {
            self.card.clone().body(html! { div.bw-form { (PreEscaped(errors)) (self.body) } })
        };
        html! {
            form.card id=[&self.id] method=(if self.get { "get" } else { "post" }) action=(self.action)
                enctype=[self.multipart.then_some("multipart/form-data")] novalidate
                hx-get=[&htmx.get] hx-post=[&htmx.post] hx-target=[&htmx.target] hx-swap=[&htmx.swap]
                hx-trigger=[&htmx.trigger] hx-select=[&htmx.select] hx-push-url=[htmx.pushes()] {
                @if let Some(token) = &self.token { (csrf(token)) }
                (card.inside())
            }
        }
    }
}

/// Hint and error of a control, as they stand under it.
fn remarks(id: &str, hint: Option<&Markup>, error: Option<&String>) -> Markup {
    html! {
        @if let Some(hint) = hint { p.form-hint id={ (id) "-hint" } { (hint) } }
        @if let Some(error) = error {
            p.bw-error id={ (id) "-error" } { (icon(Icon::AlertCircle)) span { (error) } }
        }
    }
}

/// Ids of hint and error for `aria-describedby`.
fn described_by(id: &str, hint: bool, error: bool) -> Option<String> {
    match (hint, error) {
        (true, true) => Some(format!("{id}-error {id}-hint")),
        (true, false) => Some(format!("{id}-hint")),
        (false, true) => Some(format!("{id}-error")),
        (false, false) => None,
    }
}
