//! Badges, status marks and initials.

use maud::{Markup, Render, html};

use crate::{Icon, Tone, icon};

/// A short word on a tinted ground.
#[derive(Debug, Clone)]
pub struct Badge {
    tone: Tone,
    text: String,
    icon: Option<Icon>,
    dot: bool,
}

/// A badge: `Main admin`, `DKIM off`.
pub fn badge(tone: Tone, text: impl Into<String>) -> Badge {
    Badge { tone, text: text.into(), icon: None, dot: false }
}

/// A badge with a coloured dot, for the state of a thing: `Active`, `Suspended`.
pub fn status(tone: Tone, text: impl Into<String>) -> Badge {
    Badge { tone, text: text.into(), icon: None, dot: true }
}

impl Badge {
    /// Puts an icon before the text.
    #[must_use]
    pub fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }
}

impl Render for Badge {
    fn render(&self) -> Markup {
        html! {
            span class={ "badge bw-badge " (self.tone.class()) @if self.dot { " bw-badge-dot" } } {
                @if let Some(shape) = self.icon { (icon(shape)) }
                (self.text)
            }
        }
    }
}

/// A round mark with up to two initials of a name or address; the name itself must stand beside it.
pub fn avatar(name: &str) -> Markup {
    html! { span.bw-avatar aria-hidden="true" { (initials(name)) } }
}

fn initials(name: &str) -> String {
    let local = name.split('@').next().unwrap_or(name);
    let mut words = local.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_the_first_letters_of_the_first_and_last_word() {
        for (name, expected) in [
            ("Hans Vogt", "HV"),
            ("Dr. Hans von Vogt", "DV"),
            ("h.vogt@vogt.example", "HV"),
            ("postmaster", "P"),
            ("élodie", "É"),
            ("", ""),
            ("--- @x", ""),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
