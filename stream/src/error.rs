//! What can go wrong around Kafka, by what the caller must do next.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use runtime::Disposition;

use crate::{Offset, Partition};

/// The closed set of failures of this package.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("kafka client could not be made: {0}")]
    Client(#[source] KafkaError),
    #[error("kafka: {doing} failed: {source}")]
    Kafka { doing: &'static str, source: KafkaError },
    #[error("no Kafka broker answers at {brokers} ({source}); is the address right, and is Kafka running?")]
    Unreachable { brokers: String, source: KafkaError },
    #[error("topic {topic} does not exist; create it with `audit-cli topics apply`")]
    NoTopic { topic: String },
    #[error(
        "{topic}/{partition} cannot be read from offset {offset}: the broker no longer holds it, or the topic was made anew"
    )]
    OutOfRange { topic: String, partition: Partition, offset: Offset },
    #[error(
        "{topic} no longer holds the record that comes next: accepted records were deleted before they were read, by retention or by hand"
    )]
    InputCutOff { topic: &'static str },
    #[error("a record was not acknowledged: {0}; the worker must read the log again before it goes on")]
    Unacknowledged(#[source] KafkaError),
    #[error("the queue for Kafka is full, so nothing was taken; try again in a moment")]
    QueueFull,
    #[error("the publisher is closed, so nothing was taken; the process is about to end")]
    Closed,
    #[error("kafka did not acknowledge a record: {0}; it may be in the log, so send it again under the same identity")]
    Undelivered(#[source] KafkaError),
    #[error("kafka does not take this record: {0}; it is not in the log")]
    Refused(#[source] KafkaError),
    #[error("the kafka producer failed for good ({code}: {reason}); start the process again")]
    ProducerFailed { code: RDKafkaErrorCode, reason: String },
    #[error("the publisher's thread could not be started: {0}")]
    Thread(#[source] std::io::Error),
    #[error("{topic}/{partition} holds no records but had some; the log was cut off and nothing can be appended to it")]
    LogCutOff { topic: String, partition: Partition },
    #[error(
        "{input} has {inputs} partitions and {output} has {outputs}; each must feed its own, see `audit-cli topics check`"
    )]
    Mismatch { input: &'static str, inputs: usize, output: &'static str, outputs: usize },
    #[error(
        "the consumer group no longer knows this worker; start it again, and give every worker an `instance` of its own"
    )]
    MembershipLost,
    #[error(
        "a dead letter was not acknowledged within {seconds} s; the worker must read the log again before it goes on"
    )]
    DeadLetterUnanswered { seconds: u64 },
    #[error("this worker cannot read its own hint for partition {partition}; start it again")]
    OwnState { partition: Partition },
    #[error("record {sequence} of partition {partition} was sealed out of turn; nothing of it was appended")]
    OutOfTurn { partition: Partition, sequence: u64 },
    #[error(
        "{topic}/{partition} contradicts what this worker knows of it ({reason}); run `audit-cli verify kafka` before anything is appended"
    )]
    LogContradicts { topic: &'static str, partition: Partition, reason: &'static str },
    #[error("kafka: {doing} failed and nothing of the transaction counts: {source}")]
    Aborted { doing: &'static str, source: KafkaError },
    #[error("the group does not count this worker as its member now; nothing was relayed")]
    NoMember,
    #[error(
        "{output}/{partition} holds records, and the group does not keep any more how far they go: its offsets were reset, deleted or have expired. Reading on from the start would relay everything again; allow that with [sink.siem] replay = true, once"
    )]
    RelayForgot { output: &'static str, partition: Partition },
    #[error("kafka: {doing} failed for good: {source}; start the process again")]
    TransactionsFailed { doing: &'static str, source: KafkaError },
    #[error("{waiting_for} did not happen within {seconds} s")]
    TimedOut { waiting_for: &'static str, seconds: u64 },
    #[error("schema registry at {url}, {about}: {reason}")]
    Registry { url: String, about: String, reason: String, disposition: Disposition },
    #[error("{0}")]
    Stage(#[source] Box<dyn std::error::Error + Send + Sync>, Disposition),
}

impl Error {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Client(_)
            | Self::NoTopic { .. }
            | Self::OutOfRange { .. }
            | Self::LogCutOff { .. }
            | Self::Mismatch { .. }
            | Self::InputCutOff { .. }
            | Self::ProducerFailed { .. }
            | Self::Thread(_)
            | Self::OwnState { .. }
            | Self::OutOfTurn { .. }
            | Self::LogContradicts { .. }
            | Self::TransactionsFailed { .. }
            | Self::RelayForgot { .. }
            | Self::MembershipLost => Disposition::Fatal,
            Self::Kafka { source, .. } if is_transient(source) => Disposition::Retry,
            Self::Kafka { .. } => Disposition::Fatal,
            Self::Unacknowledged(_) | Self::Undelivered(_) | Self::DeadLetterUnanswered { .. } => Disposition::Unknown,
            Self::Refused(_) => Disposition::Reject,
            Self::Aborted { .. }
            | Self::NoMember
            | Self::TimedOut { .. }
            | Self::Unreachable { .. }
            | Self::QueueFull
            | Self::Closed => Disposition::Retry,
            Self::Registry { disposition, .. } | Self::Stage(_, disposition) => *disposition,
        }
    }

    /// Wraps a stage's own error with what it asks the loop to do.
    pub fn stage(error: impl std::error::Error + Send + Sync + 'static, disposition: Disposition) -> Self {
        Self::Stage(Box::new(error), disposition)
    }

    /// For the first question to the brokers: an absence is told with their address.
    pub(crate) fn first_contact(brokers: &str) -> impl Fn(KafkaError) -> Self {
        move |source| match is_transient(&source) {
            true => Self::Unreachable { brokers: brokers.to_owned(), source },
            false => Self::Kafka { doing: "reaching the brokers", source },
        }
    }

    pub(crate) fn kafka(doing: &'static str) -> impl Fn(KafkaError) -> Self {
        move |source| Self::Kafka { doing, source }
    }
}

/// Errors that pass when the broker comes back; librdkafka retries them by itself.
pub(crate) fn is_transient(error: &KafkaError) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::AllBrokersDown
                | Code::BrokerTransportFailure
                | Code::Resolve
                | Code::OperationTimedOut
                | Code::RequestTimedOut
                | Code::MessageTimedOut
                | Code::LeaderNotAvailable
                | Code::NotLeaderForPartition
                | Code::CoordinatorNotAvailable
                | Code::CoordinatorLoadInProgress
                | Code::NotCoordinator
                | Code::NetworkException
                | Code::NotEnoughReplicas
                | Code::RebalanceInProgress
                | Code::WaitingForCoordinator
        )
    )
}
