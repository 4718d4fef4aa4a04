//! Topic administration: what is there, create, change settings. Deciding what should be there is the caller's part.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, ConfigSource, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};

use crate::append::Destination;
use crate::{Error, KafkaSettings, ProducerSettings};

const WAIT_MAX: Duration = Duration::from_secs(15);

/// A topic as the brokers have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActualTopic {
    pub partitions: u32,
    pub replication: u16,
    /// Every setting that the broker reports for the topic.
    pub settings: BTreeMap<String, ActualSetting>,
}

/// One setting and whether it was set on the topic itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActualSetting {
    pub value: String,
    pub own: bool,
}

/// An administrator's connection.
pub struct Admin {
    client: AdminClient<DefaultClientContext>,
}

impl Admin {
    pub fn connect(settings: &KafkaSettings) -> Result<Self, Error> {
        let client: AdminClient<DefaultClientContext> = settings.reader().create().map_err(Error::Client)?;
        // Asks once, so that a wrong address is named at once and not as a failure of the first request.
        client.inner().fetch_metadata(None, WAIT_MAX).map_err(Error::first_contact(&settings.brokers))?;
        Ok(Self { client })
    }

    /// How many brokers there are.
    pub fn brokers(&self) -> Result<u16, Error> {
        let metadata = self.client.inner().fetch_metadata(None, WAIT_MAX).map_err(Error::kafka("reading metadata"))?;
        Ok(u16::try_from(metadata.brokers().len()).unwrap_or(u16::MAX))
    }

    /// The topic as it is, `None` when it does not exist.
    pub async fn describe(&self, topic: &str) -> Result<Option<ActualTopic>, Error> {
        let metadata = self.client.inner().fetch_metadata(None, WAIT_MAX).map_err(Error::kafka("reading metadata"))?;
        let Some(found) = metadata.topics().iter().find(|found| found.name() == topic) else { return Ok(None) };
        let replication = found.partitions().iter().map(|partition| partition.replicas().len()).min().unwrap_or(0);
        let answers = self
            .client
            .describe_configs(&[ResourceSpecifier::Topic(topic)], &options())
            .await
            .map_err(Error::kafka("reading topic settings"))?;
        let mut settings = BTreeMap::new();
        for answer in answers {
            let resource = answer.map_err(refused("reading topic settings"))?;
            for entry in resource.entries {
                let own = matches!(entry.source, ConfigSource::DynamicTopic);
                settings.insert(entry.name, ActualSetting { value: entry.value.unwrap_or_default(), own });
            }
        }
        Ok(Some(ActualTopic {
            partitions: u32::try_from(found.partitions().len()).unwrap_or(u32::MAX),
            replication: u16::try_from(replication).unwrap_or(u16::MAX),
            settings,
        }))
    }

    pub async fn create(
        &self,
        topic: &str,
        partitions: u32,
        replication: u16,
        settings: &[(&str, String)],
    ) -> Result<(), Error> {
        let mut wanted =
            NewTopic::new(topic, partitions.cast_signed(), TopicReplication::Fixed(i32::from(replication)));
        for (name, value) in settings {
            wanted = wanted.set(name, value);
        }
        let answers =
            self.client.create_topics([&wanted], &options()).await.map_err(Error::kafka("creating a topic"))?;
        for answer in answers {
            answer.map_err(|(_, code)| refused("creating a topic")(code))?;
        }
        self.wait_for(topic, partitions)
    }

    /// Deletes a topic with everything in it and waits until it is gone. For tests and benchmarks, on stacks of their own.
    pub async fn delete(&self, topic: &str) -> Result<(), Error> {
        let answers =
            self.client.delete_topics(&[topic], &options()).await.map_err(Error::kafka("deleting a topic"))?;
        for answer in answers {
            match answer {
                Ok(_) | Err((_, RDKafkaErrorCode::UnknownTopicOrPartition)) => {}
                Err((_, code)) => return Err(refused("deleting a topic")(code)),
            }
        }
        let deadline = Instant::now() + WAIT_MAX;
        while self.describe(topic).await?.is_some() {
            if Instant::now() > deadline {
                return Err(Error::TimedOut { waiting_for: "the topic's deletion", seconds: WAIT_MAX.as_secs() });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Deletes a partition's records below `before`; the first offset that is left. For tests of exactly that misfortune.
    pub async fn delete_records_before(&self, topic: &str, partition: i32, before: i64) -> Result<i64, Error> {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, partition, Offset::Offset(before)).map_err(Error::kafka("placing"))?;
        let left = self.client.delete_records(&list, &options()).await.map_err(Error::kafka("deleting records"))?;
        let first = left.find_partition(topic, partition).and_then(|element| element.offset().to_raw());
        first.ok_or(Error::TimedOut { waiting_for: "the deletion of records", seconds: WAIT_MAX.as_secs() })
    }

    /// Deletes a group that has no members, with its offsets and hints. For tests of exactly that misfortune.
    pub async fn delete_group(&self, group: &str) -> Result<(), Error> {
        let answers =
            self.client.delete_groups(&[group], &options()).await.map_err(Error::kafka("deleting a group"))?;
        for answer in answers {
            answer.map_err(|(_, code)| refused("deleting a group")(code))?;
        }
        Ok(())
    }

    /// The brokers answer before all of them know the topic; a caller that goes on at once would find it missing.
    fn wait_for(&self, topic: &str, partitions: u32) -> Result<(), Error> {
        let deadline = Instant::now() + WAIT_MAX;
        loop {
            let metadata =
                self.client.inner().fetch_metadata(None, WAIT_MAX).map_err(Error::kafka("reading metadata"))?;
            let led =
                metadata.topics().iter().filter(|found| found.name() == topic).flat_map(|found| found.partitions());
            if led.filter(|partition| partition.leader() >= 0).count() >= partitions as usize {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(Error::TimedOut { waiting_for: "leaders for the new topic", seconds: WAIT_MAX.as_secs() });
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sets the given settings and keeps every other one that was set on the topic itself.
    pub async fn change(&self, topic: &str, actual: &ActualTopic, settings: &[(&str, String)]) -> Result<(), Error> {
        let mut change = AlterConfig::new(ResourceSpecifier::Topic(topic));
        // The request replaces all of a topic's own settings, so the ones that stay are sent again.
        let kept = actual
            .settings
            .iter()
            .filter(|(name, setting)| setting.own && !settings.iter().any(|(changed, _)| changed == name));
        for (name, setting) in kept {
            change = change.set(name, &setting.value);
        }
        for (name, value) in settings {
            change = change.set(name, value);
        }
        let answers =
            self.client.alter_configs([&change], &options()).await.map_err(Error::kafka("changing a topic"))?;
        for answer in answers {
            answer.map_err(|(_, code)| refused("changing a topic")(code))?;
        }
        Ok(())
    }
}

/// Appends a record inside of a transaction, whose end then takes the offset after it. For tests of exactly that misfortune.
pub fn append_in_transaction(settings: &KafkaSettings, to: Destination<'_>, payload: &[u8]) -> Result<(), Error> {
    let mut config = settings.producer(&ProducerSettings::default());
    let producer: BaseProducer = config.set("transactional.id", "stranger").create().map_err(Error::Client)?;
    let failed = Error::kafka("appending in a transaction");
    producer.init_transactions(WAIT_MAX).map_err(&failed)?;
    producer.begin_transaction().map_err(&failed)?;
    let mut record = BaseRecord::<(), [u8]>::to(to.topic).payload(payload);
    record.partition = to.partition.map(|partition| partition.0);
    producer.send(record).map_err(|(error, _)| failed(error))?;
    producer.commit_transaction(WAIT_MAX).map_err(&failed)
}

/// Sets a group without members back to the start of a topic, and takes its hints away. For tests of exactly that misfortune.
pub fn reset_offsets(settings: &KafkaSettings, topic: &str, partitions: u32) -> Result<(), Error> {
    let consumer: BaseConsumer = settings.reader().create().map_err(Error::Client)?;
    let mut list = TopicPartitionList::new();
    for partition in 0..partitions.cast_signed() {
        list.add_partition_offset(topic, partition, Offset::Offset(0)).map_err(Error::kafka("placing"))?;
    }
    consumer.commit(&list, CommitMode::Sync).map_err(Error::kafka("resetting offsets"))
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(WAIT_MAX)).operation_timeout(Some(WAIT_MAX))
}

fn refused(doing: &'static str) -> impl Fn(RDKafkaErrorCode) -> Error {
    move |code| Error::Kafka { doing, source: KafkaError::AdminOp(code) }
}
