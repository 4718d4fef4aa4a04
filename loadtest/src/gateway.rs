//! `bench gateway`: what the gateway costs per event and how fast it answers, beside producing ready-made bytes in the same run.
//!
//! ```text
//! floor    ready-made records ─▶ the gateway's own publisher ─▶ Kafka          CPU per record
//! batch    NDJSON batches     ─▶ gateway ─▶ Kafka                              CPU per event, beside the floor
//! single   one event each, every connection asks as soon as it is answered     requests per second
//! steady   one event each, due at fixed times whatever happened before         latency from the due time
//! ```

pub mod connection;
mod passes;
pub mod ready_made;
pub mod requests;

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::harness::{Pipeline, Role, Service};
use crate::judge;
use crate::report::{self, Figure};
use crate::stack::Stack;

/// How much of each to measure.
#[derive(Debug, Clone, Copy)]
pub struct Amounts {
    pub batch_events: u64,
    pub single_requests: u64,
    pub steady_seconds: u32,
}

const SINGLE_CONNECTIONS: usize = 64;
const STEADY_RATE: u32 = 2_000;
/// Few enough that a request never waits for the connection's last one at this rate, unless the gateway is late.
const STEADY_CONNECTIONS: usize = 128;
const MIB: f64 = (1 << 20) as f64;

/// Runs all passes and records the figures.
pub fn bench(stack: Stack, amounts: Amounts, directory: &Path, output: &Path) -> Result<()> {
    let pipeline = Pipeline::prepare(stack, directory)?;
    pipeline.set_up()?;
    let before = judge::count(&pipeline)?.events.total;
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let floor = ready_made::measure(&pipeline, amounts.batch_events)?;
    let gateway = pipeline.start(Role::Ingest)?;
    let address = public_address(&gateway)?;
    // Warm: connections, allocator, metadata.
    tokio.block_on(passes::batch(address, 20_000))?;

    let batch = with_cpu(&gateway, || tokio.block_on(passes::batch(address, amounts.batch_events)))?;
    let single =
        with_cpu(&gateway, || tokio.block_on(passes::closed(address, SINGLE_CONNECTIONS, amounts.single_requests)))?;
    let steady = tokio.block_on(passes::steady(address, STEADY_CONNECTIONS, STEADY_RATE, amounts.steady_seconds))?;
    let resident = gateway.metric("process_resident_memory_bytes")? / MIB;
    gateway.stop()?;

    let sent = floor.events + 20_000 + amounts.batch_events + single.done.events + steady.events;
    let held = judge::count(&pipeline)?.events.total - before;
    if held != sent {
        bail!("{sent} events were acknowledged and Kafka holds {held}");
    }
    let figures = vec![
        Figure::new("ingest.batch.cpu", batch.cpu_us, "us/event").beside(floor.cpu_us).goal("ratio <= 3"),
        Figure::new("ingest.batch.rate", batch.done.rate(), "events/s").beside(floor.rate),
        Figure::new("ingest.single.rate", single.done.rate(), "requests/s").goal(">= 12000"),
        Figure::new("ingest.single.cpu", single.cpu_us, "us/event"),
        Figure::new("ingest.steady.p50", steady.quantile(0.50), "ms at 2000/s"),
        Figure::new("ingest.steady.p99", steady.quantile(0.99), "ms at 2000/s").goal("< 10"),
        Figure::new("ingest.resident", resident, "MiB").goal("< 150"),
    ];
    report::record(output, figures)?;
    println!(
        "bench-gateway: floor_cpu_us={:.2} batch_cpu_us={:.2} ratio={:.2} batch_rate={:.0} single_rate={:.0} p50_ms={:.2} \
         p99_ms={:.2} resident_mib={resident:.0}",
        floor.cpu_us,
        batch.cpu_us,
        batch.cpu_us / floor.cpu_us,
        batch.done.rate(),
        single.done.rate(),
        steady.quantile(0.50),
        steady.quantile(0.99),
    );
    Ok(())
}

/// A pass and what the gateway itself spent on each of its events.
struct Measured {
    done: passes::Done,
    cpu_us: f64,
}

fn with_cpu(gateway: &Service, pass: impl FnOnce() -> Result<passes::Done>) -> Result<Measured> {
    let before = gateway.metric("process_cpu_seconds_total")?;
    let done = pass()?;
    let cpu = gateway.metric("process_cpu_seconds_total")? - before;
    Ok(Measured { cpu_us: cpu * 1e6 / done.events as f64, done })
}

/// Where the gateway answers its users.
pub fn public_address(gateway: &Service) -> Result<SocketAddr> {
    let url = gateway.url("")?;
    url.trim_start_matches("http://").parse().context("the gateway's address")
}
