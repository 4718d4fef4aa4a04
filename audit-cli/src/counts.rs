//! `audit-cli counts`: how many records stand where, so that nobody has to trust a counter.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use schemas::{SealedRecord, topic, wire};
use serde_json::json;
use stream::hints::HintKeeper;
use stream::sealed_log::{Entry, Hint, Reader, Verdict};
use stream::tail::TailReader;
use stream::{KafkaSettings, Partition};

use crate::connections::Connections;
use crate::table;
use crate::verify::kafka::{Fences, entry};
use crate::verify::walk::chain_name;

/// Count the audit records in Kafka and in each store, per partition
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli counts
  audit-cli --json counts

Counted are records of audit.events: in audit.sealed those that the last leaf accounts for which counts by the log's rules, in a
store those that it holds a leaf of, whatever its outcome. Leaves that a chain writes about itself are not counted. A store without
an address is left out. No MAC is looked at here: that is what `audit-cli verify` is for.")]
pub struct Counts {}

const NOT_MADE: &str =
    "audit_record cannot be read (does the store answer, and were its tables made with `sealtrail-sink --migrate`?)";

/// Leaves that stand for one record of the input.
const IN_STORE: &str = "SELECT partition, count(*) FROM audit_record WHERE kind IN ('event', 'reject', 'duplicate')
    GROUP BY partition";

/// Whose hints are used.
const WORKERS: &str = "sealtrail-enrich";

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

/// The last leaf that counts says up to which source offset the chain accounts for its input.
fn in_sealed_log(connections: &Connections) -> Result<PerPartition> {
    let kafka = connections.kafka();
    let log = TailReader::new(&kafka, topic::SEALED.name)?;
    let partitions = log.partitions()?;
    let workers = KafkaSettings { group: WORKERS.to_owned(), ..kafka };
    let hints = HintKeeper::new(&workers, topic::SEALED.name)?.hints(&partitions)?;
    let mut counts = PerPartition::new();
    for partition in partitions {
        let text = hints.get(&partition).and_then(|text| std::str::from_utf8(text).ok());
        let hint = text.and_then(|text| Hint::decode(&chain_name(partition.0), text));
        let mut reader = hint.as_ref().map_or(Reader::EMPTY, Reader::resume);
        if !follow(&log, partition, &mut reader)? {
            // A hint of a log that was made anew.
            reader = Reader::EMPTY;
            follow(&log, partition, &mut reader)?;
        }
        counts.insert(partition.0, reader.head().next.0);
    }
    Ok(counts)
}

/// Reads to the log's end by the rules; false where the hint's record is not there.
fn follow(log: &TailReader, partition: Partition, reader: &mut Reader) -> Result<bool> {
    let fences = Fences::of(partition, &[])?;
    let end = log.bounds(partition)?.end;
    log.read::<anyhow::Error>(partition, reader.next()..end, |offset, payload| {
        let record = wire::split(payload).and_then(|(_, body)| SealedRecord::decode(body)).ok();
        let verdict = reader.read(offset, record.as_ref().map_or(Entry::Foreign, |record| entry(record, &fences)));
        Ok(verdict != Verdict::Lost)
    })?;
    Ok(!reader.awaits_hint())
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
