//! Values of bodies, each refused with the name of the member it stands in.

use bailiwick_base::words::{Day, EmailAddress, Line, Password, Storage, limits};
use bailiwick_base::{Code, Error};

/// An e-mail address.
pub(crate) fn address(text: &str, field: &'static str) -> Result<EmailAddress, Error> {
    text.parse().map_err(|_| Error::new(Code::EmailAddressInvalid).on(field))
}

/// A line of text of at most `N` characters; it may be empty.
pub(crate) fn line<const N: usize>(text: &str, field: &'static str) -> Result<Line<N>, Error> {
    text.parse().map_err(|_| Error::new(Code::LineInvalid).with("max", N).on(field))
}

/// A line of text that must not be empty.
pub(crate) fn filled<const N: usize>(text: &str, field: &'static str) -> Result<Line<N>, Error> {
    let line = line::<N>(text, field)?;
    if line.is_empty() { Err(Error::new(Code::FieldMissing).on(field)) } else { Ok(line) }
}

/// A day of the calendar: `2026-12-31`.
pub(crate) fn day(text: &str, field: &'static str) -> Result<Day, Error> {
    text.parse().map_err(|_| Error::new(Code::DateInvalid).on(field))
}

/// A password, of whatever strength.
pub(crate) fn password(text: &str, field: &'static str) -> Result<Password, Error> {
    text.parse().map_err(|_| Error::new(Code::PasswordTooLong).with("max", limits::PASSWORD_MAX).on(field))
}

/// An amount of storage, in bytes.
pub(crate) fn storage(bytes: i64, field: &'static str) -> Result<Storage, Error> {
    Storage::try_from(bytes).map_err(|_| Error::new(Code::StorageInvalid).on(field))
}
