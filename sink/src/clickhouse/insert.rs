//! One batch on its way into the table: encoded once, so that it can be sent again byte for byte.
//!
//! ```text
//! send ──▶ answered: it is there
//!    └───▶ no answer, or a strange one: send again until it is answered, then ask the table
//! ```
//!
//! An insert that the server runs late must add nothing twice. Two belts, for the two ways in which it can: it adds nothing where
//! its first rows are there already, whoever stored them; and of one batch that runs twice at once, one is dropped by its token.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use clickhouse::Client;
use stream::Partition;

use super::row;
use crate::decode::{self, Decoded};
use crate::error::Error;

const WAIT_MAX: Duration = Duration::from_secs(60);

/// Name and type of each column, in the order of [`row::encode`].
const COLUMNS: [(&str, &str); 26] = [
    ("partition", "Int32"),
    ("sequence", "Int64"),
    ("source_offset", "Int64"),
    ("sealed_offset", "Int64"),
    ("kind", "String"),
    ("reason", "String"),
    ("event_id", "String"),
    ("tenant", "String"),
    ("event_type", "String"),
    ("action", "String"),
    ("outcome", "String"),
    ("occurred_at", "DateTime64(6)"),
    ("agent_id", "String"),
    ("patient_id", "String"),
    ("object_kind", "String"),
    ("object_id", "String"),
    ("level", "String"),
    ("leaf_hash", "FixedString(32)"),
    ("leaf", "String"),
    ("key_id", "String"),
    ("mac", "FixedString(32)"),
    ("patient_token", "String"),
    ("agent_token", "String"),
    ("object_token", "String"),
    ("tokens", "Map(String, String)"),
    ("redacted", "Map(String, String)"),
];

/// A batch and its statement.
pub struct Batch {
    partitions: Vec<i32>,
    sql: String,
    body: Bytes,
    token: String,
}

impl Batch {
    /// The token must be no other batch's: one made from the content could swallow what only looks alike.
    pub fn new(accepted: &[Decoded<'_>], token: String) -> Result<Self, Error> {
        let mut body = Vec::new();
        let mut firsts = BTreeMap::new();
        for decoded in accepted {
            let row = decode::row(decoded)?;
            firsts.entry(row.columns.partition).or_insert(row.columns.sequence);
            row::encode(&row, &mut body);
        }
        Ok(Self { partitions: firsts.keys().copied().collect(), sql: sql(&firsts), body: body.into(), token })
    }

    /// Whether all its rows belong to these: whoever else has one of them may be storing the same rows now.
    pub fn is_of(&self, partitions: &[Partition]) -> bool {
        self.partitions.iter().all(|partition| partitions.contains(&Partition(*partition)))
    }

    /// Fails with [`Error::AlreadyStored`] where the first row of one of its chains is in the table.
    pub async fn send(&self, client: &Client) -> Result<(), Error> {
        let mut insert = client
            .insert_formatted_with(&self.sql)
            .with_timeouts(Some(WAIT_MAX), Some(WAIT_MAX))
            // The server's default may queue inserts and acknowledge before they are on disk.
            .with_setting("async_insert", "0")
            .with_setting("insert_deduplicate", "1")
            .with_setting("insert_deduplication_token", self.token.as_str())
            .with_setting("wait_end_of_query", "1")
            .with_setting("max_insert_block_size", "200000")
            .with_setting("min_insert_block_size_rows", "200000")
            .with_setting("min_insert_block_size_bytes", "1073741824");
        insert.send(self.body.clone()).await?;
        insert.end().await.map_err(super::explain)
    }
}

fn sql(firsts: &BTreeMap<i32, i64>) -> String {
    let names = COLUMNS.map(|(name, _)| name).join(", ");
    let types = COLUMNS.map(|(name, kind)| format!("{name} {kind}")).join(", ");
    let listed = |one: fn((&i32, &i64)) -> String| firsts.iter().map(one).collect::<Vec<_>>().join(", ");
    // The sequences once more by themselves: their index leaves out nearly every part.
    let sequences = listed(|(_, sequence)| sequence.to_string());
    let places = listed(|(partition, sequence)| format!("({partition}, {sequence})"));
    format!(
        "INSERT INTO audit_record ({names}) SELECT {names} FROM input('{types}') WHERE throwIf(
            (SELECT count() FROM audit_record WHERE sequence IN ({sequences}) AND (partition, sequence) IN ({places})) > 0,
            'rows of this batch are in the table') = 0 FORMAT RowBinary"
    )
}
