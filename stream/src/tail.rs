//! Reads the last record of partitions: what is done is read from where it was done.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::{Offset as KafkaOffset, TopicPartitionList};

use crate::error::is_transient;
use crate::{Error, KafkaSettings, Offset, Partition};

const WAIT_MAX: Duration = Duration::from_secs(20);
const CONTACT_WAIT: Duration = Duration::from_secs(10);

/// A partition's last record.
#[derive(Debug, Clone)]
pub struct LastRecord {
    pub offset: Offset,
    pub payload: Vec<u8>,
}

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

    /// The last record of each partition, `None` where nothing was ever appended.
    pub fn last_records(&self, partitions: &[Partition]) -> Result<Vec<(Partition, Option<LastRecord>)>, Error> {
        let mut found = Vec::with_capacity(partitions.len());
        let mut list = TopicPartitionList::new();
        for &partition in partitions {
            let bounds = self.bounds(partition)?;
            if bounds.end.0 == 0 {
                found.push((partition, None));
            } else if bounds.first == bounds.end {
                return Err(Error::LogCutOff { topic: self.topic.to_owned(), partition });
            } else {
                list.add_partition_offset(self.topic, partition.0, KafkaOffset::Offset(bounds.end.0 - 1))
                    .map_err(Error::kafka("placing"))?;
            }
        }
        self.consumer.assign(&list).map_err(Error::kafka("assigning"))?;
        let deadline = Instant::now() + WAIT_MAX;
        while found.len() < partitions.len() {
            if Instant::now() > deadline {
                return Err(Error::TimedOut { waiting_for: "the end of the log", seconds: WAIT_MAX.as_secs() });
            }
            if let Some((partition, last)) = self.next()?
                && !found.iter().any(|(known, _)| *known == partition)
            {
                found.push((partition, Some(last)));
            }
        }
        self.consumer.unassign().map_err(Error::kafka("unassigning"))?;
        Ok(found)
    }

    fn next(&self) -> Result<Option<(Partition, LastRecord)>, Error> {
        match self.consumer.poll(Duration::from_millis(100)) {
            None => Ok(None),
            Some(Err(error)) if is_transient(&error) => Ok(None),
            Some(Err(error)) => Err(Error::Kafka { doing: "reading the end of the log", source: error }),
            Some(Ok(message)) => {
                let payload = message.payload().unwrap_or_default().to_vec();
                let last = LastRecord { offset: Offset(message.offset()), payload };
                Ok(Some((Partition(message.partition()), last)))
            }
        }
    }

    /// Reads a partition from its first record up to `end`, in order.
    pub fn read_all<E: From<Error>>(
        &self,
        partition: Partition,
        mut each: impl FnMut(Offset, &[u8]) -> Result<(), E>,
    ) -> Result<Bounds, E> {
        let bounds = self.bounds(partition)?;
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(self.topic, partition.0, KafkaOffset::Offset(bounds.first.0))
            .map_err(Error::kafka("placing"))?;
        self.consumer.assign(&list).map_err(Error::kafka("assigning"))?;
        let mut next = bounds.first;
        let mut quiet_since = Instant::now();
        while next < bounds.end {
            match self.consumer.poll(Duration::from_millis(100)) {
                Some(Ok(message)) => {
                    each(Offset(message.offset()), message.payload().unwrap_or_default())?;
                    next = Offset(message.offset()).next();
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
        Ok(bounds)
    }
}
