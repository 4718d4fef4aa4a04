//! Reads the chains from the compliance store.

use std::pin::pin;

use anyhow::{Context, Result};
use futures_util::TryStreamExt;

use seal::verify::Disclosures;

use super::columns::{StoredDisclosures, StoredRow};
use super::walk::Walk;
use crate::connections::Connections;

const ROWS: &str =
    "SELECT partition, sequence, source_offset, sealed_offset, kind, reason, event_id, tenant, event_type, action, outcome,
    (extract(epoch FROM occurred_at) * 1000000)::bigint AS occurred_at, agent_id, patient_id, object_kind, object_id,
    level, encode(leaf_hash, 'hex') AS leaf_hash, leaf, key_id, encode(mac, 'hex') AS mac, patient_token, agent_token,
    object_token, tokens::text AS tokens, disclosure_digest, disclosure_key, disclosure_sealed
    FROM audit_record ORDER BY partition, sequence";

/// What the compliance store holds of one leaf.
#[derive(sqlx::FromRow)]
struct Kept {
    #[sqlx(flatten)]
    row: StoredRow,
    #[sqlx(flatten)]
    disclosures: StoredDisclosures,
}

pub async fn walk(connections: &Connections, walk: &mut Walk<'_>) -> Result<()> {
    let mut connection = connections.postgres().await?;
    let mut rows = pin!(sqlx::query_as::<_, Kept>(ROWS).fetch(&mut connection));
    while let Some(kept) = rows
        .try_next()
        .await
        .context("audit_record cannot be read (does the store answer, and were its tables made with `sealtrail-sink --migrate`?)")?
    {
        walk.take_row(&kept.row, Disclosures::Sealed(&kept.disclosures.all()));
    }
    Ok(())
}
