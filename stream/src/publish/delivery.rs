//! The producer's callbacks: count what is on its way, settle each ticket, say what an error means for its record.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::ProducerContext;

use super::{Receipt, Ticket};
use crate::{Error, Offset, Partition};

/// What was handed over and is not settled yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InFlight {
    pub records: usize,
    /// Keys and payloads.
    pub bytes: usize,
}

/// Counts what is in flight, and settles tickets on the poll thread.
pub(super) struct Deliveries<T> {
    records: AtomicUsize,
    bytes: AtomicUsize,
    /// No broker could be reached, and none has acknowledged anything since.
    away: AtomicBool,
    ticket: PhantomData<fn(T)>,
}

impl<T> Default for Deliveries<T> {
    fn default() -> Self {
        Self {
            records: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            away: AtomicBool::new(false),
            ticket: PhantomData,
        }
    }
}

impl<T> Deliveries<T> {
    pub(super) fn handed_over(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.records.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn given_back(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.records.fetch_sub(1, Ordering::SeqCst);
    }

    pub(super) fn in_flight(&self) -> InFlight {
        InFlight { records: self.records.load(Ordering::SeqCst), bytes: self.bytes.load(Ordering::Relaxed) }
    }
}

impl<T: Ticket> ClientContext for Deliveries<T> {
    fn error(&self, error: KafkaError, reason: &str) {
        match error.rdkafka_error_code() {
            // The client repeats it several times a second.
            Some(Code::AllBrokersDown) if self.away.swap(true, Ordering::Relaxed) => {}
            Some(Code::AllBrokersDown) => tracing::warn!("kafka is away; what was handed over waits for it"),
            _ => tracing::warn!(%error, reason, "kafka client"),
        }
    }
}

impl<T: Ticket> ProducerContext for Deliveries<T> {
    type DeliveryOpaque = Arc<T>;

    fn delivery(&self, result: &DeliveryResult<'_>, ticket: Arc<T>) {
        let (message, outcome) = match result {
            Ok(message) => {
                if self.away.swap(false, Ordering::Relaxed) {
                    tracing::info!("kafka is back");
                }
                (message, Ok(receipt(message)))
            }
            Err((error, message)) => (message, Err(not_delivered(error.clone(), message.topic()))),
        };
        let bytes = message.key().map_or(0, <[u8]>::len) + message.payload().map_or(0, <[u8]>::len);
        // A panic must not take the other records' settlement with it.
        if catch_unwind(AssertUnwindSafe(|| ticket.settle(outcome))).is_err() {
            tracing::error!("a ticket panicked while it was settled");
        }
        // Last: whoever finds nothing in flight finds everything settled.
        self.given_back(bytes);
    }
}

fn receipt(message: &impl Message) -> Receipt {
    Receipt {
        partition: Partition(message.partition()),
        offset: Offset(message.offset()),
        timestamp_ms: message.timestamp().to_millis().unwrap_or_default(),
    }
}

/// What it means that a record was not taken into the queue.
pub(super) fn not_taken(error: KafkaError, topic: &str, fatal: impl FnOnce() -> Option<Error>) -> Error {
    match error.rdkafka_error_code() {
        Some(Code::QueueFull) => Error::QueueFull,
        Some(Code::Fatal) => fatal().unwrap_or(Error::Kafka { doing: "publishing", source: error }),
        _ => refused(error, topic).unwrap_or_else(|source| Error::Kafka { doing: "publishing", source }),
    }
}

/// What it means that a record was taken and not acknowledged: unknown, unless the error says that it cannot be in the log.
fn not_delivered(error: KafkaError, topic: &str) -> Error {
    match error.rdkafka_error_code() {
        Some(Code::TopicAuthorizationFailed | Code::ClusterAuthorizationFailed) => {
            Error::Kafka { doing: "publishing", source: error }
        }
        _ => refused(error, topic).unwrap_or_else(Error::Undelivered),
    }
}

/// Errors that hold for this record wherever they come from.
fn refused(error: KafkaError, topic: &str) -> Result<Error, KafkaError> {
    match error.rdkafka_error_code() {
        // The broker says the same of this record however often it comes, so no earlier attempt got it in.
        Some(
            Code::MessageSizeTooLarge
            | Code::InvalidMessageSize
            | Code::InvalidRecord
            | Code::InvalidTimestamp
            | Code::PolicyViolation
            | Code::UnsupportedForMessageFormat
            | Code::UnsupportedCompressionType,
        ) => Ok(Error::Refused(error)),
        Some(Code::UnknownTopic | Code::UnknownTopicOrPartition | Code::UnknownPartition) => {
            Ok(Error::NoTopic { topic: topic.to_owned() })
        }
        _ => Err(error),
    }
}
