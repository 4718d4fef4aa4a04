//! The gateway's floor: records that were made beforehand, handed to the same publisher with the same settings.
//!
//! A process of its own, so that its CPU is only that.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use schemas::routing::Router;
use schemas::wire::SchemaId;
use schemas::{topic, wire};
use serde::{Deserialize, Serialize};
use stream::publish::{Outgoing, Publisher, Receipt, Ticket};
use stream::{KafkaSettings, ProducerSettings};

use crate::drive::ROUTING_SECRET;
use crate::harness::Pipeline;

use super::requests::Requests;

/// Made beforehand and sent round and round.
const RECORDS: usize = 20_000;

/// What the floor measured, printed by its process as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub struct Floor {
    pub events: u64,
    pub rate: f64,
    pub cpu_us: f64,
}

/// Runs the floor in a process of its own.
pub fn measure(pipeline: &Pipeline, events: u64) -> Result<Floor> {
    let printed = pipeline.run("sealtrail-loadtest", &["ready-made", "--events", &events.to_string()])?;
    serde_json::from_str(&printed).context("reading what the floor measured")
}

/// Counts; nobody waits for a single record.
#[derive(Default)]
struct Count {
    held: AtomicU64,
    failed: AtomicU64,
}

impl Ticket for Count {
    fn settle(&self, outcome: Result<Receipt, stream::Error>) {
        let counter = if outcome.is_ok() { &self.held } else { &self.failed };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// The floor's process.
pub fn run(brokers: &str, events: u64) -> Result<()> {
    let kafka = KafkaSettings { brokers: brokers.to_owned(), ..KafkaSettings::default() };
    // The defaults are the gateway's own.
    let publisher: Publisher<Count> = Publisher::new(&kafka, &ProducerSettings::default())?;
    publisher.reaches(topic::EVENTS.name, Duration::from_secs(10))?;
    let records = records()?;
    let count = Arc::new(Count::default());
    let (begun, cpu_before) = (Instant::now(), cpu_seconds()?);
    for (key, payload) in records.iter().cycle().take(events as usize) {
        let record = Outgoing::new(topic::EVENTS.name, key, payload);
        while let Err(error) = publisher.hand_over(record, Arc::clone(&count)) {
            if !matches!(error, stream::Error::QueueFull) {
                return Err(error.into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    publisher.flush(Duration::from_secs(60))?;
    let (held, failed) = (count.held.load(Ordering::Relaxed), count.failed.load(Ordering::Relaxed));
    if (held, failed) != (events, 0) {
        bail!("{held} of {events} records were acknowledged and {failed} failed");
    }
    let cpu = cpu_seconds()? - cpu_before;
    let floor =
        Floor { events, rate: events as f64 / begun.elapsed().as_secs_f64(), cpu_us: cpu * 1e6 / events as f64 };
    println!("{}", serde_json::to_string(&floor)?);
    Ok(())
}

fn records() -> Result<Vec<([u8; 16], Vec<u8>)>> {
    let router = Router::new(ROUTING_SECRET).context("the routing secret is too short")?;
    let mut requests = Requests::new(0);
    let record = |_| {
        let event = requests.event();
        let mut payload = Vec::new();
        wire::write_header(&mut payload, SchemaId(1));
        event.encode(&mut payload);
        (router.key(&event), payload)
    };
    Ok((0..RECORDS).map(record).collect())
}

/// What this process has used so far, all its threads, in user and kernel mode.
fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("reading this process's own times")?;
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let mut ticks = after_name.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
    let (user, kernel) = ticks.next().zip(ticks.next()).context("the kernel's times have an unknown form")?;
    Ok((user + kernel) as f64 / 100.0)
}
