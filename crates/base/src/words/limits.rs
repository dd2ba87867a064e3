//! Every number that is a promise or a bound, held once. The table of numbers in the rules refers here.

use std::time::Duration;

/// Minutes as a duration.
const fn minutes(n: u64) -> Duration {
    Duration::from_secs(n * 60)
}
/// Days as a duration.
const fn days(n: u64) -> Duration {
    minutes(n * 24 * 60)
}

/// How long a link to set a new password is good for (K10).
pub const RESET_LINK: Duration = minutes(30);
/// How long an invitation is good for (K10).
pub const INVITATION: Duration = days(7);
/// How long a new recovery address may take to be confirmed (K10).
pub const CONFIRMATION_LINK: Duration = days(1);
/// How long somebody may act as another; nothing makes it longer (K17).
pub const IMPERSONATION: Duration = minutes(30);
/// How long the single-use token is good for that leads from one portal into another (K10).
pub const IMPERSONATION_TOKEN: Duration = Duration::from_secs(30);
/// How long the first set-up link is good for.
pub const SETUP_LINK: Duration = minutes(60);
/// How long a removed address may not be used again, unless the main Admin releases it.
pub const ADDRESS_REST: Duration = days(30);
/// How long a domain may wait for the proof of its ownership.
pub const DOMAIN_PENDING: Duration = days(1);
/// A session not used for so long has ended (K15).
pub const SESSION_IDLE: Duration = minutes(30);
/// A mailbox user's session may rest longer.
pub const SESSION_IDLE_MAILBOX: Duration = days(1);
/// A session ends after so long, used or not (K15).
pub const SESSION_ABSOLUTE: Duration = minutes(12 * 60);
/// A mailbox user's session lasts longer.
pub const SESSION_ABSOLUTE_MAILBOX: Duration = days(7);
/// A session's last use is written down at most this often.
pub const SESSION_TOUCH: Duration = minutes(1);
/// Sessions one login may have at once; the oldest is ended beyond it (K28).
pub const SESSIONS_PER_LOGIN: i64 = 20;

/// A session, link or lease may seem to be from so far ahead, because the machine's clock was set right by a small step. One
/// from further ahead was made while the clock was wrong, and counts for nothing.
pub const CLOCK_STEP: Duration = minutes(120);

/// Wrong passwords from one network for one login before it must wait (K12).
pub const GUESSES_PER_PAIR: i64 = 5;
/// Wrong passwords for one login from all networks it never signed in from, per hour (K12).
pub const GUESSES_PER_LOGIN: i64 = 20;
/// Wrong passwords from one network, over all logins, per hour (K12).
pub const GUESSES_PER_NETWORK: i64 = 60;
/// The wait after too many wrong guesses by one pair.
pub const GUESS_WAIT: Duration = minutes(1);
/// The longest wait of a pair, however often it guesses.
pub const GUESS_WAIT_MOST: Duration = minutes(30);
/// The window in which guesses are counted.
pub const GUESS_WINDOW: Duration = minutes(60);
/// A network a login signed in from within this time is known to it.
pub const KNOWN_NETWORK: Duration = days(30);
/// Recoveries asked for from one network an hour.
pub const RECOVERIES_PER_NETWORK: i64 = 30;
/// Recovery mails to one login an hour.
pub const RECOVERY_MAILS: i64 = 3;
/// Invitations and links that others send to one address, an hour.
pub const LINKS_TO_ADDRESS: i64 = 30;
/// Invitations and links that one login sends, an hour.
pub const LINKS_BY_LOGIN: i64 = 2_000;
/// Mails to confirm a recovery address one login may cause an hour.
pub const CONFIRMATION_MAILS: i64 = 5;
/// Mails to confirm a recovery address one address gets an hour, whoever asks.
pub const CONFIRMATION_MAILS_TO_ADDRESS: i64 = 3;
/// Sign-ins from networks not seen before that a login is told of an hour.
pub const NEW_NETWORK_MAILS: i64 = 3;

/// Shortest password, in characters.
pub const PASSWORD_MIN: usize = 10;
/// Longest password, in bytes; longer ones are refused before hashing (K28).
pub const PASSWORD_MAX: usize = 1024;

/// Longest body of a form or JSON request, in bytes.
pub const BODY: usize = 256 * 1024;
/// Longest time the body of a request may take to arrive.
pub const BODY_TIME: Duration = Duration::from_secs(10);
/// Longest time a page or API request may take.
pub const REQUEST: Duration = Duration::from_secs(30);
/// Requests answered at once; more wait briefly, then 503.
pub const CONCURRENT_REQUESTS: usize = 512;
/// Requests to the API a credential may make a minute, if the configuration says nothing else.
pub const API_REQUESTS: u32 = 1_200;
/// Requests to the API a credential may make at once, before the rate holds.
pub const API_BURST: u32 = 200;
/// Longest `Idempotency-Key`, in characters.
pub const IDEMPOTENCY_KEY: usize = 128;
/// How long the answer to a request with an `Idempotency-Key` is kept.
pub const IDEMPOTENCY_KEPT: Duration = days(1);
/// Longest answer that is kept, in bytes.
pub const IDEMPOTENCY_ANSWER: usize = 64 * 1024;
/// Largest file of an import, in bytes.
pub const IMPORT_FILE: u64 = 20_000_000;
/// Longest time the file of an import may take to arrive.
pub const IMPORT_TIME: Duration = minutes(5);
/// Files of imports that are read at once.
pub const IMPORT_FILES: usize = 4;
/// Rows of one import.
pub const IMPORT_ROWS: usize = 100_000;
/// Longest row of an import, in bytes.
pub const IMPORT_ROW: usize = 16 * 1024;
/// Rows that are checked or done in one transaction.
pub const IMPORT_BATCH: i64 = 500;
/// Passwords that are hashed for one transaction.
pub const IMPORT_HASHES: usize = 100;
/// Imports of one tenant that are not at their end.
pub const IMPORTS_OPEN: i64 = 5;
/// Invitations that the imports of one tenant may send in a day.
pub const IMPORTED_INVITATIONS: i64 = 25_000;
/// The window of that count.
pub const IMPORTED_INVITATIONS_WINDOW: Duration = days(1);
/// An import that was not begun, or has stopped, is removed after so long, with its passwords.
pub const IMPORT_WAITS: Duration = days(2);
/// The rows of an import that is at its end are kept so long.
pub const IMPORT_KEPT: Duration = days(7);
/// Things that can be changed at once by choosing them in a list.
pub const CHOSEN: usize = 500;

/// How often a request is run again after a serialisation failure.
pub const RETRIES: usize = 5;

/// Rows on a page of a list.
pub const PAGE: i64 = 50;
/// Most rows of a page that can be asked for.
pub const PAGE_MOST: i64 = 200;
/// Rows a type-ahead offers.
pub const TYPE_AHEAD: i64 = 20;
/// Targets of one alias.
pub const ALIAS_TARGETS: usize = 100;
/// Aliases that may lead on to aliases.
pub const ALIAS_DEPTH: usize = 10;
/// Addresses one recipient may expand to.
pub const EXPANSION: usize = 1000;

/// How long an answer to the mail servers may take before it is a temporary failure (K24).
pub const MAIL_ANSWER: Duration = Duration::from_secs(1);
/// How long one statement for such an answer may take.
pub const MAIL_STATEMENT: Duration = Duration::from_millis(500);
/// Verified passwords remembered.
pub const VERIFIED_PASSWORDS: usize = 50_000;
/// How long a verified password is remembered.
pub const VERIFIED_PASSWORD: Duration = minutes(10);

/// Longest wait of telemetry rows before they are written.
pub const TELEMETRY_DELAY: Duration = Duration::from_millis(250);
/// Telemetry rows written in one transaction.
pub const TELEMETRY_BATCH: usize = 1000;
/// Telemetry rows that may wait; more are dropped and counted.
pub const TELEMETRY_QUEUE: usize = 50_000;
/// Longest time an audit event stays unsealed.
pub const SEAL_EVERY: Duration = Duration::from_millis(700);
/// Attempts at a job after which it is tried less often.
pub const JOB_ATTEMPTS: i64 = 20;
/// Networks in one login's list.
pub const NETWORKS: usize = 100;
/// API keys one login may have (K28).
pub const API_KEYS: i64 = 50;
/// The use of an API key from one address is noted at most this often, a program's sign-in likewise.
pub const PROGRAM_NOTED: Duration = minutes(1);
/// Programs whose last note is remembered.
pub const PROGRAMS_REMEMBERED: usize = 20_000;
/// Domains one Sub-Admin can be limited to.
pub const CHOSEN_DOMAINS: usize = 200;

/// Rows of the history on a card.
pub const HISTORY_CARD: i64 = 10;
/// Rows of a list in one file.
pub const EXPORT_ROWS: i64 = 100_000;
/// Rows of a list read at once for a file.
pub const EXPORT_PAGE: i64 = 1_000;
/// Longest time a proof of the history asked for on its page may take.
pub const PROOF: Duration = Duration::from_secs(20);
/// Refusals are shown of so long.
pub const REFUSALS_SHOWN: Duration = days(7);
/// What is sealed is in a checkpoint after so long (P15).
pub const CHECKPOINT_EVERY: Duration = minutes(1);
/// As many sealed entries are in a checkpoint at once (P15).
pub const CHECKPOINT_ENTRIES: i64 = 1_000;
/// After so long without the checkpoint that is due, staff are warned.
pub const CHECKPOINT_OVERDUE: Duration = minutes(10);
