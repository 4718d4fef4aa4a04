//! Publishing one record at a time and waiting for its receipt: what the gateway and the client use.

use std::time::Duration;

use rdkafka::producer::{FutureProducer, FutureRecord, Producer};
use rdkafka::util::Timeout;

use crate::error::is_transient;
use crate::{Error, KafkaSettings, Offset, Partition};

/// Kafka holds the record here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    pub partition: Partition,
    pub offset: Offset,
}

/// Publishes records; cheap to clone.
#[derive(Clone)]
pub struct Publisher {
    producer: FutureProducer,
}

impl Publisher {
    pub fn new(settings: &KafkaSettings) -> Result<Self, Error> {
        let mut config = settings.producer(1);
        // The caller is waiting: give up within a request's patience.
        config.set("delivery.timeout.ms", "10000");
        Ok(Self { producer: config.create().map_err(Error::Client)? })
    }

    /// Resolves once all in-sync replicas hold the record. An error may mean "unknown": the record can still be there.
    pub async fn publish(&self, topic: &str, key: &[u8], payload: &[u8]) -> Result<Receipt, Error> {
        let record = FutureRecord::to(topic).key(key).payload(payload);
        match self.producer.send(record, Timeout::After(Duration::from_secs(1))).await {
            Ok(delivery) => Ok(Receipt { partition: Partition(delivery.partition), offset: Offset(delivery.offset) }),
            Err((error, _)) if is_transient(&error) => Err(Error::Unacknowledged(error)),
            Err((source, _)) => Err(Error::Kafka { doing: "publishing", source }),
        }
    }

    /// True when the brokers answer and hold the topic. Blocks for up to `wait`.
    pub fn reaches(&self, topic: &str, wait: Duration) -> Result<(), Error> {
        let metadata =
            self.producer.client().fetch_metadata(Some(topic), wait).map_err(Error::kafka("reading metadata"))?;
        match metadata.topics().first() {
            Some(found) if !found.partitions().is_empty() => Ok(()),
            _ => Err(Error::NoTopic { topic: topic.to_owned() }),
        }
    }

    /// Waits for what is still in flight.
    pub fn flush(&self, wait: Duration) -> Result<(), Error> {
        self.producer.flush(wait).map_err(Error::kafka("flushing"))
    }
}
