//! `[enrich]`: where events come from, who seals them, under which keys.

use std::path::PathBuf;

use keystore::PostgresSubjects;
use runtime::config::{Problem, ProcessSettings, Secret, Section};
use seal::protect::CacheLimits;
use serde::{Deserialize, Serialize};
use stream::KafkaSettings;

use crate::seal::{SealingKey, SegmentLimits};

/// A key takes some 1,100 bytes: more than this would take a gigabyte.
const CACHE_MAX: usize = 1_000_000;
/// Longer than an hour, and an erased subject's key would outlive its erasure by more than anybody expects.
const KEEP_MS_MAX: u64 = 3_600_000;

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
    pub keys: KeysSettings,
    pub subjects: SubjectSettings,
}

/// `[enrich.keys]`: what tenants' pseudonyms are made with, and what subjects' keys are wrapped by.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysSettings {
    /// As `audit-cli keys file init` makes it.
    pub file: PathBuf,
    /// The passphrase, or the key of 64 hexadecimal digits, that opens it.
    pub unlock: Secret,
}

/// `[enrich.subjects]`: where each patient's and each member of staff's own key lies.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectSettings {
    /// A secret, because it holds the password.
    pub postgres_url: Secret,
    /// How many keys stay in memory.
    #[serde(default = "cache_max")]
    pub cache_max: usize,
    /// How long a key is used before it is looked up again.
    #[serde(default = "keep_ms")]
    pub keep_ms: u64,
}

impl SubjectSettings {
    pub fn limits(&self) -> CacheLimits {
        CacheLimits { subjects_max: self.cache_max, keep_ms: self.keep_ms }
    }

    fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !self.postgres_url.expose_str().is_ok_and(|url| PostgresSubjects::new(url).is_ok()) {
            let what = "is no address of Postgres; it looks like postgres://user:password@host:port/database";
            problems.push(Problem::new("subjects.postgres_url", what));
        }
        if !(1..=CACHE_MAX).contains(&self.cache_max) {
            problems.push(Problem::new("subjects.cache_max", "must be between 1 and 1000000 keys"));
        }
        if !(1..=KEEP_MS_MAX).contains(&self.keep_ms) {
            problems.push(Problem::new("subjects.keep_ms", "must be between 1 and 3600000 (an hour)"));
        }
        problems
    }
}

fn cache_max() -> usize {
    CacheLimits::DEFAULT.subjects_max
}

fn keep_ms() -> u64 {
    CacheLimits::DEFAULT.keep_ms
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
        if self.keys.unlock.expose_str().is_err() {
            let what = "is not text; give the passphrase, or the key's 64 hexadecimal digits";
            problems.push(Problem::new("keys.unlock", what));
        }
        problems.extend(self.subjects.check());
        problems
    }
}
