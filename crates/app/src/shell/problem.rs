//! What is wrong with a form that was sent.

use axum::http::StatusCode;
use bailiwick_base::{Code, Error, Kind};
use bailiwick_ui::{Tone, notice};
use maud::{Markup, html};

use super::respond::Refusal;

/// What is wrong with a form that was sent, to be shown in it.
#[derive(Debug, Clone)]
pub struct Problem {
    pub(super) status: StatusCode,
    field: Option<&'static str>,
    text: String,
    help: String,
    limit_reached: bool,
}

impl Problem {
    /// Nothing is wrong: the form is shown for the first time.
    pub fn none() -> Self {
        Self {
            status: StatusCode::OK,
            field: None,
            text: String::new(),
            help: String::new(),
            limit_reached: false,
        }
    }

    /// Something a person can put right in the form; any other error is handed back.
    pub(super) fn of(error: Error) -> Result<Self, Refusal> {
        let about_the_input = matches!(
            error.kind(),
            Kind::Invalid | Kind::Conflict | Kind::LimitReached | Kind::Stale | Kind::TooMany
        ) || matches!(
            error.code(),
            Code::WrongCredentials | Code::SignInClosed | Code::ProgramLogin | Code::DomainLookupFailed
        );
        if !about_the_input || matches!(error.code(), Code::MalformedRequest | Code::TooLarge) {
            return Err(error.into());
        }
        Ok(Self {
            status: super::respond::status(&error),
            field: error.field(),
            text: error.title(),
            help: error.help().unwrap_or_default(),
            limit_reached: error.kind() == Kind::LimitReached,
        })
    }

    /// The text to stand at a field.
    pub fn on(&self, field: &str) -> Option<String> {
        (self.field == Some(field)).then(|| {
            format!("{}{} {}", self.text, if self.text.ends_with(['.', '?']) { "" } else { "." }, self.help)
        })
    }

    /// The text to stand above the form; nothing where a field bears it.
    pub fn summary(&self) -> Markup {
        html! { @if !self.text.is_empty() && self.field.is_none() { (notice(Tone::Danger, self.help.as_str()).title(self.text.as_str())) } }
    }

    /// Was a bought limit reached? Then the form shows where to buy more.
    pub fn limit_reached(&self) -> bool {
        self.limit_reached
    }
}
