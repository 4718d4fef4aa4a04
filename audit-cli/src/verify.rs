//! `audit-cli verify`: walks every chain in one place and names everything that is wrong.

mod clickhouse;
mod columns;
mod kafka;
mod postgres;
mod walk;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use seal::draft::verify::verdict;
use seal::draft::{KeyId, MacKey, Verdict};
use serde_json::json;

use crate::connections::Connections;
use crate::table;
use walk::Walk;

/// Verify every chain in one place; the exit code is the verdict
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli verify kafka
  audit-cli verify postgres --key-id seal-dev --key-file seal.key
  audit-cli --json verify clickhouse

Exit codes: 0 intact, 10 tampered, 11 missing, 13 unverifiable, 1 could not look.
Without a key the walk checks hashes, order and columns, but not who sealed the records. A walk of one place cannot see
records cut off at a chain's end: compare the lengths with the other places (`audit-cli counts`).")]
pub struct Verify {
    /// Where the records are read from
    place: Place,

    /// The name of the key that sealed the records
    #[arg(long, requires = "key_file")]
    key_id: Option<String>,

    /// The file that holds the key
    #[arg(long, requires = "key_id")]
    key_file: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Place {
    Kafka,
    Postgres,
    Clickhouse,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::Kafka => "kafka",
            Self::Postgres => "postgres",
            Self::Clickhouse => "clickhouse",
        }
    }
}

impl Verify {
    pub async fn run(&self, connections: &Connections, json: bool) -> Result<ExitCode> {
        let keys = self.keys()?;
        let mut walk = Walk::new(&keys);
        match self.place {
            Place::Kafka => kafka::walk(connections, &mut walk)?,
            Place::Postgres => postgres::walk(connections, &mut walk).await?,
            Place::Clickhouse => clickhouse::walk(connections, &mut walk).await?,
        }
        let verdict = conclude(&walk);
        if json {
            self.print_json(&walk);
        } else {
            self.print_table(&walk);
        }
        Ok(ExitCode::from(verdict.exit_code()))
    }

    fn keys(&self) -> Result<Vec<MacKey>> {
        let (Some(id), Some(path)) = (&self.key_id, &self.key_file) else { return Ok(Vec::new()) };
        let secret = read_key(path)?;
        match MacKey::new(KeyId(id.clone()), secret.expose()) {
            Some(key) => Ok(vec![key]),
            None => bail!("the key in {} is shorter than 32 bytes", path.display()),
        }
    }

    fn print_json(&self, walk: &Walk<'_>) {
        let findings: Vec<_> = walk
            .findings
            .iter()
            .map(|finding| {
                json!({
                    "chain": finding.chain, "sequence": finding.sequence.0,
                    "verdict": finding.fault.verdict().name(), "what": finding.fault.to_string(),
                })
            })
            .collect();
        let chains: Vec<_> =
            walk.chains.iter().map(|(name, records)| json!({"chain": name, "records": records})).collect();
        println!(
            "{}",
            json!({
                "place": self.place.name(), "verdict": conclude(walk).name(), "records": walk.records(),
                "chains": chains, "findings": findings, "macs_checked": self.key_id.is_some(),
            })
        );
    }

    fn print_table(&self, walk: &Walk<'_>) {
        let rows: Vec<_> = walk
            .chains
            .iter()
            .map(|(name, records)| {
                let found = walk.findings.iter().filter(|finding| finding.chain == *name).count();
                vec![name.clone(), records.to_string(), found.to_string()]
            })
            .collect();
        table::print(&["chain", "records", "findings"], &rows);
        for finding in &walk.findings {
            println!(
                "{} {} sequence {}: {}",
                table::verdict(finding.fault.verdict().name(), false),
                finding.chain,
                finding.sequence.0,
                finding.fault
            );
        }
        if walk.records() == 0 {
            println!("there is no record here, so nothing was verified; compare with `audit-cli counts`");
        }
        let verdict = conclude(walk);
        println!(
            "verify: place={} chains={} records={} findings={} macs={} verdict={}",
            self.place.name(),
            walk.chains.len(),
            walk.records(),
            walk.findings.len(),
            if self.key_id.is_some() { "checked" } else { "not-checked" },
            table::verdict(verdict.name(), verdict == Verdict::Intact)
        );
    }
}

/// An empty place proves nothing: whoever empties a store must not be told that all is well.
fn conclude(walk: &Walk<'_>) -> Verdict {
    if walk.records() == 0 { Verdict::Unverifiable } else { verdict(&walk.findings) }
}

fn read_key(path: &Path) -> Result<runtime::config::Secret> {
    runtime::config::Secret::from_file(path).map_err(anyhow::Error::msg).context("the key cannot be used")
}
