//! What the person asked for on the command line.

use crate::failure::Failure;

/// Options of `up`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Up {
    pub(crate) data: Option<String>,
    pub(crate) no_mail: bool,
    pub(crate) database: Option<String>,
    pub(crate) yes: bool,
}

impl Up {
    pub(crate) fn parse(words: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            let (name, joined) = split(word);
            match name {
                "--data" => options.data = Some(value(name, joined, &mut words)?),
                "--database" => options.database = Some(value(name, joined, &mut words)?),
                "--no-mail" if joined.is_none() => options.no_mail = true,
                "--yes" if joined.is_none() => options.yes = true,
                _ => return Err(unknown("up", word)),
            }
        }
        Ok(options)
    }

    /// The same options for the demonstration's program.
    pub(crate) fn hand_on(&self) -> Vec<String> {
        let mut words = Vec::new();
        for (name, value) in [("--data", &self.data), ("--database", &self.database)] {
            if let Some(value) = value {
                words.extend([name.to_owned(), value.clone()]);
            }
        }
        for (name, set) in [("--no-mail", self.no_mail), ("--yes", self.yes)] {
            if set {
                words.push(name.to_owned());
            }
        }
        words
    }
}

/// A part of the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Unit,
    Api,
    Mail,
    Browser,
    Faults,
}

/// Options of `test`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Test {
    /// None: all parts.
    pub(crate) only: Option<Part>,
    pub(crate) yes: bool,
}

impl Test {
    pub(crate) fn parse(words: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            let (name, joined) = split(word);
            match name {
                "--only" => {
                    options.only = Some(match value(name, joined, &mut words)?.as_str() {
                        "unit" => Part::Unit,
                        "api" => Part::Api,
                        "mail" => Part::Mail,
                        "browser" => Part::Browser,
                        "faults" => Part::Faults,
                        other => {
                            return Err(Failure::new(format!(
                                "--only {other}: one of unit, api, mail, browser, faults."
                            )));
                        }
                    });
                }
                "--yes" if joined.is_none() => options.yes = true,
                _ => return Err(unknown("test", word)),
            }
        }
        Ok(options)
    }

    pub(crate) fn wants(&self, part: Part) -> bool {
        self.only.is_none_or(|only| only == part)
    }
}

/// Options of `bench`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Bench {
    pub(crate) quick: bool,
    /// With commas between.
    pub(crate) engines: String,
    /// The same.
    pub(crate) sizes: String,
    pub(crate) only: Option<String>,
    /// `2ms`
    pub(crate) delay: String,
}

impl Bench {
    pub(crate) fn parse(words: &[&str]) -> Result<Self, Failure> {
        let (mut quick, mut engines, mut sizes, mut only, mut delay) = (false, None, None, None, None);
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            let (name, joined) = split(word);
            match name {
                "--quick" if joined.is_none() => quick = true,
                "--engines" => engines = Some(value(name, joined, &mut words)?),
                "--sizes" => sizes = Some(value(name, joined, &mut words)?),
                "--only" => only = Some(value(name, joined, &mut words)?),
                "--fsync-delay" => delay = Some(value(name, joined, &mut words)?),
                _ => return Err(unknown("bench", word)),
            }
        }
        let or = |given: Option<String>, quick_one: &str, one: &str| {
            given.unwrap_or_else(|| if quick { quick_one } else { one }.to_owned())
        };
        let bench = Self {
            quick,
            engines: or(engines, "sqlite", "sqlite,postgres"),
            sizes: or(sizes, "1000", "1000,100000,1000000"),
            only,
            delay: or(delay, "0", "2ms"),
        };
        bench.delay_us()?;
        Ok(bench)
    }

    /// The delay in microseconds.
    pub(crate) fn delay_us(&self) -> Result<u64, Failure> {
        let number: Option<f64> = self.delay.trim_end_matches("ms").parse().ok();
        match number.filter(|number| (0.0..=1_000.0).contains(number)) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and a second"
            )]
            Some(number) => Ok((number * 1_000.0) as u64),
            None => Err(Failure::new("--fsync-delay takes up to 1000ms, such as 2ms.")),
        }
    }
}

fn split(word: &str) -> (&str, Option<&str>) {
    word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)))
}

fn value<'a>(
    name: &str,
    joined: Option<&str>,
    words: &mut impl Iterator<Item = &'a &'a str>,
) -> Result<String, Failure> {
    let value = joined.or_else(|| words.next().copied()).unwrap_or_default();
    if value.is_empty() || value.starts_with("--") {
        return Err(Failure::new(format!("{name} needs a value.")));
    }
    Ok(value.to_owned())
}

fn unknown(task: &str, word: &str) -> Failure {
    Failure::new(format!("{word}: unknown option of `cargo xtask {task}`; see `cargo xtask help`."))
}

#[cfg(test)]
mod tests {
    use super::{Bench, Part, Test, Up};

    #[test]
    fn options_are_read_in_both_spellings_and_handed_on() {
        let options = Up::parse(&["--data", "/d", "--no-mail", "--database=postgres://x", "--yes"]).unwrap();
        assert_eq!(options.hand_on(), ["--data", "/d", "--database", "postgres://x", "--no-mail", "--yes"]);
        assert_eq!(Up::parse(&[]).unwrap().hand_on(), Vec::<String>::new());
    }

    #[test]
    fn an_option_that_is_unknown_or_lacks_its_value_is_refused() {
        for words in
            [&["--date", "/d"][..], &["--data"], &["--data="], &["--data", "--yes"], &["--yes=1"], &["up"]]
        {
            assert!(Up::parse(words).is_err(), "{words:?}");
        }
        assert!(Test::parse(&["--only", "fast"]).is_err());
    }

    #[test]
    fn a_quick_bench_is_small_unless_more_is_asked_for() {
        let quick = Bench::parse(&["--quick"]).unwrap();
        assert_eq!(
            (quick.sizes.as_str(), quick.engines.as_str(), quick.delay_us()),
            ("1000", "sqlite", Ok(0))
        );
        let whole = Bench::parse(&["--only=list"]).unwrap();
        assert_eq!((whole.sizes.as_str(), whole.delay_us()), ("1000,100000,1000000", Ok(2_000)));
        assert!(Bench::parse(&["--fsync-delay", "a day"]).is_err());
    }

    #[test]
    fn only_leaves_the_other_parts_out() {
        let options = Test::parse(&["--only", "mail"]).unwrap();
        assert!(options.wants(Part::Mail) && !options.wants(Part::Unit));
        assert!(Test::parse(&[]).unwrap().wants(Part::Browser));
    }
}
