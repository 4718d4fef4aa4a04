//! One worker's place: its process, started again whenever it ends, behind a proxy of its own.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};

use super::proxy::Proxy;
use crate::harness::{Pipeline, Role, Service};

/// Short enough that a frozen worker is out of the group within seconds.
pub const SESSION: Duration = Duration::from_secs(3);
/// Small segments, so that closes stand among the events.
const SEGMENT_RECORDS: &str = "100";
const SEGMENT_SECONDS: &str = "5";

/// A worker's place.
pub struct Worker {
    name: String,
    pub proxy: Proxy,
    process: Option<Service>,
    environment: Vec<(&'static str, String)>,
    /// Ends that nobody asked for; the worker says why in its log.
    pub own_ends: u64,
    /// Ends for which a new start is no cure.
    pub refusals: Vec<String>,
}

impl Worker {
    /// Every second worker has a stable name in the group: it comes back without a rebalance, the others by one.
    pub fn new(pipeline: &Pipeline, number: usize) -> Result<Self> {
        let broker: SocketAddr = pipeline.stack().brokers.parse().context("the suite needs a stack with one broker")?;
        let proxy = Proxy::start(broker)?;
        let name = format!("enrich-{number}");
        let mut environment = vec![
            ("SEALTRAIL_ENRICH_KAFKA__BROKERS", proxy.address().to_string()),
            ("SEALTRAIL_ENRICH_KAFKA__SESSION_TIMEOUT_MS", SESSION.as_millis().to_string()),
            ("SEALTRAIL_ENRICH_SEGMENT__RECORDS", SEGMENT_RECORDS.to_owned()),
            ("SEALTRAIL_ENRICH_SEGMENT__SECONDS", SEGMENT_SECONDS.to_owned()),
        ];
        if number % 2 == 1 {
            environment.push(("SEALTRAIL_ENRICH_KAFKA__INSTANCE", name.clone()));
        }
        Ok(Self { name, proxy, process: None, environment, own_ends: 0, refusals: Vec::new() })
    }

    pub fn start(&mut self, pipeline: &Pipeline) -> Result<()> {
        let process = pipeline.spawn(Role::Enrich, &self.name, &self.environment)?;
        self.proxy.gate.watch(Some(process.pid()));
        self.process = Some(process);
        Ok(())
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.process.as_ref().is_none_or(Service::has_ended)
    }

    fn take(&mut self) -> Option<Service> {
        self.proxy.gate.watch(None);
        self.process.take()
    }

    /// kill -9.
    pub fn kill(&mut self) -> Result<()> {
        self.take().map_or(Ok(()), Service::kill)
    }

    /// Asks it to drain. One that was in the middle of something may end with an error, which costs nothing.
    pub fn stop(&mut self) {
        if let Some(process) = self.take()
            && process.stop().is_err()
        {
            self.own_ends += 1;
        }
    }

    /// Starts it again if it has ended by itself; true if so.
    pub fn revive(&mut self, pipeline: &Pipeline, expected: bool) -> Result<bool> {
        if !self.has_ended() {
            return Ok(false);
        }
        if let Some(process) = self.take() {
            if !expected {
                self.own_ends += 1;
            }
            let said = process.last_log_lines();
            let contradiction = said.lines().rfind(|line| line.contains("contradicts") || line.contains("panicked"));
            self.refusals.extend(contradiction.map(|line| format!("{}: {line}", self.name)));
            process.kill()?;
        }
        self.start(pipeline)?;
        Ok(true)
    }

    pub fn freeze(&self) -> Result<()> {
        self.process.as_ref().map_or(Ok(()), Service::freeze)
    }

    pub fn thaw(&self) -> Result<()> {
        self.process.as_ref().map_or(Ok(()), Service::thaw)
    }
}
