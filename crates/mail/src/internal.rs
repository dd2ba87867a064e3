//! What `bailiwick mail` and `bailiwick serve` say to each other: JSON bodies of the internal API.
//!
//! The mail plane asks, `serve` answers; HTTP/1.1 over a unix socket that only the two can open.
//!
//! | request | body | answer |
//! |---|---|---|
//! | `POST /plane/hello` | [`Hello`] | [`HelloAnswer`] |
//! | `POST /plane/log` | [`LogBatch`] | [`LogAnswer`] |
//! | `POST /plane/jobs/lease` | [`LeaseRequest`] | [`LeaseAnswer`] |
//! | `POST /plane/jobs/{id}/done` | [`JobReport`] | [`JobReportAnswer`] |
//!
//! These are types only: nothing here opens a socket, and nothing here decides anything.

use serde::{Deserialize, Serialize};

/// Path of the greeting.
pub const HELLO_PATH: &str = "/plane/hello";
/// Path that takes log lines.
pub const LOG_PATH: &str = "/plane/log";
/// Path that hands out jobs.
pub const LEASE_PATH: &str = "/plane/jobs/lease";

/// The largest body either side reads, in bytes.
pub const MAX_BODY: usize = 4 * 1024 * 1024;
/// The most log lines in one batch.
pub const MAX_LINES: usize = 1_000;
/// The longest log line carried, in bytes; longer ones are cut at a character boundary.
pub const MAX_LINE: usize = 4_096;
/// The most jobs handed out at once.
pub const MAX_JOBS: u32 = 256;
/// The longest a lease request may be held open, in milliseconds.
pub const MAX_WAIT_MS: u32 = 30_000;
/// How long a job may be worked on before its lease may be given to another holder, in milliseconds.
/// A disconnect takes at most four seconds; the removal of a large mailbox may take minutes and is safe to repeat.
pub const LEASE_MS: i64 = 60_000;

/// Path that takes the outcome of one job.
pub fn done_path(id: i64) -> String {
    format!("/plane/jobs/{id}/done")
}

/// Where a mailbox's mail lies: `{mail root}/{shard}/{mailbox id}`, the shard being the id modulo 256 in two
/// hexadecimal digits. Never under the address, which may change hands.
pub fn mail_home(mail_root: &str, mailbox_id: i64) -> String {
    format!("{}/{}/{mailbox_id}", mail_root.trim_end_matches('/'), shard(mailbox_id))
}

/// The directory below the mail root that holds a mailbox.
pub fn shard(mailbox_id: i64) -> String {
    format!("{:02x}", mailbox_id.rem_euclid(256))
}

/// Sent once when the mail plane has started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// Version of the program that supervises the mail servers.
    pub version: String,
    /// As Postfix names itself, such as `3.7.11`.
    pub postfix_version: String,
    /// As Dovecot names itself, such as `2.3.19.1`.
    pub dovecot_version: String,
    /// Milliseconds since the epoch, UTC.
    pub started_at_ms: i64,
}

/// Answer to [`Hello`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelloAnswer {}

/// Which mail server wrote a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Daemon {
    /// Any process of Postfix.
    Postfix,
    /// Any process of Dovecot.
    Dovecot,
}

/// Consecutive log lines, numbered `first`, `first + 1`, and so on.
///
/// A batch is sent again until it is acknowledged, so the receiver skips the numbers it has. A `first` above
/// the number expected means that the sender had to drop lines: the receiver notes the gap and goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogBatch {
    /// Names one spool for its whole life: numbers are only comparable within one source.
    pub source: String,
    /// Number of the first line.
    pub first: u64,
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
}

/// One line as a mail server wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogLine {
    /// When it was read, in milliseconds since the epoch, UTC; the servers' own stamps have no year.
    pub at_ms: i64,
    /// Who wrote it.
    pub daemon: Daemon,
    /// The text, without its newline.
    pub line: String,
}

/// Answer to [`LogBatch`], given after the lines are stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogAnswer {
    /// The number of the first line not yet stored; everything below it may be forgotten.
    pub next: u64,
}

/// Asks for jobs and waits for one if there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseRequest {
    /// Who asks; one value per run of the mail plane.
    pub holder: String,
    /// The most jobs wanted, at most [`MAX_JOBS`].
    pub max: u32,
    /// How long to wait for a first job, at most [`MAX_WAIT_MS`].
    pub wait_ms: u32,
}

/// Answer to [`LeaseRequest`]; empty when the wait ran out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseAnswer {
    /// What to do; the order is that of queueing, but jobs are worked on side by side.
    pub jobs: Vec<LeasedJob>,
}

/// A job on loan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeasedJob {
    /// Key of the job.
    pub id: i64,
    /// Given back with the outcome; an outcome under an older lease is ignored.
    pub lease: String,
    /// What to do.
    pub job: Job,
}

/// Work that only the machine with the mail servers can do. Every job may be repeated safely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Job {
    /// Ends every open session of a mailbox; done means that none is left.
    Disconnect {
        /// The mailbox, for the log.
        mailbox_id: i64,
        /// Its address as the mail servers know it: the sign-in name.
        user: String,
        /// Processes that hold a submission session signed in as this mailbox.
        smtpd_pids: Vec<u32>,
    },
    /// Ends every open session of everybody in a domain; done means that none is left.
    DisconnectDomain {
        /// The domain, as it stands after the `@` of its sign-in names.
        domain: String,
        /// Processes that hold a submission session signed in as somebody of the domain.
        smtpd_pids: Vec<u32>,
    },
    /// Makes the home of a new mailbox and writes its marker, so that a late removal of another one spares it.
    PrepareMail {
        /// The mailbox.
        mailbox_id: i64,
        /// When the mailbox was created, in milliseconds since the epoch, UTC.
        created_at_ms: i64,
    },
    /// Removes the mail of a mailbox for good, after ending its sessions.
    RemoveMail {
        /// The mailbox.
        mailbox_id: i64,
        /// When the mailbox was created; a home whose marker says otherwise is left alone.
        created_at_ms: i64,
        /// Its address as the mail servers knew it.
        user: String,
    },
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobReport {
    /// The lease under which it was done.
    pub lease: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcome {
    /// Done, and checked.
    Done,
    /// Not done, or not confirmed; to be tried again.
    Failed {
        /// For the operator.
        why: String,
    },
}

/// Answer to [`JobReport`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobReportAnswer {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_mailbox_lies_in_the_shard_of_its_id() {
        assert_eq!(mail_home("/srv/mail/", 511), "/srv/mail/ff/511");
        assert_eq!(mail_home("/srv/mail", 256), "/srv/mail/00/256");
    }

    #[test]
    fn the_job_on_the_wire_names_its_kind() {
        let job = Job::Disconnect { mailbox_id: 7, user: "ann@acme.test".into(), smtpd_pids: vec![12] };
        let text = serde_json::to_string(&LeasedJob { id: 3, lease: "x".into(), job }).expect("json");
        assert_eq!(
            text,
            r#"{"id":3,"lease":"x","job":{"kind":"disconnect","mailbox_id":7,"user":"ann@acme.test","smtpd_pids":[12]}}"#
        );
    }

    #[test]
    fn an_unknown_field_of_a_job_is_refused() {
        let text =
            r#"{"kind":"remove_mail","mailbox_id":7,"created_at_ms":1,"user":"a@b.test","path":"/etc"}"#;
        assert!(serde_json::from_str::<Job>(text).is_err());
    }

    #[test]
    fn an_outcome_says_done_or_why_not() {
        let failed = JobReport { lease: "x".into(), outcome: Outcome::Failed { why: "busy".into() } };
        let text = serde_json::to_string(&failed).expect("json");
        assert_eq!(text, r#"{"lease":"x","outcome":{"result":"failed","why":"busy"}}"#);
        assert_eq!(
            serde_json::from_str::<JobReport>(r#"{"lease":"x","outcome":{"result":"done"}}"#)
                .expect("json")
                .outcome,
            Outcome::Done
        );
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            let _ = serde_json::from_slice::<LeaseAnswer>(&bytes);
            let _ = serde_json::from_slice::<LogBatch>(&bytes);
            let _ = serde_json::from_slice::<JobReport>(&bytes);
        }

        #[test]
        fn a_batch_survives_the_wire(first in any::<u64>(), at_ms in any::<i64>(), line in ".{0,200}") {
            let batch = LogBatch {
                source: "s".into(), first,
                lines: vec![LogLine { at_ms, daemon: Daemon::Dovecot, line }],
            };
            let text = serde_json::to_vec(&batch).expect("json");
            prop_assert_eq!(serde_json::from_slice::<LogBatch>(&text).expect("back"), batch);
        }
    }
}
