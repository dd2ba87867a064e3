//! What a colour means.

/// The mood of a badge, notice, meter or mark. Colour never stands alone: a text or icon says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing to say.
    #[default]
    Neutral,
    /// Worth knowing; also the plain colour of meters.
    Info,
    /// As it should be.
    Success,
    /// Needs a look.
    Warning,
    /// Broken, refused or about to be lost.
    Danger,
}

impl Tone {
    /// Class that sets the colours of whatever stands inside.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Neutral => "bw-tone-neutral",
            Self::Info => "bw-tone-info",
            Self::Success => "bw-tone-success",
            Self::Warning => "bw-tone-warning",
            Self::Danger => "bw-tone-danger",
        }
    }
}
