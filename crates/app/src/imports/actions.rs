//! What can be done with imports. What an import does needs, row by row, what doing it by hand needs.

use bailiwick_base::authz::{Action, Permission, Target};
use bailiwick_base::words::Installation;

use super::import::Import;
use super::store::Importer;

/// Reads a file of one's own.
#[derive(Debug)]
pub struct UploadImport;

impl Action for UploadImport {
    type Target = Importer;
    const NAME: &'static str = "import.upload";
    const NEEDS: Permission = Permission::OwnImports;
    const SEES: Permission = Permission::OwnImports;
    const WHILE_IMPERSONATING: bool = false;
}

/// Declares actions on an import.
macro_rules! on_import {
    ($($(#[$doc:meta])* $name:ident: $key:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Action for $name {
            type Target = Import;
            const NAME: &'static str = $key;
            const NEEDS: Permission = Permission::OwnImports;
            const SEES: Permission = Import::READ;
            const WHILE_IMPERSONATING: bool = false;
        }
    )*};
}

on_import! {
    /// Begins it, or goes on with it after it stopped.
    StartImport: "import.start";
    /// Stops it; what is done stays.
    CancelImport: "import.cancel";
    /// Forgets it, with what is left of its file.
    RemoveImport: "import.remove";
    /// Checks or does its next rows, in the name of whoever began it.
    CarryOutImport: "import.carry_out";
}

/// Looks for imports that have something to do, stops those that cannot go on, forgets old ones.
#[derive(Debug)]
pub struct WorkImports;

impl Action for WorkImports {
    type Target = Installation;
    const NAME: &'static str = "import.work";
    const NEEDS: Permission = Permission::KeepHouse;
    const SEES: Permission = Permission::KeepHouse;
}
