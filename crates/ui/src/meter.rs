//! Meters (how much of a limit is used) and progress of long work.

use maud::{Markup, Render, html};

use crate::{Htmx, Tone};

/// How much of a limit is used.
#[derive(Debug, Clone)]
pub struct Meter {
    label: String,
    text: String,
    used: u64,
    limit: Option<u64>,
    href: Option<String>,
    tone: Option<Tone>,
    inline: bool,
}

/// A meter: `label` says of what, `text` the figures (`412 / 500`). Without a limit there is no bar.
/// From 90 % of the limit on it warns, at the limit it alarms.
pub fn meter(label: impl Into<String>, text: impl Into<String>, used: u64, limit: Option<u64>) -> Meter {
    Meter { label: label.into(), text: text.into(), used, limit, href: None, tone: None, inline: false }
}

impl Meter {
    /// Where the limit is raised.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// A tone of the caller's choice.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = Some(tone);
        self
    }

    /// One line without the label, for table cells; the label is still read out.
    #[must_use]
    pub fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    /// Share of the limit in tenths of a percent, at most 1000.
    fn permille(&self) -> Option<u64> {
        let limit = self.limit?;
        let share = u128::from(self.used) * 1000 / u128::from(limit.max(1));
        Some(u64::try_from(share).unwrap_or(u64::MAX).min(1000))
    }

    fn mood(&self, permille: u64) -> Tone {
        self.tone.unwrap_or(match permille {
            1000.. => Tone::Danger,
            900.. => Tone::Warning,
            _ => Tone::Info,
        })
    }

    fn bar(&self) -> Markup {
        let Some(permille) = self.permille() else { return Markup::default() };
        // What is used at all is seen, however little it is.
        let width = if self.used > 0 { permille.max(15) } else { 0 };
        html! {
            svg class={ "bw-bar " (self.mood(permille).class()) } viewBox="0 0 1000 10" preserveAspectRatio="none" role="meter"
                aria-label=(self.label) aria-valuemin="0" aria-valuemax="1000" aria-valuenow=(permille)
                aria-valuetext=(self.text) {
                rect width=(width) height="10" {}
            }
        }
    }

    fn body(&self) -> Markup {
        html! {
            span.bw-meter-line {
                span.bw-meter-label { (self.label) }
                span.bw-meter-text { (self.text) }
            }
            (self.bar())
        }
    }
}

impl Render for Meter {
    fn render(&self) -> Markup {
        html! {
            @if self.inline {
                span.bw-meter.bw-meter-inline { (self.bar()) span.bw-meter-text { (self.text) } }
            } @else if let Some(href) = &self.href {
                a.bw-meter href=(href) { (self.body()) }
            } @else {
                div.bw-meter { (self.body()) }
            }
        }
    }
}

/// How far long work has come.
#[derive(Debug, Clone)]
pub struct Progress {
    id: String,
    label: String,
    text: String,
    done: u64,
    total: Option<u64>,
    tone: Tone,
    poll: Option<Htmx>,
}

/// Progress of work: without a total the bar only moves. `text` says it in figures (`1,200 of 5,000`).
pub fn progress(
    id: impl Into<String>,
    label: impl Into<String>,
    text: impl Into<String>,
    done: u64,
    total: Option<u64>,
) -> Progress {
    Progress {
        id: id.into(),
        label: label.into(),
        text: text.into(),
        done,
        total,
        tone: Tone::Info,
        poll: None,
    }
}

impl Progress {
    /// Tone of the bar: success when done, danger when given up.
    #[must_use]
    pub fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    /// Asks this address again every two seconds and replaces itself with the answer, until the answer no
    /// longer polls.
    #[must_use]
    pub fn poll(mut self, path: impl Into<String>) -> Self {
        self.poll = Some(Htmx::get(path).trigger("every 2s").swap("outerHTML"));
        self
    }
}

impl Render for Progress {
    fn render(&self) -> Markup {
        let poll = self.poll.clone().unwrap_or_default();
        let total = self.total.map(|total| total.max(1));
        let done = total.map(|total| self.done.min(total));
        html! {
            div id=(self.id) class={ "bw-progress " (self.tone.class()) } hx-get=[poll.get] hx-trigger=[poll.trigger]
                hx-swap=[poll.swap] {
                div.bw-meter-line {
                    label for={ (self.id) "-bar" } { (self.label) }
                    span.bw-meter-text { (self.text) }
                }
                progress id={ (self.id) "-bar" } value=[done] max=[total] { (self.text) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_warns_from_nine_tenths_and_alarms_at_the_limit() {
        for (used, limit, expected) in [
            (0, 100, Tone::Info),
            (89, 100, Tone::Info),
            (90, 100, Tone::Warning),
            (100, 100, Tone::Danger),
            (700, 100, Tone::Danger),
            (u64::MAX, 1, Tone::Danger),
            (0, 0, Tone::Info),
            (1, 0, Tone::Danger),
        ] {
            let meter = meter("", "", used, Some(limit));
            assert_eq!(meter.mood(meter.permille().expect("a limit")), expected, "{used} of {limit}");
        }
    }

    #[test]
    fn without_a_limit_there_is_text_and_no_bar() {
        let html = meter("Domains", "34", 34, None).render().into_string();
        assert!(html.contains("34") && !html.contains("<svg"), "{html}");
    }
}
