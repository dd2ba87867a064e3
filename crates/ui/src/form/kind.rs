//! Kinds of input.

/// What an input takes; decides the keyboard on phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InputKind {
    /// Any line of text.
    #[default]
    Text,
    /// One mail address.
    Email,
    /// A secret.
    Password,
    /// A whole or decimal number.
    Number,
    /// A phrase to look for.
    Search,
    /// A telephone number.
    Tel,
    /// A web address.
    Url,
    /// A day.
    Date,
    /// A day and time.
    DateTime,
    /// A time of day.
    Time,
    /// A colour, `#rrggbb`.
    Color,
    /// A file.
    File,
}

impl InputKind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
            Self::Password => "password",
            Self::Number => "number",
            Self::Search => "search",
            Self::Tel => "tel",
            Self::Url => "url",
            Self::Date => "date",
            Self::DateTime => "datetime-local",
            Self::Time => "time",
            Self::Color => "color",
            Self::File => "file",
        }
    }
}
