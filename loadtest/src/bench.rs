//! `bench enrich`: what enrich costs per event and how fast it is, beside its floor in the same run.
//!
//! Both read the same records on the same broker, one after the other: enrich seals them, the floor copies them. CPU is
//! what the process itself has used, between its first and its last record.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::arguments::Part;
use crate::drive::{self, Load};
use crate::floor::FLOOR_TOPIC;
use crate::gateway::{self, Amounts};
use crate::harness::{Pipeline, Role, Service, wait_until};
use crate::judge;
use crate::progress::Progress;
use crate::report::{self, Figure};
use crate::stack::Stack;

const PATIENCE: Duration = Duration::from_secs(300);
const ACKNOWLEDGED: &str = "audit_stream_records_acknowledged_total";

/// One measured pass.
struct Pass {
    rate: f64,
    cpu_us: f64,
    resident_mib: f64,
}

/// Runs one part, or all. Enrich wants empty topics, so it goes first.
pub fn run(only: Option<Part>, stack: Stack, records: u64, directory: &Path, output: &Path) -> Result<()> {
    if only != Some(Part::Gateway) {
        enrich(stack.clone(), records, directory, output)?;
    }
    if only != Some(Part::Enrich) {
        let amounts = Amounts { batch_events: records / 2, single_requests: records / 4, steady_seconds: 20 };
        gateway::bench(stack, amounts, directory, output)?;
    }
    Ok(())
}

/// Runs both passes and records the figures; errs when the least rate is not reached.
pub fn enrich(stack: Stack, records: u64, directory: &Path, output: &Path) -> Result<()> {
    let pipeline = Pipeline::prepare(stack, directory)?;
    pipeline.set_up()?;
    make_floor_topic(&pipeline)?;
    publish(&pipeline, records)?;
    let floor = measure(pipeline.start_floor()?, records, "floor")?;
    let enrich = measure(pipeline.start(Role::Enrich)?, records, "enrich")?;
    let counts = judge::count(&pipeline)?;
    if counts.sealed != counts.events {
        bail!("{} records went in and {} were sealed", counts.events.total, counts.sealed.total);
    }
    let verdict = judge::verify(&pipeline, "kafka")?;
    if verdict.verdict != "intact" {
        bail!("the sealed log is {}", verdict.verdict);
    }
    let figures = vec![
        Figure::new("enrich.rate", enrich.rate, "events/s").beside(floor.rate).goal(">= 20000"),
        Figure::new("enrich.cpu", enrich.cpu_us, "us/event").beside(floor.cpu_us).goal("<= 15 (50 with PHI)"),
        Figure::new("enrich.resident", enrich.resident_mib, "MiB").beside(floor.resident_mib).goal("<= 150"),
    ];
    report::record(output, figures)?;
    println!(
        "bench-enrich: events={records} rate={:.0} cpu_us={:.2} floor_rate={:.0} floor_cpu_us={:.2} verdict=intact",
        enrich.rate, enrich.cpu_us, floor.rate, floor.cpu_us
    );
    if enrich.rate < 20_000.0 {
        bail!("enrich reached {:.0} events/s; at least 20000 are asked for", enrich.rate);
    }
    Ok(())
}

fn make_floor_topic(pipeline: &Pipeline) -> Result<()> {
    let kafka = stream::KafkaSettings { brokers: pipeline.stack().brokers.clone(), ..Default::default() };
    let admin = stream::admin::Admin::connect(&kafka)?;
    let tokio = tokio::runtime::Builder::new_current_thread().build()?;
    tokio
        .block_on(admin.create(FLOOR_TOPIC, schemas::topic::CHAINS_DEFAULT, 1, &[]))
        .context("making the floor's topic; the benchmark wants a fresh stack, such as `make bench` makes")
}

fn publish(pipeline: &Pipeline, records: u64) -> Result<()> {
    let stack = pipeline.stack();
    let load = Load { events: records, seed: 1, rate: None, poison_every: 0 };
    let mut progress = Progress::default();
    drive::publish(&stack.brokers, &stack.registry_url, &load, |sent| progress.show(|| format!("published {sent}")))?;
    progress.finish(|| format!("published {records}"));
    Ok(())
}

/// Watches a worker that has just become ready until it has acknowledged every record.
fn measure(worker: Service, records: u64, name: &str) -> Result<Pass> {
    let mut progress = Progress::default();
    // It may have begun before it was ready for us to look; what is done by now is not counted.
    let begun = Instant::now();
    let before = worker.metric(ACKNOWLEDGED)?;
    let cpu_before = worker.metric("process_cpu_seconds_total")?;
    wait_until(&format!("{name} finishing"), PATIENCE, || {
        let done = worker.metric(ACKNOWLEDGED)?;
        progress.show(|| format!("{name} {done:.0} of {records}"));
        Ok(done as u64 >= records)
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    progress.finish(|| format!("{name} {records} of {records}"));
    let measured = records as f64 - before;
    if measured < records as f64 / 2.0 {
        bail!("{name} was half done before it could be measured; take more records");
    }
    let cpu = worker.metric("process_cpu_seconds_total")? - cpu_before;
    let pass = Pass {
        rate: measured / seconds,
        cpu_us: cpu * 1e6 / measured,
        resident_mib: worker.metric("process_resident_memory_bytes")? / f64::from(1 << 20),
    };
    worker.stop()?;
    Ok(pass)
}
