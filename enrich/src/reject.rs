//! The dead letter of a refused record: reason, position and digest, never the content.

use schemas::DeadLetter;
use schemas::wire::{self, SchemaId};
use sha2::{Digest, Sha256};
use stream::Record;

/// Where and why a record was refused.
#[derive(Debug, Clone, Copy)]
pub struct Refusal {
    pub stage: &'static str,
    pub reason: &'static str,
}

/// Builds the dead letter's bytes.
#[must_use]
pub fn dead_letter(record: &Record<'_>, refusal: Refusal, schema: SchemaId) -> Vec<u8> {
    let payload = record.payload();
    let mut bytes = Vec::new();
    wire::write_header(&mut bytes, schema);
    DeadLetter {
        stage: refusal.stage,
        reason: refusal.reason,
        source_partition: record.partition().0,
        source_offset: record.offset().0,
        payload_bytes: i64::try_from(payload.len()).unwrap_or(i64::MAX),
        payload_sha256: Sha256::digest(payload).into(),
        ..DeadLetter::default()
    }
    .encode(&mut bytes);
    bytes
}
