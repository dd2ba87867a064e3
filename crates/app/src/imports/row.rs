//! The rows of a file as they are understood: by the same rules as what is typed into the forms.

use bailiwick_base::words::{DomainName, EmailAddress, Line, LocalPart, Password, Storage, limits};
use bailiwick_base::{Code, Error};

use super::kind::Kind;
use crate::aliases::read_targets;
use crate::sign_in::{check_new_password, person_name};

/// A row of users.
#[derive(Debug, Clone)]
pub(super) struct UserRow {
    pub(super) local: LocalPart,
    pub(super) domain: DomainName,
    pub(super) name: Line<100>,
    pub(super) quota: Storage,
    /// The name of its type as it was written; empty for the first there is.
    pub(super) kind: String,
    pub(super) recovery: Option<EmailAddress>,
    /// The password, and whether it must be changed at the first sign-in.
    pub(super) password: Option<(Password, bool)>,
    pub(super) active: bool,
}

/// A row of aliases.
#[derive(Debug, Clone)]
pub(super) struct AliasRow {
    pub(super) local: LocalPart,
    pub(super) domain: DomainName,
    pub(super) targets: Vec<EmailAddress>,
}

/// The column of passwords.
pub(super) fn password_place(kind: Kind) -> Option<usize> {
    kind.position("password")
}

/// The address of a row in its one form, if it has one, and its domain.
pub(super) fn address_of(cells: &[String]) -> (String, String) {
    match cells.first().map(|cell| cell.parse::<EmailAddress>()) {
        Some(Ok(address)) => (address.to_string(), address.domain.to_string()),
        _ => (String::new(), String::new()),
    }
}

impl UserRow {
    /// From its cells; `password` is what stood in its column.
    pub(super) fn read(cells: &[String], password: Option<&str>) -> Result<Self, Error> {
        let cell = |name: &str| {
            Kind::Users.position(name).and_then(|place| cells.get(place)).map_or("", String::as_str)
        };
        let (local, domain) = new_address(cell("address"))?;
        let name = person_name(cell("name"), "name")?;
        let quota = cell("quota_gb").parse().map_err(|_| Error::new(Code::StorageInvalid).on("quota_gb"))?;
        let one_time = match cell("one_time").to_lowercase().as_str() {
            "" | "yes" | "true" | "1" => true,
            "no" | "false" | "0" => false,
            _ => return Err(unknown_word("one_time", "yes, no")),
        };
        let active = match cell("status").to_lowercase().as_str() {
            "" | "active" => true,
            "disabled" => false,
            _ => return Err(unknown_word("status", "active, disabled")),
        };
        let recovery = match cell("recovery_address") {
            "" => None,
            text => {
                Some(text.parse().map_err(|_| Error::new(Code::EmailAddressInvalid).on("recovery_address"))?)
            }
        };
        let password = match password {
            None | Some("") => None,
            Some(text) => Some((parsed(text)?, one_time)),
        };
        if password.is_none() && recovery.is_none() {
            return Err(Error::new(Code::PasswordOrInvite).on("recovery_address"));
        }
        let kind = cell("type").to_owned();
        Ok(Self { local, domain, name, quota, kind, recovery, password, active })
    }

    /// Is its password good enough? Takes about a millisecond.
    pub(super) fn check_password(&self) -> Result<(), Error> {
        match &self.password {
            Some((password, _)) => {
                let about = [self.local.as_str(), self.name.as_str()];
                check_new_password(password, &about).map_err(|error| error.on("password"))
            }
            None => Ok(()),
        }
    }

    /// Whether a link is sent to its user.
    pub(super) fn is_invited(&self) -> bool {
        self.password.is_none() && self.active
    }
}

impl AliasRow {
    /// From its cells.
    pub(super) fn read(cells: &[String]) -> Result<Self, Error> {
        let (local, domain) = new_address(cells.first().map_or("", String::as_str))?;
        let targets = cells.get(1).map_or("", String::as_str);
        // No address has a blank within, so blanks part them as well as line breaks do.
        let targets = read_targets(&targets.split_whitespace().collect::<Vec<_>>().join("\n"))?;
        Ok(Self { local, domain, targets })
    }
}

/// The two parts of an address that somebody shall have.
fn new_address(text: &str) -> Result<(LocalPart, DomainName), Error> {
    let invalid = || Error::new(Code::EmailAddressInvalid).on("address");
    let (local, domain) = text.trim().split_once('@').ok_or_else(invalid)?;
    let local = LocalPart::for_new_address(local)
        .map_err(|error| Error::new(Code::LocalPartInvalid).on("address").because(format!("{error:?}")))?;
    Ok((local, domain.parse().map_err(|_| invalid())?))
}

fn parsed(text: &str) -> Result<Password, Error> {
    text.parse()
        .map_err(|_| Error::new(Code::PasswordTooLong).with("max", limits::PASSWORD_MAX).on("password"))
}

fn unknown_word(column: &'static str, words: &str) -> Error {
    Error::new(Code::ImportWordUnknown).with("column", column).with("words", words).on(column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(cells: [&str; 8]) -> Result<UserRow, Code> {
        let cells = cells.map(str::to_owned);
        UserRow::read(&cells, Some(&cells[5])).map_err(|error| error.code())
    }

    #[test]
    fn a_row_is_read_by_the_rules_of_the_form() {
        let row = read(["Ann@ACME.example", " Ann ", "0.5", "", "ann@x.example", "", "", ""]).expect("good");
        assert_eq!(
            (row.local.as_str(), row.domain.as_str(), row.name.as_str()),
            ("ann", "acme.example", "Ann")
        );
        assert_eq!(row.quota.as_bytes(), 500_000_000);
        assert!(row.is_invited() && row.active);
        let given =
            read(["a@x.test", "A", "1", "", "", "vexing quilt mango", "no", "disabled"]).expect("good");
        assert!(!given.active && !given.is_invited());
        assert_eq!(given.password.map(|(_, one_time)| one_time), Some(false));
    }

    #[test]
    fn what_the_form_refuses_a_row_is_refused() {
        let good = ["a@x.test", "A", "1", "", "b@y.test", "", "", ""];
        let with = |place: usize, text: &'static str| {
            let mut cells = good;
            cells[place] = text;
            read(cells).map(drop)
        };
        assert_eq!(with(0, "a+b@x.test"), Err(Code::LocalPartInvalid));
        assert_eq!(with(0, "mailer-daemon@x.test"), Err(Code::LocalPartInvalid));
        assert_eq!(with(0, "x.test"), Err(Code::EmailAddressInvalid));
        assert_eq!(with(0, "a@x@y.test"), Err(Code::EmailAddressInvalid));
        assert_eq!(with(1, ""), Err(Code::FieldMissing));
        assert_eq!(with(1, "a\nb"), Err(Code::LineInvalid));
        assert_eq!(with(2, "-1"), Err(Code::StorageInvalid));
        assert_eq!(with(4, "b"), Err(Code::EmailAddressInvalid));
        assert_eq!(with(4, ""), Err(Code::PasswordOrInvite));
        assert_eq!(with(6, "maybe"), Err(Code::ImportWordUnknown));
        assert_eq!(with(7, "suspended"), Err(Code::ImportWordUnknown));
    }

    #[test]
    fn targets_are_parted_by_blanks() {
        let cells = ["s@x.test".to_owned(), "a@x.test  b@y.test\nc@z.test;d@z.test".to_owned()];
        assert_eq!(AliasRow::read(&cells).expect("good").targets.len(), 4);
    }

    proptest! {
        #[test]
        fn no_cell_makes_it_panic(cells in proptest::collection::vec(".{0,30}", 0..9)) {
            let _ = UserRow::read(&cells, cells.get(5).map(String::as_str));
            let _ = AliasRow::read(&cells);
            let _ = address_of(&cells);
        }
    }
}
