//! The figures to reach, and what others reach on a machine of the same kind.

use crate::pace::Measured;
use crate::results::{Results, Round};

/// A figure to reach.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gate {
    /// What is measured, as the page says it.
    pub(crate) title: &'static str,
    /// What is needed.
    pub(crate) needed: Needed,
    /// Written after figures: `/s`, ` ms`.
    pub(crate) unit: &'static str,
    /// Where it must be reached.
    pub(crate) at: At,
    /// The figure, if it was measured.
    pub(crate) figure: fn(&Results, &Round) -> Option<f64>,
    /// What others reach, in words.
    pub(crate) others: &'static str,
}

/// What is needed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Needed {
    AtLeast(f64),
    AtMost(f64),
}

/// Where a gate must be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// With 100,000 mailboxes, or the size next below that was measured.
    HundredThousand,
    /// With the most mailboxes that were measured.
    Largest,
}

impl Needed {
    pub(crate) fn met(self, figure: f64) -> bool {
        match self {
            Needed::AtLeast(limit) => figure >= limit,
            Needed::AtMost(limit) => figure <= limit,
        }
    }
}

impl At {
    /// The size the gate is meant for.
    pub(crate) fn nominal(self) -> u32 {
        match self {
            At::HundredThousand => 100_000,
            At::Largest => 1_000_000,
        }
    }

    /// The size of these at which it is decided.
    pub(crate) fn size(self, sizes: &[u32]) -> Option<u32> {
        match self {
            At::HundredThousand => sizes.iter().copied().filter(|size| *size <= 100_000).max(),
            At::Largest => sizes.iter().copied().max(),
        }
    }
}

fn measured<'r>(round: &'r Round, name: &str) -> Option<&'r Measured> {
    round.measured.get(name).filter(|measured| measured.answers > 0)
}

/// A share of the questions that failed makes a rate worthless.
fn rate(round: &Round, name: &str) -> Option<f64> {
    let measured = measured(round, name)?;
    (measured.failures * 100 <= measured.answers).then_some(measured.per_s)
}

/// How long 99 of 100 took; without end where more than one in a hundred failed or was never asked in time.
fn p99(round: &Round, name: &str) -> Option<f64> {
    let measured = round.measured.get(name).filter(|measured| measured.answers + measured.failures > 0)?;
    Some(if measured.failures * 100 > measured.answers { f64::INFINITY } else { measured.p99_ms })
}

/// How many times the CPU time of the smallest size one answer costs here.
fn growth(results: &Results, round: &Round, name: &str) -> Option<f64> {
    let smallest = results.round(&round.engine, *results.sizes().first()?)?;
    let before = measured(smallest, name)?.cpu_us;
    (before > 0.0 && round.size > smallest.size)
        .then(|| measured(round, name).map(|now| now.cpu_us / before))?
}

/// A rate as a share of the passwords that all cores can hash.
fn of_ceiling(results: &Results, round: &Round, name: &str) -> Option<f64> {
    (results.argon2id_all > 0.0).then(|| rate(round, name).map(|rate| rate / results.argon2id_all * 100.0))?
}

/// Against the same servers with plain files, and passwords hashed at each sign-in or not at all.
fn of_plain(results: &Results, name: &str, hashed: bool) -> Option<f64> {
    let servers = results.servers.as_ref()?;
    let plain = if hashed { &servers.plain } else { &servers.unhashed };
    let (ours, plain) = (servers.ours.get(name)?, plain.get(name)?);
    (plain.per_s > 0.0).then_some(ours.per_s / plain.per_s)
}

const MODOBOA_SEARCH: &str =
    "Modoboa 15, PostfixAdmin 15, Stalwart 44,396 (whole tokens only); an index alone 284,000";

/// All of them, as they stand in the architecture.
pub(crate) const ALL: [Gate; 21] = [
    Gate {
        title: "API: 50 mailboxes of a domain, 8 connections",
        needed: Needed::AtLeast(20_000.0),
        unit: "/s",
        at: At::HundredThousand,
        figure: |_, round| rate(round, "list"),
        others: "Modoboa 9.2, PostfixAdmin 53, Stalwart 1,264; 50 rows as JSON over HTTP alone 47,000",
    },
    Gate {
        title: "API: search for a beginning",
        needed: Needed::AtLeast(45_000.0),
        unit: "/s",
        at: At::HundredThousand,
        figure: |_, round| rate(round, "prefix"),
        others: MODOBOA_SEARCH,
    },
    Gate {
        title: "API: search anywhere in addresses and names",
        needed: Needed::AtLeast(4_000.0),
        unit: "/s",
        at: At::HundredThousand,
        figure: |_, round| rate(round, "substring"),
        others: "Modoboa 15, PostfixAdmin 15; an index alone 5,300",
    },
    Gate {
        title: "Cost of a list, against the smallest size",
        needed: Needed::AtMost(1.3),
        unit: " ×",
        at: At::Largest,
        figure: |results, round| growth(results, round, "list"),
        others: "to 100,000: Modoboa 1.5, Stalwart 18 (all by name)",
    },
    Gate {
        title: "Cost of a search for a beginning, against the smallest size",
        needed: Needed::AtMost(1.3),
        unit: " ×",
        at: At::Largest,
        figure: |results, round| growth(results, round, "prefix"),
        others: "to 100,000: Modoboa 4.6, PostfixAdmin 10, Stalwart 1",
    },
    Gate {
        title: "Cost of a creation, against the smallest size",
        needed: Needed::AtMost(1.3),
        unit: " ×",
        at: At::Largest,
        figure: |results, round| growth(results, round, "create"),
        others: "",
    },
    Gate {
        title: "HTML page of 50 users, p99",
        needed: Needed::AtMost(50.0),
        unit: " ms",
        at: At::HundredThousand,
        figure: |_, round| p99(round, "page"),
        others: "",
    },
    Gate {
        title: "Creations, of the argon2id ceiling",
        needed: Needed::AtLeast(90.0),
        unit: " %",
        at: At::HundredThousand,
        figure: |results, round| of_ceiling(results, round, "create"),
        others: "per second: Modoboa 16, PostfixAdmin 94 (weak hash), Stalwart 115; ceiling 169",
    },
    Gate {
        title: "Sign-ins on the web, of the argon2id ceiling",
        needed: Needed::AtLeast(90.0),
        unit: " %",
        at: At::HundredThousand,
        figure: |results, round| of_ceiling(results, round, "sign_in"),
        others: "per second: Modoboa 39, PostfixAdmin 225 (weak hash); ceiling 169",
    },
    Gate {
        title: "Authorisation decision in memory",
        needed: Needed::AtMost(100.0),
        unit: " ns",
        at: At::Largest,
        figure: |_, round| (round.decision_ns > 0.0).then_some(round.decision_ns),
        others: "policy engines 150,000 to 4,000,000",
    },
    Gate {
        title: "The same for a Sub-Admin of 200 domains",
        needed: Needed::AtMost(100.0),
        unit: " ns",
        at: At::HundredThousand,
        figure: |_, round| (round.decision_limited_ns > 0.0).then_some(round.decision_limited_ns),
        others: "",
    },
    Gate {
        title: "Policy answers, 8 connections",
        needed: Needed::AtLeast(100_000.0),
        unit: "/s",
        at: At::HundredThousand,
        figure: |_, round| rate(round, "policy"),
        others: "postfwd2 12,000, Modoboa 3,000, postgrey 300; an echo 135,000",
    },
    Gate {
        title: "Socketmap answers, 8 connections",
        needed: Needed::AtLeast(100_000.0),
        unit: "/s",
        at: At::HundredThousand,
        figure: |_, round| rate(round, "socketmap"),
        others: "a constant 294,000, a look-up in SQLite 114,000",
    },
    Gate {
        title: "Policy at 2,000/s beside pages, API and sign-ins, p99",
        needed: Needed::AtMost(10.0),
        unit: " ms",
        at: At::HundredThousand,
        figure: |_, round| p99(round, "together_policy"),
        others: "",
    },
    Gate {
        title: "Pages at 300/s at the same time, p99",
        needed: Needed::AtMost(300.0),
        unit: " ms",
        at: At::HundredThousand,
        figure: |_, round| p99(round, "together_page"),
        others: "",
    },
    Gate {
        title: "API at 200/s, a fifth of them changes, at the same time, p99",
        needed: Needed::AtMost(150.0),
        unit: " ms",
        at: At::HundredThousand,
        figure: |_, round| Some(p99(round, "together_list")?.max(p99(round, "together_change")?)),
        others: "",
    },
    Gate {
        title: "Sign-ins at 50/s at the same time, p99",
        needed: Needed::AtMost(1_000.0),
        unit: " ms",
        at: At::HundredThousand,
        figure: |_, round| p99(round, "together_sign_in"),
        others: "",
    },
    Gate {
        title: "Submissions over TLS, of the same Postfix with plain files and unhashed passwords",
        needed: Needed::AtLeast(0.8),
        unit: " ×",
        at: At::HundredThousand,
        figure: |results, _| of_plain(results, "submission", false),
        others: "",
    },
    Gate {
        title: "IMAP sign-ins, of the same Dovecot with a passwd-file",
        needed: Needed::AtLeast(0.8),
        unit: " ×",
        at: At::HundredThousand,
        figure: |results, _| of_plain(results, "imap", true),
        others: "ours remembers passwords, the passwd-file's are hashed each time; without hashing: below",
    },
    Gate {
        title: "Memory of the control plane (PSS)",
        needed: Needed::AtMost(64.0),
        unit: " MB",
        at: At::Largest,
        figure: |_, round| (round.pss > 0.0).then_some(round.pss * 1.048_576),
        others: "MiB: Modoboa 377 and its database, PostfixAdmin 26 and its database, Stalwart 86 to 213",
    },
    Gate {
        title: "From start to first answer",
        needed: Needed::AtMost(300.0),
        unit: " ms",
        at: At::Largest,
        figure: |_, round| (round.first_answer_ms > 0.0).then_some(round.first_answer_ms),
        others: "Modoboa 3,000, PostfixAdmin 80, Stalwart 90; a server that only greets 20",
    },
];

/// What others reach each second with 100,000 mailboxes and 8 connections: (operation, Modoboa 2.12, PostfixAdmin 3.3,
/// Stalwart 0.16).
pub(crate) const OTHERS: [(&str, &str, [f64; 3]); 4] = [
    ("list", "50 of a domain", [9.2, 53.0, 1_264.0]),
    ("list_anywhere", "50 of all", [0.6, 0.0, 156.0]),
    ("substring", "search (Stalwart: whole tokens)", [15.0, 15.0, 44_396.0]),
    ("create", "create (PostfixAdmin: weak hash)", [16.0, 94.0, 115.0]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_decided_at_its_size_or_the_next_below() {
        assert_eq!(At::HundredThousand.size(&[1_000, 100_000, 1_000_000]), Some(100_000));
        assert_eq!(At::HundredThousand.size(&[1_000]), Some(1_000));
        assert_eq!(At::Largest.size(&[1_000, 1_000_000]), Some(1_000_000));
        assert!(Needed::AtLeast(2.0).met(2.0) && !Needed::AtMost(2.0).met(2.1));
    }

    #[test]
    fn a_rate_with_many_failures_counts_as_not_measured() {
        let with = |failures| {
            let measured = Measured { answers: 1_000, failures, per_s: 5.0, ..Measured::default() };
            Round { measured: [("list".to_owned(), measured)].into(), ..Round::default() }
        };
        assert_eq!(rate(&with(10), "list"), Some(5.0));
        assert_eq!(rate(&with(11), "list"), None);
        assert_eq!(rate(&with(0), "prefix"), None);
        assert_eq!(p99(&with(11), "list"), Some(f64::INFINITY), "a pace that was not held has no end");
        assert_eq!(p99(&with(0), "prefix"), None);
    }
}
