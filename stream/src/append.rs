//! The idempotent producer of a worker: many records in flight, every acknowledgement counted, no failure overlooked.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};

use runtime::metrics::CounterHandle;

use crate::settings::{Patience, ProducerSettings};
use crate::{Error, KafkaSettings, Offset, Partition, StreamMetric};

/// Marks a record that stands for no input of its own.
const NO_SOURCE: usize = usize::MAX;
/// A worker that waited so long reads the log again: somebody else may own the partition by now.
const ACKNOWLEDGEMENT_WAIT: Patience = Patience::Seconds(30);

/// Where a record goes; without a partition the key decides.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    pub topic: &'a str,
    pub partition: Option<Partition>,
}

struct Acknowledgements {
    count: AtomicU64,
    acknowledged: CounterHandle,
    sources: Mutex<BTreeMap<Partition, Offset>>,
    failure: Mutex<Option<KafkaError>>,
}

impl Acknowledgements {
    fn new() -> Self {
        Self {
            count: AtomicU64::default(),
            acknowledged: StreamMetric::RecordsAcknowledged.handle(),
            sources: Mutex::default(),
            failure: Mutex::default(),
        }
    }

    fn failed(&self, error: KafkaError) {
        // The first failure is the cause; what follows are consequences.
        self.failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
    }
}

impl ClientContext for Acknowledgements {
    fn error(&self, error: KafkaError, reason: &str) {
        // An absence is the consumer's to report; it shares our brokers.
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::AllBrokersDown) {
            tracing::warn!(%error, reason, "kafka client");
        }
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Fatal) {
            self.failed(error);
        }
    }
}

impl ProducerContext for Acknowledgements {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, source: usize) {
        match result {
            Err((error, _)) => self.failed(error.clone()),
            Ok(message) => {
                self.count.fetch_add(1, Ordering::Relaxed);
                self.acknowledged.increment(1);
                if source != NO_SOURCE {
                    let mut sources = self.sources.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    sources.insert(Partition(message.partition()), Offset(source as i64));
                }
            }
        }
    }
}

/// Appends records and knows which of them are safe.
pub struct Appender {
    producer: BaseProducer<Acknowledgements>,
    sent: u64,
    appended: CounterHandle,
}

impl Appender {
    pub fn new(settings: &KafkaSettings, linger_ms: u32) -> Result<Self, Error> {
        let own = ProducerSettings { linger_ms, patience: ACKNOWLEDGEMENT_WAIT, ..ProducerSettings::default() };
        let producer = settings.producer(&own).create_with_context(Acknowledgements::new()).map_err(Error::Client)?;
        Ok(Self { producer, sent: 0, appended: StreamMetric::RecordsAppended.handle() })
    }

    /// Hands a record over; it is safe once [`Appender::acknowledged`] has passed it. `source` is the input that it stands for.
    pub fn append(
        &mut self,
        to: Destination<'_>,
        key: &[u8],
        payload: &[u8],
        source: Option<Offset>,
    ) -> Result<(), Error> {
        let opaque = source.map_or(NO_SOURCE, |offset| offset.0 as usize);
        let mut record = BaseRecord::with_opaque_to(to.topic, opaque).key(key).payload(payload);
        if let Some(partition) = to.partition {
            record = record.partition(partition.0);
        }
        while let Err((error, refused)) = self.producer.send(record) {
            if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                return Err(Error::Unacknowledged(error));
            }
            // The queue's bound is the back-pressure: wait for acknowledgements, then try the same record again.
            self.producer.poll(Duration::from_millis(1));
            self.check()?;
            record = refused;
        }
        self.sent += 1;
        self.appended.increment(1);
        Ok(())
    }

    /// Serves what has been acknowledged so far, without waiting.
    pub fn serve(&self) -> Result<(), Error> {
        // One call serves one event; go on while events come.
        let mut before = None;
        while before != Some(self.acknowledged()) {
            before = Some(self.acknowledged());
            self.producer.poll(Duration::ZERO);
        }
        self.check()
    }

    /// Waits until everything handed over is acknowledged.
    pub fn drain(&self, wait: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + wait;
        while self.acknowledged() < self.sent {
            self.check()?;
            if Instant::now() > deadline {
                return Err(Error::TimedOut { waiting_for: "the acknowledgement", seconds: wait.as_secs() });
            }
            self.producer.poll(Duration::from_millis(1));
        }
        self.check()
    }

    #[must_use]
    pub fn acknowledged(&self) -> u64 {
        self.producer.context().count.load(Ordering::Relaxed)
    }

    /// Per partition the input offset of the last acknowledged record.
    #[must_use]
    pub fn sources(&self) -> BTreeMap<Partition, Offset> {
        self.producer.context().sources.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    /// Forgets partitions that now belong to somebody else.
    pub(crate) fn forget(&self, partitions: &[Partition]) {
        let mut sources = self.producer.context().sources.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        sources.retain(|partition, _| !partitions.contains(partition));
    }

    fn check(&self) -> Result<(), Error> {
        let failure = self.producer.context().failure.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        failure.clone().map_or(Ok(()), |error| Err(Error::Unacknowledged(error)))
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        // Whoever drops with records in flight has already decided to read the log again; don't wait for them.
        self.producer.purge(rdkafka::producer::PurgeConfig::default().queue().inflight());
    }
}
