//! The shared corpus of named attacks: verdict and first sequence of each, without and with keys.

use seal::keys::{EpochVerifier, KeyId, Secret};
use seal::verify::{ChainVerifier, Checkpoint, Disclosures, Start, StoredRecord, Trust};

use crate::corpus;
use crate::corpus::attacks::{Attack, Expected, attacks};
use crate::corpus::chain::Line;

/// Verdict and first sequence.
type Said = (String, Option<u64>);

fn keys() -> Vec<EpochVerifier> {
    corpus::keys().map(|(id, bytes)| EpochVerifier::new(KeyId::new(id).unwrap(), &Secret::new(bytes))).into()
}

fn rust(lines: &[Line], note: &str, keys: &[EpochVerifier]) -> (Said, Vec<(u64, String)>) {
    let signed = corpus::signer().verifier().verify(note.as_bytes()).unwrap();
    let head = signed.head();
    let checkpoints = [Checkpoint { size: head.size, root: head.root, time_ms: None }];
    let trust = Trust { keys, checkpoints: &checkpoints, deep: true, ..Trust::default() };
    let mut findings = Vec::new();
    let mut verifier = ChainVerifier::new(corpus::CHAIN, Start::genesis(), &trust);
    for line in lines {
        let open: Vec<&str> = line.disclosures.iter().map(String::as_str).collect();
        let record = StoredRecord::new(line.leaf.as_bytes(), &line.mac, &line.key_id);
        verifier.take(&StoredRecord { disclosures: Disclosures::Open(&open), ..record }, &mut findings);
    }
    let worst = verifier.finish(&mut findings).worst;
    let texts = findings.iter().map(|finding| (finding.sequence.0, finding.fault.to_string())).collect();
    ((worst.verdict.name().to_owned(), worst.first.map(|first| first.0)), texts)
}

#[test]
fn every_attack_gets_the_verdict_that_the_corpus_expects() {
    let keys = keys();
    let owned = |expected: Expected| (expected.0.to_owned(), expected.1);
    let mut wrong = Vec::new();
    for Attack { name, lines, checkpoint, keyless, keyed, .. } in attacks() {
        for (keys, expected) in [(&[][..], owned(keyless)), (&keys[..], owned(keyed))] {
            let (said, texts) = rust(&lines, &checkpoint, keys);
            if said != expected {
                wrong.push(format!("{name}, {} keys: {said:?}, expected {expected:?}: {texts:?}", keys.len()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
