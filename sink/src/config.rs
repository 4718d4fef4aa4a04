//! `[sink]`: where sealed records come from and how to reach the store.

use runtime::config::{Problem, ProcessSettings, Secret, Section};
use serde::{Deserialize, Serialize};
use stream::KafkaSettings;
use stream::store::BatchLimits;

/// Which store a deployment feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum StoreKind {
    Postgres,
    Clickhouse,
    /// The topic audit.siem, for security tools
    Siem,
}

impl StoreKind {
    /// Each store has a group of its own: a slow one never holds the other's place.
    #[must_use]
    pub fn group(self) -> &'static str {
        match self {
            Self::Postgres => "sealtrail-sink-postgres",
            Self::Clickhouse => "sealtrail-sink-clickhouse",
            Self::Siem => "sealtrail-sink-siem",
        }
    }
}

/// The section.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SinkConfig {
    #[serde(default)]
    pub process: ProcessSettings,
    /// An empty group means the store's own: `sealtrail-sink-postgres` or `sealtrail-sink-clickhouse`.
    #[serde(default)]
    pub kafka: KafkaSettings,
    #[serde(default)]
    pub batch: BatchLimits,
    #[serde(default)]
    pub postgres: Option<PostgresSettings>,
    #[serde(default)]
    pub clickhouse: Option<ClickHouseSettings>,
    #[serde(default)]
    pub siem: SiemSettings,
}

/// `[sink.siem]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SiemSettings {
    pub format: SiemFormat,
    /// Tell the actor's IP address too. It is an identifier, so it stays out unless wanted.
    pub addresses: bool,
    /// Relay everything once more where the group has lost its place.
    pub replay: bool,
}

/// In whose words events are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SiemFormat {
    /// Open Cybersecurity Schema Framework 1.8, as JSON.
    #[default]
    Ocsf,
    /// Elastic Common Schema 9, as JSON.
    Ecs,
    /// ArcSight Common Event Format, one line.
    Cef,
}

/// `[sink.postgres]`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostgresSettings {
    /// `postgres://user:password@host:port/database`; a secret, because it holds the password.
    pub url: Secret,
}

/// `[sink.clickhouse]`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClickHouseSettings {
    /// `http://host:port`.
    pub url: String,
    pub user: String,
    pub password: Secret,
    pub database: String,
}

impl Section for SinkConfig {
    const NAME: &'static str = "sink";

    fn process(&self) -> &ProcessSettings {
        &self.process
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        // A Postgres COPY and a ClickHouse block both stay atomic well above this; memory is what it bounds.
        if !(1..=100_000).contains(&self.batch.records_max) {
            problems.push(Problem::new("batch.records_max", "must be between 1 and 100000"));
        }
        if !(1..=256 << 20).contains(&self.batch.bytes_max) {
            problems.push(Problem::new("batch.bytes_max", "must be between 1 and 268435456 (256 MiB)"));
        }
        if self.batch.linger_ms > 10_000 {
            problems.push(Problem::new("batch.linger_ms", "is above 10000; the group would take the worker for dead"));
        }
        problems
    }
}
