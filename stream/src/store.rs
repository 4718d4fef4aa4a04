//! The store loop: consume, collect a batch, hand it to the store. The store's own position is the only truth.
//!
//! ```text
//! poll ──▶ batch (records_max, bytes_max or linger, whichever first) ──▶ Store::write (batch and position together)
//!   ▲                                                                        │ failed
//!   └──────────────────── Store::positions ◀── wait, 50 ms to 5 s ◀──────────┘
//! ```

use std::time::{Duration, Instant};

use runtime::Disposition;
use runtime::health::Dependency;
use runtime::service::Runtime;
use serde::{Deserialize, Serialize};

use crate::backoff::Backoff;
use crate::consume::{GroupConsumer, Rebalance, show_brokers};
use crate::tail::TailReader;
use crate::{Error, KafkaSettings, Offset, Partition, Position, Record, StreamMetric};

const IDLE_WAIT: Duration = Duration::from_millis(50);
const HINT_INTERVAL: Duration = Duration::from_secs(1);

/// Something that keeps batches and knows how far it is.
pub trait Store {
    /// Takes partitions over and says, for each, which record comes next.
    fn positions(&mut self, partitions: &[Partition]) -> Result<Vec<(Partition, Position)>, Error>;

    /// Keeps the whole batch or none of it, with the new positions. A batch may span partitions; each is in order.
    fn write(&mut self, batch: &[Record<'_>]) -> Result<(), Error>;
}

/// When a batch is full.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BatchLimits {
    pub records_max: usize,
    pub bytes_max: usize,
    pub linger_ms: u64,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self { records_max: 5_000, bytes_max: 8 << 20, linger_ms: 20 }
    }
}

/// The settings of one store worker.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    pub kafka: KafkaSettings,
    pub topic: &'static str,
    pub limits: BatchLimits,
}

/// Runs until shutdown is requested or something fails that only a new start can mend.
pub fn run(settings: &StoreSettings, store: &mut impl Store, runtime: &Runtime) -> Result<(), Error> {
    let tail = TailReader::new(&settings.kafka, settings.topic)?;
    tail.partitions()?;
    let mut worker = Worker {
        consumer: GroupConsumer::join(&settings.kafka, settings.topic)?,
        limits: settings.limits.clone(),
        tail,
        held: Vec::new(),
        unplaced: Vec::new(),
        ask_store: false,
        joined: false,
        retry_at: Instant::now(),
        backoff: Backoff::default(),
        kafka: runtime.health.dependency("kafka"),
        store: runtime.health.dependency("store"),
        done: Vec::new(),
        hint_due: Instant::now() + HINT_INTERVAL,
    };
    while !runtime.shutdown.is_requested() {
        if let Err(error) = worker.turn(store) {
            match error.disposition() {
                Disposition::Fatal | Disposition::Reject => return Err(error),
                Disposition::Retry | Disposition::Unknown => worker.start_over(&error)?,
            }
        }
    }
    worker.hint();
    Ok(())
}

struct Worker {
    consumer: GroupConsumer,
    limits: BatchLimits,
    tail: TailReader,
    held: Vec<Partition>,
    /// Held but paused: the store has not yet said where to read on.
    unplaced: Vec<Partition>,
    /// The store must be asked, even about no partition at all: readiness rests on its answer.
    ask_store: bool,
    /// The group has answered, with or without partitions for us.
    joined: bool,
    retry_at: Instant,
    backoff: Backoff,
    kafka: Dependency,
    store: Dependency,
    /// Next offset per partition since the last hint.
    done: Vec<(Partition, Offset)>,
    hint_due: Instant,
}

impl Worker {
    fn turn(&mut self, store: &mut impl Store) -> Result<(), Error> {
        for rebalance in self.consumer.rebalances() {
            self.rebalance(rebalance)?;
        }
        if self.ask_store && Instant::now() >= self.retry_at {
            self.place(store)?;
        }
        let batch = collect(&self.consumer, &self.limits)?;
        if !batch.is_empty() {
            StreamMetric::RecordsConsumed.increment(batch.len() as u64);
            let started = Instant::now();
            store.write(&batch)?;
            StreamMetric::StoreSeconds.record(started.elapsed().as_secs_f64());
            StreamMetric::RecordsStored.increment(batch.len() as u64);
            StreamMetric::BatchesStored.increment(1);
            self.backoff.succeeded();
            for record in &batch {
                note(&mut self.done, record.partition(), record.offset().next());
            }
        }
        if Instant::now() >= self.hint_due {
            self.hint();
            show_brokers(&self.consumer, self.joined, &self.kafka);
        }
        Ok(())
    }

    fn rebalance(&mut self, rebalance: Rebalance) -> Result<(), Error> {
        match rebalance {
            Rebalance::Assigned(partitions) => {
                // The group wants an answer now and the store may need time: take them paused, place them after.
                let anywhere: Vec<_> = partitions.iter().map(|&partition| (partition, Position::Beginning)).collect();
                self.consumer.start(&anywhere)?;
                self.consumer.pause(&partitions)?;
                self.held.extend(&partitions);
                self.unplaced.extend(partitions);
                self.ask_store = true;
                self.joined = true;
                self.kafka.up();
            }
            Rebalance::Revoked(partitions) => {
                self.hint();
                self.consumer.stop(&partitions)?;
                self.held.retain(|held| !partitions.contains(held));
                self.unplaced.retain(|unplaced| !partitions.contains(unplaced));
            }
        }
        tracing::info!(partitions = self.held.len(), "assignment");
        StreamMetric::Rebalances.increment(1);
        StreamMetric::PartitionsHeld.set(self.held.len() as f64);
        Ok(())
    }

    /// Asks the store how far it is and reads on from there.
    fn place(&mut self, store: &mut impl Store) -> Result<(), Error> {
        let places = store.positions(&self.unplaced)?;
        for (partition, position) in &places {
            self.check_reach(*partition, *position)?;
        }
        if !self.unplaced.is_empty() {
            self.consumer.stop(&self.unplaced)?;
            self.consumer.start(&places)?;
            self.consumer.resume(&self.unplaced)?;
        }
        self.unplaced.clear();
        self.ask_store = false;
        self.store.up();
        Ok(())
    }

    /// A store that is ahead of the log, or behind what the log still holds, must stop: reading on would skip or repeat.
    fn check_reach(&self, partition: Partition, position: Position) -> Result<(), Error> {
        let bounds = self.tail.bounds(partition)?;
        let offset = match position {
            Position::Beginning => Offset(0),
            Position::At(offset) => offset,
        };
        if offset < bounds.first || offset > bounds.end {
            return Err(Error::OutOfRange { topic: self.tail.topic().to_owned(), partition, offset });
        }
        Ok(())
    }

    /// The one recovery path: pause, wait, ask the store how far it is. The group keeps its member meanwhile.
    fn start_over(&mut self, error: &Error) -> Result<(), Error> {
        StreamMetric::StoreRetries.increment(1);
        let wait = self.backoff.failed();
        tracing::warn!(%error, wait_ms = wait.as_millis() as u64, "the batch was not stored; starting over");
        self.store.down(error.to_string());
        self.consumer.pause(&self.held)?;
        self.unplaced.clone_from(&self.held);
        self.ask_store = true;
        self.retry_at = Instant::now() + wait;
        Ok(())
    }

    fn hint(&mut self) {
        self.consumer.hint(self.done.drain(..));
        self.hint_due = Instant::now() + HINT_INTERVAL;
    }
}

fn note(done: &mut Vec<(Partition, Offset)>, partition: Partition, next: Offset) {
    match done.iter_mut().find(|(known, _)| *known == partition) {
        Some((_, known)) => *known = next,
        None => done.push((partition, next)),
    }
}

/// Waits for a first record, then collects until the batch is full or the linger is over.
pub(crate) fn collect<'c>(consumer: &'c GroupConsumer, limits: &BatchLimits) -> Result<Vec<Record<'c>>, Error> {
    let mut batch = Vec::new();
    let Some(first) = consumer.poll(IDLE_WAIT)? else { return Ok(batch) };
    let deadline = Instant::now() + Duration::from_millis(limits.linger_ms);
    let mut bytes = first.payload().len();
    batch.push(first);
    while batch.len() < limits.records_max && bytes < limits.bytes_max {
        let wait = deadline.saturating_duration_since(Instant::now());
        let Some(record) = consumer.poll(wait)? else { break };
        bytes += record.payload().len();
        batch.push(record);
    }
    Ok(batch)
}
