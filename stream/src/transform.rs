//! The transform loop: consume partition p, transform each record, append to partition p of the output.
//!
//! ```text
//! poll ──▶ Transform::process ──▶ Appender (at most 100,000 records or 64 MiB waiting) ──▶ output log
//!   ▲                                 │ acknowledged
//!   └── start after the output's last record        └──▶ hint to the group, once a second
//! ```
//!
//! Not yet here: fences and epochs. Two workers on one partition are kept apart by the consumer group alone.

use std::time::{Duration, Instant};

use runtime::health::Dependency;
use runtime::service::Runtime;

use crate::append::{Appender, Destination};
use crate::consume::{GroupConsumer, Rebalance, show_brokers};
use crate::tail::TailReader;
use crate::{Error, KafkaSettings, Link, Offset, Partition, Position, Record, StreamMetric};

const IDLE_WAIT: Duration = Duration::from_millis(50);
const HINT_INTERVAL: Duration = Duration::from_secs(1);
/// Records taken between two looks at acknowledgements, rebalances and the shutdown flag.
const TURN_RECORDS_MAX: usize = 1_000;
const ACKNOWLEDGE_WAIT: Duration = Duration::from_secs(30);

/// What a worker does with each record.
pub trait Transform {
    /// Takes a partition over. `last` is the output's last record there; the answer is where to resume the input.
    fn resume(&mut self, partition: Partition, last: Option<&[u8]>) -> Result<Position, Error>;

    /// Gives a partition back; everything that was appended for it has been acknowledged.
    fn release(&mut self, partition: Partition);

    /// Turns one input record into output; every record must leave exactly one trace.
    fn process(&mut self, record: &Record<'_>, out: &mut Outbox<'_>) -> Result<(), Error>;
}

/// Where one input record's output goes.
pub struct Outbox<'a> {
    appender: &'a mut Appender,
    output: &'static str,
    partition: Partition,
    source: Offset,
    key: &'a [u8],
}

impl Outbox<'_> {
    /// Appends to the same partition of the output, under the input's key.
    pub fn append(&mut self, payload: &[u8]) -> Result<(), Error> {
        let to = Destination { topic: self.output, partition: Some(self.partition) };
        self.appender.append(to, self.key, payload, Some(self.source))
    }

    /// Writes a dead letter and waits until it is safe, so that no chain ever names a letter that was lost.
    pub fn dead_letter(&mut self, topic: &str, payload: &[u8]) -> Result<(), Error> {
        self.appender.append(Destination { topic, partition: None }, self.key, payload, None)?;
        self.appender.drain(ACKNOWLEDGE_WAIT)?;
        StreamMetric::DeadLetters.increment(1);
        Ok(())
    }
}

/// The settings of one transform worker.
#[derive(Debug, Clone)]
pub struct TransformSettings {
    pub kafka: KafkaSettings,
    pub link: Link,
    /// How long the producer may wait for a fuller batch.
    pub linger_ms: u32,
}

/// Runs until shutdown is requested or something fails that only a new start can mend.
pub fn run(settings: &TransformSettings, transform: &mut impl Transform, runtime: &Runtime) -> Result<(), Error> {
    let broker = runtime.health.dependency("kafka");
    let mut worker = Worker::new(settings, broker)?;
    while !runtime.shutdown.is_requested() {
        worker.turn(transform)?;
    }
    runtime.drain.stage("append", || worker.appender.drain(ACKNOWLEDGE_WAIT))?;
    worker.hint();
    Ok(())
}

struct Worker {
    consumer: GroupConsumer,
    appender: Appender,
    tail: TailReader,
    link: Link,
    broker: Dependency,
    held: Vec<Partition>,
    /// The group has answered, with or without partitions for us.
    joined: bool,
    hint_due: Instant,
}

impl Worker {
    fn new(settings: &TransformSettings, broker: Dependency) -> Result<Self, Error> {
        let tail = TailReader::new(&settings.kafka, settings.link.output)?;
        // Fails here, by name, when a topic is missing; and proves that the broker answers.
        let outputs = tail.partitions()?.len();
        let inputs = TailReader::new(&settings.kafka, settings.link.input)?.partitions()?.len();
        if inputs != outputs {
            return Err(Error::Mismatch { input: settings.link.input, inputs, output: settings.link.output, outputs });
        }
        Ok(Self {
            consumer: GroupConsumer::join(&settings.kafka, settings.link.input)?,
            appender: Appender::new(&settings.kafka, settings.linger_ms)?,
            tail,
            link: settings.link,
            broker,
            held: Vec::new(),
            joined: false,
            hint_due: Instant::now() + HINT_INTERVAL,
        })
    }

    fn turn(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        let Self { consumer, appender, link, .. } = self;
        let mut wait = IDLE_WAIT;
        let mut taken = 0;
        while taken < TURN_RECORDS_MAX
            && let Some(record) = consumer.poll(wait)?
        {
            // Only the first record is waited for; the rest of the turn takes what is already here.
            wait = Duration::ZERO;
            taken += 1;
            let mut out = Outbox {
                appender: &mut *appender,
                output: link.output,
                partition: record.partition(),
                source: record.offset(),
                key: record.key().unwrap_or_default(),
            };
            transform.process(&record, &mut out)?;
        }
        StreamMetric::RecordsConsumed.increment(taken as u64);
        self.appender.serve()?;
        for rebalance in self.consumer.rebalances() {
            self.rebalance(rebalance, transform)?;
        }
        if Instant::now() >= self.hint_due {
            self.hint();
            show_brokers(&self.consumer, self.joined, &self.broker);
        }
        Ok(())
    }

    fn rebalance(&mut self, rebalance: Rebalance, transform: &mut impl Transform) -> Result<(), Error> {
        match rebalance {
            Rebalance::Assigned(partitions) => {
                let mut places = Vec::with_capacity(partitions.len());
                for (partition, last) in self.tail.last_records(&partitions)? {
                    let last = last.as_ref().map(|record| record.payload.as_slice());
                    places.push((partition, transform.resume(partition, last)?));
                }
                self.consumer.start(&places)?;
                self.held.extend(partitions);
                self.joined = true;
                self.broker.up();
            }
            Rebalance::Revoked(partitions) => {
                // What is in flight must land before the next owner reads the log.
                self.appender.drain(ACKNOWLEDGE_WAIT)?;
                self.hint();
                self.consumer.stop(&partitions)?;
                self.appender.forget(&partitions);
                self.held.retain(|held| !partitions.contains(held));
                for partition in partitions {
                    transform.release(partition);
                }
            }
        }
        tracing::info!(partitions = self.held.len(), from = self.link.input, to = self.link.output, "assignment");
        StreamMetric::Rebalances.increment(1);
        StreamMetric::PartitionsHeld.set(self.held.len() as f64);
        Ok(())
    }

    fn hint(&mut self) {
        self.consumer.hint(self.appender.sources().into_iter().map(|(partition, last)| (partition, last.next())));
        self.hint_due = Instant::now() + HINT_INTERVAL;
    }
}
