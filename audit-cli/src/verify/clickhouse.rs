//! Reads the chains from the analytics store.

use anyhow::{Context, Result};

use seal::verify::Disclosures;

use super::columns::StoredRow;
use super::walk::Walk;
use crate::connections::Connections;

const ROWS: &str =
    "SELECT partition, sequence, source_offset, sealed_offset, toString(kind) AS kind, toString(reason) AS reason, event_id,
    toString(tenant) AS tenant, toString(event_type) AS event_type, toString(action) AS action,
    toString(outcome) AS outcome, toUnixTimestamp64Micro(occurred_at) AS occurred_at, agent_id, patient_id,
    toString(object_kind) AS object_kind, object_id, toString(level) AS level, lower(hex(leaf_hash)) AS leaf_hash, leaf,
    toString(key_id) AS key_id, lower(hex(mac)) AS mac, patient_token, agent_token, object_token,
    toJSONString(tokens) AS tokens
    FROM audit_record ORDER BY partition, sequence";

pub async fn walk(connections: &Connections, walk: &mut Walk<'_>) -> Result<()> {
    let mut rows = connections
        .clickhouse()?
        .query(ROWS)
        .fetch::<StoredRow>()
        .context("audit_record cannot be read (does the store answer, and were its tables made with `sealtrail-sink --migrate`?)")?;
    while let Some(row) = rows
        .next()
        .await
        .context("audit_record cannot be read (does the store answer, and were its tables made with `sealtrail-sink --migrate`?)")?
    {
        walk.take_row(&row, Disclosures::NotKept);
    }
    Ok(())
}
