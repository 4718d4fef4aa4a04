//! The relay loop: sealed log in, another topic out, each accepted record once, by Kafka's own transactions.
//!
//! ```text
//! poll ──▶ batch ──▶ Relay::render ──▶ transaction: records, next offsets, hints ──▶ commit
//!   ▲                                                    │ failed: abort
//!   └────── what the group keeps of us ◀── wait ◀────────┘
//! ```
//!
//! For readers that know no rule of ours: whoever reads committed records only sees each one once, whatever dies. It costs several
//! times what a plain append costs, and latency; that is why nothing else here works so. The offsets are in the transaction, and the
//! broker takes them only of the group's present member: a worker that was replaced cannot commit.

use std::time::{Duration, Instant};

use runtime::Disposition;
use runtime::health::Dependency;
use runtime::service::Runtime;

use crate::backoff::Backoff;
use crate::consume::{GroupConsumer, Rebalance, show_brokers};
use crate::store::{BatchLimits, collect};
use crate::tail::TailReader;
use crate::transaction::Transactions;
use crate::{Error, KafkaSettings, Offset, Partition, Position, Record, StreamMetric};

const PROBE_INTERVAL: Duration = Duration::from_secs(1);

/// Makes records of another topic out of accepted ones.
pub trait Relay {
    /// Takes a partition up after what its hint says was relayed last, else at the log's start. Gives where to read from.
    fn begin(&mut self, partition: Partition, hint: Option<&[u8]>) -> Result<Position, Error>;

    /// What a batch becomes, in order; some records may become nothing. A batch that is given up comes again after `begin`.
    fn render(&mut self, batch: &[Record<'_>], out: &mut Vec<Rendered>) -> Result<(), Error>;

    /// What `begin` needs to go on after the batch that was rendered last.
    fn hint(&self, partition: Partition) -> Option<String>;
}

/// One record for the other topic; it goes into the partition of the same number.
#[derive(Debug)]
pub struct Rendered {
    pub partition: Partition,
    pub payload: Vec<u8>,
}

/// The settings of one relay worker.
#[derive(Debug, Clone)]
pub struct RelaySettings {
    pub kafka: KafkaSettings,
    pub input: &'static str,
    pub output: &'static str,
    pub limits: BatchLimits,
    /// No other process may have this name for its transactions.
    pub name: String,
    /// Begin at the log's start where the group keeps nothing, although something was relayed already: it all comes again.
    pub replay: bool,
}

/// Runs until shutdown is requested or something fails that only a new start can mend.
pub fn run(settings: &RelaySettings, relay: &mut impl Relay, runtime: &Runtime) -> Result<(), Error> {
    let RelaySettings { kafka, input, output, limits, name, replay } = settings;
    let inputs = TailReader::new(kafka, input)?.partitions()?.len();
    let relayed = TailReader::committed(kafka, output)?;
    let outputs = relayed.partitions()?.len();
    if inputs != outputs {
        return Err(Error::Mismatch { input, inputs, output, outputs });
    }
    let mut worker = Worker {
        transactions: Transactions::open(kafka, name, input, output)?,
        relayed: (!replay).then_some(relayed),
        consumer: GroupConsumer::join(kafka, input)?,
        limits: limits.clone(),
        held: Vec::new(),
        unplaced: Vec::new(),
        joined: false,
        retry_at: Instant::now(),
        probe_due: Instant::now() + PROBE_INTERVAL,
        backoff: Backoff::default(),
        kafka: runtime.health.dependency("kafka"),
        relaying: runtime.health.dependency("relay"),
    };
    worker.relaying.up();
    while !runtime.shutdown.is_requested() {
        if let Err(error) = worker.turn(relay) {
            match error.disposition() {
                Disposition::Fatal | Disposition::Reject => return Err(error),
                Disposition::Retry | Disposition::Unknown => worker.start_over(&error)?,
            }
        }
    }
    Ok(())
}

struct Worker {
    consumer: GroupConsumer,
    transactions: Transactions,
    /// To see whether anything was relayed before; none where that does not matter.
    relayed: Option<TailReader>,
    limits: BatchLimits,
    held: Vec<Partition>,
    /// Held but paused: what the group keeps of them is not known yet.
    unplaced: Vec<Partition>,
    joined: bool,
    retry_at: Instant,
    probe_due: Instant,
    backoff: Backoff,
    kafka: Dependency,
    /// Down from a failure to the next transaction that was committed.
    relaying: Dependency,
}

impl Worker {
    fn turn(&mut self, relay: &mut impl Relay) -> Result<(), Error> {
        for rebalance in self.consumer.rebalances() {
            self.rebalance(rebalance)?;
        }
        if !self.unplaced.is_empty() && Instant::now() >= self.retry_at {
            self.place(relay)?;
        }
        let batch = collect(&self.consumer, &self.limits)?;
        if !batch.is_empty() {
            StreamMetric::RecordsConsumed.increment(batch.len() as u64);
            let started = Instant::now();
            let relayed = relay_batch(&self.transactions, &self.consumer, relay, &batch)?;
            StreamMetric::StoreSeconds.record(started.elapsed().as_secs_f64());
            StreamMetric::RecordsStored.increment(relayed);
            StreamMetric::BatchesStored.increment(1);
            self.backoff.succeeded();
            self.relaying.up();
        }
        if Instant::now() >= self.probe_due {
            self.probe_due = Instant::now() + PROBE_INTERVAL;
            show_brokers(&self.consumer, self.joined, &self.kafka);
        }
        Ok(())
    }

    fn rebalance(&mut self, rebalance: Rebalance) -> Result<(), Error> {
        match rebalance {
            Rebalance::Assigned(partitions) => {
                // The group wants an answer now, and the last owner's transaction may still be undecided: take them paused.
                let anywhere: Vec<_> = partitions.iter().map(|&partition| (partition, Position::Beginning)).collect();
                self.consumer.start(&anywhere)?;
                self.consumer.pause(&partitions)?;
                self.held.extend(&partitions);
                self.unplaced.extend(partitions);
                self.joined = true;
                self.kafka.up();
            }
            Rebalance::Revoked(partitions) => {
                self.consumer.stop(&partitions)?;
                self.held.retain(|held| !partitions.contains(held));
                self.unplaced.retain(|unplaced| !partitions.contains(unplaced));
                if self.held.is_empty() {
                    self.relaying.up();
                }
            }
        }
        tracing::info!(partitions = self.held.len(), "assignment");
        StreamMetric::Rebalances.increment(1);
        StreamMetric::PartitionsHeld.set(self.held.len() as f64);
        Ok(())
    }

    /// Reads on where the last committed transaction ended.
    fn place(&mut self, relay: &mut impl Relay) -> Result<(), Error> {
        let mut places = Vec::with_capacity(self.unplaced.len());
        let hints = self.transactions.hints(&self.unplaced)?;
        for partition in &self.unplaced {
            if !hints.contains_key(partition)
                && let Some(relayed) = &self.relayed
                && holds_records(relayed, *partition)?
            {
                return Err(Error::RelayForgot { output: relayed.topic(), partition: *partition });
            }
            places.push((*partition, relay.begin(*partition, hints.get(partition).map(Vec::as_slice))?));
        }
        self.consumer.stop(&self.unplaced)?;
        self.consumer.start(&places)?;
        self.consumer.resume(&self.unplaced)?;
        self.unplaced.clear();
        Ok(())
    }

    /// The one recovery path: nothing of the transaction counts; wait, and read on where the last committed one ended.
    fn start_over(&mut self, error: &Error) -> Result<(), Error> {
        StreamMetric::StoreRetries.increment(1);
        let wait = self.backoff.failed();
        tracing::warn!(%error, wait_ms = wait.as_millis() as u64, "the batch was not relayed; starting over");
        self.relaying.down(error.to_string());
        self.consumer.pause(&self.held)?;
        self.unplaced.clone_from(&self.held);
        self.retry_at = Instant::now() + wait;
        Ok(())
    }
}

/// Whether a partition holds or held anything that was committed.
fn holds_records(relayed: &TailReader, partition: Partition) -> Result<bool, Error> {
    let bounds = relayed.bounds(partition)?;
    let mut found = bounds.first > Offset(0);
    if !found {
        relayed.read::<Error>(partition, bounds.first..bounds.end, |_, _| {
            found = true;
            Ok(false)
        })?;
    }
    Ok(found)
}

fn relay_batch(
    transactions: &Transactions,
    consumer: &GroupConsumer,
    relay: &mut impl Relay,
    batch: &[Record<'_>],
) -> Result<u64, Error> {
    // As whom the batch was read: a worker that is replaced while it renders must not commit under the name that it then has.
    let group = consumer.group().filter(|_| consumer.generation() > 0).ok_or(Error::NoMember)?;
    let mut rendered = Vec::with_capacity(batch.len());
    relay.render(batch, &mut rendered)?;
    let mut next: Vec<(Partition, Offset, String)> = Vec::new();
    for record in batch {
        let (partition, offset) = (record.partition(), record.offset().next());
        match next.iter_mut().find(|(known, ..)| *known == partition) {
            Some((_, known, _)) => *known = offset,
            None => next.push((partition, offset, relay.hint(partition).unwrap_or_default())),
        }
    }
    transactions.commit(&rendered, next, &group)?;
    Ok(rendered.len() as u64)
}
