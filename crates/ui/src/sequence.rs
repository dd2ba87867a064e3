//! Things in order: what happened to a message, the steps of a set-up.

use maud::{Markup, Render, html};

use crate::{Icon, Tone, icon};

#[derive(Debug, Clone)]
struct Event {
    tone: Tone,
    icon: Icon,
    title: Markup,
    when: Option<(String, String)>,
    text: Option<Markup>,
}

/// What happened, in order.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    events: Vec<Event>,
}

/// An empty timeline.
pub fn timeline() -> Timeline {
    Timeline::default()
}

impl Timeline {
    /// Adds an event.
    #[must_use]
    pub fn event(mut self, tone: Tone, icon: Icon, title: impl Render) -> Self {
        self.events.push(Event { tone, icon, title: title.render(), when: None, text: None });
        self
    }

    /// When the last added event happened: machine-readable (RFC 3339), and as the reader sees it.
    #[must_use]
    pub fn at(mut self, datetime: impl Into<String>, text: impl Into<String>) -> Self {
        if let Some(event) = self.events.last_mut() {
            event.when = Some((datetime.into(), text.into()));
        }
        self
    }

    /// More about the last added event.
    #[must_use]
    pub fn text(mut self, text: impl Render) -> Self {
        if let Some(event) = self.events.last_mut() {
            event.text = Some(text.render());
        }
        self
    }
}

impl Render for Timeline {
    fn render(&self) -> Markup {
        html! {
            ol.bw-timeline {
                @for event in &self.events {
                    li {
                        span class={ "bw-timeline-mark " (event.tone.class()) } { (icon(event.icon)) }
                        div {
                            div.bw-timeline-line {
                                span.bw-strong { (event.title) }
                                @if let Some((datetime, text)) = &event.when { time datetime=(datetime) { (text) } }
                            }
                            @if let Some(text) = &event.text { div.bw-muted { (text) } }
                        }
                    }
                }
            }
        }
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Behind us.
    Done,
    /// Here.
    Current,
    /// To come.
    Ahead,
}

/// Steps of a set-up; `label` names the list.
pub fn steps<'a>(label: &str, steps: impl IntoIterator<Item = (&'a str, StepState)>) -> Markup {
    html! {
        ol.bw-steps aria-label=(label) {
            @for (text, state) in steps {
                @match state {
                    StepState::Done => li.is-done { (text) },
                    StepState::Current => li.is-current aria-current="step" { (text) },
                    StepState::Ahead => li { (text) },
                }
            }
        }
    }
}
