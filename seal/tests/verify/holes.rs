//! After a hole the walk finds its footing again: segment, key, tree and rules hold as before.

use seal::Sequence;
use seal::verify::{Fault, ReadError, Start, Trust};

use crate::chains::{Builder, HASH, Stored, rich, verifiers, walk, walk_from};

fn faults(records: &[Stored]) -> Vec<(u64, Fault)> {
    let keys = verifiers(&["k1", "k2"]);
    let seen = walk(records, &Trust { keys: &keys, ..Trust::default() });
    seen.findings.into_iter().map(|finding| (finding.sequence.0, finding.fault)).collect()
}

/// Six segments of two leaves each, then a longer one.
fn many_segments() -> Builder {
    let mut chain = Builder::new();
    for _ in 0..6 {
        chain.event();
        chain.close();
    }
    chain.events(4);
    chain
}

#[test]
fn a_wrong_mac_directly_after_a_hole_accuses_only_its_record() {
    let mut records = many_segments().records;
    records.drain(3..10);
    records[3].mac[0] ^= 1;
    assert_eq!(faults(&records), [(10, Fault::MacWrong), (3, Fault::Missing { next: Sequence(10) })]);
}

#[test]
fn a_wrong_key_id_directly_after_a_hole_accuses_only_its_record() {
    let mut records = many_segments().records;
    records.drain(3..5);
    records[3].key_id = "k2".to_owned();
    let wrong = Fault::WrongKey { expected: "k1".to_owned() };
    assert_eq!(faults(&records), [(5, wrong), (3, Fault::Missing { next: Sequence(5) })]);
}

#[test]
fn after_a_hole_a_close_must_still_name_the_segment_that_its_macs_are_of() {
    for named in [0, 2] {
        let mut chain = Builder::new();
        chain.events(2);
        chain.close();
        chain.events(3);
        let lie = chain.close_text().replace("\"segment\":1", &format!("\"segment\":{named}"));
        chain.close_saying(&lie);
        chain.event();
        let mut records = chain.records;
        records.remove(5);
        let expected = [(5, Fault::Missing { next: Sequence(6) }), (7, Fault::Close("segment"))];
        assert_eq!(faults(&records), expected);
    }
}

#[test]
fn after_a_hole_an_erasure_is_still_held_against_the_last_close() {
    let mut chain = Builder::new();
    chain.events(2);
    let root = chain.edge.root().to_string();
    chain.close();
    chain.events(3);
    for (named, wrong) in [(root.as_str(), false), (HASH, true)] {
        let mut chain = chain.clone();
        chain.erasure(3, named);
        let at = chain.size() - 1;
        let mut records = chain.records;
        records.remove(5);
        let mut expected = vec![(5, Fault::Missing { next: Sequence(6) })];
        expected.extend(wrong.then_some((at, Fault::Contradicts("root"))));
        assert_eq!(faults(&records), expected);
    }
}

#[test]
fn a_cut_before_a_hole_still_excuses_the_absent_beginning() {
    let mut chain = rich();
    chain.cut(0, 5);
    chain.events(4);
    let size = chain.size();
    let mut records = chain.records;
    records.remove(size as usize - 2);
    let expected = [(size - 2, Fault::Missing { next: Sequence(size - 1) }), (0, Fault::Cut { next: Sequence(5) })];
    assert_eq!(faults(&records[5..]), expected);
}

#[test]
fn a_record_after_a_hole_counts_even_where_the_one_after_it_lies_about_its_sequence() {
    let mut records = rich().records;
    let text = String::from_utf8(records[16].leaf.clone()).unwrap();
    // 16 follows 15, whatever it says.
    records[16].leaf = text.replacen("\"seq\":16", "\"seq\":12", 1).into_bytes();
    records[16].sequence = 12;
    records.drain(12..15);
    let found = faults(&records);
    assert!(found.contains(&(12, Fault::Missing { next: Sequence(15) })), "{found:?}");
    assert!(found.contains(&(16, Fault::Changed)), "{found:?}");
    assert!(!found.iter().any(|(_, fault)| matches!(fault, Fault::OutOfPlace { .. })), "{found:?}");
}

#[test]
fn a_record_after_a_hole_that_comes_twice_is_a_copy() {
    let mut records = rich().records;
    records.insert(16, records[15].clone());
    records.drain(12..15);
    assert_eq!(faults(&records), [(12, Fault::Missing { next: Sequence(15) }), (15, Fault::Repeated)]);
}

#[test]
fn a_record_from_far_ahead_is_named_where_it_stands_and_nothing_else_is() {
    for (at, from) in [(3, 9), (9, 17), (2, 3)] {
        let mut records = rich().records;
        records.insert(at, records[from].clone());
        let found = faults(&records);
        let ahead = (at as u64, Fault::OutOfPlace { record: Sequence(from as u64) });
        assert_eq!(found, [ahead], "{at} {from}");
    }
}

#[test]
fn a_record_from_behind_is_named_and_nothing_else_is() {
    for (at, from) in [(9, 3), (17, 9), (6, 3)] {
        let mut records = rich().records;
        records.insert(at, records[from].clone());
        let behind = (from as u64, Fault::OutOfPlace { record: Sequence(from as u64) });
        assert_eq!(faults(&records), [behind], "{at} {from}");
        // Also while another one waits for its judgement.
        let mut records = rich().records;
        records.insert(at + 1, records[from].clone());
        records.remove(at - 1);
        let missing = (at as u64 - 1, Fault::Missing { next: Sequence(at as u64) });
        let mut found = faults(&records);
        found.sort_by_key(|(sequence, _)| *sequence);
        let expected = [(from as u64, Fault::OutOfPlace { record: Sequence(from as u64) }), missing];
        assert_eq!(found, expected, "{at} {from}");
    }
}

#[test]
fn a_record_from_behind_decides_nothing_about_the_one_that_waits() {
    // Ahead: 12 at the place of 5; behind: 2; then 5 as it should be.
    let mut records = rich().records;
    records.insert(5, records[12].clone());
    records.insert(6, records[2].clone());
    let expected = [(2, Fault::OutOfPlace { record: Sequence(2) }), (5, Fault::OutOfPlace { record: Sequence(12) })];
    assert_eq!(faults(&records), expected);
    // A changed one waits; what comes from behind does not take its judgement away.
    let mut records = rich().records;
    let text = String::from_utf8(records[3].leaf.clone()).unwrap();
    records[3].leaf = text.replacen("success", "succesz", 1).into_bytes();
    records.insert(5, records[2].clone());
    let seen = walk(&records, &Trust::default());
    let found: Vec<_> = seen.findings.iter().map(|found| (found.sequence.0, found.fault.clone())).collect();
    assert_eq!(found, [(2, Fault::OutOfPlace { record: Sequence(2) }), (3, Fault::Changed)]);
}

#[test]
fn a_changed_record_directly_after_a_hole_is_named_without_keys() {
    let mut records = rich().records;
    let text = String::from_utf8(records[17].leaf.clone()).unwrap();
    records[17].leaf = text.replacen("success", "succesz", 1).into_bytes();
    records.drain(13..17);
    let seen = walk(&records, &Trust::default());
    let found: Vec<_> = seen.findings.iter().map(|found| (found.sequence.0, found.fault.clone())).collect();
    assert_eq!(found, [(13, Fault::Missing { next: Sequence(17) }), (17, Fault::Changed)]);
}

#[test]
fn a_forged_record_before_the_real_one_is_named_without_keys() {
    let chain = rich();
    let mut forged = chain.records[9].clone();
    let text = String::from_utf8(forged.leaf).unwrap();
    forged.leaf = text.replacen("\"prev\":\"", "\"prev\":\"0000", 1).replacen("success", "failure", 1).into_bytes();
    let previous = String::from_utf8(forged.leaf.clone()).unwrap().find("\"prev\":\"").unwrap() + 8;
    forged.leaf.drain(previous + 4..previous + 8);
    let named = |records: &[Stored]| -> Vec<_> {
        let seen = walk(records, &Trust::default());
        seen.findings.iter().map(|found| (found.sequence.0, found.fault.clone())).collect()
    };
    let mut records = chain.records.clone();
    records.insert(9, forged.clone());
    assert_eq!(named(&records), [(9, Fault::OutOfPlace { record: Sequence(9) })]);
    // Two claims after a hole: the later one is the one that the chain goes on from.
    records.remove(8);
    let missing = (8, Fault::Missing { next: Sequence(9) });
    assert_eq!(named(&records), [(8, Fault::OutOfPlace { record: Sequence(9) }), missing]);
}

#[test]
fn a_broken_link_before_a_hole_or_an_unreadable_record_stays_open_without_keys() {
    let mut changed = rich().records;
    let text = String::from_utf8(changed[2].leaf.clone()).unwrap();
    changed[2].leaf = text.replacen("success", "succesz", 1).into_bytes();
    let named = |records: &[Stored]| -> Vec<_> {
        let seen = walk_from(Start::genesis(), records, &Trust::default(), false);
        seen.findings.iter().map(|found| (found.sequence.0, found.fault.clone())).collect()
    };
    let mut records = changed.clone();
    records.remove(4);
    assert_eq!(named(&records), [(3, Fault::BrokenLink), (4, Fault::Missing { next: Sequence(5) })]);
    let mut records = changed;
    records[4].leaf = b"{}".to_vec();
    let unreadable = Fault::Unreadable(ReadError::NotCanonical { byte: 0 });
    assert_eq!(named(&records), [(3, Fault::BrokenLink), (4, unreadable), (4, Fault::Changed)]);
}
