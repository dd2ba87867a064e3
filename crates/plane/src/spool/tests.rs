use super::*;
use bailiwick_mail::internal::Daemon;
use proptest::prelude::*;
use std::io::Write as _;

const SMALL: Bounds = Bounds { total: 4_000, segment: 400 };

fn line(text: &str) -> LogLine {
    LogLine { at_ms: 7, daemon: Daemon::Dovecot, line: text.to_owned() }
}

fn fill(spool: &mut Spool, numbers: std::ops::Range<u64>) {
    numbers.for_each(|number| spool.append(&[line(&format!("line {number}"))]).expect("append"));
}

/// Takes everything pending, as `serve` would, and says which lines it got.
fn drain(spool: &mut Spool) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(pending) = spool.pending().expect("pending") {
        let next = pending.batch.first + pending.batch.lines.len() as u64;
        all.extend(pending.batch.lines.iter().map(|line| line.line.clone()));
        assert!(spool.acknowledge(&pending, next).expect("acknowledge"));
    }
    all
}

#[test]
fn lines_come_out_in_order_and_once() {
    let dir = tempfile::tempdir().expect("dir");
    let mut spool = Spool::open(dir.path(), Bounds::default()).expect("open");
    fill(&mut spool, 0..2_500);
    let expected: Vec<_> = (0..2_500).map(|n| format!("line {n}")).collect();
    assert_eq!(drain(&mut spool), expected);
    assert!(spool.pending().expect("pending").is_none());
}

#[test]
fn what_was_not_acknowledged_is_there_after_a_restart_under_the_same_numbers() {
    let dir = tempfile::tempdir().expect("dir");
    let mut spool = Spool::open(dir.path(), SMALL).expect("open");
    fill(&mut spool, 0..100);
    let pending = spool.pending().expect("pending").expect("some");
    assert!(spool.acknowledge(&pending, 10).expect("acknowledge"));
    let source = spool.source.clone();
    drop(spool);

    let mut spool = Spool::open(dir.path(), SMALL).expect("open again");
    let pending = spool.pending().expect("pending").expect("some");
    assert_eq!((pending.batch.first, pending.batch.source.clone()), (10, source));
    assert_eq!(drain(&mut spool), (10..100).map(|n| format!("line {n}")).collect::<Vec<_>>());
    assert_eq!(spool.end(), 100);
}

#[test]
fn a_torn_last_line_is_cut_off_and_its_number_used_again() {
    let dir = tempfile::tempdir().expect("dir");
    let mut spool = Spool::open(dir.path(), Bounds::default()).expect("open");
    fill(&mut spool, 0..3);
    drop(spool);
    let mut file = fs::OpenOptions::new().append(true).open(segment_path(dir.path(), 0)).expect("file");
    file.write_all(b"7\tD\thalf a li").expect("write");
    let mut spool = Spool::open(dir.path(), Bounds::default()).expect("open again");
    fill(&mut spool, 3..4);
    assert_eq!(drain(&mut spool), ["line 0", "line 1", "line 2", "line 3"]);
}

#[test]
fn a_full_spool_drops_the_oldest_and_counts_them() {
    let dir = tempfile::tempdir().expect("dir");
    let mut spool = Spool::open(dir.path(), SMALL).expect("open");
    fill(&mut spool, 0..1_000);
    assert!(spool.size() <= SMALL.total + SMALL.segment);
    let first = spool.pending().expect("pending").expect("some").batch.first;
    assert_eq!(spool.dropped, first);
    assert!(first > 0);
    assert_eq!(drain(&mut spool), (first..1_000).map(|n| format!("line {n}")).collect::<Vec<_>>());
}

#[test]
fn an_acknowledgement_of_nothing_is_no_progress_and_one_of_too_much_goes_to_the_end_of_the_batch() {
    let dir = tempfile::tempdir().expect("dir");
    let mut spool = Spool::open(dir.path(), Bounds::default()).expect("open");
    fill(&mut spool, 0..5);
    let pending = spool.pending().expect("pending").expect("some");
    assert!(!spool.acknowledge(&pending, 0).expect("none"));
    assert!(spool.acknowledge(&pending, u64::MAX).expect("all"));
    fill(&mut spool, 5..6);
    assert_eq!(drain(&mut spool), ["line 5"]);
}

#[test]
fn segments_that_were_taken_leave_the_disk() {
    let dir = tempfile::tempdir().expect("dir");
    let mut spool = Spool::open(dir.path(), SMALL).expect("open");
    fill(&mut spool, 0..150);
    drain(&mut spool);
    let left =
        fs::read_dir(dir.path()).expect("list").flatten().filter(|e| e.path().extension().is_some()).count();
    assert_eq!(left, 1, "only the segment that is written to");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_damaged_segment_never_panics_and_keeps_its_bounds(bytes in proptest::collection::vec(any::<u8>(), 0..3000)) {
        let dir = tempfile::tempdir().expect("dir");
        fs::write(segment_path(dir.path(), 40), &bytes).expect("write");
        let mut spool = Spool::open(dir.path(), SMALL).expect("open");
        let newlines = bytes.split(|&byte| byte == b'\n').count() - 1;
        prop_assert_eq!(spool.end(), 40 + newlines as u64);
        prop_assert_eq!(drain(&mut spool).len(), newlines);
    }

    #[test]
    fn any_text_comes_back_as_it_was(texts in proptest::collection::vec("[^\n]{0,80}", 1..20)) {
        let dir = tempfile::tempdir().expect("dir");
        let mut spool = Spool::open(dir.path(), SMALL).expect("open");
        let lines: Vec<_> = texts.iter().map(|text| line(text)).collect();
        spool.append(&lines).expect("append");
        prop_assert_eq!(drain(&mut spool), texts);
    }
}
