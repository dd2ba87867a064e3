//! What an answer to the mail servers counts as.

use bailiwick_mail::dict;
use bailiwick_mail::lua_auth::{PassdbAnswer, UserdbAnswer};
use bailiwick_mail::policy::PolicyAction;
use bailiwick_mail::socketmap::Reply;

use crate::mail_policy::{Forward, SaslVerdict};

/// An answer that has a result to count. `temporary` is the word for a fault of ours, everywhere.
pub(crate) trait Answered {
    /// A word of a few.
    fn result(&self) -> &'static str;
}

impl Answered for Reply {
    fn result(&self) -> &'static str {
        match self {
            Self::Ok(_) => "ok",
            Self::NotFound => "unknown",
            Self::Temp(_) => "temporary",
            Self::Perm(_) => "malformed",
        }
    }
}

impl Answered for PolicyAction {
    fn result(&self) -> &'static str {
        match self {
            Self::Dunno => "ok",
            Self::Reject { .. } => "refused",
            Self::Defer(_) => "temporary",
            Self::Close421(_) => "closed",
        }
    }
}

impl Answered for SaslVerdict {
    fn result(&self) -> &'static str {
        match self {
            Self::Ok { .. } => "ok",
            Self::Fail { .. } => "refused",
            Self::Temporary => "temporary",
        }
    }
}

impl Answered for PassdbAnswer {
    fn result(&self) -> &'static str {
        match self {
            Self::Ok(_) => "ok",
            Self::Mismatch | Self::UnknownUser | Self::Denied { .. } => "refused",
            Self::Temporary => "temporary",
        }
    }
}

impl Answered for UserdbAnswer {
    fn result(&self) -> &'static str {
        match self {
            Self::Ok(_) => "ok",
            Self::UnknownUser => "unknown",
            Self::Temporary => "temporary",
        }
    }
}

impl Answered for dict::Answer {
    fn result(&self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::NotFound => "unknown",
            Self::Fail(_) => "temporary",
        }
    }
}

impl Answered for Forward {
    fn result(&self) -> &'static str {
        match self {
            Self::To { .. } => "ok",
            Self::Gone(_) => "unknown",
            Self::Temporary => "temporary",
        }
    }
}
