//! Files that may change while the gateway runs: looked at every second, taken over whole or not at all.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use runtime::shutdown::Shutdown;

use crate::metric::IngestMetric;
use crate::serve::tls::Tls;

const INTERVAL: Duration = Duration::from_secs(1);

/// What tells one content of a file from the next, without reading it. A link is followed: that is how mounted secrets change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(Option<[i64; 4]>);

impl Stamp {
    pub fn of(path: &Path) -> Self {
        let metadata = fs::metadata(path).ok();
        let inode = |inode: u64| i64::from_ne_bytes(inode.to_ne_bytes());
        Self(metadata.map(|file| [file.mtime(), file.mtime_nsec(), inode(file.size()), inode(file.ino())]))
    }
}

/// Watches until the process stops.
pub fn watch(tls: Option<&Arc<Tls>>, shutdown: &Shutdown) {
    while !shutdown.wait_timeout(INTERVAL) {
        if let Some(tls) = tls {
            take_over("tls", tls.reload());
        }
    }
}

fn take_over<E: std::fmt::Display>(file: &'static str, outcome: Result<bool, E>) {
    let outcome = match outcome {
        Ok(false) => return,
        Ok(true) => {
            tracing::info!(file, "a changed file was taken over");
            "taken"
        }
        Err(error) => {
            tracing::error!(file, %error, "a changed file was refused, the one before it stays");
            "refused"
        }
    };
    IngestMetric::Reloads.with(&[("file", file), ("outcome", outcome)]).increment(1);
}
