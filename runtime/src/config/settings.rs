//! The settings that every process has: where it answers, how it logs, how long it may drain.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Problem;
use crate::logs;

/// `[<section>.process]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProcessSettings {
    /// Where `/healthz`, `/readyz` and `/metrics` answer. The default is any free port of this machine, shown in the
    /// first log line, so that processes run side by side; a deployment names one.
    pub listen: SocketAddr,
    /// `error`, `warn`, `info`, `debug`, `trace` or `off`; per module as in `info,stream=debug`.
    pub log_level: String,
    /// JSON lines unless a person is looking.
    pub log_format: LogFormat,
    /// How long the drain may take after a shutdown request. Stay below the supervisor's patience (Kubernetes: 30 s).
    pub drain_deadline_ms: u64,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Pretty on a terminal, JSON elsewhere.
    Auto,
    /// One JSON object per line.
    Json,
    /// For people; colours on a terminal only.
    Pretty,
}

impl Default for ProcessSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            log_level: "info".to_owned(),
            log_format: LogFormat::Auto,
            drain_deadline_ms: 25_000,
        }
    }
}

impl ProcessSettings {
    /// How long the drain may take.
    pub fn drain_deadline(&self) -> Duration {
        Duration::from_millis(self.drain_deadline_ms)
    }

    pub(super) fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if let Err(message) = logs::parse_filter(&self.log_level) {
            problems.push(Problem::new("log_level", message));
        }
        if !(1..=3_600_000).contains(&self.drain_deadline_ms) {
            problems.push(Problem::new("drain_deadline_ms", "must be between 1 ms and one hour (3600000)"));
        }
        problems
    }
}
