//! The transform loop: consume partition p, transform each record, append to partition p of the sealed log.
//!
//! ```text
//! poll ──▶ Transform::process ──▶ Outboxes (at most 100,000 records or 64 MiB in flight) ──▶ sealed log
//!   ▲              ▲                                                   │ acknowledged, in order
//!   │              └─ lane: nobody's ─▶ taken over ─▶ ours ◀───────────┤
//!   └── starts where the accepted head says      any doubt: new fence ◀┘         hint to the group, once a second
//! ```
//!
//! One lane per partition holds the [`sealed_log::Writer`](crate::sealed_log::Writer), which decides; the loop carries out.

mod lane;
mod outbox;
mod reading;
mod takeover;

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use runtime::health::Dependency;
use runtime::service::Runtime;

use crate::append::{Appender, Delivery, Handed};
use crate::backoff::Backoff;
use crate::consume::{GroupConsumer, Rebalance, show_brokers};
use crate::hints::HintKeeper;
use crate::sealed_log::{Command, Entry, Epoch, Event, OwnerId};
use crate::tail::TailReader;
use crate::{Disposition, Error, KafkaSettings, Link, Offset, Partition, Position, Record, StreamMetric};
use lane::Lane;
pub use outbox::{Outbox, Outboxes};

const IDLE_WAIT: Duration = Duration::from_millis(50);
const HINT_INTERVAL: Duration = Duration::from_secs(1);
/// Records taken between two looks at acknowledgements, rebalances and the shutdown flag.
const TURN_RECORDS_MAX: usize = 1_000;
const TURN_BYTES_MAX: usize = 4 << 20;
const SETTLE_WAIT: Duration = Duration::from_secs(30);
/// How long the loop may stand still for a broker that answers nothing.
const SILENCE_MAX: Duration = Duration::from_secs(2);

/// Whose turn it is, and where the input goes on.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    pub epoch: Epoch,
    pub owner: &'a OwnerId,
    pub source: Offset,
}

/// What a worker does with each record, and how it reads its own log.
pub trait Transform {
    /// Takes a partition up: with the state that its last hint carries, else with none. False: it cannot go on from that state.
    fn begin(&mut self, partition: Partition, state: Option<&str>) -> Result<bool, Error>;

    /// What a record of the log claims, to a worker that has come so far.
    fn entry<'r>(&mut self, partition: Partition, record: &'r [u8]) -> Result<Entry<'r>, Error>;

    /// Follows a record of the log that counts, sealed by whomever.
    fn follow(&mut self, partition: Partition, record: &[u8]) -> Result<(), Error>;

    /// The record that opens a turn.
    fn fence(&mut self, partition: Partition, epoch: Epoch, owner: &OwnerId) -> Result<Vec<u8>, Error>;

    /// The partition is ours, as far as every reader of the log is concerned.
    fn own(&mut self, turn: &Turn<'_>, out: &mut Outbox<'_>) -> Result<(), Error>;

    /// Turns input records into output; every record must leave exactly one trace. An error that asks for a retry must come
    /// before anything was appended: the same records come again.
    fn process(&mut self, records: &[Record<'_>], out: &mut Outboxes<'_>) -> Result<(), Error>;

    /// Comes by once a second in each partition that is ours.
    fn tick(&mut self, out: &mut Outbox<'_>) -> Result<(), Error>;

    /// The state after the last record that was handed over, for a hint.
    fn state(&self, partition: Partition) -> Option<String>;

    /// The partition is no longer ours.
    fn release(&mut self, partition: Partition);
}

/// The settings of one transform worker.
#[derive(Debug, Clone)]
pub struct TransformSettings {
    pub kafka: KafkaSettings,
    pub link: Link,
    /// How long the producer may wait for a fuller batch.
    pub linger_ms: u32,
    /// This process and no other, ever.
    pub owner: OwnerId,
}

/// Runs until shutdown is requested or something fails that only a new start can mend.
pub fn run(settings: &TransformSettings, transform: &mut impl Transform, runtime: &Runtime) -> Result<(), Error> {
    let broker = runtime.health.dependency("kafka");
    let stages = runtime.health.dependency("stages");
    stages.up();
    let mut worker = Worker::new(settings, broker, stages)?;
    while !runtime.shutdown.is_requested() {
        worker.turn(transform)?;
    }
    runtime.drain.stage("append", || worker.settle(transform))?;
    worker.hint(transform);
    Ok(())
}

struct Worker {
    settings: TransformSettings,
    consumer: GroupConsumer,
    keeper: HintKeeper,
    appender: Appender,
    log: TailReader,
    open: Option<reading::Open>,
    input: TailReader,
    broker: Dependency,
    lanes: BTreeMap<Partition, Lane>,
    /// What the writers asked for and nobody has done yet.
    todo: VecDeque<(Partition, Command)>,
    /// What could not be done just now, and when to try again.
    later: VecDeque<(Instant, Partition, Command)>,
    /// When to ask again for the hints that lanes wait for.
    hints_due: Instant,
    /// The group has answered, with or without partitions for us.
    joined: bool,
    hint_due: Instant,
    backoff: Backoff,
    held_until: Option<Instant>,
    /// What the transform itself needs.
    stages: Dependency,
}

impl Worker {
    fn new(settings: &TransformSettings, broker: Dependency, stages: Dependency) -> Result<Self, Error> {
        let Link { input, output } = settings.link;
        let log = TailReader::patient(&settings.kafka, output, SILENCE_MAX)?;
        // Fails here, by name, when a topic is missing; and proves that the broker answers.
        let outputs = log.partitions()?.len();
        let source = TailReader::patient(&settings.kafka, input, SILENCE_MAX)?;
        let inputs = source.partitions()?.len();
        if inputs != outputs {
            return Err(Error::Mismatch { input, inputs, output, outputs });
        }
        Ok(Self {
            consumer: GroupConsumer::join(&settings.kafka, input)?,
            keeper: HintKeeper::new(&settings.kafka, output)?,
            appender: Appender::new(&settings.kafka, settings.linger_ms)?,
            settings: settings.clone(),
            log,
            open: None,
            input: source,
            broker,
            lanes: BTreeMap::new(),
            todo: VecDeque::new(),
            later: VecDeque::new(),
            hints_due: Instant::now(),
            joined: false,
            hint_due: Instant::now() + HINT_INTERVAL,
            backoff: Backoff::default(),
            held_until: None,
            stages,
        })
    }

    fn turn(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        self.release_held()?;
        self.take_records(transform)?;
        self.take_deliveries(transform)?;
        for rebalance in self.consumer.rebalances() {
            self.rebalance(rebalance, transform)?;
        }
        self.begin_lanes(transform)?;
        self.carry_out(transform)?;
        self.read_logs(transform)?;
        if Instant::now() >= self.hint_due {
            self.tick(transform)?;
            self.hint(transform);
            show_brokers(&self.consumer, self.joined, &self.broker);
        }
        Ok(())
    }

    fn take_records(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        let idle = if self.next_reading().is_some() { Duration::ZERO } else { IDLE_WAIT };
        let Self { consumer, appender, lanes, settings, .. } = self;
        let (mut wait, mut batch, mut bytes) = (idle, Vec::new(), 0);
        while batch.len() < TURN_RECORDS_MAX
            && bytes < TURN_BYTES_MAX
            && let Some(record) = consumer.poll(wait)?
        {
            // Only the first record is waited for; the rest of the turn takes what is already here.
            wait = Duration::ZERO;
            // A partition that is not ours just now is read again from its head, so nothing is lost by passing over.
            if lanes.get(&record.partition()).is_some_and(|lane| lane.takes(record.offset())) {
                bytes += record.payload().len();
                batch.push(record);
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        let mut out = Outboxes::new(appender, lanes, settings.link.output);
        match transform.process(&batch, &mut out) {
            Ok(()) => {
                for record in &batch {
                    if let Some(lane) = lanes.get_mut(&record.partition()) {
                        lane.took(record.offset());
                    }
                }
                StreamMetric::RecordsConsumed.increment(batch.len() as u64);
                self.backoff.succeeded();
                self.stages.up();
                Ok(())
            }
            Err(error) if error.disposition() == Disposition::Retry => {
                drop(batch);
                self.hold(&error)
            }
            // Part of the batch may be in flight already, and nobody knows what became of something.
            Err(error) if error.disposition() == Disposition::Unknown => {
                drop(batch);
                tracing::warn!(%error, "starting over from the log");
                self.drop_producer(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Something that the transform needs is away: the same records again, after a while.
    fn hold(&mut self, error: &Error) -> Result<(), Error> {
        let wait = self.backoff.failed();
        tracing::warn!(%error, wait_ms = wait.as_millis() as u64, "records wait");
        self.stages.down(error.to_string());
        let places: Vec<_> = self.lanes.values().filter_map(Lane::place).collect();
        let partitions: Vec<_> = places.iter().map(|(partition, _)| *partition).collect();
        self.consumer.stop(&partitions)?;
        self.consumer.start(&places)?;
        self.consumer.pause(&partitions)?;
        self.held_until = Some(Instant::now() + wait);
        Ok(())
    }

    fn release_held(&mut self) -> Result<(), Error> {
        if self.held_until.is_none_or(|until| Instant::now() < until) {
            return Ok(());
        }
        self.held_until = None;
        let partitions: Vec<_> = self.lanes.values().filter_map(Lane::place).map(|(partition, _)| partition).collect();
        self.consumer.resume(&partitions)
    }

    /// Tells the writers what became of their records, and does what they ask for.
    fn take_deliveries(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        self.appender.serve();
        while let Some(Delivery { partition, what, outcome }) = self.appender.next_delivery() {
            let failed = outcome.as_ref().err().map(ToString::to_string);
            if let Some(error) = failed {
                tracing::warn!(%partition, error, "a record was not acknowledged; reading the log again");
            }
            let Some(lane) = self.lanes.get_mut(&partition) else { continue };
            let event = match (what, outcome) {
                (Handed::DeadLetter, _) => continue,
                (_, Err(_)) => Event::Failed,
                (Handed::Record(sequence), Ok(offset)) => Event::Acked { sequence, offset },
                (Handed::Fence, Ok(offset)) => match lane.fencing {
                    Some(epoch) => Event::FenceAcked { epoch, offset },
                    None => continue,
                },
            };
            self.tell(partition, event);
            if !self.todo.is_empty() {
                self.carry_out(transform)?;
            }
        }
        if self.appender.is_broken() {
            self.drop_producer(None)?;
            self.carry_out(transform)?;
        }
        Ok(())
    }

    fn rebalance(&mut self, rebalance: Rebalance, transform: &mut impl Transform) -> Result<(), Error> {
        match rebalance {
            Rebalance::Assigned(partitions) => self.assigned(&partitions)?,
            Rebalance::Revoked(partitions) => {
                // What is in flight lands before the next owner reads the log; its fence would hold off what does not.
                self.settle(transform)?;
                self.hint(transform);
                for partition in &partitions {
                    self.tell(*partition, Event::Revoked);
                    self.forget(*partition);
                    self.lanes.remove(partition);
                    transform.release(*partition);
                }
                self.consumer.stop(&partitions)?;
            }
        }
        let Link { input, output } = self.settings.link;
        tracing::info!(partitions = self.lanes.len(), from = input, to = output, "assignment");
        StreamMetric::Rebalances.increment(1);
        StreamMetric::PartitionsHeld.set(self.lanes.len() as f64);
        Ok(())
    }

    /// The group wants an answer now and taking over needs time: partitions are taken paused.
    fn assigned(&mut self, partitions: &[Partition]) -> Result<(), Error> {
        let anywhere: Vec<_> = partitions.iter().map(|&partition| (partition, Position::Beginning)).collect();
        self.consumer.start(&anywhere)?;
        self.consumer.pause(partitions)?;
        self.joined = true;
        self.broker.up();
        let generation = self.consumer.generation();
        self.lanes.extend(
            partitions.iter().map(|&partition| (partition, Lane::new(partition, self.settings.owner, generation))),
        );
        Ok(())
    }

    /// Waits for what is in flight, as far as it comes.
    fn settle(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        if !self.appender.settle(SETTLE_WAIT) {
            tracing::warn!("not everything in flight was acknowledged; who takes over reads what is there");
        }
        self.take_deliveries(transform)
    }

    fn tick(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        for lane in self.lanes.values_mut().filter(|lane| lane.writer.epoch().is_some()) {
            transform.tick(&mut Outbox::new(&mut self.appender, lane, self.settings.link.output))?;
        }
        Ok(())
    }

    /// Tells the group where to start reading, should we end here. Its loss or refusal changes nothing.
    fn hint(&mut self, transform: &impl Transform) {
        for lane in self.lanes.values_mut() {
            lane.refresh_hint(transform);
        }
        let Self { consumer, keeper, lanes, settings, .. } = self;
        consumer.hint_with(lanes.values().filter_map(|lane| lane.commit(settings.link)));
        keeper.keep(lanes.values().filter_map(|lane| lane.note(settings.link)));
        self.hint_due = Instant::now() + HINT_INTERVAL;
    }
}
