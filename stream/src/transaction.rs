//! Kafka's transactions: records and the group's offsets, all or none.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, ConsumerGroupMetadata};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::hints::{Texts, beside_offsets, commits};
use crate::relay::Rendered;
use crate::settings::ProducerSettings;
use crate::{Error, KafkaSettings, Offset, Partition, ffi};

/// For one call. Each may be repeated where it did not get through.
const CALL_WAIT: Duration = Duration::from_secs(10);
/// How often a call is repeated before the process gives up and starts anew.
const CALLS_MAX: usize = 6;

/// One process's transactions, one after the other.
pub(crate) struct Transactions {
    producer: BaseProducer,
    /// Asks what the group keeps. Only a client that reads committed records waits for what an open transaction holds back.
    asker: BaseConsumer,
    input: &'static str,
    output: &'static str,
}

impl Transactions {
    /// Ends what an earlier process of this name left open.
    pub fn open(
        settings: &KafkaSettings,
        name: &str,
        input: &'static str,
        output: &'static str,
    ) -> Result<Self, Error> {
        let mut config = settings.producer(&ProducerSettings::default());
        config
            .set("transactional.id", name)
            // A dead process's transaction holds back all that comes after it for so long.
            .set("transaction.timeout.ms", "10000")
            // The transaction fails as a whole; what became of each record need not be told.
            .set("delivery.report.only.error", "true")
            .set("delivery.timeout.ms", "10000");
        let producer: BaseProducer = config.create().map_err(Error::Client)?;
        let asker = settings.reader().set("isolation.level", "read_committed").create().map_err(Error::Client)?;
        let opened = Self { producer, asker, input, output };
        opened.call("opening transactions", || opened.producer.init_transactions(CALL_WAIT))?;
        Ok(opened)
    }

    /// What the group keeps beside each offset, once no transaction is open on it.
    pub fn hints(&self, partitions: &[Partition]) -> Result<Texts, Error> {
        beside_offsets(&self.asker, self.input, partitions)
    }

    /// Appends all of it and moves the offsets, or does nothing.
    pub fn commit(
        &self,
        records: &[Rendered],
        next: Vec<(Partition, Offset, String)>,
        group: &ConsumerGroupMetadata,
    ) -> Result<(), Error> {
        self.producer.begin_transaction().map_err(|error| self.explain("beginning a transaction", error))?;
        let done = self
            .fill(records, next, group)
            .and_then(|()| self.call("committing a transaction", || self.producer.commit_transaction(CALL_WAIT)));
        if let Err(error) = done {
            if error.disposition() != runtime::Disposition::Fatal {
                self.call("aborting a transaction", || self.producer.abort_transaction(CALL_WAIT))?;
            }
            return Err(error);
        }
        Ok(())
    }

    fn fill(
        &self,
        records: &[Rendered],
        next: Vec<(Partition, Offset, String)>,
        group: &ConsumerGroupMetadata,
    ) -> Result<(), Error> {
        for Rendered { partition, payload } in records {
            let mut record = BaseRecord::<(), _>::to(self.output).partition(partition.0).payload(payload);
            while let Err((error, refused)) = self.producer.send::<(), _>(record) {
                if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                    return Err(self.explain("appending", error));
                }
                self.producer.poll(Duration::from_millis(1));
                record = refused;
            }
        }
        // The crate's own flush, which a commit begins with, sleeps a tenth of a second where anything is in flight.
        ffi::flush(self.producer.client(), CALL_WAIT);
        let offsets = commits(self.input, next.into_iter());
        self.call("committing offsets", || self.producer.send_offsets_to_transaction(&offsets, group, CALL_WAIT))
    }

    /// A call that did not get through is made again: the client takes it up where it was.
    fn call(&self, doing: &'static str, act: impl Fn() -> Result<(), KafkaError>) -> Result<(), Error> {
        let mut last = act();
        for _ in 1..CALLS_MAX {
            match &last {
                Err(KafkaError::Transaction(error)) if error.is_retriable() => last = act(),
                _ => break,
            }
        }
        last.map_err(|error| self.explain(doing, error))
    }

    fn explain(&self, doing: &'static str, error: KafkaError) -> Error {
        if let KafkaError::Transaction(inner) = &error {
            return match inner {
                inner if inner.txn_requires_abort() => Error::Aborted { doing, source: error },
                // Of what was asked for nothing is known; the next process ends it, one way or the other.
                _ => Error::TransactionsFailed { doing, source: error },
            };
        }
        match error.rdkafka_error_code() {
            Some(
                RDKafkaErrorCode::Fatal
                | RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::MessageSizeTooLarge
                | RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::GroupAuthorizationFailed
                | RDKafkaErrorCode::TransactionalIdAuthorizationFailed,
            ) => Error::TransactionsFailed { doing, source: error },
            _ => Error::Aborted { doing, source: error },
        }
    }
}
