//! Plots as files: the shapes are those of the product's own plots; what stands beside them as HTML in a page is written
//! into the picture here, which carries its colours with it.

use std::fmt::Write;

use bailiwick_ui::plot::{Plot, bar_chart, line_chart};

use crate::pace::to_f64;
use crate::report::markup;

const COLOURS: [&str; 8] =
    ["#206bc4", "#4299e1", "#f59f00", "#d6336c", "#2fb344", "#ae3ec9", "#0ca678", "#667382"];
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 300.0;
/// Room for the figures of the axis.
const LEFT: f64 = 70.0;
/// Room for the title and the names.
const TOP: f64 = 90.0;

/// Bars in groups, one for each series, whose heights are the powers of ten: what is twice as high is not twice as
/// much, but with any other scale the smaller ones would not be seen. What is nothing has no bar.
pub(crate) fn by_power_of_ten(title: &str, names: &[&str], groups: &[(String, Vec<f64>)]) -> String {
    let highest = groups.iter().flat_map(|(_, rates)| rates).copied().fold(10.0, f64::max).log10().ceil();
    let mut inner = String::new();
    // One plot for each series, side by side within its group, all on one scale.
    for (number, _) in names.iter().enumerate() {
        let slots = groups.len() * (names.len() + 1);
        let values = (0..slots).map(|slot| {
            let (group, place) = (slot / (names.len() + 1), slot % (names.len() + 1));
            let rate =
                groups.get(group).and_then(|(_, rates)| rates.get(number)).copied().unwrap_or_default();
            if place == number && rate > 0.0 { (rate.log10() + 1.0) / (highest + 1.0) * 100.0 } else { 0.0 }
        });
        // A series that reaches the top, unseen, holds the scale.
        let plot = bar_chart(format!("p{number}"), title)
            .labels((0..slots).map(|slot| slot.to_string()))
            .series("scale", (0..slots).map(|_| 0.0))
            .series(names[number], values);
        inner.push_str(&coloured(&plot, number, 100.0));
    }
    let axis: Vec<(f64, String)> = (-1..=to_power(highest))
        .map(|power| ((f64::from(power) + 1.0) / (highest + 1.0), format!("10{}", superscript(power))))
        .collect();
    let labels: Vec<&str> = groups.iter().map(|(label, _)| label.as_str()).collect();
    whole(title, names, &inner, &axis, &labels, true)
}

/// Lines over sizes.
pub(crate) fn lines(title: &str, labels: &[String], series: &[(String, Vec<f64>)]) -> String {
    let top = series.iter().flat_map(|(_, values)| values).copied().fold(1.0, f64::max).ceil();
    let mut inner = String::new();
    for (number, (name, values)) in series.iter().enumerate() {
        let plot = line_chart(format!("p{number}"), title)
            .labels(labels.iter().cloned())
            .series("scale", labels.iter().map(|_| 0.0))
            .series(name.as_str(), values.iter().map(|value| value / top * 100.0));
        inner.push_str(&coloured(&plot, number, 100.0));
    }
    let axis: Vec<(f64, String)> =
        [0.0, 0.5, 1.0].map(|part| (part, format!("{:.1} ×", top * part))).to_vec();
    let names: Vec<&str> = series.iter().map(|(name, _)| name.as_str()).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    whole(title, &names, &inner, &axis, &labels, false)
}

/// The shapes of a plot's second series, in a colour.
fn coloured(plot: &Plot, number: usize, top: f64) -> String {
    let html = markup(plot);
    let shapes: String = html
        .split('<')
        .filter(|piece| {
            piece.contains("bw-series-2")
                && ["rect", "polyline", "path"].iter().any(|name| piece.starts_with(name))
        })
        .map(|piece| format!("<{}", piece.trim_end_matches(|end| end != '>')))
        .map(|piece| if piece.ends_with("/>") { piece } else { piece.replace('>', "/>") })
        .collect();
    // The plot chooses a round figure above its highest value; this one must end at `top`.
    let stretch = scale(&html, top);
    format!(
        "<g class=\"c{number}\" transform=\"translate({LEFT} {}) scale({} {})\">{shapes}</g>\n",
        TOP + HEIGHT - stretch * HEIGHT,
        (WIDTH - LEFT) / 1000.0,
        stretch * HEIGHT / 100.0,
    )
}

/// The figure at the top of the plot's axis as a part of `top`.
fn scale(html: &str, top: f64) -> f64 {
    let axis = html.split("bw-plot-y").nth(1).unwrap_or_default();
    let last = axis.split("</div>").next().unwrap_or_default().rsplit("<span>").next().unwrap_or_default();
    let figure: f64 = last.split("</span>").next().and_then(|text| text.parse().ok()).unwrap_or(top);
    figure / top
}

fn whole(
    title: &str,
    names: &[&str],
    inner: &str,
    axis: &[(f64, String)],
    labels: &[&str],
    middle: bool,
) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {}\" role=\"img\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <title>{title}</title>\n<style>\nrect.bg {{ fill: #fff }} text {{ fill: #333 }} line {{ stroke: #ddd }}\n\
         polyline {{ fill: none; stroke-width: 2; vector-effect: non-scaling-stroke }} path {{ stroke-width: 6; stroke-linecap: round; vector-effect: non-scaling-stroke }}\n",
        TOP + HEIGHT + 40.0
    );
    for (number, colour) in COLOURS.iter().enumerate() {
        let _ = writeln!(
            svg,
            ".c{number} rect {{ fill: {colour} }} .c{number} polyline, .c{number} path {{ stroke: {colour} }}"
        );
    }
    let _ = writeln!(
        svg,
        "</style>\n<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n<text x=\"{LEFT}\" y=\"24\" font-size=\"16\">{title}</text>"
    );
    for (number, name) in names.iter().enumerate() {
        let (x, y) = (LEFT + to_f64(number % 4) * 220.0, 40.0 + to_f64(number / 4) * 20.0);
        let _ = writeln!(
            svg,
            "<g class=\"c{number}\"><rect x=\"{x}\" y=\"{y}\" width=\"12\" height=\"12\"/></g><text x=\"{}\" y=\"{}\">{name}</text>",
            x + 18.0,
            y + 11.0
        );
    }
    for (part, text) in axis {
        let y = TOP + HEIGHT - part * HEIGHT;
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" x2=\"{WIDTH}\" y1=\"{y}\" y2=\"{y}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{text}</text>",
            LEFT - 8.0,
            y + 4.0
        );
    }
    svg.push_str(inner);
    let slots = if middle { to_f64(labels.len()) } else { to_f64(labels.len().saturating_sub(1).max(1)) };
    for (number, label) in labels.iter().enumerate() {
        let place = if middle { to_f64(number) + 0.5 } else { to_f64(number) };
        let x = (LEFT + (WIDTH - LEFT) * place / slots).clamp(LEFT + 20.0, WIDTH - 30.0);
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{label}</text>",
            TOP + HEIGHT + 22.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn to_power(highest: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a rate")]
    let power = highest as i32;
    power
}

fn superscript(power: i32) -> String {
    power
        .to_string()
        .chars()
        .map(|digit| match digit {
            '-' => '⁻',
            '0' => '⁰',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            _ => '⁹',
        })
        .collect()
}
