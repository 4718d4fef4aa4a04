//! Reads partitions outside of any group: what is done is read from where it was done.

use std::ops::Range;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::{Offset as KafkaOffset, TopicPartitionList};

use crate::error::is_transient;
use crate::{Error, KafkaSettings, Offset, Partition};

const WAIT_MAX: Duration = Duration::from_secs(20);
const CONTACT_WAIT: Duration = Duration::from_secs(10);

/// The bounds of a partition: the first offset that it still holds and the one that the next record will get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub first: Offset,
    pub end: Offset,
}

/// A reader outside of any group.
pub struct TailReader {
    consumer: BaseConsumer,
    brokers: String,
    topic: &'static str,
}

impl TailReader {
    pub fn new(settings: &KafkaSettings, topic: &'static str) -> Result<Self, Error> {
        let consumer = settings.reader().create().map_err(Error::Client)?;
        Ok(Self { consumer, brokers: settings.brokers.clone(), topic })
    }

    #[must_use]
    pub fn topic(&self) -> &'static str {
        self.topic
    }

    pub fn partitions(&self) -> Result<Vec<Partition>, Error> {
        let metadata = self
            .consumer
            .fetch_metadata(Some(self.topic), CONTACT_WAIT)
            .map_err(Error::first_contact(&self.brokers))?;
        let partitions: Vec<_> = metadata
            .topics()
            .iter()
            .flat_map(|topic| topic.partitions())
            .map(|partition| Partition(partition.id()))
            .collect();
        if partitions.is_empty() { Err(Error::NoTopic { topic: self.topic.to_owned() }) } else { Ok(partitions) }
    }

    pub fn bounds(&self, partition: Partition) -> Result<Bounds, Error> {
        let (first, end) = self
            .consumer
            .fetch_watermarks(self.topic, partition.0, WAIT_MAX)
            .map_err(Error::kafka("reading the log's bounds"))?;
        Ok(Bounds { first: Offset(first), end: Offset(end) })
    }

    /// Reads a partition's records in `range`, in order, until `each` says false.
    pub fn read<E: From<Error>>(
        &self,
        partition: Partition,
        range: Range<Offset>,
        mut each: impl FnMut(Offset, &[u8]) -> Result<bool, E>,
    ) -> Result<(), E> {
        let bounds = self.bounds(partition)?;
        if range.start < bounds.first {
            return Err(Error::LogCutOff { topic: self.topic.to_owned(), partition }.into());
        }
        let end = range.end.min(bounds.end);
        if range.start >= end {
            return Ok(());
        }
        self.place(partition, range.start)?;
        let mut next = range.start;
        let mut quiet_since = Instant::now();
        while next < end {
            match self.consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    let offset = Offset(message.offset());
                    if offset < end && !each(offset, message.payload().unwrap_or_default())? {
                        break;
                    }
                    next = offset.next();
                    quiet_since = Instant::now();
                }
                Some(Err(error)) if !is_transient(&error) => {
                    return Err(Error::Kafka { doing: "reading the log", source: error }.into());
                }
                _ if quiet_since.elapsed() > WAIT_MAX => {
                    return Err(
                        Error::TimedOut { waiting_for: "the rest of the log", seconds: WAIT_MAX.as_secs() }.into()
                    );
                }
                _ => {}
            }
        }
        Ok(self.consumer.unassign().map_err(Error::kafka("unassigning"))?)
    }

    fn place(&self, partition: Partition, from: Offset) -> Result<(), Error> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(self.topic, partition.0, KafkaOffset::Offset(from.0))
            .map_err(Error::kafka("placing"))?;
        self.consumer.assign(&list).map_err(Error::kafka("assigning"))
    }

    /// Reads a partition from its first record up to `end`, in order.
    pub fn read_all<E: From<Error>>(
        &self,
        partition: Partition,
        mut each: impl FnMut(Offset, &[u8]) -> Result<(), E>,
    ) -> Result<Bounds, E> {
        let bounds = self.bounds(partition)?;
        self.read(partition, bounds.first..bounds.end, |offset, record| each(offset, record).map(|()| true))?;
        Ok(bounds)
    }
}
