//! What the Rust verifier says of an export.

use seal::keys::{EpochVerifier, KeyId, Secret};
use seal::verify::{ChainVerifier, Checkpoint, Disclosures, Start, StoredRecord, Trust};

use super::chain::Line;

/// Verdict and first sequence.
pub type Said = (String, Option<u64>);

pub fn keys() -> Vec<EpochVerifier> {
    super::keys().map(|(id, bytes)| EpochVerifier::new(KeyId::new(id).unwrap(), &Secret::new(bytes))).into()
}

/// What the verifier says of an export, with all that it found.
pub fn rust(lines: &[Line], note: &str, keys: &[EpochVerifier]) -> (Said, Vec<(u64, String)>) {
    let signed = super::signer().verifier().verify(note.as_bytes()).unwrap();
    let head = signed.head();
    let checkpoints = [Checkpoint { size: head.size, root: head.root, time_ms: None }];
    let trust = Trust { keys, checkpoints: &checkpoints, trail: Some(super::TRAIL), ..Trust::default() };
    let mut findings = Vec::new();
    let mut verifier = ChainVerifier::new(super::CHAIN, Start::genesis(), &trust);
    for line in lines {
        let open: Vec<&str> = line.disclosures.iter().map(String::as_str).collect();
        // What is no MAC in an export is one of no bytes for the verifier.
        let mac = hex::decode(&line.mac).unwrap_or_default();
        let record = StoredRecord::new(line.leaf.as_bytes(), &mac, &line.key_id);
        verifier.take(&StoredRecord { disclosures: Disclosures::Open(&open), ..record }, &mut findings);
    }
    let worst = verifier.finish(&mut findings).worst;
    let texts = findings.iter().map(|finding| (finding.sequence.0, finding.fault.to_string())).collect();
    ((worst.verdict.name().to_owned(), worst.first.map(|first| first.0)), texts)
}
