//! Attacks on stored chains: each must be named with its verdict and sequence, and the untouched chain stays intact.

use crate::chains::*;
use seal::verify::{Fault, Trust};

#[test]
fn an_untouched_chain_is_intact_with_and_without_keys_and_checkpoints() {
    let keys = verifiers(&["k1", "k2"]);
    let chain = rich();
    let checkpoints = [chain.checkpoint()];
    for trust in [
        Trust::default(),
        Trust { keys: &keys, ..Trust::default() },
        Trust { keys: &keys, checkpoints: &checkpoints, deep: true, not_before_ms: Some(1_000), ..Trust::default() },
    ] {
        let seen = walk(&chain.records, &trust);
        assert_eq!(seen.texts(), []);
        assert_eq!((seen.walked.size, seen.walked.root), (chain.size(), Some(chain.edge.root())));
    }
}

#[test]
fn a_bit_in_the_middle_names_its_record() {
    let chain = rich();
    let mut records = chain.records.clone();
    let at = records[2].leaf.len() - 20;
    records[2].leaf[at] ^= 1;
    let seen = walk(&records, &Trust::default());
    assert!(seen.findings.iter().all(|finding| finding.sequence.0 == 2), "{:?}", seen.texts());
    assert_eq!(seen.findings.last().unwrap().fault, Fault::Changed);
}
