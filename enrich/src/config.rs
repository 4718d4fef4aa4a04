//! `[enrich]`: where events come from, who seals them, under which key.

use std::path::PathBuf;

use runtime::config::{Problem, ProcessSettings, Secret, Section};
use serde::{Deserialize, Serialize};
use stream::KafkaSettings;

use crate::seal::{SealingKey, SegmentLimits};

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
    /// 64 hexadecimal digits.
    pub key: Secret,
    /// The name that all chains of this deployment share.
    #[serde(default = "trail")]
    pub trail: String,
    /// When a segment of a chain is closed.
    #[serde(default)]
    pub segment: SegmentLimits,
}

fn linger_ms() -> u32 {
    5
}

fn trail() -> String {
    "sealtrail".to_owned()
}

impl Section for EnrichConfig {
    const NAME: &'static str = "enrich";

    fn process(&self) -> &ProcessSettings {
        &self.process
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if seal::keys::KeyId::new(&self.key_id).is_err() {
            let what = "is no key's name; give it 1 to 64 letters, digits, `.`, `_` or `-`, such as \"seal-2026-01\"";
            problems.push(Problem::new("key_id", what));
        }
        if SealingKey::new("k", self.key.expose()).is_err() {
            problems.push(Problem::new("key", "is not 64 hexadecimal digits; make one with `openssl rand -hex 32`"));
        }
        if !seal::leaf::is_trail_name(&self.trail) {
            problems.push(Problem::new("trail", "has 1 to 54 letters, digits and signs, and no slash"));
        }
        if self.segment.records == 0 || self.segment.seconds == 0 {
            problems.push(Problem::new("segment", "needs at least one record and one second"));
        }
        if self.linger_ms > 1_000 {
            problems.push(Problem::new("linger_ms", "is above 1000; events would wait longer than a second"));
        }
        problems
    }
}
