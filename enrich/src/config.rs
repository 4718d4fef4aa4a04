//! `[enrich]`: where events come from, who seals them, under which key.

use std::path::PathBuf;

use runtime::config::{Problem, ProcessSettings, Secret, Section};
use serde::{Deserialize, Serialize};
use stream::KafkaSettings;

/// The section.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrichConfig {
    #[serde(default)]
    pub process: ProcessSettings,
    /// An empty group means `sealtrail-enrich`.
    #[serde(default)]
    pub kafka: KafkaSettings,
    pub registry_url: String,
    /// Where schemas outlive the process, for records that arrive while the registry is away.
    #[serde(default)]
    pub registry_cache_file: Option<PathBuf>,
    /// How long an append may wait for company: 1 for latency, 5 to 20 for throughput.
    #[serde(default = "linger_ms")]
    pub linger_ms: u32,
    /// The name that stands beside every MAC.
    pub key_id: String,
    /// At least 32 bytes.
    pub key: Secret,
}

fn linger_ms() -> u32 {
    5
}

impl Section for EnrichConfig {
    const NAME: &'static str = "enrich";

    fn process(&self) -> &ProcessSettings {
        &self.process
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.key_id.is_empty() {
            problems.push(Problem::new("key_id", "is empty; give the key a name, such as \"seal-2026-01\""));
        }
        if self.key.expose().len() < seal::draft::mac::KEY_BYTES_MIN {
            problems.push(Problem::new("key", "is shorter than 32 bytes; make one with `openssl rand -hex 32`"));
        }
        if self.linger_ms > 1_000 {
            problems.push(Problem::new("linger_ms", "is above 1000; events would wait longer than a second"));
        }
        problems
    }
}
