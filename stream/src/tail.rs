//! Reads partitions outside of any group: what is done is read from where it was done.

use std::ops::Range;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::{ClientConfig, Offset as KafkaOffset, TopicPartitionList};

use crate::error::is_transient;
use crate::{Error, KafkaSettings, Offset, Partition};

const WAIT_MAX: Duration = Duration::from_secs(20);
const CONTACT_WAIT: Duration = Duration::from_secs(10);
const POLL_WAIT: Duration = Duration::from_millis(100);
/// The client says once that a partition has no more records; a leader that is new may say so too early, but not for so long.
const END_WAIT: Duration = Duration::from_secs(1);

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
    /// How long a broker may be silent.
    patience: Duration,
}

/// A range of a partition on its way to be read; the reader reads one at a time.
pub(crate) struct Stretch {
    next: Offset,
    end: Offset,
    /// How long nothing was said, while somebody listened.
    quiet: Duration,
    /// The client has said that nothing more stands in the partition.
    ended: bool,
}

/// How far a reading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// To the end of the range.
    Whole,
    /// To the end of its time.
    Part,
    /// As far as the caller wanted.
    Stopped,
}

impl TailReader {
    pub fn new(settings: &KafkaSettings, topic: &'static str) -> Result<Self, Error> {
        Self::patient(settings, topic, WAIT_MAX)
    }

    /// With another limit for the silence of a broker.
    pub(crate) fn patient(settings: &KafkaSettings, topic: &'static str, patience: Duration) -> Result<Self, Error> {
        Self::of(settings, &settings.reader(), topic, patience)
    }

    /// Of a topic that is written by transactions: only what was committed.
    pub fn committed(settings: &KafkaSettings, topic: &'static str) -> Result<Self, Error> {
        let mut config = settings.reader();
        config.set("isolation.level", "read_committed");
        Self::of(settings, &config, topic, WAIT_MAX)
    }

    fn of(
        settings: &KafkaSettings,
        config: &ClientConfig,
        topic: &'static str,
        patience: Duration,
    ) -> Result<Self, Error> {
        let mut config = config.clone();
        config
            // The last offset of a partition may hold nothing that is ever given out: a transaction's marker, a compacted record.
            .set("enable.partition.eof", "true")
            // A fetch that waits at one partition's end holds up the next partition's first one.
            .set("fetch.wait.max.ms", "10");
        let consumer = config.create().map_err(Error::Client)?;
        Ok(Self { consumer, brokers: settings.brokers.clone(), topic, patience })
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
        let deadline = Instant::now() + self.patience;
        loop {
            match self.consumer.fetch_watermarks(self.topic, partition.0, self.patience) {
                Ok((first, end)) => return Ok(Bounds { first: Offset(first), end: Offset(end) }),
                // A leader that has just changed is known to the client a moment later.
                Err(error) if is_transient(&error) && Instant::now() < deadline => std::thread::sleep(POLL_WAIT),
                Err(error) => return Err(Error::Kafka { doing: "reading the log's bounds", source: error }),
            }
        }
    }

    /// Reads a partition's records in `range`, in order, until `each` says false.
    pub fn read<E: From<Error>>(
        &self,
        partition: Partition,
        range: Range<Offset>,
        mut each: impl FnMut(Offset, &[u8]) -> Result<bool, E>,
    ) -> Result<(), E> {
        let bounds = self.bounds(partition)?;
        let range = range.start..range.end.min(bounds.end);
        let Some(mut stretch) = self.begin(partition, range, bounds)? else { return Ok(()) };
        while self.read_on(&mut stretch, POLL_WAIT, &mut each)? == Reach::Part {}
        Ok(())
    }

    /// Begins to read a range; `None` where it is empty. What was begun before is forgotten.
    pub(crate) fn begin(
        &self,
        partition: Partition,
        range: Range<Offset>,
        bounds: Bounds,
    ) -> Result<Option<Stretch>, Error> {
        if range.start < bounds.first {
            return Err(Error::LogCutOff { topic: self.topic.to_owned(), partition });
        }
        if range.start >= range.end {
            return Ok(None);
        }
        self.place(partition, range.start)?;
        Ok(Some(Stretch { next: range.start, end: range.end, quiet: Duration::ZERO, ended: false }))
    }

    /// Reads on for `time` at most, until `each` says false.
    pub(crate) fn read_on<E: From<Error>>(
        &self,
        stretch: &mut Stretch,
        time: Duration,
        mut each: impl FnMut(Offset, &[u8]) -> Result<bool, E>,
    ) -> Result<Reach, E> {
        let deadline = Instant::now() + time;
        while stretch.next < stretch.end {
            let now = Instant::now();
            let left = deadline.saturating_duration_since(now);
            if left.is_zero() {
                return Ok(Reach::Part);
            }
            match self.consumer.poll(left.min(POLL_WAIT)) {
                Some(Ok(message)) => {
                    let offset = Offset(message.offset());
                    if offset < stretch.end && !each(offset, message.payload().unwrap_or_default())? {
                        return Ok(self.close(Reach::Stopped)?);
                    }
                    (stretch.next, stretch.quiet, stretch.ended) = (offset.next(), Duration::ZERO, false);
                }
                Some(Err(KafkaError::PartitionEOF(_))) => (stretch.ended, stretch.quiet) = (true, Duration::ZERO),
                Some(Err(error)) if !is_transient(&error) => {
                    return Err(Error::Kafka { doing: "reading the log", source: error }.into());
                }
                _ => stretch.quiet += now.elapsed(),
            }
            if stretch.ended && stretch.quiet > END_WAIT {
                break;
            }
            if stretch.quiet > self.patience {
                let seconds = self.patience.as_secs();
                return Err(Error::TimedOut { waiting_for: "the rest of the log", seconds }.into());
            }
        }
        Ok(self.close(Reach::Whole)?)
    }

    fn close(&self, reach: Reach) -> Result<Reach, Error> {
        self.consumer.unassign().map_err(Error::kafka("unassigning"))?;
        Ok(reach)
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
