//! A stored row and the comparison of its typed columns with its leaf.

use seal::projection::Projection;

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
    /// What the row says of itself, to be held against its leaf.
    pub fn columns(&self) -> Projection<'_> {
        let mut leaf_hash = [0; 32];
        if hex::decode_to_slice(&self.leaf_hash, &mut leaf_hash).is_err() {
            // No leaf has this hash, so the column is named as one that differs.
            leaf_hash = [0; 32];
        }
        Projection {
            partition: self.partition,
            sequence: self.sequence,
            source_offset: self.source_offset,
            kind: &self.kind,
            reason: self.reason.as_str().into(),
            event_id: self.event_id.as_str().into(),
            tenant: self.tenant.as_str().into(),
            event_type: self.event_type.as_str().into(),
            action: self.action.as_str().into(),
            outcome: self.outcome.as_str().into(),
            occurred_at: self.occurred_at,
            agent_id: self.agent_id.as_str().into(),
            patient_id: self.patient_id.as_str().into(),
            object_kind: self.object_kind.as_str().into(),
            object_id: self.object_id.as_str().into(),
            level: &self.level,
            leaf_hash,
        }
    }
}
