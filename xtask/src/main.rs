//! The project's own tasks: `cargo xtask up`, `test`, `check`, `generate`.
//!
//! Standard library only, so that it is built in seconds before anything else. It installs what is missing, says
//! what it does while it does it, and leaves nothing running behind.

mod bench;
mod check;
mod counts;
mod debian;
mod failure;
mod node;
mod options;
mod postgres;
mod progress;
mod python;
mod root;
mod soak;
mod test;
mod up;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask up [--data DIR] [--no-mail] [--database URL] [--yes]
    Installs what is missing, builds, and runs the whole demonstration on this machine until Ctrl-C.
    --data DIR      keep the data in DIR (default: a fresh folder below /var/tmp, removed at the end)
    --no-mail       without Postfix and Dovecot: no packages for them, no root
    --database URL  postgres://… instead of the embedded database
    --yes           install even when Debian would remove other packages for it
cargo xtask test [--only unit|api|mail|browser|faults] [--yes]
    Installs what is missing, builds and runs the tests. Ends with one line: N passed, N failed.
cargo xtask soak
    The tests of faults for hours, against a release build; writes docs/benchmarks/soak.md.
cargo xtask check
    Format, lints, generated files, words that must not be committed.
cargo xtask generate
    Writes the generated files anew.
cargo xtask bench [--quick] [--engines sqlite,postgres] [--sizes 1000,100000,1000000] [--only NAME] [--fsync-delay 2ms]
    Builds for release, measures, and writes docs/benchmarks. As root with Postfix and Dovecot too.
    --quick         1,000 mailboxes on SQLite, short times
    --only NAME     what has this in its name: list, create, policy, imap, ...
    --fsync-delay T once more with each fsync longer by this (0: not)
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.split_first() {
        Some((&"up", rest)) => options::Up::parse(rest).and_then(|options| up::run(&options)),
        Some((&"test", rest)) => options::Test::parse(rest).and_then(|options| test::run(&options)),
        Some((&"soak", [])) => soak::run(),
        Some((&"bench", rest)) => options::Bench::parse(rest).and_then(|options| bench::run(&options)),
        Some((&"check", [])) => check::run(),
        Some((&"generate", [])) => check::generate(),
        Some((&("help" | "--help" | "-h"), _)) => {
            print!("{HELP}");
            Ok(())
        }
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::FAILURE
        }
    }
}
