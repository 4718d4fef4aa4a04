//! The judge: counts and verdicts from outside the services, through `audit-cli` on the stores themselves.

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::harness::{KEY_ID, Pipeline};

/// Where records can be counted.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub struct Counts {
    pub events: Count,
    pub sealed: Count,
    pub dead: Count,
    pub postgres: Count,
    pub clickhouse: Count,
}

/// Records of one place.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub struct Count {
    pub total: u64,
    pub partitions: std::collections::BTreeMap<i32, u64>,
}

/// What one walk concluded.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub struct Verdict {
    pub place: String,
    pub verdict: String,
    pub records: u64,
    pub findings: Vec<Finding>,
}

/// One named fault.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
pub struct Finding {
    pub chain: String,
    pub sequence: u64,
    pub verdict: String,
    pub what: String,
}

pub const PLACES: [&str; 3] = ["kafka", "postgres", "clickhouse"];

/// Counts everything, everywhere.
pub fn count(pipeline: &Pipeline) -> Result<Counts> {
    let printed = pipeline.run("audit-cli", &["--json", "counts"])?;
    serde_json::from_str(&printed).context("reading audit-cli's counts")
}

/// Walks every chain of one place, MACs included. A verdict other than intact is an answer, not an error.
pub fn verify(pipeline: &Pipeline, place: &str) -> Result<Verdict> {
    let key = pipeline.key_file();
    let output = pipeline
        .command("audit-cli")
        .args(["--json", "verify", place, "--key-id", KEY_ID, "--key-file"])
        .arg(key)
        .output()
        .context("starting audit-cli")?;
    let printed = String::from_utf8_lossy(&output.stdout);
    let verdict: Verdict = serde_json::from_str(&printed).with_context(|| {
        format!("reading audit-cli's verdict on {place}: {}", String::from_utf8_lossy(&output.stderr))
    })?;
    let intact = verdict.verdict == "intact";
    if intact != output.status.success() {
        bail!("audit-cli says {} and ends with {}", verdict.verdict, output.status);
    }
    Ok(verdict)
}

impl Counts {
    /// True when so many records were published and stand in every place.
    #[must_use]
    pub fn hold(&self, records: u64) -> bool {
        self.events.total == records && self.agree()
    }

    /// True when every record has exactly one sealed leaf and both stores hold each leaf, partition by partition.
    #[must_use]
    pub fn agree(&self) -> bool {
        let stored = |count: &Count| -> std::collections::BTreeMap<i32, u64> {
            count.partitions.iter().filter(|(_, records)| **records > 0).map(|(p, records)| (*p, *records)).collect()
        };
        let events = stored(&self.events);
        [&self.sealed, &self.postgres, &self.clickhouse].into_iter().all(|place| stored(place) == events)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(partitions: &[(i32, u64)]) -> Count {
        Count {
            total: partitions.iter().map(|(_, records)| records).sum(),
            partitions: partitions.iter().copied().collect(),
        }
    }

    fn counts(clickhouse: &[(i32, u64)]) -> Counts {
        let all = count(&[(0, 5), (1, 7), (2, 0)]);
        Counts {
            events: all.clone(),
            sealed: all.clone(),
            dead: count(&[(0, 1)]),
            postgres: all,
            clickhouse: count(clickhouse),
        }
    }

    #[test]
    fn the_judge_sees_one_missing_and_one_doubled_record() {
        assert!(counts(&[(0, 5), (1, 7)]).agree());
        assert!(!counts(&[(0, 5), (1, 6)]).agree());
        assert!(!counts(&[(0, 5), (1, 8)]).agree());
    }

    #[test]
    fn the_judge_is_not_fooled_by_equal_totals() {
        assert!(!counts(&[(0, 6), (1, 6)]).agree());
    }
}
