//! Files that may change while the gateway runs: looked at every second, taken over whole or not at all.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use runtime::health::Dependency;
use runtime::service::Runtime;

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
    /// Watches until the process stops. A refused file is told by readiness, a metric and the log until it is put right.
    pub fn watch(&self, runtime: &Runtime) {
        let [tls, keys] = [("tls", self.tls.is_some()), ("api-keys", self.keys.is_some())].map(|(name, is_used)| {
            let health = is_used.then(|| runtime.health.dependency(name));
            health.inspect(Dependency::up).map(|health| (name, health))
        });
        while !runtime.shutdown.wait_timeout(INTERVAL) {
            if let (Some(files), Some(told)) = (&self.tls, &tls) {
                tell(told, files.reload());
            }
            if let (Some(file), Some(told)) = (&self.keys, &keys) {
                tell(told, file.reload());
            }
        }
    }
}

fn tell<E: std::fmt::Display>((file, health): &(&'static str, Dependency), outcome: Result<bool, E>) {
    let outcome = match outcome {
        Ok(false) => return,
        Ok(true) => {
            tracing::info!(file, "a changed file was taken over");
            health.up();
            "taken"
        }
        Err(error) => {
            tracing::error!(file, %error, "a changed file was refused; the one before it stays in force");
            health.down(format!("the changed file was refused, the one before it stays in force: {error}"));
            "refused"
        }
    };
    IngestMetric::Reloads.with(&[("file", *file), ("outcome", outcome)]).increment(1);
}
