//! What is made from the command line itself: completion for shells, and manual pages.

use std::path::Path;

use clap_complete::Shell;

use super::print;
use crate::cli;
use crate::failure::{Failure, Outcome};

/// `bailiwick completions`.
pub(super) fn completions(shell: Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "bailiwick", &mut script);
    print::text(&String::from_utf8_lossy(&script))
}

/// `bailiwick man-pages`: one for each command.
pub(super) fn man_pages(directory: &Path) -> Outcome {
    clap_mangen::generate_to(cli::command(), directory).map_err(Failure::file(directory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_completed_by_each_shell() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut cli::command(), "bailiwick", &mut script);
            let script = String::from_utf8(script).expect("UTF-8");
            for word in ["lift-networks", "sub-admin", "set-recovery", "--confirm"] {
                assert!(script.contains(word.trim_start_matches('-')), "{shell}: {word}");
            }
        }
    }

    #[test]
    fn there_is_a_manual_page_for_each_command() {
        let folder = tempfile::tempdir().expect("a folder");
        man_pages(folder.path()).expect("written");
        for name in ["bailiwick.1", "bailiwick-doctor.1", "bailiwick-mailbox-add.1"] {
            let page = std::fs::read_to_string(folder.path().join(name)).expect("a page");
            assert!(page.contains(".SH NAME"), "{name}");
        }
        assert!(man_pages(&folder.path().join("missing")).is_err());
    }
}
