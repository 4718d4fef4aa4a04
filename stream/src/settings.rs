//! Client settings. What safety rests on is set last, so that nothing can undo it.

use rdkafka::ClientConfig;
use serde::{Deserialize, Serialize};

/// How to reach the brokers and as whom to consume.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KafkaSettings {
    /// host:port, comma separated.
    pub brokers: String,
    /// The consumer group.
    pub group: String,
    /// A stable name per worker slot: a restarted worker gets its partitions back without a rebalance.
    pub instance: Option<String>,
    pub session_timeout_ms: u32,
}

impl Default for KafkaSettings {
    fn default() -> Self {
        Self { brokers: "127.0.0.1:19092".to_owned(), group: String::new(), instance: None, session_timeout_ms: 6_000 }
    }
}

/// A worker's two ends: partition p of one feeds only partition p of the other.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    pub input: &'static str,
    pub output: &'static str,
}

/// How long a record that was handed over may wait for its acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// As long as the process lives: an absent broker delays, and never makes an outcome unknown.
    Forever,
    Seconds(u32),
}

impl Patience {
    /// librdkafka reads 0 as "no limit".
    fn milliseconds(self) -> String {
        match self {
            Self::Forever => "0".to_owned(),
            Self::Seconds(seconds) => u64::from(seconds.max(1)).saturating_mul(1_000).min(i32::MAX as u64).to_string(),
        }
    }
}

/// A producer's own settings; all others are the same for every producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProducerSettings {
    /// How long a record may wait for company.
    pub linger_ms: u32,
    /// The queue's bounds: records beyond one of them are not taken.
    pub queue_kib: u32,
    pub queue_records: u32,
    pub patience: Patience,
}

impl Default for ProducerSettings {
    fn default() -> Self {
        Self { linger_ms: 1, queue_kib: 65_536, queue_records: 100_000, patience: Patience::Forever }
    }
}

impl KafkaSettings {
    fn base(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.brokers)
            .set("allow.auto.create.topics", "false")
            .set("topic.metadata.refresh.interval.ms", "30000")
            .set("reconnect.backoff.max.ms", "1000")
            .set("socket.nagle.disable", "true");
        config
    }

    /// A reader: bounded local queue, refetch at once, never resets an offset by itself.
    pub(crate) fn reader(&self) -> ClientConfig {
        let mut config = self.base();
        config
            // librdkafka wants a name even where no group is joined.
            .set("group.id", if self.group.is_empty() { "reader" } else { &self.group })
            .set("fetch.wait.max.ms", "500")
            // At its default of 1000 the fetcher sleeps a second whenever the local queue was full.
            .set("fetch.queue.backoff.ms", "2")
            .set("fetch.error.backoff.ms", "50")
            .set("queued.min.messages", "20000")
            .set("queued.max.messages.kbytes", "16384")
            .set("check.crcs", "true")
            .set("enable.partition.eof", "false")
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("auto.offset.reset", "error")
            // Our topics hold no transactions; a stranger's open one must not hide what comes after it.
            .set("isolation.level", "read_uncommitted");
        config
    }

    pub(crate) fn group_member(&self) -> ClientConfig {
        let mut config = self.reader();
        config
            .set("session.timeout.ms", self.session_timeout_ms.to_string())
            .set("heartbeat.interval.ms", (self.session_timeout_ms / 4).to_string())
            // Reading a long log back at a takeover takes its time; a dead process shows by its heartbeats.
            .set("max.poll.interval.ms", "300000")
            .set("partition.assignment.strategy", "cooperative-sticky");
        if let Some(instance) = &self.instance {
            config.set("group.instance.id", instance);
        }
        config
    }

    /// An idempotent producer: acknowledged by all in-sync replicas, in order, without copies.
    pub(crate) fn producer(&self, settings: &ProducerSettings) -> ClientConfig {
        let mut config = self.base();
        config
            .set("compression.codec", "lz4")
            .set("linger.ms", settings.linger_ms.to_string())
            .set("batch.num.messages", "10000")
            .set("batch.size", "1000000")
            .set("queue.buffering.max.messages", settings.queue_records.max(1).to_string())
            .set("queue.buffering.max.kbytes", settings.queue_kib.max(1).to_string())
            // Sealing can make an event six times as long: what is hidden is written as JSON, whose escapes take six bytes.
            .set("message.max.bytes", "8388608")
            .set("delivery.timeout.ms", settings.patience.milliseconds())
            .set("retry.backoff.ms", "5")
            .set("retry.backoff.max.ms", "200")
            .set("partitioner", "murmur2_random")
            .set("acks", "all")
            .set("enable.idempotence", "true");
        config
    }
}
