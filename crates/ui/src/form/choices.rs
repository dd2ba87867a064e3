//! Boxes to tick, switches, groups of them, and cards of which one is chosen.

use maud::{Markup, Render, html};

use super::{described_by, field_id, remarks};

/// One box to tick, or a switch.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a boolean attribute of HTML")]
pub struct Checkbox {
    name: String,
    label: String,
    value: Option<String>,
    scope: String,
    hint: Option<Markup>,
    error: Option<String>,
    checked: bool,
    disabled: bool,
    required: bool,
    switch: bool,
}

/// A box to tick. It sends `name=on`, or the value it is given.
pub fn checkbox(name: impl Into<String>, label: impl Into<String>) -> Checkbox {
    Checkbox {
        name: name.into(),
        label: label.into(),
        value: None,
        scope: String::new(),
        hint: None,
        error: None,
        checked: false,
        disabled: false,
        required: false,
        switch: false,
    }
}

/// A box that looks like a switch, for a thing that is on or off.
pub fn switch(name: impl Into<String>, label: impl Into<String>) -> Checkbox {
    Checkbox { switch: true, ..checkbox(name, label) }
}

impl Checkbox {
    /// What is sent when ticked; part of the id, so boxes of one name differ.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = Some(value.into());
        self
    }

    /// Whether it is ticked.
    #[must_use]
    pub fn checked(mut self, checked: bool) -> Self {
        self.checked = checked;
        self
    }

    /// Can't be changed. A disabled box sends nothing.
    #[must_use]
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }

    /// Must be ticked.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// A sentence of help under the label.
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

    /// Sets the id apart from that of another form on the page.
    #[must_use]
    pub fn within(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// Id of the box.
    pub fn id(&self) -> String {
        match &self.value {
            Some(value) => field_id(&self.scope, &format!("{}-{value}", self.name)),
            None => field_id(&self.scope, &self.name),
        }
    }
}

impl Render for Checkbox {
    fn render(&self) -> Markup {
        let id = self.id();
        let described = described_by(&id, self.hint.is_some(), self.error.is_some());
        html! {
            div class=(if self.switch { "bw-check bw-switch" } else { "bw-check" }) {
                input.form-check-input type="checkbox" role=[self.switch.then_some("switch")] id=(id) name=(self.name)
                    value=[&self.value] checked[self.checked] disabled[self.disabled] required[self.required]
                    aria-describedby=[described] aria-invalid=[self.error.as_ref().map(|_| "true")];
                label for=(id) { (self.label) }
                (remarks(&id, self.hint.as_ref(), self.error.as_ref()))
            }
        }
    }
}

/// A group of boxes under one heading.
#[derive(Debug, Clone)]
pub struct Choices {
    legend: String,
    hint: Option<String>,
    error: Option<String>,
    boxes: Vec<Checkbox>,
    columns: bool,
}

/// An empty group.
pub fn choices(legend: impl Into<String>) -> Choices {
    Choices { legend: legend.into(), hint: None, error: None, boxes: Vec::new(), columns: false }
}

impl Choices {
    /// A sentence under the heading.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What is wrong with the choice as a whole.
    #[must_use]
    pub fn error(mut self, error: Option<impl Into<String>>) -> Self {
        self.error = error.map(Into::into);
        self
    }

    /// Adds a box.
    #[must_use]
    pub fn with(mut self, checkbox: Checkbox) -> Self {
        self.boxes.push(checkbox);
        self
    }

    /// Several columns where there is room.
    #[must_use]
    pub fn columns(mut self) -> Self {
        self.columns = true;
        self
    }
}

impl Render for Choices {
    fn render(&self) -> Markup {
        let id = self.boxes.first().map_or_else(|| field_id("", "choices"), Checkbox::id) + "-group";
        html! {
            fieldset.bw-group aria-describedby=[described_by(&id, self.hint.is_some(), self.error.is_some())] {
                legend { (self.legend) }
                @if let Some(hint) = &self.hint { p.bw-hint id={ (id) "-hint" } { (hint) } }
                div class=(if self.columns { "bw-choices bw-choices-columns" } else { "bw-choices" }) {
                    @for checkbox in &self.boxes { (checkbox) }
                }
                (remarks(&id, None, self.error.as_ref()))
            }
        }
    }
}

#[derive(Debug, Clone)]
struct RadioCard {
    value: String,
    title: String,
    text: Option<String>,
    disabled: bool,
}

/// Cards of which exactly one is chosen.
#[derive(Debug, Clone)]
pub struct RadioCards {
    name: String,
    legend: String,
    scope: String,
    selected: String,
    hint: Option<String>,
    error: Option<String>,
    cards: Vec<RadioCard>,
}

/// An empty group of cards.
pub fn radio_cards(name: impl Into<String>, legend: impl Into<String>) -> RadioCards {
    RadioCards {
        name: name.into(),
        legend: legend.into(),
        scope: String::new(),
        selected: String::new(),
        hint: None,
        error: None,
        cards: Vec::new(),
    }
}

impl RadioCards {
    /// Adds a card.
    #[must_use]
    pub fn card(mut self, value: impl Into<String>, title: impl Into<String>) -> Self {
        self.cards.push(RadioCard { value: value.into(), title: title.into(), text: None, disabled: false });
        self
    }

    /// A sentence on the last added card.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        if let Some(card) = self.cards.last_mut() {
            card.text = Some(text.into());
        }
        self
    }

    /// Whether the last added card can't be chosen.
    #[must_use]
    pub fn disabled(mut self, disabled: bool) -> Self {
        if let Some(card) = self.cards.last_mut() {
            card.disabled = disabled;
        }
        self
    }

    /// The chosen value.
    #[must_use]
    pub fn selected(mut self, value: impl Into<String>) -> Self {
        self.selected = value.into();
        self
    }

    /// A sentence under the heading.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What is wrong with the choice.
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

    fn card_markup(&self, card: &RadioCard) -> Markup {
        let id = field_id(&self.scope, &format!("{}-{}", self.name, card.value));
        let text_id = card.text.as_ref().map(|_| format!("{id}-text"));
        html! {
            label.bw-radio-card for=(id) {
                input.form-check-input type="radio" id=(id) name=(self.name) value=(card.value)
                    checked[card.value == self.selected] disabled[card.disabled] aria-describedby=[&text_id];
                span {
                    span.bw-strong { (card.title) }
                    @if let Some(text) = &card.text { small id=[&text_id] { (text) } }
                }
            }
        }
    }
}

impl Render for RadioCards {
    fn render(&self) -> Markup {
        let id = field_id(&self.scope, &self.name);
        html! {
            fieldset.bw-group id=(id) aria-describedby=[described_by(&id, self.hint.is_some(), self.error.is_some())] {
                legend { (self.legend) }
                @if let Some(hint) = &self.hint { p.bw-hint id={ (id) "-hint" } { (hint) } }
                div.bw-radio-cards {
                    @for card in &self.cards { (self.card_markup(card)) }
                }
                (remarks(&id, None, self.error.as_ref()))
            }
        }
    }
}
