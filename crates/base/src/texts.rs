//! Every text a person reads, from `web/locales/en/` (Fluent; one file for each slice).
//!
//! In code a text is named by its key: `t!("users-title")`, `t!("users-shown", n = 3)`. A key that is
//! missing shows itself, and a test looks every key up.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent::concurrent::FluentBundle;
use fluent::{FluentArgs, FluentResource, FluentValue};

#[derive(rust_embed::RustEmbed)]
#[folder = "../../web/locales/en"]
struct English;

/// A value a text mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// Words.
    Text(String),
    /// A number, which may choose a plural form.
    Number(i64),
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Cow<'_, str>> for Arg {
    fn from(text: Cow<'_, str>) -> Self {
        Self::Text(text.into_owned())
    }
}

impl Arg {
    /// As JSON, for the API's problem document.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::Number(number) => (*number).into(),
        }
    }
}

static BUNDLE: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| {
    let mut bundle = FluentBundle::new_concurrent(vec![unic_langid::LanguageIdentifier::default()]);
    bundle.set_use_isolating(false);
    for name in English::iter() {
        let text = English::get(&name)
            .and_then(|file| String::from_utf8(file.data.into_owned()).ok())
            .unwrap_or_default();
        let resource = FluentResource::try_new(text)
            .unwrap_or_else(|(_, errors)| panic!("{name} is malformed: {errors:?}"));
        bundle
            .add_resource(resource)
            .unwrap_or_else(|errors| panic!("{name} has a key that is there already: {errors:?}"));
    }
    bundle
});

/// A text without arguments.
pub fn text(key: &str) -> Cow<'static, str> {
    format(key, None, &[]).unwrap_or_else(|| Cow::Owned(key.to_owned()))
}

/// A text with the values it mentions.
pub fn text_with(key: &str, args: &[(&'static str, Arg)]) -> Cow<'static, str> {
    format(key, None, args).unwrap_or_else(|| Cow::Owned(key.to_owned()))
}

/// The text of an error code, or its attribute (`help`).
pub(crate) fn error(code: &str, attribute: Option<&str>, args: &[(&'static str, Arg)]) -> Option<String> {
    format(&format!("error-{}", code.replace('_', "-")), attribute, args).map(Cow::into_owned)
}

/// The text of an error code as far as it names nothing: what it would name stands as an ellipsis.
pub fn error_in_general(code: &str) -> String {
    let key = format!("error-{}", code.replace('_', "-"));
    let Some(pattern) = BUNDLE.get_message(&key).and_then(|message| message.value()) else {
        return code.to_owned();
    };
    let text = BUNDLE.format_pattern(pattern, None, &mut Vec::new());
    let mut parts = text.split("{$");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "…" + part.split_once('}').map_or(part, |(_, rest)| rest))
}

/// Is there a text for this error code?
#[cfg(test)]
pub(crate) fn has_error(code: &str) -> bool {
    has(&format!("error-{}", code.replace('_', "-")))
}

/// Is there a text under this key?
pub fn has(key: &str) -> bool {
    BUNDLE.has_message(key)
}

fn format(key: &str, attribute: Option<&str>, args: &[(&'static str, Arg)]) -> Option<Cow<'static, str>> {
    let message = BUNDLE.get_message(key)?;
    let pattern = match attribute {
        Some(name) => message.get_attribute(name)?.value(),
        None => message.value()?,
    };
    let mut values = FluentArgs::with_capacity(args.len());
    for (name, arg) in args {
        match arg {
            Arg::Text(text) => values.set(*name, FluentValue::from(text.clone())),
            Arg::Number(number) => values.set(*name, FluentValue::from(*number)),
        }
    }
    let mut problems = Vec::new();
    let text = BUNDLE.format_pattern(pattern, Some(&values), &mut problems);
    debug_assert!(problems.is_empty(), "{key}: {problems:?}");
    Some(Cow::Owned(text.into_owned()))
}

/// The text under a key, with the values it mentions: `t!("users-shown", n = 3)`.
#[macro_export]
macro_rules! t {
    ($key:literal) => { $crate::texts::text($key) };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::texts::text_with($key, &[$((stringify!($name), $crate::texts::Arg::from($value))),+])
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_by_its_key_and_a_missing_one_shows_itself() {
        assert_eq!(text("product-name"), "Bailiwick");
        assert_eq!(text("no-such-key"), "no-such-key");
    }

    #[test]
    fn the_seeds_errors_stand_word_for_word() {
        assert!(
            error("user_already_exists", None, &[])
                .is_some_and(|text| text.starts_with("User already exists"))
        );
        assert_eq!(
            error("user_limit_reached", None, &[]).as_deref(),
            Some("Maximum number of users allowed has been reached")
        );
    }
}
