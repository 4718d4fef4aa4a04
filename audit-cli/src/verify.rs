//! `audit-cli verify`: walks every chain in one place and names everything that is wrong.

mod clickhouse;
mod columns;
pub mod kafka;
mod postgres;
pub mod walk;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use seal::keys::{EpochVerifier, KeyId};
use seal::verify::{Trust, Verdict};
use serde_json::json;
use stream::sealed_log::{self as log, Tally};

use crate::connections::Connections;
use crate::table;
use walk::Walk;

/// Verify every chain in one place; the exit code is the verdict
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli verify kafka
  audit-cli verify postgres --key-id seal-dev --key-file seal.key
  audit-cli --json verify clickhouse

Exit codes: 0 intact, 10 tampered, 11 missing, 12 forked, 13 unverifiable, 14 erased, 15 gap-declared, 1 could not look.
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
        let mut walk = Walk::new(Trust { keys: &keys, ..Trust::default() });
        let mut tally = Tally::default();
        match self.place {
            Place::Kafka => tally = kafka::walk(connections, &keys, &mut walk)?,
            Place::Postgres => postgres::walk(connections, &mut walk).await?,
            Place::Clickhouse => clickhouse::walk(connections, &mut walk).await?,
        }
        walk.finish();
        if json {
            self.print_json(&walk, &tally);
        } else {
            self.print_table(&walk, &tally);
        }
        Ok(ExitCode::from(walk.verdict().exit_code()))
    }

    fn keys(&self) -> Result<Vec<EpochVerifier>> {
        let (Some(id), Some(path)) = (&self.key_id, &self.key_file) else { return Ok(Vec::new()) };
        let id = KeyId::new(id).context("--key-id is no key's name")?;
        let text = keystore::read_secret(path).context("the key cannot be used")?;
        match keystore::key_from_hex(&text) {
            Some(key) => Ok(vec![EpochVerifier::new(id, &key)]),
            None => bail!("the key in {} is not 64 hexadecimal digits", path.display()),
        }
    }

    fn print_json(&self, walk: &Walk<'_>, tally: &Tally) {
        let notes = walk.notes.iter().map(|note| {
            json!({"chain": note.chain, "sequence": note.sequence, "verdict": note.verdict.name(), "what": note.what})
        });
        let findings: Vec<_> = walk
            .findings
            .findings()
            .iter()
            .map(|finding| {
                json!({
                    "chain": *finding.chain, "sequence": finding.sequence.0,
                    "verdict": finding.fault.verdict().name(), "what": finding.fault.to_string(),
                })
            })
            .chain(notes)
            .collect();
        let ignored: serde_json::Map<_, _> =
            ignored(tally).map(|(name, records)| (name.to_owned(), records.into())).collect();
        let chains: Vec<_> = walk
            .chains
            .iter()
            .map(|(name, walked)| {
                let root = walked.root.map(|root| hex::encode(root.0));
                let verdict = walked.worst.verdict.name();
                json!({"chain": name, "records": walked.records, "size": walked.size, "root": root, "verdict": verdict})
            })
            .collect();
        println!(
            "{}",
            json!({
                "place": self.place.name(), "verdict": walk.verdict().name(), "records": walk.records(),
                "chains": chains, "findings": findings, "findings_not_listed": walk.not_listed(),
                "ignored": ignored,
                "macs_checked": self.key_id.is_some(),
            })
        );
    }

    fn print_table(&self, walk: &Walk<'_>, tally: &Tally) {
        let rows: Vec<_> = walk
            .chains
            .iter()
            .map(|(name, walked)| {
                vec![name.clone(), walked.records.to_string(), walked.worst.verdict.name().to_owned()]
            })
            .collect();
        table::print(&["chain", "records", "verdict"], &rows);
        for finding in walk.findings.findings() {
            println!(
                "{} {} sequence {}: {}",
                table::verdict(finding.fault.verdict().name(), false),
                finding.chain,
                finding.sequence.0,
                finding.fault
            );
        }
        for note in &walk.notes {
            let verdict = table::verdict(note.verdict.name(), false);
            println!("{verdict} {} sequence {}: {}", note.chain, note.sequence, note.what);
        }
        if walk.not_listed() > 0 {
            println!("and {} more findings", walk.not_listed());
        }
        for (verdict, records) in ignored(tally) {
            println!("{records} records do not count: {verdict}");
        }
        if walk.records() == 0 {
            println!("there is no record here, so nothing was verified; compare with `audit-cli counts`");
        }
        let verdict = walk.verdict();
        println!(
            "verify: place={} chains={} records={} findings={} macs={} verdict={}",
            self.place.name(),
            walk.chains.len(),
            walk.records(),
            walk.found(),
            if self.key_id.is_some() { "checked" } else { "not-checked" },
            table::verdict(verdict.name(), verdict == Verdict::Intact)
        );
    }
}

/// What readers of the log pass over: traces of takeovers and doubts.
fn ignored(tally: &Tally) -> impl Iterator<Item = (&'static str, u64)> {
    let passed_over = log::Verdict::ALL.into_iter().filter(|verdict| verdict.weight() == log::Weight::Ignored);
    passed_over.map(|verdict| (verdict.name(), tally.of(verdict))).filter(|(_, records)| *records > 0)
}
