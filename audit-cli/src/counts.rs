//! `audit-cli counts`: how many records stand where, so that nobody has to trust a counter.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use schemas::{SealedRecord, topic, wire};
use seal::verify::Leaf;
use serde_json::json;
use stream::Offset;
use stream::tail::TailReader;

use crate::connections::Connections;
use crate::table;

/// Count the audit records in Kafka and in each store, per partition
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli counts
  audit-cli --json counts

Counted are records of audit.events: in audit.sealed those that its last leaf accounts for, in a store those that it holds a
leaf of, whatever its outcome. Leaves that a chain writes about itself are not counted. A store without an address is left out.")]
pub struct Counts {}

const NOT_MADE: &str =
    "audit_record cannot be read (does the store answer, and were its tables made with `sealtrail-sink --migrate`?)";

/// Leaves that stand for one record of the input.
const IN_STORE: &str = "SELECT partition, count(*) FROM audit_record WHERE kind IN ('event', 'reject', 'duplicate')
    GROUP BY partition";

/// How many records at a log's end are looked at first; mostly the last one is a leaf.
const LOOK_BACK: i64 = 16;

type PerPartition = BTreeMap<i32, i64>;

impl Counts {
    pub async fn run(&self, connections: &Connections, json: bool) -> Result<ExitCode> {
        let mut columns: Vec<(&str, PerPartition)> = Vec::new();
        columns.push(("events", in_topic(connections, topic::EVENTS.name)?));
        columns.push(("sealed", in_sealed_log(connections)?));
        columns.push(("dead", in_topic(connections, topic::DEAD.name)?));
        if connections.has_postgres() {
            columns.push(("postgres", in_postgres(connections).await?));
        }
        if connections.has_clickhouse() {
            columns.push(("clickhouse", in_clickhouse(connections).await?));
        }
        if json {
            print_json(&columns);
        } else {
            print_table(&columns);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Our topics hold no transactions and are never compacted, so offsets count records.
fn in_topic(connections: &Connections, topic: &'static str) -> Result<PerPartition> {
    let reader = TailReader::new(&connections.kafka(), topic)?;
    let mut counts = PerPartition::new();
    for partition in reader.partitions()? {
        let bounds = reader.bounds(partition)?;
        counts.insert(partition.0, bounds.end.0 - bounds.first.0);
    }
    Ok(counts)
}

/// A chain's last leaf says up to which source offset the chain accounts for its input.
fn in_sealed_log(connections: &Connections) -> Result<PerPartition> {
    let reader = TailReader::new(&connections.kafka(), topic::SEALED.name)?;
    let mut counts = PerPartition::new();
    for partition in reader.partitions()? {
        let bounds = reader.bounds(partition)?;
        let (mut accounted, mut end, mut step) = (0, bounds.end, LOOK_BACK);
        while accounted == 0 && end > bounds.first {
            let from = bounds.first.max(Offset(end.0 - step));
            reader.read::<stream::Error>(partition, from..end, |_, record| {
                accounted = source_next(record).unwrap_or(0).max(accounted);
                Ok(true)
            })?;
            (end, step) = (from, step * 16);
        }
        counts.insert(partition.0, accounted);
    }
    Ok(counts)
}

fn source_next(record: &[u8]) -> Option<i64> {
    let (_, body) = wire::split(record).ok()?;
    let leaf = SealedRecord::decode(body).ok()?.leaf;
    Leaf::read(leaf).ok().map(|leaf| leaf.envelope.source.next)
}

async fn in_postgres(connections: &Connections) -> Result<PerPartition> {
    let mut connection = connections.postgres().await?;
    let rows: Vec<(i32, i64)> = sqlx::query_as(IN_STORE).fetch_all(&mut connection).await.context(NOT_MADE)?;
    Ok(rows.into_iter().collect())
}

async fn in_clickhouse(connections: &Connections) -> Result<PerPartition> {
    let rows: Vec<(i32, u64)> = connections.clickhouse()?.query(IN_STORE).fetch_all().await.context(NOT_MADE)?;
    Ok(rows.into_iter().map(|(partition, count)| (partition, count.cast_signed())).collect())
}

fn total(counts: &PerPartition) -> i64 {
    counts.values().sum()
}

fn print_json(columns: &[(&str, PerPartition)]) {
    let object: serde_json::Map<_, _> = columns
        .iter()
        .map(|(name, counts)| ((*name).to_owned(), json!({"total": total(counts), "partitions": counts})))
        .collect();
    println!("{}", serde_json::Value::Object(object));
}

fn print_table(columns: &[(&str, PerPartition)]) {
    let mut header = vec!["partition"];
    header.extend(columns.iter().map(|(name, _)| *name));
    let partitions: std::collections::BTreeSet<i32> =
        columns.iter().flat_map(|(_, counts)| counts.keys().copied()).collect();
    let mut rows: Vec<Vec<String>> = partitions
        .iter()
        .map(|partition| {
            let cell = |counts: &PerPartition| counts.get(partition).map_or_else(|| "-".to_owned(), i64::to_string);
            std::iter::once(partition.to_string()).chain(columns.iter().map(|(_, counts)| cell(counts))).collect()
        })
        .collect();
    rows.push(
        std::iter::once("total".to_owned())
            .chain(columns.iter().map(|(_, counts)| total(counts).to_string()))
            .collect(),
    );
    table::print(&header, &rows);
}
