//! What can be imported, and by which columns.

use bailiwick_base::authz::Permission;

/// What the rows of a file become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Users, each with a mailbox.
    Users,
    /// Aliases.
    Aliases,
}

/// A column of a file.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in the first row.
    pub name: &'static str,
    /// It must be there, and be filled in each row.
    pub required: bool,
    /// What stands there in the template.
    pub example: &'static str,
}

const fn column(name: &'static str, required: bool, example: &'static str) -> Column {
    Column { name, required, example }
}

/// The columns of users. A password never stands with the rest of its row in the database.
const USERS: &[Column] = &[
    column("address", true, "ann@acme.example"),
    column("name", true, "Ann Example"),
    column("quota_gb", true, "5"),
    column("type", false, ""),
    column("recovery_address", false, "ann@elsewhere.example"),
    column("password", false, ""),
    column("one_time", false, ""),
    column("status", false, "active"),
];

const ALIASES: &[Column] = &[
    column("address", true, "sales@acme.example"),
    column("targets", true, "ann@acme.example bob@acme.example"),
];

/// Columns of a file with errors, which may stay when the file is mended and sent again.
pub(super) const PASSED_OVER: &[&str] = &["row", "error"];

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Users, Self::Aliases];

    /// Its name in the database and in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Aliases => "aliases",
        }
    }

    /// By its name.
    pub fn by_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// Its columns, in the order of the template.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Users => USERS,
            Self::Aliases => ALIASES,
        }
    }

    /// The names of its columns.
    pub fn names(self) -> Vec<&'static str> {
        self.columns().iter().map(|column| column.name).collect()
    }

    /// What whoever imports must hold over each domain.
    pub const fn needs(self) -> Permission {
        match self {
            Self::Users => Permission::MailboxAdd,
            Self::Aliases => Permission::AliasAdd,
        }
    }

    /// The list in which what was imported is seen.
    pub const fn list(self) -> &'static str {
        match self {
            Self::Users => "/mailboxes",
            Self::Aliases => "/aliases",
        }
    }

    /// Where a column stands among its columns.
    pub(super) fn position(self, name: &str) -> Option<usize> {
        self.columns().iter().position(|column| column.name == name)
    }
}
