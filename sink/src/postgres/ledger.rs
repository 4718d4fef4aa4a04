//! The completeness ledger: what a batch adds to it, in the batch's own transaction.

use seal::projection::Ledger;
use seal::verify::ReadError;
use sqlx::PgConnection;
use stream::{Offset, Partition};

use super::writer::explain;
use crate::decode::Row;
use crate::error::Error;

const ADD: &str = "INSERT INTO source_ledger AS l
    SELECT partition, to_timestamp(hour * 3600), outcome, offsets, first, next
    FROM unnest($1::int[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
        AS b(partition, hour, outcome, offsets, first, next)
    ON CONFLICT (partition, hour, outcome) DO UPDATE SET offsets = l.offsets + excluded.offsets,
        from_offset = least(l.from_offset, excluded.from_offset),
        next_offset = greatest(l.next_offset, excluded.next_offset)";

/// The lines of a batch, column by column.
#[derive(Default)]
struct Lines {
    partitions: Vec<i32>,
    hours: Vec<i64>,
    outcomes: Vec<&'static str>,
    offsets: Vec<i64>,
    froms: Vec<i64>,
    nexts: Vec<i64>,
}

/// Adds the rows up.
pub async fn add(transaction: &mut PgConnection, rows: &[Row<'_>]) -> Result<(), Error> {
    let mut ledger = Ledger::default();
    for row in rows {
        let (partition, offset) = (Partition(row.columns.partition), Offset(row.sealed_offset));
        let unreadable = |error: ReadError| Error::Unreadable { partition, offset, reason: error.to_string() };
        ledger.add(row.sealed.leaf).map_err(unreadable)?;
    }
    if ledger.is_empty() {
        return Ok(());
    }
    let mut lines = Lines::default();
    for (key, line) in ledger.lines() {
        lines.partitions.push(key.partition);
        lines.hours.push(key.hour);
        lines.outcomes.push(key.outcome);
        lines.offsets.push(line.offsets);
        lines.froms.push(line.from);
        lines.nexts.push(line.next);
    }
    let adding = sqlx::query(ADD).bind(lines.partitions).bind(lines.hours).bind(lines.outcomes);
    let adding = adding.bind(lines.offsets).bind(lines.froms).bind(lines.nexts);
    adding.execute(transaction).await.map(|_| ()).map_err(explain)
}
