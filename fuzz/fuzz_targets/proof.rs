//! Any bytes as a record's proof.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::checkpoint::CheckpointSigner;
use seal::proof::RecordProof;

fuzz_target!(|bytes: &[u8]| {
    let Ok(proof) = RecordProof::parse(bytes) else { return };
    assert!(proof.text().as_bytes() == bytes, "a proof has two spellings");
    let signer = CheckpointSigner::from_seed("example", &[7; 32]).expect("the name is a trail's");
    if let Ok(proven) = proof.verify(&signer.verifier()) {
        assert!(proven.sequence.0 < proven.checkpoint.head().size, "a leaf beyond the tree was proven");
    }
});
