//! Segments are found again by their MACs, within a budget; a key's holder that does not answer accuses nobody.

use std::sync::Arc;

use crate::keys::{EpochKey, KeyedHash, Secret};
use crate::verify::{ChainVerifier, Fault, Finding, Start, StoredRecord, Trust, Verdict};

use super::*;

const LEAF: LeafHash = LeafHash([9; 32]);

fn key() -> EpochKey {
    EpochKey::new(KeyId::new("k-1").unwrap(), &Secret::new([1; 32]))
}

fn mac(segment: u64) -> [u8; 32] {
    key().segment("c", segment).unwrap().sign(&LEAF)
}

#[test]
fn a_segment_is_found_within_its_bounds_and_within_the_budget() {
    let keys = [key().verifier()];
    let mut macs = Macs::new("c".into(), &keys);
    assert_eq!((macs.find("k-1"), macs.find("k-2"), macs.are_checked()), (Some(0), None, true));
    assert!(!Macs::new("c".into(), &[]).are_checked());
    assert_eq!(macs.check(0, 7..=7, &LEAF, &mac(7)), Checked::Right { segment: 7 });
    assert_eq!(macs.check(0, 3..=9, &LEAF, &mac(9)), Checked::Right { segment: 9 });
    assert_eq!(macs.check(0, 9..=9, &LEAF, &mac(9)), Checked::Right { segment: 9 });
    // The verifier that is remembered is not used beyond its segment.
    assert_eq!(macs.check(0, 3..=8, &LEAF, &mac(9)), Checked::Wrong);
    assert_eq!(macs.check(0, 10..=10, &LEAF, &mac(9)), Checked::Wrong);
    // What another key's verifier would take says nothing about this one.
    let other = EpochKey::new(KeyId::new("k-2").unwrap(), &Secret::new([2; 32]));
    let both = [key().verifier(), other.verifier()];
    let mut two = Macs::new("c".into(), &both);
    assert_eq!(two.check(0, 5..=5, &LEAF, &mac(5)), Checked::Right { segment: 5 });
    assert_eq!(two.check(1, 5..=5, &LEAF, &mac(5)), Checked::Wrong);
    macs.trials_left = 2;
    assert_eq!(macs.check(0, 0..=9, &LEAF, &mac(2)), Checked::TooFar);
    assert_eq!(macs.check(0, 5..=5, &LEAF, &mac(5)), Checked::Right { segment: 5 });
    assert_eq!(macs.check(0, 5..=5, &LEAF, &mac(6)), Checked::Wrong);
    macs.trials_left = 3;
    assert_eq!(macs.check(0, 0..=9, &LEAF, &mac(2)), Checked::Right { segment: 2 });
    assert_eq!(TRIALS_MAX, 1_048_576);
}

/// A token that is gone.
struct Away;

impl KeyedHash for Away {
    fn hash(&self, _: &[u8]) -> Result<[u8; 32], KeyError> {
        Err(KeyError::Unavailable("no answer".to_owned()))
    }
}

struct Golden {
    leaf: Vec<u8>,
    mac: Vec<u8>,
    key_id: String,
}

fn golden() -> Vec<Golden> {
    let export = include_str!("../../../golden/1/chain.ndjson");
    let read = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        Golden { leaf: text("leaf").into_bytes(), mac: hex::decode(text("mac")).unwrap(), key_id: text("key_id") }
    };
    export.lines().map(read).collect()
}

fn walk(records: &[Golden], keys: &[EpochVerifier], trials: u32) -> Vec<(u64, Fault)> {
    let trust = Trust { keys, ..Trust::default() };
    let mut findings: Vec<Finding> = Vec::new();
    let mut verifier = ChainVerifier::new("audit.events/3", Start::genesis(), &trust);
    verifier.walk.macs.trials_left = trials;
    for record in records {
        verifier.take(&StoredRecord::new(&record.leaf, &record.mac, &record.key_id), &mut findings);
    }
    verifier.finish(&mut findings);
    findings.retain(|finding| finding.fault.verdict() >= Verdict::Unverifiable);
    findings.into_iter().map(|finding| (finding.sequence.0, finding.fault)).collect()
}

fn golden_keys() -> [EpochVerifier; 2] {
    [("k-1", 1), ("k-2", 2)].map(|(id, byte)| EpochVerifier::new(KeyId::new(id).unwrap(), &Secret::new([byte; 32])))
}

#[test]
fn where_the_budget_is_spent_macs_stay_unchecked_up_to_the_next_close() {
    let mut records = golden();
    let is_close = |record: &Golden| String::from_utf8_lossy(&record.leaf).contains("\"type\":\"segment-close\"");
    let closes: Vec<usize> = (0..records.len()).filter(|at| is_close(&records[*at])).collect();
    let (next, end) = (closes[0] + 3, closes[1] + 1);
    records.drain(2..next);
    let missing = (2, Fault::Missing { next: Sequence(next as u64) });
    let found = walk(&records, &golden_keys(), TRIALS_MAX);
    assert_eq!(found, std::slice::from_ref(&missing));
    let unchecked = (next as u64, Fault::MacUnchecked { next: Sequence(end as u64) });
    assert_eq!(walk(&records, &golden_keys(), 0), [missing, unchecked]);
}

#[test]
fn a_key_whose_holder_does_not_answer_leaves_everything_unverifiable() {
    let id = || KeyId::new("k-1").unwrap();
    let away = [EpochVerifier::elsewhere(id(), Arc::new(Away)), golden_keys()[1].clone()];
    let found = walk(&golden(), &away, TRIALS_MAX);
    assert_eq!(found, [(0, Fault::KeyFailed { key: "k-1".to_owned() })]);
    // A proof by a key that is away cannot be checked either.
    let away = [golden_keys()[0].clone(), EpochVerifier::elsewhere(KeyId::new("k-2").unwrap(), Arc::new(Away))];
    let found = walk(&golden(), &away, TRIALS_MAX);
    assert!(!found.is_empty());
    assert!(found.iter().all(|(_, fault)| *fault == Fault::KeyFailed { key: "k-2".to_owned() }), "{found:?}");
}
