//! The passes: batches, a closed loop, and an open loop at a fixed rate.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::connection::{Answer, Connection};
use super::requests::Requests;

const BATCH_EVENTS: usize = 500;
const BATCH_CONNECTIONS: usize = 4;

/// What a pass did, and how long each request took.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub events: u64,
    pub seconds: f64,
    latencies_us: Vec<u32>,
}

impl Done {
    pub(super) fn rate(&self) -> f64 {
        self.events as f64 / self.seconds
    }

    /// In milliseconds.
    pub(super) fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.latencies_us.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() as f64 * part).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).map_or(0.0, |micros| f64::from(*micros) / 1_000.0)
    }
}

/// Batches of 500 over four connections, each as soon as the last one is answered.
pub(super) async fn batch(address: SocketAddr, events: u64) -> Result<Done> {
    let batches = (events as usize).div_ceil(BATCH_EVENTS * BATCH_CONNECTIONS);
    let loads = (0..BATCH_CONNECTIONS as u64).map(|lane| {
        let mut requests = Requests::new(lane + seed());
        (0..batches).map(|_| requests.batch(BATCH_EVENTS)).collect::<Vec<_>>()
    });
    run(address, loads.collect(), BATCH_EVENTS as u64, None).await
}

/// Every connection asks again as soon as it is answered.
pub(super) async fn closed(address: SocketAddr, connections: usize, requests: u64) -> Result<Done> {
    let each = (requests as usize).div_ceil(connections);
    run(address, singles(connections, each), 1, None).await
}

/// Request n is due at n / rate, whatever became of those before it; its latency counts from then.
pub(super) async fn steady(address: SocketAddr, connections: usize, rate: u32, seconds: u32) -> Result<Done> {
    let each = (rate * seconds) as usize / connections;
    run(address, singles(connections, each), 1, Some(rate)).await
}

fn singles(connections: usize, each: usize) -> Vec<Vec<Vec<u8>>> {
    let lanes = (0..connections as u64).map(|lane| {
        let mut requests = Requests::new(lane + seed());
        (0..each).map(|_| requests.single()).collect()
    });
    lanes.collect()
}

/// Passes must not repeat each other's ids: the gateway would answer from memory.
fn seed() -> u64 {
    static PASS: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    PASS.fetch_add(1, std::sync::atomic::Ordering::Relaxed) << 32
}

async fn run(address: SocketAddr, loads: Vec<Vec<Vec<u8>>>, events: u64, rate: Option<u32>) -> Result<Done> {
    let lanes = loads.len();
    let mut open = Vec::new();
    for load in loads {
        open.push((Connection::open(address).await?, load));
    }
    let started = Instant::now();
    let mut tasks = JoinSet::new();
    for (lane, (connection, load)) in open.into_iter().enumerate() {
        // Lane k takes every k-th request.
        let due = move |index: usize| {
            let number = (index * lanes + lane) as f64;
            rate.map(|rate| started + Duration::from_secs_f64(number / f64::from(rate)))
        };
        tasks.spawn(ask(connection, load, due));
    }
    let mut done = Done::default();
    while let Some(lane) = tasks.join_next().await {
        let latencies = lane.context("a lane of the load")??;
        done.events += latencies.len() as u64 * events;
        done.latencies_us.extend(latencies);
    }
    done.seconds = started.elapsed().as_secs_f64();
    Ok(done)
}

async fn ask(
    mut connection: Connection,
    load: Vec<Vec<u8>>,
    due: impl Fn(usize) -> Option<Instant>,
) -> Result<Vec<u32>> {
    let mut latencies = Vec::with_capacity(load.len());
    for (index, request) in load.iter().enumerate() {
        let from = match due(index) {
            Some(due) => {
                tokio::time::sleep_until(due).await;
                due
            }
            None => Instant::now(),
        };
        let answer = connection.exchange(request).await?;
        if answer.status != 201 {
            bail!("a request was answered with {}", said(&answer));
        }
        latencies.push(from.elapsed().as_micros().try_into().unwrap_or(u32::MAX));
    }
    Ok(latencies)
}

fn said(answer: &Answer<'_>) -> String {
    // The load is synthetic, so its refusals may be shown.
    format!("{}: {:.400}", answer.status, String::from_utf8_lossy(answer.body))
}
