//! Reads the chains from the compliance store.

use std::pin::pin;

use anyhow::{Context, Result};
use futures_util::TryStreamExt;

use super::columns::StoredRow;
use super::walk::Walk;
use crate::connections::Connections;

const ROWS: &str =
    "SELECT partition, sequence, source_offset, sealed_offset, kind, reason, event_id, tenant, event_type, action, outcome,
    (extract(epoch FROM occurred_at) * 1000000)::bigint AS occurred_at, agent_id, patient_id, object_kind, object_id,
    level, encode(leaf_hash, 'hex') AS leaf_hash, leaf, key_id, encode(mac, 'hex') AS mac
    FROM audit_record ORDER BY partition, sequence";

pub async fn walk(connections: &Connections, walk: &mut Walk<'_>) -> Result<()> {
    let mut connection = connections.postgres().await?;
    let mut rows = pin!(sqlx::query_as::<_, StoredRow>(ROWS).fetch(&mut connection));
    while let Some(row) = rows
        .try_next()
        .await
        .context("audit_record cannot be read (does the store answer, and were its tables made with `sealtrail-sink --migrate`?)")?
    {
        walk.take_row(&row);
    }
    Ok(())
}
