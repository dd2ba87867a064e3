//! Plots as inline SVG: bars, lines, sparkline, horizontal bars.
//!
//! Shapes are stretched to the box they stand in; texts are HTML beside them, so a plot is as readable on a phone
//! as on a desk. Every plot has a name, a description and its figures as a table.

use maud::{Markup, Render, html};

use crate::{Meter, meter};

const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 100.0;
/// Largest value that is drawn to scale; sums of a few of them stay far from infinity.
const LARGEST: f64 = 1e15;
/// Values below this are nothing to the eye, and too near to zero to divide by.
const SMALLEST: f64 = 1e-9;
/// At most so many labels under a plot.
const LABELS: usize = 6;

#[derive(Debug, Clone)]
struct Series {
    name: String,
    values: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bars,
    Lines,
}

/// A plot over categories or days.
#[derive(Debug, Clone)]
pub struct Plot {
    id: String,
    kind: Kind,
    title: String,
    text: String,
    table: String,
    first: String,
    labels: Vec<String>,
    series: Vec<Series>,
    format: fn(f64) -> String,
}

/// Bars; several series stand on top of each other. `id` must be unique on the page, `title` names the plot.
pub fn bar_chart(id: impl Into<String>, title: impl Into<String>) -> Plot {
    plot(Kind::Bars, id.into(), title.into())
}

/// Lines; a single one has its area tinted.
pub fn line_chart(id: impl Into<String>, title: impl Into<String>) -> Plot {
    plot(Kind::Lines, id.into(), title.into())
}

fn plot(kind: Kind, id: String, title: String) -> Plot {
    Plot {
        id,
        kind,
        title,
        text: String::new(),
        table: String::new(),
        first: String::new(),
        labels: Vec::new(),
        series: Vec::new(),
        format: |value| format!("{value}"),
    }
}

impl Plot {
    /// What one sees, in a sentence, for those who don't.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// Texts of the table of figures: what opens it (`Show as table`), and the heading of its first column (`Day`).
    #[must_use]
    pub fn table(mut self, open: impl Into<String>, first: impl Into<String>) -> Self {
        self.table = open.into();
        self.first = first.into();
        self
    }

    /// Texts along the x axis, one for each value; of many, a few are shown.
    #[must_use]
    pub fn labels<S: Into<String>>(mut self, labels: impl IntoIterator<Item = S>) -> Self {
        self.labels = labels.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a series; at most four are told apart by colour. What isn't finite or is below 10^-9 counts as zero,
    /// what is above 10^15 as that.
    #[must_use]
    pub fn series(mut self, name: impl Into<String>, values: impl IntoIterator<Item = f64>) -> Self {
        self.series.push(Series { name: name.into(), values: values.into_iter().map(drawable).collect() });
        self
    }

    /// How figures are written: `|value| format!("{value:.1} GB")`.
    #[must_use]
    pub fn format(mut self, format: fn(f64) -> String) -> Self {
        self.format = format;
        self
    }

    fn value(&self, series: usize, at: usize) -> f64 {
        self.series.get(series).and_then(|series| series.values.get(at)).copied().unwrap_or_default()
    }

    fn top(&self) -> f64 {
        let highest = |at| match self.kind {
            Kind::Bars => (0..self.series.len()).map(|series| self.value(series, at)).sum(),
            Kind::Lines => (0..self.series.len()).map(|series| self.value(series, at)).fold(0.0, f64::max),
        };
        round_up((0..self.labels.len()).map(highest).fold(0.0, f64::max))
    }

    fn shapes(&self, top: f64) -> Markup {
        match self.kind {
            Kind::Bars => self.bars(top),
            Kind::Lines => self.lines(top),
        }
    }

    fn bars(&self, top: f64) -> Markup {
        let slot = WIDTH / count(self.labels.len().max(1));
        html! {
            @for (at, label) in self.labels.iter().enumerate() {
                g {
                    title { (label) @for series in 0..self.series.len() { ", " (self.named(series, at)) } }
                    @for (series, (from, to)) in self.stack(at).into_iter().enumerate() {
                        rect class={ "bw-plot-bar " (colour(series)) } x=(short(slot * (count(at) + 0.15)))
                            width=(short(slot * 0.7)) y=(short(HEIGHT - to / top * HEIGHT))
                            height=(short((to - from) / top * HEIGHT)) {}
                    }
                }
            }
        }
    }

    /// For one label, where each series' bar begins and ends.
    fn stack(&self, at: usize) -> Vec<(f64, f64)> {
        let mut reached = 0.0;
        let rise = |series| {
            let from = reached;
            reached += self.value(series, at);
            (from, reached)
        };
        (0..self.series.len()).map(rise).collect()
    }

    fn named(&self, series: usize, at: usize) -> String {
        let name = self.series.get(series).map_or("", |series| series.name.as_str());
        format!("{name} {}", (self.format)(self.value(series, at)))
    }

    fn lines(&self, top: f64) -> Markup {
        html! {
            @for series in 0..self.series.len() {
                @let points = self.points(series, top);
                @if self.series.len() == 1 {
                    path class={ "bw-plot-area " (colour(series)) } d={ "M0," (HEIGHT) " L" (points) " L" (WIDTH) "," (HEIGHT) " Z" } {}
                }
                polyline class={ "bw-plot-line " (colour(series)) @if series % 2 == 1 { " bw-plot-dashed" } } points=(points) {}
                @if self.labels.len() <= 40 {
                    @for (at, label) in self.labels.iter().enumerate() {
                        path class={ "bw-plot-dot " (colour(series)) } d={ "M" (self.point(series, at, top)) " h0.01" } {
                            title { (label) ", " (self.named(series, at)) }
                        }
                    }
                }
            }
        }
    }

    fn points(&self, series: usize, top: f64) -> String {
        let points: Vec<_> = (0..self.labels.len()).map(|at| self.point(series, at, top)).collect();
        points.join(" ")
    }

    fn point(&self, series: usize, at: usize, top: f64) -> String {
        let gaps = count(self.labels.len().saturating_sub(1).max(1));
        let y = HEIGHT - self.value(series, at) / top * HEIGHT;
        format!("{},{}", short(WIDTH * count(at) / gaps), short(y))
    }

    /// Bottom, middle and top; no middle where it would be written like one of the others.
    fn y_axis(&self, top: f64) -> Markup {
        let [low, middle, high] = [0.0, 0.5, 1.0].map(|part| (self.format)(top * part));
        html! {
            div.bw-plot-y aria-hidden="true" {
                span { (low) }
                span { @if middle != low && middle != high { (middle) } }
                span { (high) }
            }
        }
    }

    fn x_axis(&self) -> Markup {
        let total = self.labels.len();
        if self.kind == Kind::Lines {
            let last = total.saturating_sub(1);
            let picked: Vec<_> = if total <= 2 { (0..total).collect() } else { vec![0, last / 2, last] };
            return html! {
                div.bw-plot-x.bw-plot-x-ends aria-hidden="true" {
                    @for at in picked { span { span { (self.labels[at]) } } }
                }
            };
        }
        let every = total.div_ceil(LABELS).max(1);
        html! {
            div.bw-plot-x aria-hidden="true" {
                @for (at, label) in self.labels.iter().enumerate() {
                    span { @if at % every == every / 2 { span { (label) } } }
                }
            }
        }
    }

    fn figures(&self) -> Markup {
        html! {
            details.bw-plot-data {
                summary { (self.table) }
                table {
                    thead {
                        tr {
                            th scope="col" { (self.first) }
                            @for series in &self.series { th scope="col" { (series.name) } }
                        }
                    }
                    tbody {
                        @for (at, label) in self.labels.iter().enumerate() {
                            tr {
                                th scope="row" { (label) }
                                @for series in 0..self.series.len() { td { ((self.format)(self.value(series, at))) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Render for Plot {
    fn render(&self) -> Markup {
        let top = self.top();
        html! {
            figure.bw-plot {
                @if self.series.len() > 1 {
                    ul.bw-plot-legend {
                        @for (at, series) in self.series.iter().enumerate() { li class=(colour(at)) { (series.name) } }
                    }
                }
                div.bw-plot-frame {
                    (self.y_axis(top))
                    svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img"
                        aria-labelledby={ (self.id) "-title " (self.id) "-text" } {
                        title id={ (self.id) "-title" } { (self.title) }
                        desc id={ (self.id) "-text" } { (self.text) }
                        @for y in [0.0, 50.0, 100.0] {
                            line class="bw-plot-grid" x1="0" x2=(WIDTH) y1=(y) y2=(y) {}
                        }
                        (self.shapes(top))
                    }
                    (self.x_axis())
                }
                (self.figures())
            }
        }
    }
}

/// A line without axes, beside a figure that says the same in words.
pub fn sparkline(name: &str, values: &[f64]) -> Markup {
    let chart = line_chart("", "").labels(values.iter().map(|_| "")).series("", values.iter().copied());
    let highest = values.iter().copied().map(drawable).fold(0.0, f64::max);
    let points = chart.points(0, if highest > 0.0 { highest } else { 1.0 });
    html! {
        svg.bw-spark.bw-series-1 viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-label=(name) {
            path class="bw-plot-area bw-series-1" d={ "M0," (HEIGHT) " L" (points) " L" (WIDTH) "," (HEIGHT) " Z" } {}
            polyline class="bw-plot-line bw-series-1" points=(points) {}
        }
    }
}

/// Horizontal bars, longest first as the caller orders them: (label, text, value). Lengths are relative to the
/// longest.
pub fn horizontal_bars<L, T>(bars: impl IntoIterator<Item = (L, T, u64)>) -> Markup
where
    L: Into<String>,
    T: Into<String>,
{
    let bars: Vec<(L, T, u64)> = bars.into_iter().collect();
    let longest = bars.iter().map(|bar| bar.2).max().unwrap_or_default().max(1);
    let bar =
        |(label, text, value)| -> Meter { meter(label, text, value, Some(longest)).tone(crate::Tone::Info) };
    html! { ul.bw-hbars { @for bar in bars.into_iter().map(bar) { li { (bar) } } } }
}

fn drawable(value: f64) -> f64 {
    if value.is_finite() && value >= SMALLEST { value.min(LARGEST) } else { 0.0 }
}

fn colour(series: usize) -> &'static str {
    ["bw-series-1", "bw-series-2", "bw-series-3", "bw-series-4"][series % 4]
}

/// The next round figure of which half is round too (whole, where counts are small); 1 for nothing.
fn round_up(highest: f64) -> f64 {
    if highest <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(highest.log10().floor());
    let steps: &[f64] =
        if power > 1.0 { &[1.0, 1.2, 1.6, 2.0, 2.4, 3.0, 4.0, 5.0] } else { &[1.0, 2.0, 4.0] };
    steps
        .iter()
        .chain(&[6.0, 8.0, 10.0])
        .map(|step| step * power)
        .find(|top| *top >= highest)
        .unwrap_or(highest)
}

/// Two decimals are finer than a pixel.
fn short(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[expect(clippy::cast_precision_loss, reason = "a plot has far fewer than 2^52 points")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_ends_at_a_round_figure_that_holds_the_highest_value() {
        for (highest, top) in [
            (0.0, 1.0),
            (0.7, 0.8),
            (1.0, 1.0),
            (37.0, 40.0),
            (101.0, 120.0),
            (3.0, 4.0),
            (28_000.0, 30_000.0),
            (9_999.0, 10_000.0),
        ] {
            assert!((round_up(highest) - top).abs() < 1e-9, "{highest}: {}", round_up(highest));
        }
    }

    #[test]
    fn the_largest_and_the_smallest_numbers_are_drawn_finite() {
        for value in [f64::MAX, f64::MIN, f64::INFINITY, f64::NAN, f64::MIN_POSITIVE, 5e-324, 1e-9, 1e15] {
            let plot = bar_chart("p", "t").labels(["x"]).series("a", [value]).series("b", [value]);
            let html = plot.render().into_string() + &sparkline("s", &[value, 0.0]).into_string();
            assert!(!html.contains("NaN") && !html.contains("inf"), "{value}: {html}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_value_leaves_the_frame(values in proptest::collection::vec(proptest::num::f64::ANY, 0..60)) {
            let plot = bar_chart("p", "t").labels(values.iter().map(|_| "x")).series("s", values.iter().copied());
            let top = plot.top();
            for at in 0..values.len() {
                for (from, to) in plot.stack(at) {
                    assert!(from >= 0.0 && to <= top * 1.000_001, "{from}..{to} of {top}");
                }
            }
            let html = plot.render().into_string() + &sparkline("s", &values).into_string();
            assert!(!html.contains("NaN") && !html.contains("inf"));
        }
    }
}
