//! Any bytes as an event's Avro body, a sealed record and a dead letter.
#![no_main]

use libfuzzer_sys::fuzz_target;
use schemas::{AuditEvent, DeadLetter, SealedRecord};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(event) = AuditEvent::decode(bytes) {
        assert!(event.faults().is_empty());
        sealtrail_fuzz::assert_sound(&event);
    }
    let mut out = Vec::new();
    if let Ok(record) = SealedRecord::decode(bytes) {
        record.encode(&mut out);
        assert_eq!(SealedRecord::decode(&out), Ok(record));
    }
    out.clear();
    if let Ok(letter) = DeadLetter::decode(bytes) {
        letter.encode(&mut out);
        assert_eq!(DeadLetter::decode(&out), Ok(letter));
    }
});
