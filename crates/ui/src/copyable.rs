//! Text to be copied: a DNS record, an API key shown once.

use maud::{Markup, Render, html};

use crate::{Icon, icon};

/// Code with a button that copies it; without JavaScript it is selected by hand.
#[derive(Debug, Clone)]
pub struct Copyable {
    id: String,
    text: String,
    label: String,
    copied: String,
}

/// `label` names the button (`Copy`), `copied` is what it says for two seconds afterwards. `id` must be unique
/// on the page.
pub fn copyable(
    id: impl Into<String>,
    text: impl Into<String>,
    label: impl Into<String>,
    copied: impl Into<String>,
) -> Copyable {
    Copyable { id: id.into(), text: text.into(), label: label.into(), copied: copied.into() }
}

impl Render for Copyable {
    fn render(&self) -> Markup {
        html! {
            div.bw-copy {
                code id=(self.id) { (self.text) }
                button.btn.btn-sm.btn-quiet.bw-needs-js type="button" data-copy=(self.id) data-copied=(self.copied)
                    aria-describedby=(self.id) {
                    (icon(Icon::Copy))
                    span data-copy-label="" aria-live="polite" { (self.label) }
                }
            }
        }
    }
}
