//! One member of a consumer group. Rebalances are recorded in the callback and carried out by the loop, which drains first.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, ConsumerGroupMetadata};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Headers, Message};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, Offset as KafkaOffset, TopicPartitionList};

use runtime::health::Dependency;

use crate::error::is_transient;
use crate::ffi;
use crate::hints::{Texts, beside_offsets, commits};
use crate::{Error, KafkaSettings, Offset, Partition, Position};

/// How long the loop may stand still to see whether the brokers are back.
const PROBE_WAIT: Duration = Duration::from_millis(500);
const AWAY: &str = "no broker answers; records wait where they are";

/// Shows the brokers' absence in readiness, once a second.
///
/// Before the group has answered for the first time there is nothing to show; it may answer with no partition at all.
pub(crate) fn show_brokers(consumer: &GroupConsumer, joined: bool, broker: &Dependency) {
    if !consumer.reaches_brokers() {
        broker.down(AWAY);
    } else if joined {
        broker.up();
    }
}

/// A record as it stands in its partition; borrowed from the client's own buffer.
pub struct Record<'a>(BorrowedMessage<'a>);

impl Record<'_> {
    #[must_use]
    pub fn partition(&self) -> Partition {
        Partition(self.0.partition())
    }

    #[must_use]
    pub fn offset(&self) -> Offset {
        Offset(self.0.offset())
    }

    #[must_use]
    pub fn key(&self) -> Option<&[u8]> {
        self.0.key()
    }

    /// The value; empty for a tombstone.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.0.payload().unwrap_or_default()
    }

    /// The value of the first header with this name; looks into the record only when asked.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.0.headers()?.iter().find(|header| header.key == name)?.value
    }

    /// The value of the last header with this name: the one that Java's clients go by when a name stands twice.
    #[must_use]
    pub fn last_header(&self, name: &str) -> Option<&[u8]> {
        self.0.headers()?.iter().filter(|header| header.key == name).last()?.value
    }

    /// When the broker or the producer says it was written, in milliseconds since 1970.
    #[must_use]
    pub fn timestamp_ms(&self) -> Option<i64> {
        self.0.timestamp().to_millis()
    }
}

/// Whether the group still counts on this member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Membership {
    Member,
    NotMember,
    /// It did not say, or is in the middle of a rebalance.
    Unknown,
}

/// What the group asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rebalance {
    Assigned(Vec<Partition>),
    Revoked(Vec<Partition>),
}

/// Remembers rebalances until the loop asks. Runs inside `poll`, on the loop's own thread.
#[derive(Default)]
struct RebalanceLog {
    waiting: Mutex<Vec<Rebalance>>,
    /// While the consumer closes nobody asks any more, so the callback gives everything back itself.
    closing: AtomicBool,
    /// No broker could be reached, and none has answered since.
    away: AtomicBool,
}

impl ClientContext for RebalanceLog {
    fn error(&self, error: KafkaError, reason: &str) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            self.went_away(&error);
        } else {
            tracing::warn!(%error, reason, "kafka client");
        }
    }
}

impl RebalanceLog {
    /// Says so once per absence; the client reports it several times a second.
    fn went_away(&self, error: &KafkaError) {
        if !self.away.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "kafka is away; waiting for it");
        }
    }
}

impl ConsumerContext for RebalanceLog {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, event: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let partitions = list.elements().iter().map(|element| Partition(element.partition())).collect();
        let assigned = event == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        if self.closing.load(Ordering::Relaxed) {
            if !assigned && let Err(error) = consumer.incremental_unassign(list) {
                tracing::warn!(%error, "partitions were not given back on close");
            }
            return;
        }
        let rebalance = if assigned { Rebalance::Assigned(partitions) } else { Rebalance::Revoked(partitions) };
        self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(rebalance);
    }
}

/// A group member that reads one topic.
pub(crate) struct GroupConsumer {
    consumer: BaseConsumer<RebalanceLog>,
    topic: &'static str,
}

impl GroupConsumer {
    pub(crate) fn join(settings: &KafkaSettings, topic: &'static str) -> Result<Self, Error> {
        let consumer: BaseConsumer<RebalanceLog> =
            settings.group_member().create_with_context(RebalanceLog::default()).map_err(Error::Client)?;
        consumer.subscribe(&[topic]).map_err(Error::kafka("subscribing"))?;
        Ok(Self { consumer, topic })
    }

    /// The next record, or `None` when the wait is over or the broker is away for a moment.
    pub(crate) fn poll(&self, wait: Duration) -> Result<Option<Record<'_>>, Error> {
        match self.consumer.poll(wait) {
            None => Ok(None),
            Some(Ok(message)) => Ok(Some(Record(message))),
            Some(Err(error)) if is_transient(&error) => {
                self.consumer.context().went_away(&error);
                Ok(None)
            }
            Some(Err(error)) => Err(self.explain(error)),
        }
    }

    fn explain(&self, error: KafkaError) -> Error {
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => {
                Error::NoTopic { topic: self.topic.to_owned() }
            }
            Some(RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange) => {
                Error::InputCutOff { topic: self.topic }
            }
            Some(RDKafkaErrorCode::FencedInstanceId | RDKafkaErrorCode::UnknownMemberId) => Error::MembershipLost,
            _ => Error::Kafka { doing: "consuming", source: error },
        }
    }

    /// True unless the brokers went away; asks them once in a while whether they are back.
    pub(crate) fn reaches_brokers(&self) -> bool {
        let away = &self.consumer.context().away;
        if away.load(Ordering::Relaxed) && self.consumer.fetch_metadata(Some(self.topic), PROBE_WAIT).is_ok() {
            away.store(false, Ordering::Relaxed);
            tracing::info!("kafka is back");
        }
        !away.load(Ordering::Relaxed)
    }

    /// What the group asked for since the last call, oldest first.
    pub(crate) fn rebalances(&self) -> Vec<Rebalance> {
        let mut waiting = self.consumer.context().waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::take(&mut waiting)
    }

    /// Takes partitions and starts reading each at its place.
    pub(crate) fn start(&self, places: &[(Partition, Position)]) -> Result<(), Error> {
        let mut list = TopicPartitionList::with_capacity(places.len());
        for (partition, position) in places {
            let offset = match position {
                Position::Beginning => KafkaOffset::Beginning,
                Position::At(offset) => KafkaOffset::Offset(offset.0),
            };
            list.add_partition_offset(self.topic, partition.0, offset).map_err(Error::kafka("placing"))?;
        }
        self.consumer.incremental_assign(&list).map_err(Error::kafka("taking partitions"))
    }

    /// Gives partitions back.
    pub(crate) fn stop(&self, partitions: &[Partition]) -> Result<(), Error> {
        self.consumer.incremental_unassign(&self.list(partitions)).map_err(Error::kafka("giving partitions back"))
    }

    /// Keeps partitions but takes nothing from them; what was fetched already is dropped.
    pub(crate) fn pause(&self, partitions: &[Partition]) -> Result<(), Error> {
        self.consumer.pause(&self.list(partitions)).map_err(Error::kafka("pausing"))
    }

    pub(crate) fn resume(&self, partitions: &[Partition]) -> Result<(), Error> {
        self.consumer.resume(&self.list(partitions)).map_err(Error::kafka("resuming"))
    }

    fn list(&self, partitions: &[Partition]) -> TopicPartitionList {
        let mut list = TopicPartitionList::with_capacity(partitions.len());
        for partition in partitions {
            list.add_partition(self.topic, partition.0);
        }
        list
    }

    /// The group's generation as this member knows it; -1 outside of any.
    pub(crate) fn generation(&self) -> i32 {
        ffi::generation(self.consumer.client())
    }

    /// What the group keeps beside the offset of each partition.
    pub(crate) fn hints(&self, partitions: &[Partition]) -> Result<Texts, Error> {
        beside_offsets(&self.consumer, self.topic, partitions)
    }

    /// Who this member is to the group, as a transaction must name it.
    pub(crate) fn group(&self) -> Option<ConsumerGroupMetadata> {
        self.consumer.group_metadata()
    }

    /// Commits something only to hear whether the group still knows this member.
    pub(crate) fn ask(
        &self,
        questions: impl Iterator<Item = (Partition, Offset, String)>,
    ) -> Result<Membership, Error> {
        use RDKafkaErrorCode as Code;
        let list = commits(self.topic, questions);
        let Err(error) = self.consumer.commit(&list, CommitMode::Sync) else { return Ok(Membership::Member) };
        match error.rdkafka_error_code() {
            Some(Code::UnknownMemberId) => Ok(Membership::NotMember),
            // Another process has this one's name: the client is of no more use.
            Some(Code::FencedInstanceId | Code::Fatal) => Err(Error::MembershipLost),
            // A rebalance is under way, or a kept partition's generation has risen: the loop hears of both.
            Some(Code::IllegalGeneration | Code::NoOffset | Code::InProgress) => Ok(Membership::Unknown),
            _ if is_transient(&error) => Ok(Membership::Unknown),
            _ => Err(Error::Kafka { doing: "asking the group", source: error }),
        }
    }

    /// Tells the group where to start reading the log, beside the next offset of the input.
    pub(crate) fn hint_with(&self, hints: impl Iterator<Item = (Partition, Offset, String)>) {
        let list = commits(self.topic, hints);
        if list.count() > 0
            && let Err(error) = self.consumer.commit(&list, CommitMode::Async)
        {
            tracing::debug!(%error, "no hint");
        }
    }

    /// Tells the group how far we are. A hint for lag displays: its loss or refusal changes nothing.
    pub(crate) fn hint(&self, done: impl Iterator<Item = (Partition, Offset)>) {
        self.hint_with(done.map(|(partition, next)| (partition, next, String::new())));
    }
}

impl Drop for GroupConsumer {
    fn drop(&mut self) {
        self.consumer.context().closing.store(true, Ordering::Relaxed);
        // A rebalance that was recorded and not yet carried out would keep the close waiting for ever.
        for rebalance in self.rebalances() {
            if let Rebalance::Revoked(partitions) = rebalance
                && let Err(error) = self.stop(&partitions)
            {
                tracing::warn!(%error, "partitions were not given back on close");
            }
        }
    }
}

#[cfg(test)]
mod tests;
