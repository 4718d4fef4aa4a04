//! A stored row and the comparison of its typed columns with its leaf, and with the tokens beside it.

use schemas::{Disclosure, Extras};
use seal::projection::{Projection, TokenColumns};

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
    pub patient_token: String,
    pub agent_token: String,
    pub object_token: String,
    /// A JSON object of strings.
    pub tokens: String,
}

/// The hidden values beside a leaf: three lists in the same order, for the store that keeps them.
#[derive(Debug, sqlx::FromRow)]
pub struct StoredDisclosures {
    pub disclosure_digest: Vec<Vec<u8>>,
    pub disclosure_key: Vec<String>,
    pub disclosure_sealed: Vec<Vec<u8>>,
}

impl StoredDisclosures {
    /// As they were sealed. One that somebody took apart stands for no digest any more, and so shows as missing.
    pub fn all(&self) -> Vec<Disclosure<'_>> {
        let parts = self.disclosure_digest.iter().zip(&self.disclosure_key).zip(&self.disclosure_sealed);
        let whole = parts.filter_map(|((digest, key), sealed)| {
            Some(Disclosure { digest: digest.as_slice().try_into().ok()?, key, sealed })
        });
        whole.collect()
    }
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
    /// Names the token columns that are not what the map beside them says, and the map itself where it is none.
    pub fn token_differences(&self, mut name: impl FnMut(&'static str)) {
        let Ok(tokens) = serde_json::from_str::<Extras<'_>>(&self.tokens) else { return name("tokens") };
        let stored = TokenColumns {
            patient_token: &self.patient_token,
            agent_token: &self.agent_token,
            object_token: &self.object_token,
        };
        TokenColumns::of(&tokens).differences(&stored, name);
    }
}
