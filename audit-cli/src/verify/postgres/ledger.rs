//! Holds the completeness ledger against the leaves: it shows what is gone even from a chain's end.

use anyhow::{Context, Result};
use seal::projection::{Ledger, LedgerLine};
use seal::verify::Verdict;
use sqlx::postgres::PgConnection;

use crate::verify::walk::Walk;

const LINES: &str =
    "SELECT partition, (extract(epoch FROM hour) / 3600)::bigint AS hour, outcome, offsets, from_offset, next_offset
    FROM source_ledger ORDER BY partition, hour, outcome";

#[derive(sqlx::FromRow)]
struct StoredLine {
    partition: i32,
    hour: i64,
    outcome: String,
    offsets: i64,
    from_offset: i64,
    next_offset: i64,
}

/// Notes each line that is not what the leaves add up to.
pub async fn compare(connection: &mut PgConnection, mut leaves: Ledger, walk: &mut Walk<'_>) -> Result<()> {
    let lines: Vec<StoredLine> = sqlx::query_as(LINES)
        .fetch_all(connection)
        .await
        .context("source_ledger cannot be read (were the store's tables made with `sealtrail-sink --migrate`?)")?;
    for line in lines {
        let added = leaves.take(line.partition, line.hour, &line.outcome);
        if let Some((verdict, what)) = judge(&line, added.as_ref()) {
            walk.note(line.partition, added.map_or(0, |added| added.first.0), verdict, what);
        }
    }
    for (key, added) in leaves.lines() {
        let what = format!("the ledger has no line for {} of hour {}", key.outcome, told(key.hour));
        walk.note(key.partition, added.first.0, Verdict::Tampered, what);
    }
    Ok(())
}

fn judge(line: &StoredLine, added: Option<&LedgerLine>) -> Option<(Verdict, String)> {
    let held = added.map_or(0, |added| added.offsets);
    let of = format!("{} of hour {}", line.outcome, told(line.hour));
    if line.offsets > held {
        let what =
            format!("the ledger counts {} source offsets as {of}, and leaves for {held} are there", line.offsets);
        return Some((Verdict::Missing, what));
    }
    let range = added.map_or((line.from_offset, line.next_offset), |added| (added.from, added.next));
    let same = line.offsets == held && (line.from_offset, line.next_offset) == range;
    (!same).then(|| (Verdict::Tampered, format!("the ledger's line for {of} is not what the leaves add up to")))
}

/// As RFC 3339 writes it.
fn told(hour: i64) -> String {
    let since = std::time::Duration::from_secs(hour.max(0).cast_unsigned() * 3600);
    humantime::format_rfc3339_seconds(std::time::UNIX_EPOCH + since).to_string()
}
