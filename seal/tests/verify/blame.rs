//! Which of two neighbours is named, exactly and only once, with whatever there is to decide by.

use seal::Sequence;
use seal::verify::{Checkpoint, Fault, Trust};

use crate::chains::{Stored, rich, verifiers, walk};

fn faults(records: &[Stored], trust: &Trust<'_>) -> Vec<(u64, Fault)> {
    let seen = walk(records, trust);
    seen.findings.into_iter().map(|finding| (finding.sequence.0, finding.fault)).collect()
}

fn keyless(records: &[Stored]) -> Vec<(u64, Fault)> {
    faults(records, &Trust::default())
}

/// Another event of the same length.
fn change(stored: &mut Stored) {
    let text = String::from_utf8(stored.leaf.clone()).unwrap();
    assert!(text.contains("success"), "{text}");
    stored.leaf = text.replacen("success", "succesz", 1).into_bytes();
}

/// Another predecessor.
fn unlink(stored: &mut Stored) {
    let at = String::from_utf8(stored.leaf.clone()).unwrap().find("\"prev\":\"").unwrap() + 8;
    stored.leaf[at] = if stored.leaf[at] == b'0' { b'1' } else { b'0' };
}

fn out_of_place(at: u64, record: u64) -> (u64, Fault) {
    (at, Fault::OutOfPlace { record: Sequence(record) })
}

fn missing(from: u64, next: u64) -> (u64, Fault) {
    (from, Fault::Missing { next: Sequence(next) })
}

#[test]
fn a_record_that_is_changed_is_named_once() {
    let mut records = rich().records;
    change(&mut records[2]);
    assert_eq!(keyless(&records), [(2, Fault::Changed)]);
    let mut records = rich().records;
    unlink(&mut records[9]);
    assert_eq!(keyless(&records), [(9, Fault::Changed)]);
}

#[test]
fn a_copy_of_the_one_that_waits_decides_nothing() {
    let mut records = rich().records;
    change(&mut records[2]);
    records.insert(4, records[3].clone());
    assert_eq!(keyless(&records), [out_of_place(3, 3), (2, Fault::Changed)]);
}

#[test]
fn a_close_at_the_end_decides_by_its_root() {
    let mut chain = rich();
    chain.close();
    let at = chain.records.len() - 2;
    let mut records = chain.records.clone();
    change(&mut records[at]);
    assert_eq!(keyless(&records), [(at as u64, Fault::Changed)]);
    let mut records = chain.records;
    unlink(&mut records[at + 1]);
    assert_eq!(keyless(&records), [(at as u64 + 1, Fault::Changed)]);
}

#[test]
fn a_checkpoint_at_the_end_decides_by_its_root() {
    let chain = rich();
    let last = chain.records.len() - 1;
    let mut edge = seal::merkle::Edge::EMPTY;
    chain.records[..last].iter().for_each(|stored| edge.push(seal::LeafHash::of(&stored.leaf)));
    let before = Checkpoint { size: last as u64, root: edge.root(), time_ms: None };
    let last = last as u64;
    let pending = (last, Fault::Pending { next: Sequence(last + 1) });
    // What was sealed there nobody knows.
    let unchecked = (last, Fault::RootUnchecked { size: last + 1 });
    for (checkpoint, of_first, of_second) in
        [(before, Some(pending.clone()), pending), (chain.checkpoint(), None, unchecked)]
    {
        let checkpoints = [checkpoint];
        let trust = Trust { checkpoints: &checkpoints, ..Trust::default() };
        let mut records = chain.records.clone();
        change(&mut records[last as usize - 1]);
        let expected: Vec<_> = [(last - 1, Fault::Changed)].into_iter().chain(of_first).collect();
        assert_eq!(faults(&records, &trust), expected);
        let mut records = chain.records.clone();
        unlink(&mut records[last as usize]);
        assert_eq!(faults(&records, &trust), [(last, Fault::Changed), of_second]);
    }
}

#[test]
fn where_the_tree_is_not_known_the_end_stays_open() {
    let mut chain = rich();
    chain.events(2);
    let at = chain.records.len() - 1;
    unlink(&mut chain.records[at]);
    chain.records.drain(17..19);
    assert_eq!(keyless(&chain.records), [missing(17, 19), (at as u64, Fault::BrokenLink)]);
}

#[test]
fn two_neighbours_that_changed_places_are_one_finding() {
    let mut records = rich().records;
    records.swap(8, 9);
    assert_eq!(keyless(&records), [out_of_place(8, 9)]);
    // A changed copy ahead of its place does not stand for the one that is gone.
    let mut records = rich().records;
    let mut copy = records.remove(17);
    change(&mut copy);
    records.insert(9, copy);
    assert_eq!(keyless(&records), [out_of_place(9, 17), missing(17, 18)]);
    // Nor does a true copy stand for another one that is gone.
    let mut records = rich().records;
    records.remove(13);
    records.insert(9, records[16].clone());
    assert_eq!(keyless(&records), [out_of_place(9, 17), missing(13, 14)]);
}

#[test]
fn after_a_change_the_key_in_force_is_still_expected_of_every_record() {
    let mut records = rich().records;
    change(&mut records[1]);
    records[5].key_id = "k2".to_owned();
    let wrong = Fault::WrongKey { expected: "k1".to_owned() };
    assert_eq!(keyless(&records), [(1, Fault::Changed), (5, wrong)]);
}

#[test]
fn only_another_leaf_with_the_same_predecessor_is_a_rival() {
    let chain = rich();
    let mut rival = chain.records[9].clone();
    change(&mut rival);
    let mut records = chain.records.clone();
    records.insert(10, rival.clone());
    assert_eq!(keyless(&records), [(9, Fault::Rival)]);
    let keys = verifiers(&["k1", "k2"]);
    let found = faults(&records, &Trust { keys: &keys, ..Trust::default() });
    assert_eq!(found, [(9, Fault::Rival), (9, Fault::MacWrong)]);
    unlink(&mut rival);
    let mut records = chain.records;
    records.insert(10, rival);
    assert_eq!(keyless(&records), [out_of_place(9, 9)]);
}

#[test]
fn a_checkpoint_clears_the_last_leaf_of_what_its_mac_says() {
    let chain = rich();
    let keys = verifiers(&["k1", "k2"]);
    let checkpoints = [chain.checkpoint()];
    let with = Trust { keys: &keys, checkpoints: &checkpoints, ..Trust::default() };
    let without = Trust { keys: &keys, ..Trust::default() };
    let last = chain.size() - 1;
    let mut records = chain.records.clone();
    records[last as usize].mac[0] ^= 1;
    let seen = walk(&records, &with);
    assert_eq!(seen.texts(), [(last, Fault::MacWrong.to_string())]);
    assert_eq!(seen.walked.root, Some(chain.edge.root()));
    assert_eq!(walk(&records, &without).walked.root, None);
    let mut records = chain.records;
    change(&mut records[last as usize]);
    assert_eq!(faults(&records, &with), [(last, Fault::MacWrong), (last, Fault::RootUnchecked { size: last + 1 })]);
}

#[test]
fn rows_that_hold_each_others_leaves_are_both_named_and_nothing_is_missing() {
    let mut records = rich().records;
    records.swap(8, 9);
    (records[8].sequence, records[9].sequence) = (8, 9);
    let found = keyless(&records);
    assert!(found.iter().all(|(at, _)| [8, 9].contains(at)), "{found:?}");
    for (filed, says) in [(8, 9), (9, 8)] {
        let misfiled = Fault::Misfiled { filed: Sequence(filed), leaf_says: Sequence(says) };
        assert!(found.contains(&(filed, misfiled)), "{found:?}");
    }
    assert!(!found.iter().any(|(_, fault)| matches!(fault, Fault::Missing { .. })), "{found:?}");
}

#[test]
fn a_row_filed_elsewhere_after_a_changed_one_still_has_its_place() {
    let mut records = rich().records;
    change(&mut records[2]);
    records[3].sequence = 77;
    let misfiled = Fault::Misfiled { filed: Sequence(77), leaf_says: Sequence(3) };
    assert_eq!(keyless(&records), [(3, misfiled), (2, Fault::Changed)]);
}
