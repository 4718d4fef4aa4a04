//! The idempotent producer of a worker: many records in flight, every acknowledgement and every failure told in its order.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};

use runtime::metrics::CounterHandle;

use crate::settings::{Patience, ProducerSettings};
use crate::{Error, KafkaSettings, Offset, Partition, StreamMetric};

/// A worker that waited so long reads the log again: somebody else may own the partition by now.
const ACKNOWLEDGEMENT_WAIT: Patience = Patience::Seconds(30);

/// Where a record goes; without a partition the key decides.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    pub topic: &'a str,
    pub partition: Option<Partition>,
}

/// What a record is to its sender; comes back with its delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    /// A record of a chain, by its sequence.
    Record(u64),
    Fence,
    DeadLetter,
}

impl Handed {
    /// Sequences stay far below these.
    const FENCE: usize = usize::MAX;
    const DEAD_LETTER: usize = usize::MAX - 1;

    fn opaque(self) -> usize {
        match self {
            Self::Record(sequence) => sequence as usize,
            Self::Fence => Self::FENCE,
            Self::DeadLetter => Self::DEAD_LETTER,
        }
    }

    fn of(opaque: usize) -> Self {
        match opaque {
            Self::FENCE => Self::Fence,
            Self::DEAD_LETTER => Self::DeadLetter,
            sequence => Self::Record(sequence as u64),
        }
    }
}

/// What became of a record.
#[derive(Debug)]
pub struct Delivery {
    pub partition: Partition,
    pub what: Handed,
    /// Where it stands in the log; `None` where the broker named no place.
    pub outcome: Result<Option<Offset>, KafkaError>,
}

/// Filled by the client's callback, which runs inside `poll` on the loop's own thread.
struct Deliveries {
    waiting: Mutex<VecDeque<Delivery>>,
    acknowledged: CounterHandle,
    /// The client has given up for good.
    broken: AtomicBool,
}

impl Deliveries {
    fn waiting(&self) -> MutexGuard<'_, VecDeque<Delivery>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Deliveries {
    fn error(&self, error: KafkaError, reason: &str) {
        // An absence is the consumer's to report; it shares our brokers.
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::AllBrokersDown) {
            tracing::warn!(%error, reason, "kafka client");
        }
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Fatal) {
            self.broken.store(true, Ordering::Relaxed);
        }
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, opaque: usize) {
        let (message, outcome) = match result {
            Ok(message) => {
                self.acknowledged.increment(1);
                (message, Ok((message.offset() >= 0).then(|| Offset(message.offset()))))
            }
            Err((error, message)) => (message, Err(error.clone())),
        };
        let delivery = Delivery { partition: Partition(message.partition()), what: Handed::of(opaque), outcome };
        self.waiting().push_back(delivery);
    }
}

/// Appends records. One appender lives until the first doubt; what it still carries then is nobody's business any more.
pub struct Appender {
    producer: BaseProducer<Deliveries>,
    handed: u64,
    appended: CounterHandle,
}

impl Appender {
    pub fn new(settings: &KafkaSettings, linger_ms: u32) -> Result<Self, Error> {
        let own = ProducerSettings { linger_ms, patience: ACKNOWLEDGEMENT_WAIT, ..ProducerSettings::default() };
        let context = Deliveries {
            waiting: Mutex::default(),
            acknowledged: StreamMetric::RecordsAcknowledged.handle(),
            broken: AtomicBool::new(false),
        };
        let producer = settings.producer(&own).create_with_context(context).map_err(Error::Client)?;
        Ok(Self { producer, handed: 0, appended: StreamMetric::RecordsAppended.handle() })
    }

    /// Hands a record over, without a key where that is empty; what became of it comes out of [`Appender::next_delivery`].
    pub fn append(&mut self, to: Destination<'_>, what: Handed, key: &[u8], payload: &[u8]) -> Result<(), Error> {
        let mut record: BaseRecord<'_, [u8], [u8], usize> =
            BaseRecord::with_opaque_to(to.topic, what.opaque()).payload(payload);
        if !key.is_empty() {
            record = record.key(key);
        }
        if let Some(partition) = to.partition {
            record = record.partition(partition.0);
        }
        while let Err((error, refused)) = self.producer.send(record) {
            if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                return Err(Error::Unacknowledged(error));
            }
            // The queue's bound is the back-pressure: wait for acknowledgements, then try the same record again.
            self.producer.poll(Duration::from_millis(1));
            record = refused;
        }
        self.handed += 1;
        self.appended.increment(1);
        Ok(())
    }

    /// True as long as nothing was handed over: dropping it would change nothing.
    #[must_use]
    pub fn is_unused(&self) -> bool {
        self.handed == 0
    }

    /// True once the client can deliver nothing any more.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.producer.context().broken.load(Ordering::Relaxed)
    }

    /// Serves what has come in so far, without waiting.
    pub fn serve(&self) {
        // One call serves one event; go on while events come.
        let mut before = None;
        loop {
            let waiting = self.producer.context().waiting().len();
            if before == Some(waiting) {
                return;
            }
            before = Some(waiting);
            self.producer.poll(Duration::ZERO);
        }
    }

    /// The oldest delivery that was not taken yet.
    #[must_use]
    pub fn next_delivery(&self) -> Option<Delivery> {
        self.producer.context().waiting().pop_front()
    }

    /// Records without a delivery yet.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        usize::try_from(self.producer.in_flight_count()).unwrap_or_default()
    }

    /// Waits until every record has its delivery; false when the wait was too short.
    #[must_use]
    pub fn settle(&self, wait: Duration) -> bool {
        let deadline = Instant::now() + wait;
        while self.in_flight() > 0 {
            if Instant::now() > deadline {
                return false;
            }
            self.producer.poll(Duration::from_millis(1));
        }
        true
    }

    /// Takes every delivery that is waiting; an error when one of them failed. For senders that need no order.
    pub fn confirm(&self) -> Result<(), Error> {
        self.serve();
        while let Some(delivery) = self.next_delivery() {
            delivery.outcome.map_err(Error::Unacknowledged)?;
        }
        Ok(())
    }

    /// Waits for the dead letter that was handed over last. Other deliveries stay for the loop.
    pub fn settle_dead_letter(&self, wait: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + wait;
        loop {
            let mut waiting = self.producer.context().waiting();
            if let Some(place) = waiting.iter().position(|delivery| delivery.what == Handed::DeadLetter) {
                return match waiting.remove(place).map(|delivery| delivery.outcome) {
                    Some(Err(error)) => Err(Error::Unacknowledged(error)),
                    _ => Ok(()),
                };
            }
            drop(waiting);
            if Instant::now() > deadline {
                return Err(Error::DeadLetterUnanswered { seconds: wait.as_secs() });
            }
            self.producer.poll(Duration::from_millis(1));
        }
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        // Whoever drops with records in flight has already decided to read the log again; don't wait for them.
        self.producer.purge(rdkafka::producer::PurgeConfig::default().queue().inflight());
    }
}
