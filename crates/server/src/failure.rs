//! What ends a command: a sentence for whoever typed it, a code for whoever reads it as JSON, and an exit code. Nothing
//! internal is printed.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use bailiwick_base::Kind;
use serde::Serialize;

/// Why a command did not do what it was asked.
#[derive(Debug, Serialize)]
pub(crate) struct Failure {
    /// Stable: that of the API where there is one, `failed` for what has no name of its own.
    code: &'static str,
    /// What is wrong.
    title: String,
    /// What to do about it.
    detail: Option<String>,
    /// What of the question it is about.
    field: Option<&'static str>,
    #[serde(skip)]
    exit: Exit,
}

/// The exit codes, as the manual has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It was refused or failed, or the answer is no.
    Refused = 1,
    /// The question is wrong: something is not there, or a value cannot be.
    Wrong = 2,
    /// Not for the moment; the same again may succeed.
    Later = 3,
}

/// The result of a command.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// What is wrong and what to do, in sentences.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { code: "failed", title: text.into(), detail: None, field: None, exit: Exit::Refused }
    }

    /// Nothing is called so; how to find out what there is.
    pub(crate) fn missing(title: impl Into<String>, detail: impl Into<String>) -> Self {
        let code = bailiwick_base::Code::NoSuchThing.key();
        Self { code, title: title.into(), detail: Some(detail.into()), field: None, exit: Exit::Wrong }
    }

    /// The command line cannot be understood.
    pub(crate) fn usage(title: impl Into<String>) -> Self {
        Self { code: "usage", exit: Exit::Wrong, ..Self::new(title) }
    }

    /// A file could not be read, made or changed.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self { code: "file", ..Self::new(format!("{path}: {error}.")) }
    }

    /// The reader of the answer has gone: there is nothing to say and nobody to say it to.
    pub(crate) fn unheard() -> Self {
        Self { code: UNHEARD, ..Self::new("") }
    }

    /// Tells it on standard error, as text or as one line of JSON; the exit code.
    pub(crate) fn tell(&self, as_json: bool) -> ExitCode {
        if self.code == UNHEARD {
            return ExitCode::SUCCESS;
        }
        match serde_json::to_string(self) {
            Ok(json) if as_json => eprintln!("{json}"),
            _ => eprintln!("bailiwick: {self}"),
        }
        ExitCode::from(self.exit as u8)
    }

    /// With which code the program ends.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// The same with another exit code.
    pub(crate) fn ending(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }
}

const UNHEARD: &str = "unheard";

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)?;
        self.detail.as_ref().map_or(Ok(()), |detail| write!(f, " {detail}"))
    }
}

/// Printed as its title and help; what went wrong inside goes to the log.
impl From<bailiwick_base::Error> for Failure {
    fn from(error: bailiwick_base::Error) -> Self {
        if let Some(inside) = error.inside() {
            tracing::debug!(code = error.code().key(), inside = %inside, "the operation failed");
        }
        let exit = match error.kind() {
            Kind::NotFound | Kind::Invalid => Exit::Wrong,
            Kind::TooMany | Kind::Unavailable => Exit::Later,
            _ => Exit::Refused,
        };
        Self {
            code: error.code().key(),
            title: error.title(),
            detail: error.help(),
            field: error.field(),
            exit,
        }
    }
}

impl From<bailiwick_plane::PlaneError> for Failure {
    fn from(error: bailiwick_plane::PlaneError) -> Self {
        Self { code: "mail_servers", ..Self::new(format!("The mail servers: {error}.")) }
    }
}

#[cfg(test)]
mod tests {
    use bailiwick_base::{Code, Error};

    use super::*;

    #[test]
    fn the_exit_code_tells_a_wrong_question_from_a_refusal_and_from_a_bad_moment() {
        let exit = |code: Code| Failure::from(Error::new(code)).exit();
        assert_eq!(exit(Code::NoSuchThing), Exit::Wrong);
        assert_eq!(exit(Code::DomainNameInvalid), Exit::Wrong);
        assert_eq!(exit(Code::AlreadySetUp), Exit::Refused);
        assert_eq!(exit(Code::DatabaseUnavailable), Exit::Later);
    }

    #[test]
    fn as_json_it_has_the_code_and_both_sentences() {
        let failure = Failure::from(Error::new(Code::PasswordTooShort).with("min", 8_i64).on("password"));
        let value = serde_json::to_value(&failure).expect("JSON");
        assert_eq!((&value["code"], &value["field"]), (&"password_too_short".into(), &"password".into()));
        let (title, detail) = (value["title"].as_str().expect("a title"), value["detail"].as_str());
        assert_eq!(failure.to_string(), [title, detail.expect("a help")].join(" "));
        assert!(value.get("exit").is_none());
    }
}
