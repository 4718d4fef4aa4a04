//! The verifier against the shared corpus of attacked chains.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "corpus/all.rs"]
mod corpus;

use corpus::attacks::{Attack, attacks};
use seal::keys::{EpochVerifier, KeyId, Secret};
use seal::verify::{ChainVerifier, Checkpoint, Disclosures, Start, StoredRecord, Trust};

fn keys() -> Vec<EpochVerifier> {
    corpus::keys().map(|(id, bytes)| EpochVerifier::new(KeyId::new(id).unwrap(), &Secret::new(bytes))).into()
}

fn checkpoint(attack: &Attack) -> Checkpoint {
    let mut lines = attack.checkpoint.lines().skip(1);
    let size = lines.next().unwrap().parse().unwrap();
    let root = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, lines.next().unwrap()).unwrap();
    Checkpoint { size, root: seal::merkle::Hash(root.try_into().unwrap()), time_ms: None }
}

fn rust(attack: &Attack, keys: &[EpochVerifier]) -> (String, Option<u64>, Vec<(u64, String)>) {
    let checkpoints = [checkpoint(attack)];
    let trust = Trust { keys, checkpoints: &checkpoints, deep: true, ..Trust::default() };
    let mut findings = Vec::new();
    let mut verifier = ChainVerifier::new(corpus::CHAIN, Start::genesis(), &trust);
    for line in &attack.lines {
        let open: Vec<&str> = line.disclosures.iter().map(String::as_str).collect();
        let record = StoredRecord::new(line.leaf.as_bytes(), &line.mac, &line.key_id);
        verifier.take(&StoredRecord { disclosures: Disclosures::Open(&open), ..record }, &mut findings);
    }
    let worst = verifier.finish(&mut findings).worst;
    let texts = findings.iter().map(|finding| (finding.sequence.0, finding.fault.to_string())).collect();
    (worst.verdict.name().to_owned(), worst.first.map(|first| first.0), texts)
}

#[test]
fn every_attack_gets_the_verdict_that_the_corpus_expects() {
    let keys = keys();
    let mut wrong = Vec::new();
    for attack in attacks() {
        for (how, keys, expected) in [("keyless", &[][..], attack.keyless), ("keyed", &keys[..], attack.keyed)] {
            let (verdict, first, texts) = rust(&attack, keys);
            if (verdict.as_str(), first) != expected {
                wrong.push(format!("{} {how}: {verdict} {first:?}, expected {expected:?}: {texts:?}", attack.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
