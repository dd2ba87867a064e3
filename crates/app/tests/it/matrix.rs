//! The printed policy is the committed one, and every action is in it.

use std::path::Path;

#[test]
fn the_committed_matrix_is_the_policy() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/authz-matrix.txt");
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let current = bailiwick_app::matrix();
    let first = current.lines().zip(committed.lines()).find(|(now, then)| now != then);
    assert!(
        committed == current,
        "run `cargo xtask generate` and review the difference; the first: {first:?}"
    );
}

#[test]
fn every_action_has_a_name_of_its_own() {
    let mut names: Vec<_> = bailiwick_app::actions().iter().map(|action| action.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}
