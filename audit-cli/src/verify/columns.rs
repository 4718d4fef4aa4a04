//! A stored row and the comparison of its typed columns with its leaf.

use seal::Sequence;
use seal::draft::{Projection, StoredRecord};

/// One row as a store holds it; every column that a query could be misled by.
#[derive(Debug, sqlx::FromRow, clickhouse::Row, serde::Deserialize)]
pub struct StoredRow {
    pub partition: i32,
    pub sequence: i64,
    pub source_offset: i64,
    pub sealed_offset: i64,
    pub kind: String,
    pub reason: String,
    pub event_id: String,
    pub tenant: String,
    pub event_type: String,
    pub action: String,
    pub outcome: String,
    pub occurred_at: i64,
    pub agent_id: String,
    pub patient_id: String,
    pub object_kind: String,
    pub object_id: String,
    pub level: String,
    /// Lower-case hexadecimal.
    pub leaf_hash: String,
    #[serde(with = "serde_bytes")]
    pub leaf: Vec<u8>,
    pub key_id: String,
    /// Lower-case hexadecimal.
    pub mac: String,
}

impl StoredRow {
    /// The record under the sequence by which it is filed. `mac` is the decoded MAC.
    pub fn record<'a>(&'a self, mac: &'a [u8]) -> StoredRecord<'a> {
        StoredRecord { sequence: Sequence(self.sequence.cast_unsigned()), leaf: &self.leaf, key_id: &self.key_id, mac }
    }

    /// The names of the columns that differ from the leaf.
    pub fn differences(&self, leaf: &Projection<'_>) -> Vec<&'static str> {
        let texts: [(&'static str, &str, &str); 13] = [
            ("kind", &self.kind, leaf.kind),
            ("reason", &self.reason, leaf.reason),
            ("event_id", &self.event_id, &leaf.event_id),
            ("tenant", &self.tenant, &leaf.tenant),
            ("event_type", &self.event_type, &leaf.event_type),
            ("action", &self.action, &leaf.action),
            ("outcome", &self.outcome, &leaf.outcome),
            ("agent_id", &self.agent_id, &leaf.agent_id),
            ("patient_id", &self.patient_id, &leaf.patient_id),
            ("object_kind", &self.object_kind, &leaf.object_kind),
            ("object_id", &self.object_id, &leaf.object_id),
            ("level", &self.level, leaf.level),
            ("leaf_hash", &self.leaf_hash, &leaf.leaf_hash.to_string()),
        ];
        let numbers = [
            ("partition", i64::from(self.partition), i64::from(leaf.partition)),
            ("source_offset", self.source_offset, leaf.source_offset),
            ("occurred_at", self.occurred_at, leaf.occurred_at),
        ];
        let texts = texts.into_iter().filter(|(_, stored, said)| stored != said).map(|(name, ..)| name);
        let numbers = numbers.into_iter().filter(|(_, stored, said)| stored != said).map(|(name, ..)| name);
        texts.chain(numbers).collect()
    }
}
