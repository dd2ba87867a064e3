//! Where aliases lead, and by how many steps: loops and long chains are refused when an alias is saved (MP-22).
//!
//! Pure: it walks a graph that was fetched before. What the walk at delivery bounds besides is not its business.

use std::collections::{HashMap, HashSet};

use bailiwick_base::words::EmailAddress;

/// Aliases and what they lead to. An address that is no alias here (a user, an address elsewhere) has no entry.
#[derive(Debug, Default)]
pub(super) struct Graph {
    edges: HashMap<EmailAddress, Vec<EmailAddress>>,
}

/// A target that leads back to the alias, or into a chain that is too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loop(pub(super) EmailAddress);

/// The address an alias would be found by: new names have no `+`, so mail for `a+x` is mail for `a`.
pub(super) fn plain(address: &EmailAddress) -> EmailAddress {
    EmailAddress::new(address.local.without_detail(), address.domain.clone())
}

impl Graph {
    /// Adds that an alias leads to an address.
    pub(super) fn add(&mut self, alias: EmailAddress, target: &EmailAddress) {
        self.edges.entry(alias).or_default().push(plain(target));
    }

    /// Forgets where an alias leads now, because it is about to lead elsewhere.
    pub(super) fn forget(&mut self, alias: &EmailAddress) {
        self.edges.remove(alias);
    }

    /// May `alias` lead to `targets`, if `above` aliases lead to it one after the other? No chain of aliases may be
    /// longer than `longest`, and none may come back to where it was.
    pub(super) fn admits(
        &self,
        alias: &EmailAddress,
        targets: &[EmailAddress],
        above: usize,
        longest: usize,
    ) -> Result<(), Loop> {
        for target in targets {
            let mut level = HashSet::from([plain(target)]);
            let mut length = above + 1;
            while !level.is_empty() {
                if length > longest || level.contains(alias) {
                    return Err(Loop(target.clone()));
                }
                let onward = level.iter().filter_map(|address| self.edges.get(address));
                level = onward.flatten().cloned().collect();
                length += 1;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(name: &str) -> EmailAddress {
        format!("{name}@t1.example").parse().expect("an address")
    }

    fn graph(edges: &[(&str, &str)]) -> Graph {
        let mut graph = Graph::default();
        for (alias, target) in edges {
            graph.add(at(alias), &at(target));
        }
        graph
    }

    #[test]
    fn mp_22_an_alias_that_leads_back_to_itself_is_refused() {
        let refused =
            |edges: &[(&str, &str)], target: &str| graph(edges).admits(&at("a"), &[at(target)], 0, 10);
        assert_eq!(refused(&[], "a"), Err(Loop(at("a"))));
        assert_eq!(refused(&[], "a+x"), Err(Loop(at("a+x"))));
        assert_eq!(refused(&[("b", "a")], "b"), Err(Loop(at("b"))));
        assert_eq!(refused(&[("b", "c"), ("c", "x"), ("c", "a+news")], "b"), Err(Loop(at("b"))));
        assert_eq!(refused(&[("b", "c"), ("d", "a")], "b"), Ok(()));
        assert_eq!(
            refused(&[("b", "c"), ("c", "b")], "b"),
            Err(Loop(at("b"))),
            "a loop elsewhere is none of ours to enter"
        );
    }

    #[test]
    fn mp_22_a_chain_of_ten_aliases_is_the_longest() {
        let names: Vec<String> = (1..=10).map(|n| format!("b{n}")).collect();
        let edges: Vec<(&str, &str)> =
            names.iter().zip(names.iter().skip(1)).map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let chain = graph(&edges);
        assert_eq!(chain.admits(&at("a"), &[at("b1")], 0, 10), Ok(()), "a, b1 … b9; b10 is a user");
        assert_eq!(chain.admits(&at("a"), &[at("b1")], 1, 10), Err(Loop(at("b1"))), "and one leads to a");
        let mut longer = chain;
        longer.add(at("b10"), &at("user"));
        assert_eq!(longer.admits(&at("a"), &[at("user"), at("b1")], 0, 10), Err(Loop(at("b1"))));
    }

    #[test]
    fn an_alias_that_is_changed_is_not_judged_by_where_it_led_before() {
        let mut edges = graph(&[("a", "b"), ("b", "c")]);
        edges.forget(&at("a"));
        assert_eq!(edges.admits(&at("a"), &[at("c")], 0, 10), Ok(()));
        assert_eq!(edges.admits(&at("c"), &[at("a")], 0, 10), Ok(()), "a leads nowhere just now");
    }

    /// Follows every path by itself, the slow and obvious way.
    fn obvious(edges: &[(u8, u8)], alias: u8, target: u8, length: usize, longest: usize) -> bool {
        if target == alias || length > longest {
            return false;
        }
        let mut next = edges.iter().filter(|(from, _)| *from == target).map(|(_, to)| *to).peekable();
        if next.peek().is_none() {
            return true;
        }
        length < longest && next.all(|next| obvious(edges, alias, next, length + 1, longest))
    }

    proptest! {
        #[test]
        fn the_walk_agrees_with_following_every_path(
            edges in prop::collection::vec((1_u8..8, 0_u8..8), 0..10),
            target in 0_u8..8,
            above in 0_usize..3,
        ) {
            let mut graph = Graph::default();
            for (alias, to) in &edges {
                graph.add(at(&format!("n{alias}")), &at(&format!("n{to}")));
            }
            let admitted = graph.admits(&at("n0"), &[at(&format!("n{target}"))], above, 6).is_ok();
            prop_assert_eq!(admitted, obvious(&edges, 0, target, above + 1, 6));
        }
    }
}
