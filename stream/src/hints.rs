//! Hints: where a reader of the log may begin, as text beside committed offsets. They are kept in two places.
//!
//! ```text
//! owner, once a second ─┬─▶ its own group, beside the input's offset     gone when somebody resets or deletes the group
//!                       └─▶ `<group>.hints`, beside the log's offset     a group that nobody ever joins
//! ```
//!
//! A hint names an accepted record, and what is accepted stays so: an old one, or a late one of a worker that lost its partition, costs
//! reading and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext};
use rdkafka::{Offset as KafkaOffset, TopicPartitionList};

use crate::{Error, KafkaSettings, Offset, Partition, ffi};

const WAIT_MAX: Duration = Duration::from_secs(5);

/// What stands beside each partition's offset, where anything does. Anybody may have written it, so it may be no text.
pub type Texts = BTreeMap<Partition, Vec<u8>>;

/// The second place.
pub struct HintKeeper {
    consumer: BaseConsumer,
    topic: &'static str,
}

impl HintKeeper {
    /// Beside the workers' group that `settings` name.
    pub fn new(settings: &KafkaSettings, topic: &'static str) -> Result<Self, Error> {
        let settings = KafkaSettings { group: format!("{}.hints", settings.group), ..settings.clone() };
        let consumer = settings.reader().create().map_err(Error::Client)?;
        Ok(Self { consumer, topic })
    }

    pub fn hints(&self, partitions: &[Partition]) -> Result<Texts, Error> {
        beside_offsets(&self.consumer, self.topic, partitions)
    }

    /// Keeps hints, each beside the log's offset that it names. A loss changes nothing.
    pub(crate) fn keep(&self, hints: impl Iterator<Item = (Partition, Offset, String)>) {
        let list = commits(self.topic, hints);
        if list.count() == 0 {
            return;
        }
        if let Err(error) = self.consumer.commit(&list, CommitMode::Async) {
            tracing::debug!(%error, "a hint was not kept");
        }
        // Nothing is assigned; this takes the answers to earlier commits, which would pile up.
        while self.consumer.poll(Duration::ZERO).is_some() {}
    }
}

/// Asks a consumer's group what it keeps beside its offsets.
pub(crate) fn beside_offsets<C: ConsumerContext>(
    consumer: &BaseConsumer<C>,
    topic: &str,
    partitions: &[Partition],
) -> Result<Texts, Error> {
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for partition in partitions {
        list.add_partition(topic, partition.0);
    }
    let kept = consumer.committed_offsets(list, WAIT_MAX).map_err(Error::kafka("asking for hints"))?;
    for element in kept.elements() {
        element.error().map_err(Error::kafka("asking for hints"))?;
    }
    let texts = partitions.iter().map(|partition| (*partition, ffi::metadata(&kept, topic, partition.0)));
    Ok(texts.filter(|(_, text)| !text.is_empty()).collect())
}

pub(crate) fn commits(topic: &str, hints: impl Iterator<Item = (Partition, Offset, String)>) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for (partition, next, text) in hints {
        let mut element = list.add_partition(topic, partition.0);
        element.set_metadata(text);
        if let Err(error) = element.set_offset(KafkaOffset::Offset(next.0)) {
            tracing::debug!(%error, "no hint");
        }
    }
    list
}
