//! One field: an input, a menu or a text area, with its label, hint and error.

use maud::{Markup, Render, html};

use super::{InputKind, described_by, field_id, remarks};
use crate::{Htmx, Icon, icon};

#[derive(Debug, Clone)]
struct Choice {
    value: String,
    label: String,
    disabled: bool,
    group: Option<String>,
}

#[derive(Debug, Clone)]
enum Control {
    Input(InputKind),
    Select(Vec<Choice>),
    Textarea(u16),
}

/// A labelled control. Made by [`field`], [`password_field`], [`select`] or [`textarea`].
#[derive(Debug, Clone)]
pub struct Field {
    control: Control,
    name: String,
    label: String,
    scope: String,
    value: String,
    hint: Option<Markup>,
    error: Option<String>,
    optional: Option<String>,
    placeholder: Option<String>,
    autocomplete: Option<String>,
    prefix: Option<String>,
    suffix: Option<String>,
    affix: Option<Box<Field>>,
    reveal: Option<String>,
    list: Option<(String, Vec<String>)>,
    confirms: Option<String>,
    min: Option<String>,
    max: Option<String>,
    step: Option<String>,
    inputmode: Option<&'static str>,
    accept: Option<String>,
    maxlength: Option<u32>,
    htmx: Htmx,
    flags: Flags,
}

#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a boolean attribute of HTML")]
struct Flags {
    required: bool,
    readonly: bool,
    disabled: bool,
    autofocus: bool,
    multiple: bool,
    mono: bool,
    unseen_label: bool,
    submits: bool,
}

fn new(control: Control, name: String, label: String) -> Field {
    Field {
        control,
        name,
        label,
        scope: String::new(),
        value: String::new(),
        hint: None,
        error: None,
        optional: None,
        placeholder: None,
        autocomplete: None,
        prefix: None,
        suffix: None,
        affix: None,
        reveal: None,
        list: None,
        confirms: None,
        min: None,
        max: None,
        step: None,
        inputmode: None,
        accept: None,
        maxlength: None,
        htmx: Htmx::default(),
        flags: Flags::default(),
    }
}

/// A line of text; [`Field::kind`] makes it a number, a date, ….
pub fn field(name: impl Into<String>, label: impl Into<String>) -> Field {
    new(Control::Input(InputKind::Text), name.into(), label.into())
}

/// A password. Its value is never rendered. Set `autocomplete` to `current-password` or `new-password`.
pub fn password_field(name: impl Into<String>, label: impl Into<String>) -> Field {
    new(Control::Input(InputKind::Password), name.into(), label.into())
}

/// A menu of few choices; among many, use a field with suggestions.
pub fn select(name: impl Into<String>, label: impl Into<String>) -> Field {
    new(Control::Select(Vec::new()), name.into(), label.into())
}

/// Several lines of text.
pub fn textarea(name: impl Into<String>, label: impl Into<String>) -> Field {
    new(Control::Textarea(4), name.into(), label.into())
}

/// Builder steps that only store a text.
macro_rules! stores {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        impl Field {
            $($(#[$doc])* #[must_use] pub fn $name(mut self, text: impl Into<String>) -> Self {
                self.$name = Some(text.into());
                self
            })*
        }
    };
}

/// Builder steps that set a flag.
macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        impl Field {
            $($(#[$doc])* #[must_use] pub fn $name(mut self) -> Self {
                self.flags.$name = true;
                self
            })*
        }
    };
}

stores! {
    /// An example inside the empty field; never the only explanation.
    placeholder,
    /// The browser's token: `username`, `current-password`, `new-password`, `one-time-code`, `email`, `off`, ….
    autocomplete,
    /// Fixed text before the field.
    prefix,
    /// Fixed text after the field: `@acme.example`, `GB`.
    suffix,
    /// A button of this name that shows and hides a password (needs JavaScript; absent otherwise).
    reveal,
    /// Smallest value.
    min,
    /// Largest value.
    max,
    /// Grid of values; `any` for all.
    step,
    /// Kinds of file, as MIME types or endings.
    accept,
    /// Marks the field as one that may stay empty: `optional`.
    optional,
}

flags! {
    /// Must be filled in.
    required,
    /// Can be read and copied, not changed.
    readonly,
    /// Can't be used.
    disabled,
    /// Has the cursor when the page opens; at most one on a page.
    autofocus,
    /// Takes several files.
    multiple,
    /// Fixed-width letters, for keys and addresses.
    mono,
    /// The label is read out, not seen; only where the place says it.
    unseen_label,
    /// A change of this menu submits its form (with JavaScript; a button does otherwise).
    submits,
}

impl Field {
    /// Kind of input.
    #[must_use]
    pub fn kind(mut self, kind: InputKind) -> Self {
        if let Control::Input(current) = &mut self.control {
            *current = kind;
        }
        self
    }

    /// What stands in the field, or is chosen in the menu.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// A sentence of help under the field.
    #[must_use]
    pub fn hint(mut self, hint: impl Render) -> Self {
        self.hint = Some(hint.render());
        self
    }

    /// What is wrong with it, if anything.
    #[must_use]
    pub fn error(mut self, error: Option<impl Into<String>>) -> Self {
        self.error = error.map(Into::into);
        self
    }

    /// Sets the ids apart from those of another form on the page.
    #[must_use]
    pub fn within(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// Adds a choice to a menu.
    #[must_use]
    pub fn option(mut self, value: impl Into<String>, label: impl Into<String>) -> Self {
        if let Control::Select(choices) = &mut self.control {
            choices.push(Choice { value: value.into(), label: label.into(), disabled: false, group: None });
        }
        self
    }

    /// Adds a choice that is shown but can't be taken.
    #[must_use]
    pub fn option_disabled(mut self, value: impl Into<String>, label: impl Into<String>) -> Self {
        if let Control::Select(choices) = &mut self.control {
            choices.push(Choice { value: value.into(), label: label.into(), disabled: true, group: None });
        }
        self
    }

    /// Adds choices under a heading of their own.
    #[must_use]
    pub fn group<V: Into<String>, L: Into<String>>(
        mut self,
        heading: impl Into<String>,
        choices: impl IntoIterator<Item = (V, L)>,
    ) -> Self {
        if let Control::Select(present) = &mut self.control {
            let heading = heading.into();
            present.extend(choices.into_iter().map(|(value, label)| Choice {
                value: value.into(),
                label: label.into(),
                disabled: false,
                group: Some(heading.clone()),
            }));
        }
        self
    }

    /// Adds many choices.
    #[must_use]
    pub fn options<V: Into<String>, L: Into<String>>(
        self,
        choices: impl IntoIterator<Item = (V, L)>,
    ) -> Self {
        choices.into_iter().fold(self, |field, (value, label)| field.option(value, label))
    }

    /// Height of a text area in lines.
    #[must_use]
    pub fn rows(mut self, rows: u16) -> Self {
        if let Control::Textarea(current) = &mut self.control {
            *current = rows;
        }
        self
    }

    /// Longest text, in UTF-16 units as HTML counts.
    #[must_use]
    pub fn maxlength(mut self, length: u32) -> Self {
        self.maxlength = Some(length);
        self
    }

    /// Keyboard on phones: `numeric`, `decimal`, ….
    #[must_use]
    pub fn inputmode(mut self, mode: &'static str) -> Self {
        self.inputmode = Some(mode);
        self
    }

    /// A second control joined to the end of this one, with an unseen label: local part and domain.
    #[must_use]
    pub fn joined(mut self, other: Field) -> Self {
        self.affix = Some(Box::new(other));
        self
    }

    /// Suggestions while typing. The list has the id `{field id}-list`; htmx may replace its options.
    #[must_use]
    pub fn suggestions<S: Into<String>>(mut self, values: impl IntoIterator<Item = S>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.list = Some((format!("{}-list", self.id()), values));
        self
    }

    /// Lets htmx ask while the field changes.
    #[must_use]
    pub fn htmx(mut self, htmx: Htmx) -> Self {
        self.htmx = htmx;
        self
    }

    pub(crate) fn confirms(mut self, expected: impl Into<String>) -> Self {
        self.confirms = Some(expected.into());
        self
    }

    /// Id of the control, for links from an error summary.
    pub fn id(&self) -> String {
        field_id(&self.scope, &self.name)
    }

    fn control(&self) -> Markup {
        match &self.control {
            Control::Input(kind) => self.input(*kind),
            Control::Select(choices) => self.menu(choices),
            Control::Textarea(rows) => self.area(*rows),
        }
    }

    fn described(&self) -> Option<String> {
        described_by(&self.id(), self.hint.is_some(), self.error.is_some())
    }

    fn invalid(&self) -> Option<&'static str> {
        self.error.is_some().then_some("true")
    }

    fn class(&self, base: &str) -> String {
        if self.flags.mono { format!("{base} bw-mono") } else { base.to_owned() }
    }

    fn input(&self, kind: InputKind) -> Markup {
        let unsaid = matches!(kind, InputKind::Password | InputKind::File);
        let value = (!unsaid && !self.value.is_empty()).then_some(&self.value);
        let (flags, htmx) = (self.flags, &self.htmx);
        html! {
            input class=(self.class("form-control")) type=(kind.name()) id=(self.id()) name=(self.name) value=[value]
                placeholder=[&self.placeholder] autocomplete=[&self.autocomplete] min=[&self.min] max=[&self.max]
                step=[&self.step] inputmode=[self.inputmode] accept=[&self.accept] maxlength=[self.maxlength]
                list=[self.list.as_ref().map(|list| &list.0)] multiple[flags.multiple] required[flags.required]
                readonly[flags.readonly] disabled[flags.disabled] autofocus[flags.autofocus]
                aria-describedby=[self.described()] aria-invalid=[self.invalid()] data-confirm-text=[&self.confirms]
                hx-get=[&htmx.get] hx-post=[&htmx.post] hx-target=[&htmx.target] hx-swap=[&htmx.swap]
                hx-trigger=[&htmx.trigger] hx-select=[&htmx.select] hx-push-url=[htmx.pushes()];
            @if let Some((id, values)) = &self.list {
                datalist id=(id) { @for value in values { option value=(value) {} } }
            }
        }
    }

    fn menu(&self, choices: &[Choice]) -> Markup {
        let (flags, htmx) = (self.flags, &self.htmx);
        html! {
            select class=(self.class("form-select")) id=(self.id()) name=(self.name) autocomplete=[&self.autocomplete]
                required[flags.required] disabled[flags.disabled] autofocus[flags.autofocus]
                aria-describedby=[self.described()] aria-invalid=[self.invalid()]
                data-submit=[flags.submits.then_some("")] hx-get=[&htmx.get] hx-post=[&htmx.post]
                hx-target=[&htmx.target] hx-swap=[&htmx.swap] hx-trigger=[&htmx.trigger] hx-select=[&htmx.select]
                hx-push-url=[htmx.pushes()] {
                @for group in choices.chunk_by(|choice, next| choice.group == next.group) {
                    @match &group[0].group {
                        Some(heading) => optgroup label=(heading) { (self.choices(group)) },
                        None => (self.choices(group)),
                    }
                }
            }
        }
    }

    fn choices(&self, choices: &[Choice]) -> Markup {
        html! {
            @for choice in choices {
                option value=(choice.value) selected[choice.value == self.value] disabled[choice.disabled] { (choice.label) }
            }
        }
    }

    fn area(&self, rows: u16) -> Markup {
        let flags = self.flags;
        html! {
            textarea class=(self.class("form-control")) id=(self.id()) name=(self.name) rows=(rows)
                placeholder=[&self.placeholder] autocomplete=[&self.autocomplete] maxlength=[self.maxlength]
                required[flags.required] readonly[flags.readonly] disabled[flags.disabled] autofocus[flags.autofocus]
                aria-describedby=[self.described()] aria-invalid=[self.invalid()] {
                // The parser drops one line break after the tag; the value keeps its own.
                "\n" (self.value)
            }
        }
    }

    fn with_affixes(&self) -> Markup {
        if self.prefix.is_none() && self.suffix.is_none() && self.affix.is_none() && self.reveal.is_none() {
            return self.control();
        }
        html! {
            div.bw-affix {
                @if let Some(prefix) = &self.prefix { span.bw-affix-text { (prefix) } }
                (self.control())
                @if let Some(suffix) = &self.suffix { span.bw-affix-text { (suffix) } }
                @if let Some(other) = &self.affix {
                    label.bw-unseen for=(other.id()) { (other.label) }
                    (other.control())
                }
                @if let Some(reveal) = &self.reveal {
                    button.btn.btn-icon.btn-plain.bw-needs-js type="button" data-reveal=(self.id()) aria-pressed="false"
                        aria-label=(reveal) title=(reveal) {
                        (icon(Icon::Eye))
                    }
                }
            }
        }
    }
}

impl Render for Field {
    fn render(&self) -> Markup {
        let id = self.id();
        let label = if self.flags.unseen_label { "bw-unseen" } else { "form-label" };
        html! {
            div.bw-field {
                label class=(label) for=(id) {
                    (self.label)
                    @if let Some(optional) = &self.optional { " " span.bw-optional { "(" (optional) ")" } }
                }
                (self.with_affixes())
                (remarks(&id, self.hint.as_ref(), self.error.as_ref()))
                @if let Some(other) = &self.affix {
                    (remarks(&other.id(), other.hint.as_ref(), other.error.as_ref()))
                }
            }
        }
    }
}
