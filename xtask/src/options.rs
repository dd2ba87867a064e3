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
                        "mail" => Part::Mail,
                        "browser" => Part::Browser,
                        "faults" => Part::Faults,
                        other => {
                            return Err(Failure::new(format!(
                                "--only {other}: one of unit, mail, browser, faults."
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
    use super::{Part, Test, Up};

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
    fn only_leaves_the_other_parts_out() {
        let options = Test::parse(&["--only", "mail"]).unwrap();
        assert!(options.wants(Part::Mail) && !options.wants(Part::Unit));
        assert!(Test::parse(&[]).unwrap().wants(Part::Browser));
    }
}
