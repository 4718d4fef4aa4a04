//! Publishing records whose senders wait for a receipt: what the gateway and the client use.
//!
//! ```text
//! hand_over ─▶ queue (at most `queue_kib` or `queue_records`; beyond: QueueFull) ─▶ brokers
//!                                                                                     │ acknowledged, or failed for good
//!                 settle, once per record  ◀── poll thread ◀──────────────────────────┘
//! ```
//!
//! [`Publisher::hand_over`] never waits. Every record that it took is settled exactly once, by the publisher's own thread: with
//! its [`Receipt`], or with why there is none. At the end, what the brokers did not acknowledge is settled as unknown.

mod delivery;
mod ticket;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, PurgeConfig};

use crate::settings::ProducerSettings;
use crate::{Error, KafkaSettings, Partition};

use delivery::Deliveries;
pub use delivery::InFlight;
pub use ticket::{Receipt, Ticket, Waiter};

/// How long the poll thread sleeps when nothing happens; a publisher that is dropped waits for it.
const POLL_WAIT: Duration = Duration::from_millis(50);
const SETTLE_PAUSE: Duration = Duration::from_millis(2);
/// Purging hands the records back at once; this bounds a client that does not.
const PURGE_WAIT: Duration = Duration::from_secs(5);

/// A record to publish; it is copied when it is handed over.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    pub topic: &'a str,
    pub key: &'a [u8],
    pub payload: &'a [u8],
    pub headers: &'a [(&'a str, &'a [u8])],
    /// Without one the key decides.
    pub partition: Option<Partition>,
}

impl<'a> Outgoing<'a> {
    /// A record without headers, to the partition that its key decides.
    #[must_use]
    pub fn new(topic: &'a str, key: &'a [u8], payload: &'a [u8]) -> Self {
        Self { topic, key, payload, headers: &[], partition: None }
    }
}

/// Publishes records; cheap to clone. The last clone's drop settles what is still on its way as unknown.
pub struct Publisher<T: Ticket = Waiter> {
    inner: Arc<Inner<T>>,
}

impl<T: Ticket> Clone for Publisher<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

struct Inner<T: Ticket> {
    producer: Arc<BaseProducer<Deliveries<T>>>,
    /// Nothing more is taken.
    closed: AtomicBool,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl<T: Ticket> Publisher<T> {
    /// Starts the publisher and its thread. The brokers are met with the first record.
    pub fn new(kafka: &KafkaSettings, settings: &ProducerSettings) -> Result<Self, Error> {
        let producer: BaseProducer<Deliveries<T>> =
            kafka.producer(settings).create_with_context(Deliveries::default()).map_err(Error::Client)?;
        let (producer, stop) = (Arc::new(producer), Arc::new(AtomicBool::new(false)));
        let (polled, stopped) = (Arc::clone(&producer), Arc::clone(&stop));
        let thread = std::thread::Builder::new().name("publisher".to_owned());
        let thread = thread.spawn(move || poll(&polled, &stopped)).map_err(Error::Thread)?;
        let closed = AtomicBool::new(false);
        Ok(Self { inner: Arc::new(Inner { producer, closed, stop, thread: Some(thread) }) })
    }

    /// Queues a record and comes back at once. After an error the record is not queued, and the ticket is never settled.
    pub fn hand_over(&self, record: Outgoing<'_>, ticket: Arc<T>) -> Result<(), Error> {
        let deliveries = self.inner.producer.context();
        let bytes = record.key.len() + record.payload.len();
        // Counted first: whoever closes either sees this record or is seen by it.
        deliveries.handed_over(bytes);
        if self.inner.closed.load(Ordering::SeqCst) {
            deliveries.given_back(bytes);
            return Err(Error::Closed);
        }
        let mut native = BaseRecord::with_opaque_to(record.topic, ticket).key(record.key).payload(record.payload);
        native.partition = record.partition.map(|partition| partition.0);
        if !record.headers.is_empty() {
            let headers = OwnedHeaders::new_with_capacity(record.headers.len());
            let insert = |headers: OwnedHeaders, (key, value): &(&str, &[u8])| {
                headers.insert(Header { key, value: Some(*value) })
            };
            native.headers = Some(record.headers.iter().fold(headers, insert));
        }
        self.inner.producer.send(native).map_err(|(error, _)| {
            deliveries.given_back(bytes);
            delivery::not_taken(error, record.topic, || self.fatal())
        })
    }

    /// What was handed over and is not settled yet.
    #[must_use]
    pub fn in_flight(&self) -> InFlight {
        self.inner.producer.context().in_flight()
    }

    /// Why nothing can be published any more, if so: the process must start again.
    #[must_use]
    pub fn fatal(&self) -> Option<Error> {
        let (code, reason) = self.inner.producer.client().fatal_error()?;
        Some(Error::ProducerFailed { code, reason })
    }

    /// True when the brokers answer and hold the topic. Blocks for up to `wait`.
    pub fn reaches(&self, topic: &str, wait: Duration) -> Result<(), Error> {
        let client = self.inner.producer.client();
        let metadata = client.fetch_metadata(Some(topic), wait).map_err(Error::kafka("reading metadata"))?;
        match metadata.topics().first() {
            Some(found) if !found.partitions().is_empty() => Ok(()),
            _ => Err(Error::NoTopic { topic: topic.to_owned() }),
        }
    }

    /// Waits until all that was handed over is settled, without lingering. What is not settled in time stays on its way.
    pub fn flush(&self, wait: Duration) -> Result<(), Error> {
        let deadline = Instant::now() + wait;
        while self.in_flight().records > 0 {
            if Instant::now() >= deadline {
                return Err(Error::TimedOut { waiting_for: "the acknowledgement", seconds: wait.as_secs() });
            }
            self.inner.hurry();
            std::thread::sleep(SETTLE_PAUSE);
        }
        Ok(())
    }

    /// Takes nothing more, waits like [`Publisher::flush`], then settles the rest as unknown. Returns how many those were.
    pub fn close(&self, wait: Duration) -> usize {
        self.inner.closed.store(true, Ordering::SeqCst);
        if self.flush(wait).is_ok() {
            return 0;
        }
        let unknown = self.in_flight().records;
        let deadline = Instant::now() + PURGE_WAIT;
        while self.in_flight().records > 0 && Instant::now() < deadline {
            self.inner.purge();
            std::thread::sleep(SETTLE_PAUSE);
        }
        unknown
    }
}

impl Publisher<Waiter> {
    /// Resolves once all in-sync replicas hold the record, or once that cannot be known any more.
    ///
    /// Dropping the future takes nothing back: a record that was handed over stays on its way.
    pub async fn publish(&self, record: Outgoing<'_>) -> Result<Receipt, Error> {
        let (waiter, settled) = Waiter::new();
        self.hand_over(record, waiter)?;
        // The sender lives until it has sent, so the second error has no way to happen.
        settled.await.unwrap_or(Err(Error::Closed))
    }
}

impl<T: Ticket> Inner<T> {
    /// Sends what lingers. Delivery reports are left to the poll thread.
    fn hurry(&self) {
        if let Err(error) = self.producer.flush(Duration::ZERO) {
            tracing::trace!(%error, "records are on their way");
        }
    }

    fn purge(&self) {
        self.producer.purge(PurgeConfig::default().queue().inflight());
    }
}

impl<T: Ticket> Drop for Inner<T> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take()
            // A ticket may hold the last clone; then this is the poll thread itself, which ends by its own.
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the publisher's thread panicked");
        }
    }
}

/// Serves acknowledgements until nobody holds the publisher, then settles what is left.
fn poll<T: Ticket>(producer: &BaseProducer<Deliveries<T>>, stop: &AtomicBool) {
    while !stop.load(Ordering::Acquire) {
        producer.poll(POLL_WAIT);
    }
    let deadline = Instant::now() + PURGE_WAIT;
    while producer.context().in_flight().records > 0 && Instant::now() < deadline {
        producer.purge(PurgeConfig::default().queue().inflight());
        producer.poll(SETTLE_PAUSE);
    }
}

#[cfg(test)]
mod tests;
