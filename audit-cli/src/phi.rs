//! `audit-cli phi`: what counts as health information in a text or an event, and why. Needs no stack.

mod offsets;
mod scan;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Find health information and explain what was found
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli phi scan notes.ndjson > found.ndjson       one JSON object a line, in and out")]
pub struct Phi {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Find health information in texts, one JSON object a line
    Scan(scan::Scan),
}

impl Phi {
    pub fn run(&self, _json: bool) -> Result<ExitCode> {
        match &self.action {
            Action::Scan(scan) => scan.run(),
        }
    }
}

/// Opens a file, or standard input for `-`.
fn open(path: &str) -> Result<Box<dyn std::io::BufRead>> {
    use anyhow::Context as _;
    if path == "-" {
        return Ok(Box::new(std::io::stdin().lock()));
    }
    let file = std::fs::File::open(path).with_context(|| format!("{path} cannot be read"))?;
    Ok(Box::new(std::io::BufReader::new(file)))
}
