//! Files that may change while the gateway runs: looked at every second, taken over whole or not at all.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use runtime::shutdown::Shutdown;

use crate::authenticate::ring::Keys;
use crate::metric::IngestMetric;
use crate::serve::tls::Tls;

const INTERVAL: Duration = Duration::from_secs(1);

/// What tells one content of a file from the next, without reading it. A link is followed: that is how mounted secrets change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(Option<(i64, i64, u64, u64)>);

impl Stamp {
    pub fn of(path: &Path) -> Self {
        let metadata = fs::metadata(path).ok();
        Self(metadata.map(|file| (file.mtime(), file.mtime_nsec(), file.size(), file.ino())))
    }
}

/// What is in force of them.
#[derive(Clone, Default)]
pub struct Reloaded {
    pub tls: Option<Arc<Tls>>,
    pub keys: Option<Arc<Keys>>,
}

impl Reloaded {
    /// Watches until the process stops. A refused file is told by two metrics and the log; the gateway stays ready, since what
    /// it serves with is sound, and a slip in a file that all gateways share must not take all of them away.
    pub fn watch(&self, shutdown: &Shutdown) {
        while !shutdown.wait_timeout(INTERVAL) {
            if let Some(files) = &self.tls {
                tell("tls", files.reload());
            }
            if let Some(file) = &self.keys {
                tell("api-keys", file.reload());
            }
        }
    }
}

fn tell<E: std::fmt::Display>(file: &'static str, outcome: Result<bool, E>) {
    let outcome = match outcome {
        Ok(false) => return,
        Ok(true) => {
            tracing::info!(file, "a changed file was taken over");
            "taken"
        }
        Err(error) => {
            tracing::error!(file, %error, "a changed file was refused; the one before it stays in force");
            "refused"
        }
    };
    IngestMetric::FileRefused.with(&[("file", file)]).set(if outcome == "refused" { 1.0 } else { 0.0 });
    IngestMetric::Reloads.with(&[("file", file), ("outcome", outcome)]).increment(1);
}
