//! The page `docs/benchmarks/README.md` and its plots, made from results alone.

use std::fmt::Write;

use maud::Render;

use crate::gates::{ALL, At, Gate, Needed, OTHERS};
use crate::pace::Measured;
use crate::plots;
use crate::results::{Results, Round, Servers};

/// What stands on the page before the figures.
const BEGINNING: &str = include_str!("report_beginning.md");

/// A file of the report: its name and content.
pub(crate) type Written = (&'static str, String);

/// The page and its plots.
pub(crate) fn render(results: &Results) -> Vec<Written> {
    let mut page = BEGINNING.to_owned();
    about(&mut page, results);
    gates(&mut page, results);
    page.push_str("\n![Answers a second, beside others](beside-others.svg)\n");
    if results.sizes().len() > 1 {
        page.push_str("\n![Cost as the installation grows](growth.svg)\n");
    }
    for round in &results.rounds {
        round_table(&mut page, round);
    }
    if let Some(servers) = &results.servers {
        servers_table(&mut page, servers);
    }
    troubles(&mut page, results);
    let mut files = vec![("README.md", page), ("beside-others.svg", beside_others(results))];
    if results.sizes().len() > 1 {
        files.push(("growth.svg", growth(results)));
    }
    files
}

/// Writes to a text, which takes everything.
macro_rules! line {
    ($page:expr, $($text:tt)*) => { let _ = writeln!($page, $($text)*); };
}

fn about(page: &mut String, results: &Results) {
    line!(page, "\n## The last run\n");
    if results.quick {
        line!(
            page,
            "**A quick run: small sizes, short times. It shows that everything works, and no more.**\n"
        );
    }
    line!(page, "| | |\n|---|---|");
    line!(
        page,
        "| date | {} |\n| commit | {} |\n| machine | {} |",
        results.date,
        results.commit,
        results.machine
    );
    line!(page, "| load before it | {:.1} |", results.load_before);
    for (name, version) in &results.versions {
        line!(page, "| {name} | {version} |");
    }
    line!(
        page,
        "| argon2id, 19,456 KiB, t=2 | {:.0} a second on one core, {:.0} on all |",
        results.argon2id_core,
        results.argon2id_all
    );
}

fn gates(page: &mut String, results: &Results) {
    line!(page, "\n### Figures to reach\n");
    let columns: Vec<(&str, u32)> = results
        .engines()
        .iter()
        .flat_map(|engine| results.sizes().into_iter().map(|size| (*engine, size)))
        .collect();
    let mut head = "| | needed |".to_owned();
    let mut rule = "|---|---|".to_owned();
    for (engine, size) in &columns {
        let _ = write!(head, " {}, {} |", engine_name(engine), thousands(f64::from(*size)));
        rule.push_str("---:|");
    }
    line!(page, "{head} reached | others |\n{rule}---|---|");
    for gate in &ALL {
        let mut row = format!("| {} | {} |", gate.title, needed(gate));
        for (engine, size) in &columns {
            let figure = results.round(engine, *size).and_then(|round| (gate.figure)(results, round));
            let _ = write!(
                row,
                " {} |",
                figure.map_or_else(|| "–".to_owned(), |figure| written(figure, gate.unit))
            );
        }
        line!(page, "{row} {} | {} |", reached(results, gate), gate.others);
    }
    line!(
        page,
        "\nOthers: medians with 100,000 mailboxes and 8 connections on two cores; “alone” is what this kind of machine can do at best."
    );
}

fn needed(gate: &Gate) -> String {
    let at = thousands(f64::from(gate.at.nominal()));
    match gate.needed {
        Needed::AtLeast(limit) => format!("≥ {} at {at}", written(limit, gate.unit)),
        Needed::AtMost(limit) => format!("≤ {} at {at}", written(limit, gate.unit)),
    }
}

/// By engine: `yes` or `no`, or what was found at another size, where the gate's own was not measured.
fn reached(results: &Results, gate: &Gate) -> String {
    let Some(size) = gate.at.size(&results.sizes()) else { return String::new() };
    let of = |engine: &str| {
        let figure = results.round(engine, size).and_then(|round| (gate.figure)(results, round))?;
        let met = if gate.needed.met(figure) { "yes" } else { "**no**" };
        let elsewhere = if size == gate.at.nominal() {
            String::new()
        } else {
            format!(" (only at {})", thousands(f64::from(size)))
        };
        Some(format!("{} {met}{elsewhere}", engine_name(engine)))
    };
    results.engines().into_iter().filter_map(of).collect::<Vec<_>>().join(", ")
}

fn engine_name(engine: &str) -> &'static str {
    if engine == "postgres" { "PostgreSQL" } else { "SQLite" }
}

fn round_table(page: &mut String, round: &Round) {
    let delay = if round.fsync_delay_ms > 0.0 {
        format!(", each fsync {} ms longer", round.fsync_delay_ms)
    } else {
        String::new()
    };
    line!(
        page,
        "\n### {}, {} mailboxes{delay}\n",
        engine_name(&round.engine),
        thousands(f64::from(round.size))
    );
    line!(
        page,
        "Loaded at {} mailboxes a second (the search's index {:.1} s); first answer after {:.0} ms; {:.0} MiB at rest, \
         {:.0} MiB (PSS) and {:.0} MiB (RSS) at the end{}; a decision {:.0} ns, of a Sub-Admin with many domains {:.0} ns.\n",
        thousands(round.loaded_per_s),
        round.index_s,
        round.first_answer_ms,
        round.rest_pss,
        round.pss,
        round.rss,
        if round.database_pss > 0.0 {
            format!(", the database server {:.0} MiB", round.database_pss)
        } else {
            String::new()
        },
        round.decision_ns,
        round.decision_limited_ns,
    );
    measured_table(page, round.measured.iter());
}

fn measured_table<'m>(page: &mut String, all: impl Iterator<Item = (&'m String, &'m Measured)>) {
    line!(page, "| | clients | answers/s | p50 ms | p99 ms | p99.9 ms | CPU µs each | failures |");
    line!(page, "|---|---:|---:|---:|---:|---:|---:|---:|");
    for (name, of) in all {
        let name = name.replace('_', " ");
        let failures = of.failure.as_ref().map_or_else(
            || of.failures.to_string(),
            |why| {
                format!(
                    "{}: {}",
                    of.failures,
                    why.chars().take(120).collect::<String>().replace(['|', '\n'], " ")
                )
            },
        );
        line!(
            page,
            "| {name} | {} | {} | {:.2} | {:.2} | {:.2} | {} | {failures} |",
            of.clients,
            thousands(of.per_s),
            of.p50_ms,
            of.p99_ms,
            of.p999_ms,
            thousands(of.cpu_us)
        );
    }
}

fn servers_table(page: &mut String, servers: &Servers) {
    line!(page, "\n### Postfix and Dovecot, {} mailboxes\n", thousands(f64::from(servers.size)));
    line!(page, "With us behind them:\n");
    measured_table(page, servers.ours.iter());
    line!(page, "\nThe same servers with plain files:\n");
    measured_table(page, servers.plain.iter());
    line!(page, "\nThe same with passwords that cost nothing to compare:\n");
    measured_table(page, servers.unhashed.iter());
}

fn troubles(page: &mut String, results: &Results) {
    if !results.troubles.is_empty() {
        line!(page, "\n### Not measured\n");
        for trouble in &results.troubles {
            line!(page, "- {}", trouble.replace('\n', " "));
        }
    }
}

/// Rates beside others', each a power of ten higher than the next line.
fn beside_others(results: &Results) -> String {
    let size = At::HundredThousand.size(&results.sizes()).unwrap_or_default();
    let ours = |engine: &str, name: &str| {
        results.round(engine, size).and_then(|round| round.measured.get(name)).map_or(0.0, |of| of.per_s)
    };
    let mut groups = Vec::new();
    for (name, label, [modoboa, postfixadmin, stalwart]) in OTHERS {
        groups.push((
            label.to_owned(),
            vec![ours("sqlite", name), ours("postgres", name), modoboa, postfixadmin, stalwart],
        ));
    }
    let names = ["Bailiwick, SQLite", "Bailiwick, PostgreSQL", "Modoboa", "PostfixAdmin", "Stalwart"];
    let title = format!(
        "Answers a second, 8 connections: Bailiwick with {} mailboxes, others with 100,000",
        thousands(f64::from(size))
    );
    plots::by_power_of_ten(&title, &names, &groups)
}

/// CPU time for one answer at each size, against the smallest.
fn growth(results: &Results) -> String {
    let sizes = results.sizes();
    let mut lines = Vec::new();
    for engine in results.engines() {
        for name in ["list", "prefix", "substring", "create"] {
            let cost = |size: &u32| {
                results
                    .round(engine, *size)
                    .and_then(|round| round.measured.get(name))
                    .map_or(0.0, |of| of.cpu_us)
            };
            let first = sizes.first().map_or(0.0, cost);
            if first > 0.0 {
                let line: Vec<f64> = sizes.iter().map(|size| cost(size) / first).collect();
                lines.push((format!("{name}, {}", engine_name(engine)), line));
            }
        }
    }
    let labels: Vec<String> = sizes.iter().map(|size| thousands(f64::from(*size))).collect();
    plots::lines("Cost of one answer as the installation grows (smallest size = 1)", &labels, &lines)
}

/// With its unit: `20,000/s`, `1.25 ×`.
fn written(figure: f64, unit: &str) -> String {
    if figure.is_infinite() {
        return "not held".to_owned();
    }
    let number = if figure < 10.0 { format!("{figure:.2}") } else { thousands(figure) };
    format!("{number}{unit}")
}

/// `12,345`; small figures with one decimal.
pub(crate) fn thousands(figure: f64) -> String {
    if figure < 100.0 {
        return format!("{figure:.1}").trim_end_matches(".0").to_owned();
    }
    let digits = format!("{figure:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The markup of a plot as a text.
pub(crate) fn markup(plot: &bailiwick_ui::plot::Plot) -> String {
    plot.render().into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_says_what_was_reached_what_was_not_and_what_is_unknown() {
        let sample: Results =
            serde_json::from_str(include_str!("sample.json")).expect("the sample is of today's shape");
        let files = render(&sample);
        let page = &files[0].1;
        assert!(page.contains("| API: 50 mailboxes of a domain, 8 connections | ≥ 20,000/s at 100,000 | 26,000/s | 21,000/s | – | 9,000/s | SQLite yes, PostgreSQL **no** |"), "{page}");
        assert!(page.contains("SQLite **no**"), "a gate that is missed");
        assert!(
            page.contains("SQLite yes (only at 100,000)"),
            "a gate meant for a million, which was not measured"
        );
        assert!(page.contains("| IMAP sign-ins, of the same Dovecot with a passwd-file | ≥ 0.80 × at 100,000 | – | – | – | – |  |"), "{page}");
        assert!(page.contains("Not measured\n\n- the mail servers: not root"), "{page}");
        let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["README.md", "beside-others.svg", "growth.svg"]);
        for (name, plot) in &files[1..] {
            assert!(plot.starts_with("<svg xmlns=") && plot.ends_with("</svg>\n"), "{name}");
            assert!(!plot.contains("NaN") && !plot.contains("inf"), "{name}");
        }
    }

    #[test]
    fn figures_are_written_for_people() {
        assert_eq!(
            [0.0, 7.25, 99.94, 100.0, 1_234_567.0].map(thousands),
            ["0", "7.2", "99.9", "100", "1,234,567"]
        );
        assert_eq!(written(1.3, " ×"), "1.30 ×");
        assert_eq!(written(f64::INFINITY, " ms"), "not held");
    }
}
