//! Names that are nearly what was typed.

use bailiwick_base::t;

/// Names offered.
const OFFERED: usize = 5;
/// Longer texts are compared by their beginning.
const COMPARED: usize = 64;

/// The known names nearest to what was typed, the nearest first; none that is too far off to be meant.
fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let typed: Vec<char> = typed.to_lowercase().chars().take(COMPARED).collect();
    let off = |name: &str| {
        let name: Vec<char> = name.to_lowercase().chars().take(COMPARED).collect();
        let contained = typed.len() >= 3 && contains(&name, &typed);
        let distance = edits(&typed, &name);
        (contained || distance <= 1 + typed.len() / 3).then_some((!contained, distance))
    };
    let mut near: Vec<_> = known.into_iter().filter_map(|name| off(name).map(|off| (off, name))).collect();
    near.sort_unstable();
    near.into_iter().take(OFFERED).map(|(_, name)| name).collect()
}

/// The same as one line, for an error's text.
pub(super) fn nearest_in_words<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let near = nearest(typed, known);
    if near.is_empty() { t!("explanation-near-none").into_owned() } else { near.join(", ") }
}

fn contains(text: &[char], part: &[char]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Letters to add, take away or change until one is the other (Levenshtein).
fn edits(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.iter().enumerate() {
        let mut corner = row[0];
        row[0] = above + 1;
        for (at, against) in other.iter().enumerate() {
            let change = corner + usize::from(letter != against);
            corner = row[at + 1];
            row[at + 1] = change.min(corner + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_nearly_typed_is_found_nearest_first() {
        let known = ["mailbox.update", "mailbox.add", "domain.update", "alias.add"];
        assert_eq!(nearest("mailbox.udpate", known), ["mailbox.update", "mailbox.add"]);
        assert_eq!(nearest("update", known), ["domain.update", "mailbox.update"]);
        assert_eq!(nearest("mailbx.add", known)[0], "mailbox.add");
        assert_eq!(nearest("quite another", known), Vec::<&str>::new());
    }

    #[test]
    fn a_long_text_costs_no_more_than_a_short_one() {
        assert_eq!(nearest(&"x".repeat(1_000_000), ["xxxx"]), Vec::<&str>::new());
    }

    #[test]
    fn edits_are_counted_as_by_hand() {
        let count = |one: &str, other: &str| {
            edits(&one.chars().collect::<Vec<_>>(), &other.chars().collect::<Vec<_>>())
        };
        assert_eq!(count("kitten", "sitting"), 3);
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("same", "same"), 0);
    }
}
