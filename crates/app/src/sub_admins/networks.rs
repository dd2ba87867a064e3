//! From where a login may be used: a list of networks, and whether it is limited to them.

use std::collections::HashSet;
use std::fmt::{self, Write};

use bailiwick_base::words::{ClientAddress, Line, NetworkRange, limits};
use bailiwick_base::{Code, Error, t};

/// An entry of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedNetwork {
    /// The addresses.
    pub range: NetworkRange,
    /// Whose they are, for people.
    pub description: Line<100>,
}

/// The list, and whether it counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowedNetworks {
    /// The networks, in the order they were entered.
    pub list: Vec<ListedNetwork>,
    /// The login may be used from these only; else from everywhere, and the list is only kept.
    pub only: bool,
}

/// What the form calls "restrict to the list", and "allow unrestricted".
pub(super) const LISTED: &str = "listed";
pub(crate) const ANYWHERE: &str = "anywhere";

impl AllowedNetworks {
    /// From one entry a line, `192.0.2.0/24 Office`, and the choice whether they count. Empty lines are skipped; a list
    /// that lets nobody in, a network named twice and one that is the whole internet are refused.
    pub fn parse(text: &str, choice: &str) -> Result<Self, Error> {
        let only = match choice {
            LISTED => true,
            ANYWHERE => false,
            _ => return Err(Code::MalformedRequest.into()),
        };
        let mut list = Vec::new();
        let mut seen = HashSet::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let refused = |code| Error::new(code).with("line", index + 1).on("networks");
            let entry = ListedNetwork::parse(line).ok_or_else(|| refused(Code::NetworkInvalid))?;
            if !seen.insert(entry.range) {
                return Err(refused(Code::NetworkTwice));
            }
            if list.len() == limits::NETWORKS {
                return Err(Error::new(Code::TooManyNetworks).with("max", limits::NETWORKS).on("networks"));
            }
            list.push(entry);
        }
        if only && list.is_empty() {
            return Err(Error::new(Code::NetworkListEmpty).on("networks"));
        }
        Ok(Self { list, only })
    }

    /// May the login be used from there?
    pub fn lets_in(&self, address: ClientAddress) -> bool {
        !self.only || self.list.iter().any(|entry| entry.range.contains(address))
    }

    /// As the form has it.
    pub fn to_text(&self) -> String {
        self.list.iter().fold(String::new(), |mut text, entry| {
            let _ = writeln!(text, "{entry}");
            text
        })
    }

    /// As the form has the choice.
    pub fn choice(&self) -> &'static str {
        if self.only { LISTED } else { ANYWHERE }
    }

    /// For people and the audit log: the networks, or that every network may.
    pub fn in_words(&self) -> String {
        let listed: Vec<String> = self.list.iter().map(ToString::to_string).collect();
        match (self.only, listed.is_empty()) {
            (true, _) => listed.join(", "),
            (false, true) => t!("networks-everywhere").into_owned(),
            (false, false) => t!("networks-everywhere-kept", list = listed.join(", ")).into_owned(),
        }
    }
}

impl ListedNetwork {
    fn parse(line: &str) -> Option<Self> {
        let line = line.trim();
        let (range, description) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let range: NetworkRange = range.parse().ok()?;
        let everything = range.to_string().ends_with("/0");
        if everything { None } else { Some(Self { range, description: description.parse().ok()? }) }
    }
}

impl fmt::Display for ListedNetwork {
    /// As a line of the list.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.range)?;
        if self.description.is_empty() { Ok(()) } else { write!(f, " {}", self.description) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_line_by_line_and_written_back() {
        let text = "192.0.2.0/24 Head office\r\n\r\n 2001:db8::/48\n198.51.100.7\tBilling server \n";
        let networks = AllowedNetworks::parse(text, LISTED).expect("a list");
        assert_eq!(
            networks.in_words(),
            "192.0.2.0/24 Head office, 2001:db8::/48, 198.51.100.7 Billing server"
        );
        assert_eq!(networks.list[2].description.as_str(), "Billing server");
        assert_eq!(
            AllowedNetworks::parse(&networks.to_text(), networks.choice()).expect("reads back"),
            networks
        );
        assert!(networks.lets_in("192.0.2.200".parse().expect("an address")));
        assert!(!networks.lets_in("203.0.113.1".parse().expect("an address")));
        let kept = AllowedNetworks { only: false, ..networks };
        assert!(kept.lets_in("203.0.113.1".parse().expect("an address")));
    }

    #[test]
    fn what_would_shut_everybody_out_or_let_everybody_in_is_refused() {
        let refused = |text: &str, choice| {
            let error = AllowedNetworks::parse(text, choice).expect_err("refused");
            (
                error.code(),
                error
                    .args()
                    .iter()
                    .find(|(name, _)| *name == "line")
                    .map(|(_, line)| line.to_json().to_string()),
            )
        };
        assert_eq!(refused("", LISTED), (Code::NetworkListEmpty, None));
        assert_eq!(refused(" \n ", LISTED), (Code::NetworkListEmpty, None));
        assert_eq!(
            refused("192.0.2.1\n192.0.2.1/32 again", ANYWHERE),
            (Code::NetworkTwice, Some("2".into()))
        );
        for wrong in ["0.0.0.0/0", "::/0", "192.0.2.1/24", "office", "192.0.2.0/24 a\u{202e}b"] {
            assert_eq!(
                refused(&format!("\n{wrong}"), LISTED),
                (Code::NetworkInvalid, Some("2".into())),
                "{wrong}"
            );
        }
        let many: Vec<String> = (0..=limits::NETWORKS).map(|n| format!("10.0.0.{n}")).collect();
        assert_eq!(refused(&many.join("\n"), LISTED).0, Code::TooManyNetworks);
        assert_eq!(refused("", "somewhere").0, Code::MalformedRequest);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,200}") {
            if let Ok(networks) = AllowedNetworks::parse(&text, ANYWHERE) {
                let again = AllowedNetworks::parse(&networks.to_text(), ANYWHERE).expect("what was read is written readably");
                proptest::prop_assert_eq!(again, networks);
            }
        }
    }
}
