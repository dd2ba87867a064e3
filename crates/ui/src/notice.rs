//! Notices: something happened, or wants attention.

use maud::{Markup, Render, html};

use crate::{Icon, Tone, icon};

/// A framed sentence with an icon.
#[derive(Debug, Clone)]
pub struct Notice {
    tone: Tone,
    text: Markup,
    title: Option<String>,
    actions: Option<Markup>,
    dismiss: Option<String>,
}

/// A notice; danger is announced at once (`role=alert`), everything else politely (`role=status`).
pub fn notice(tone: Tone, text: impl Render) -> Notice {
    Notice { tone, text: text.render(), title: None, actions: None, dismiss: None }
}

impl Notice {
    /// A bold first line.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Buttons under the text.
    #[must_use]
    pub fn actions(mut self, actions: Markup) -> Self {
        self.actions = (!actions.0.is_empty()).then_some(actions);
        self
    }

    /// Can be closed by a button of this name (needs JavaScript; absent otherwise).
    #[must_use]
    pub fn dismissible(mut self, label: impl Into<String>) -> Self {
        self.dismiss = Some(label.into());
        self
    }
}

fn sign(tone: Tone) -> Icon {
    match tone {
        Tone::Neutral | Tone::Info => Icon::InfoCircle,
        Tone::Success => Icon::CircleCheck,
        Tone::Warning => Icon::AlertTriangle,
        Tone::Danger => Icon::AlertCircle,
    }
}

impl Render for Notice {
    fn render(&self) -> Markup {
        let role = if self.tone == Tone::Danger { "alert" } else { "status" };
        html! {
            div class={ "alert bw-notice " (self.tone.class()) } role=(role) {
                (icon(sign(self.tone)))
                div.bw-notice-body {
                    @if let Some(title) = &self.title { div.bw-notice-title { (title) } }
                    div { (self.text) }
                    @if let Some(actions) = &self.actions { div.bw-notice-actions { (actions) } }
                }
                @if let Some(label) = &self.dismiss {
                    button.btn.btn-sm.btn-icon.btn-quiet.bw-needs-js type="button" data-dismiss=".bw-notice" aria-label=(label) {
                        (icon(Icon::X))
                    }
                }
            }
        }
    }
}

/// A bar over the whole page, for what must be in sight all the time: who acts as whom.
pub fn banner(tone: Tone, text: impl Render, actions: impl Render) -> Markup {
    html! {
        div class={ "bw-banner " (tone.class()) } role="status" {
            span { (icon(sign(tone))) " " (text) }
            (actions)
        }
    }
}
