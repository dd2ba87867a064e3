//! The command line, as `--help` shows it. `docs/manual/command-line.md` explains it at length.

mod addresses;
mod customers;
mod files;
mod people;
mod records;

use std::path::PathBuf;

use bailiwick_app::audit::PublicKey;
use bailiwick_base::words::{DomainName, EmailAddress, Line, Storage};
use clap::{CommandFactory, Parser, Subcommand};

pub(crate) use addresses::{AddMailbox, Alias, Mailbox, UpdateMailbox};
pub(crate) use customers::{CreateTenant, Domain, Tenant, TypeAndNumber};
pub(crate) use files::Export;
pub(crate) use people::{Admin, OfStaff, Staff, SubAdmin, Who, Why};
pub(crate) use records::{History, HistoryList, Job};

/// E-mail hosting: the portals, the answers to the mail servers, and the mail servers themselves.
#[derive(Debug, Parser)]
#[command(name = "bailiwick", version, max_term_width = 110)]
pub(crate) struct Options {
    /// The configuration file.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "BAILIWICK_CONFIG",
        default_value = "/etc/bailiwick/bailiwick.toml"
    )]
    pub(crate) config: PathBuf,
    /// Answer in JSON; what goes wrong is told in JSON as well.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the portals and answer the mail servers, until SIGTERM or Ctrl-C.
    Serve,
    /// Run Postfix and Dovecot (as root), until SIGTERM or Ctrl-C.
    Mail,
    /// Both `serve` and `mail` in one process (as root).
    Up,
    /// Prepare the database and print the one-time link that creates the first staff login.
    Setup,
    #[command(flatten)]
    OnData(OnData),
    /// Look at the configuration and the machine, and say what to do.
    Doctor,
    /// Print what each role may do.
    Matrix,
    /// Print the description of the JSON API (OpenAPI 3.1).
    Openapi,
    /// Print a script by which a shell completes this command line.
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    /// Write the manual pages of all commands (bailiwick.1, bailiwick-tenant.1, …) into a directory.
    ManPages {
        /// It must be there.
        directory: PathBuf,
    },
}

/// What works on the data, beside a running `serve`.
#[derive(Debug, Subcommand)]
pub(crate) enum OnData {
    /// Customers.
    #[command(subcommand)]
    Tenant(Tenant),
    /// Mail domains.
    #[command(subcommand)]
    Domain(Domain),
    /// Mailboxes, by address.
    #[command(subcommand)]
    Mailbox(Mailbox),
    /// Addresses that stand for others.
    #[command(subcommand)]
    Alias(Alias),
    /// The logins of Admins and staff: the way back in.
    #[command(subcommand)]
    Admin(Admin),
    /// Whom main Admins handed something on to.
    #[command(subcommand)]
    SubAdmin(SubAdmin),
    /// The provider's people.
    #[command(subcommand)]
    Staff(Staff),
    /// The audit log.
    #[command(subcommand)]
    History(History),
    /// Write users or aliases as CSV, in the columns by which they are imported.
    Export(Export),
    /// What is to be done after a change.
    #[command(subcommand)]
    Job(Job),
    /// Say whether a login may do something, and why; exit code 1 if not, 2 if a name is not found.
    Why(Why),
}

impl Command {
    /// Does it run until it is ended?
    pub(crate) fn runs_on(&self) -> bool {
        matches!(self, Self::Serve | Self::Mail | Self::Up)
    }
}

/// The whole command line, for what is made from it.
pub(crate) fn command() -> clap::Command {
    Options::command()
}

fn address(text: &str) -> Result<EmailAddress, String> {
    text.parse().map_err(|_| "not an e-mail address".to_owned())
}

fn domain(text: &str) -> Result<DomainName, String> {
    text.parse().map_err(|_| "not a domain name".to_owned())
}

fn public_key(text: &str) -> Result<PublicKey, String> {
    text.parse().map_err(|_| "not 64 hexadecimal digits".to_owned())
}

fn storage(text: &str) -> Result<Storage, String> {
    text.parse().map_err(|_| "not an amount in GB, such as 0.5 or 20".to_owned())
}

fn line<const MAX: usize>(text: &str) -> Result<Line<MAX>, String> {
    text.parse().map_err(|_| format!("not one line of at most {MAX} characters"))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::Options;

    #[test]
    fn the_command_line_is_sound() {
        Options::command().debug_assert();
    }

    #[test]
    fn the_configuration_may_be_named_before_or_behind_the_command() {
        for words in [["bailiwick", "--config", "/x", "serve"], ["bailiwick", "serve", "--config", "/x"]] {
            assert_eq!(
                Options::try_parse_from(words).expect("understood").config,
                std::path::Path::new("/x")
            );
        }
    }

    #[test]
    fn a_new_mailbox_needs_exactly_one_way_to_a_password() {
        let add = |more: &[&str]| {
            Options::try_parse_from(
                [&["bailiwick", "mailbox", "add", "a@b.test", "--quota", "1"], more].concat(),
            )
            .is_ok()
        };
        assert!(!add(&[]));
        assert!(add(&["--invite", "c@d.test"]));
        assert!(add(&["--password-stdin", "--one-time"]));
        assert!(!add(&["--invite", "c@d.test", "--password-stdin"]));
        assert!(!add(&["--invite", "c@d.test", "--one-time"]));
    }

    #[test]
    fn an_admin_is_named_with_or_without_staff() {
        let understood =
            |words: &[&str]| Options::try_parse_from([&["bailiwick", "admin"], words].concat()).is_ok();
        for verb in ["reset-link", "disable", "enable"] {
            assert!(understood(&[verb, "olga"]) && understood(&[verb, "olga", "--staff"]), "{verb}");
            assert!(!understood(&[verb]), "{verb}");
        }
        assert!(understood(&["set-recovery", "olga", "olga@outside.example", "--staff"]));
        assert!(!understood(&["set-recovery", "olga", "nowhere"]));
        assert!(understood(&["list", "--tenant", "Acme", "--json"]));
        assert!(understood(&["sign-out", "olga"]));
        assert!(!understood(&["list", "--tenant", "Acme", "--staff"]), "staff is of no tenant");
    }

    #[test]
    fn the_manual_explains_every_command() {
        let manual = include_str!("../../../../docs/manual/command-line.md");
        let command = Options::command();
        for verb in command.get_subcommands() {
            let nested: Vec<_> = verb
                .get_subcommands()
                .map(|below| format!("{} {}", verb.get_name(), below.get_name()))
                .collect();
            for name in if nested.is_empty() { vec![verb.get_name().to_owned()] } else { nested } {
                assert!(manual.contains(&format!("`bailiwick {name}")), "{name}");
            }
        }
    }
}
