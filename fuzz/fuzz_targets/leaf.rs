//! Any bytes as a sealed leaf: envelope, control bodies and columns, each read in one spelling or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::projection::Projection;
use seal::verify::{Fault, Leaf, Start, StoredRecord, Trust, verify_chain};

fuzz_target!(|bytes: &[u8]| {
    let read = Leaf::read(bytes);
    let columns = Projection::of(bytes);
    if let Ok(leaf) = &read
        && leaf.body().is_ok()
    {
        // What has one spelling comes back from a JSON library in that spelling.
        let value: serde_json::Value = serde_json::from_slice(bytes).expect("a leaf that was read is JSON");
        let again = serde_json_canonicalizer::to_vec(&value).expect("JSON has a canonical form");
        assert_eq!(again, bytes, "the leaf has another spelling");
        assert_eq!(value["chain"], leaf.envelope.chain);
        assert_eq!(value["seq"], leaf.envelope.sequence.0);
        assert_eq!(value["source"]["next"], leaf.envelope.source.next);
        assert_eq!(value["type"], leaf.envelope.kind.name());
    }
    assert!(read.is_ok() || columns.is_err());
    // A walk ends, whatever comes, and an unreadable leaf is never passed over.
    let mut findings = Vec::new();
    let records = bytes.split(|byte| *byte == b'\n').map(|leaf| StoredRecord::new(leaf, &[1; 32], "k"));
    let walked = verify_chain("audit.events/3", Start::genesis(), &Trust::default(), records, &mut findings);
    if read.is_err() && !bytes.contains(&b'\n') {
        assert!(findings.iter().any(|finding| matches!(finding.fault, Fault::Unreadable(_))));
    }
    assert_eq!(walked.records, bytes.split(|byte| *byte == b'\n').count() as u64);
});
