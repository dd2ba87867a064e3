//! The command line, as `--help` shows it. `docs/manual/command-line.md` explains it at length.

use std::path::PathBuf;

use bailiwick_app::audit::PublicKey;
use bailiwick_base::words::{DomainName, EmailAddress, Line, Storage};
use clap::{Args, Parser, Subcommand};

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
    /// Customers.
    #[command(subcommand)]
    Tenant(Tenant),
    /// Mailboxes, by address.
    #[command(subcommand)]
    Mailbox(Mailbox),
    /// The logins of Admins and staff: the way back in.
    #[command(subcommand)]
    Admin(Admin),
    /// The audit log.
    #[command(subcommand)]
    History(History),
    /// Say whether a login may do something, and why; exit code 1 if not, 2 if a name is not found.
    Why(Why),
    /// Look at the configuration and the machine, and say what to do.
    Doctor,
    /// Print what each role may do.
    Matrix,
}

impl Command {
    /// Does it run until it is ended?
    pub(crate) fn runs_on(&self) -> bool {
        matches!(self, Self::Serve | Self::Mail | Self::Up)
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Tenant {
    /// List them.
    List {
        /// Only those whose name contains this.
        #[arg(long, default_value = "")]
        search: String,
        #[command(flatten)]
        format: Format,
    },
    /// Show one.
    Show {
        /// Its id (ten_…) or its exact name.
        tenant: String,
        #[command(flatten)]
        format: Format,
    },
    /// Create one, and invite its main Admin.
    Create(CreateTenant),
    /// Nobody of it can sign in any more; its mail is still received.
    Suspend {
        /// Its id (ten_…) or its exact name.
        tenant: String,
        /// Kept in the history.
        #[arg(long, value_parser = line::<200>)]
        reason: Line<200>,
    },
    /// End a suspension.
    Resume {
        /// Its id (ten_…) or its exact name.
        tenant: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct CreateTenant {
    /// Its name.
    #[arg(value_parser = line::<100>)]
    pub(crate) name: Line<100>,
    /// Mailboxes it may have.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..=1_000_000))]
    pub(crate) users: i64,
    /// Storage it may assign, in GB.
    #[arg(long, value_name = "GB", value_parser = storage)]
    pub(crate) storage: Storage,
    /// Domains it may have.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(0..=100_000))]
    pub(crate) domains: i64,
    /// The name its main Admin signs in with.
    #[arg(long, value_name = "LOGIN")]
    pub(crate) admin: String,
    /// The main Admin's full name.
    #[arg(long, value_name = "NAME", value_parser = line::<100>)]
    pub(crate) admin_name: Line<100>,
    /// Where the invitation goes.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    pub(crate) email: EmailAddress,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mailbox {
    /// List them.
    List {
        /// Only those whose address or name begins with this.
        #[arg(long, default_value = "")]
        search: String,
        /// Only those of this domain.
        #[arg(long, value_parser = domain)]
        domain: Option<DomainName>,
        #[command(flatten)]
        format: Format,
    },
    /// Show one.
    Show {
        #[arg(value_parser = address)]
        address: EmailAddress,
        #[command(flatten)]
        format: Format,
    },
    /// Add one.
    Add(AddMailbox),
    /// Nobody can sign in to it any more; its mail is still received.
    Disable {
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
    /// Let it be signed in to again.
    Enable {
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
    /// Send a link to set a new password, or print a password that works once.
    Reset {
        #[arg(value_parser = address)]
        address: EmailAddress,
        /// Print a password that must be changed at the first sign-in, instead of sending a link.
        #[arg(long)]
        one_time: bool,
    },
    /// Remove it with all its mail, for good.
    Remove {
        #[arg(value_parser = address)]
        address: EmailAddress,
        /// The address again, to be sure.
        #[arg(long, value_name = "ADDRESS")]
        confirm: String,
    },
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("first password").required(true))]
pub(crate) struct AddMailbox {
    /// Its address, on a verified domain.
    #[arg(value_parser = address)]
    pub(crate) address: EmailAddress,
    /// The user's name.
    #[arg(long, default_value = "", hide_default_value = true, value_parser = line::<100>)]
    pub(crate) name: Line<100>,
    /// How much mail it may hold, in GB.
    #[arg(long, value_name = "GB", value_parser = storage)]
    pub(crate) quota: Storage,
    /// Send a link to this address, by which the user sets a password.
    #[arg(long, value_name = "ADDRESS", group = "first password", value_parser = address)]
    pub(crate) invite: Option<EmailAddress>,
    /// Read the password from standard input, one line.
    #[arg(long, group = "first password")]
    pub(crate) password_stdin: bool,
    /// The password must be changed at the first sign-in.
    #[arg(long, conflicts_with = "invite")]
    pub(crate) one_time: bool,
    /// Where recovery links go later.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "invite", value_parser = address)]
    pub(crate) recovery: Option<EmailAddress>,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// List them.
    List {
        /// Only those of this tenant, by its id (ten_…) or its exact name.
        #[arg(long, conflicts_with = "staff")]
        tenant: Option<String>,
        #[command(flatten)]
        realm: OfStaff,
        #[command(flatten)]
        format: Format,
    },
    /// Print a link to set a new password, good once and for 30 minutes; older links are dead.
    ResetLink {
        #[command(flatten)]
        who: Who,
    },
    /// Say where recovery links go.
    SetRecovery {
        #[command(flatten)]
        who: Who,
        #[arg(value_parser = address)]
        address: EmailAddress,
    },
    /// Let it be used from everywhere again: the way back for whoever is shut out by their own list of networks.
    LiftNetworks {
        #[command(flatten)]
        who: Who,
    },
    /// Nobody can sign in with it any more; its sessions are ended.
    Disable {
        #[command(flatten)]
        who: Who,
    },
    /// Let it be signed in with again.
    Enable {
        #[command(flatten)]
        who: Who,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Who {
    /// The name it signs in with.
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) realm: OfStaff,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct OfStaff {
    /// Staff, not Admins.
    #[arg(long)]
    pub(crate) staff: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum History {
    /// Prove that nothing was changed or removed; exit code 1 names the first bad entry of each chain.
    Verify {
        /// Compare with the checkpoints that were kept in this directory: finds a chain whose end was cut off.
        #[arg(long, value_name = "DIR")]
        checkpoints: Option<PathBuf>,
        /// The public key they must be signed with, as it was noted earlier; without it, this installation's.
        #[arg(long, value_name = "HEX", requires = "checkpoints", value_parser = public_key)]
        key: Option<PublicKey>,
        #[command(flatten)]
        format: Format,
    },
    /// Print the public key by which checkpoints are checked. Keep it where they are kept.
    Key,
}

#[derive(Debug, Args)]
pub(crate) struct Why {
    /// The name with which it signs in to the Admin Panel.
    pub(crate) login: String,
    /// What it would do, as `bailiwick matrix` names it: mailbox.update.
    pub(crate) action: String,
    /// To what: a domain, the address of a user or alias, or a tenant. Everything where the login is at home, if left
    /// out.
    #[arg(default_value = "", hide_default_value = true)]
    pub(crate) object: String,
    /// The login is one of the provider's people.
    #[arg(long)]
    pub(crate) staff: bool,
    #[command(flatten)]
    pub(crate) format: Format,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Format {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
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
        assert!(!understood(&["list", "--tenant", "Acme", "--staff"]), "staff is of no tenant");
    }

    #[test]
    fn the_manual_explains_every_command() {
        let manual = include_str!("../../../docs/manual/command-line.md");
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
