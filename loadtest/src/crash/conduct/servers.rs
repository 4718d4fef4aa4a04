//! Faults of what the workers stand on: the broker, the registry, and the group that an administrator changes.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use schemas::topic;
use stream::KafkaSettings;
use stream::admin::{Admin, reset_offsets};

use super::{Conductor, LOOK};
use crate::crash::worker::SESSION;

/// The group of the enrichment workers, as they name it themselves.
const GROUP: &str = "sealtrail-enrich";

impl Conductor<'_> {
    pub(super) fn broker(&mut self, killed: bool) -> Result<Duration> {
        if killed {
            self.pipeline.stack().dev("kill", &["kafka", "-9"])?;
            self.tally.kills += 1;
            std::thread::sleep(Duration::from_millis(self.dice.below(3_000) as u64));
        }
        self.pipeline.stack().dev("restart", &["kafka"])?;
        self.recovered(Instant::now())
    }

    pub(super) fn registry_away(&mut self) -> Result<Duration> {
        self.pipeline.stack().dev("kill", &["registry", "-9"])?;
        self.tally.kills += 1;
        // Who runs knows what it needs; who starts waits for the registry.
        let unmoved = self.recovered(Instant::now());
        self.kill_one()?;
        std::thread::sleep(Duration::from_millis(self.dice.below(3_000) as u64));
        self.pipeline.stack().dev("restart", &["registry"])?;
        Ok(unmoved?.max(self.recovered(Instant::now())?))
    }

    /// The group is empty, and somebody changes what it keeps.
    pub(super) fn administered(&mut self, delete: bool) -> Result<Duration> {
        for worker in &mut self.workers {
            worker.kill()?;
            self.tally.kills += 1;
        }
        let kafka = KafkaSettings { brokers: self.pipeline.stack().brokers.clone(), ..KafkaSettings::default() };
        let admin = Admin::connect(&kafka)?;
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let group = KafkaSettings { group: GROUP.to_owned(), ..kafka };
        // The killed are members until their sessions end.
        let deadline = Instant::now() + SESSION * 5;
        loop {
            let done = if delete {
                tokio.block_on(admin.delete_group(GROUP))
            } else {
                reset_offsets(&group, topic::EVENTS.name, topic::CHAINS_DEFAULT)
            };
            match done {
                Ok(()) => break,
                Err(error) if Instant::now() > deadline => return Err(error).context("changing the empty group"),
                Err(_) => std::thread::sleep(LOOK * 4),
            }
        }
        for worker in &mut self.workers {
            worker.start(self.pipeline)?;
        }
        self.recovered(Instant::now())
    }
}
